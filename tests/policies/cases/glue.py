"""Cases of the rules in policies/glue.py."""

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN
from tests.support.policies.cases import fails, make, passes, unknown

SCHEMA = "aws:glue/schema:Schema"

CASES = [
    passes("schema-compatibility", make(SCHEMA, {"compatibility": "BACKWARD"})),
    passes("schema-compatibility", make(SCHEMA, {"compatibility": "NONE"}), environment=EnvironmentKind.STAGING),
    passes("schema-compatibility", make(SCHEMA), kind="absent"),
    fails("schema-compatibility", make(SCHEMA, {"compatibility": "NONE"}), found="compatibility is NONE"),
    unknown("schema-compatibility", make(SCHEMA, {"compatibility": UNKNOWN}), undecided="compatibility"),
]
