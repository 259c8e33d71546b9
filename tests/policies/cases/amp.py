"""Cases of the rules in policies/amp.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

WORKSPACE = "aws:amp/workspace:Workspace"
CONFIGURATION = "aws:amp/workspaceConfiguration:WorkspaceConfiguration"
LOGS = {"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/prometheus/ml:*"}
SIGNED_IN = {"GF_AUTH_GENERIC_OAUTH_ENABLED": "true", "GF_AUTH_DISABLE_LOGIN_FORM": "true"}


def workspace(**inputs: Any) -> Resource:
    return make(WORKSPACE, inputs)


def limited(**inputs: Any) -> Resource:
    return make(CONFIGURATION, inputs)


def grafana(settings: dict[str, Any], image: Any = "docker.io/grafana/grafana:13.2.0") -> Resource:
    variables = [{"name": name, "value": value} for name, value in settings.items()]
    pod = {"containers": [{"name": "grafana", "image": image, "env": variables}]}
    return make("kubernetes:apps/v1:Deployment", {"spec": {"template": {"spec": pod}}})


CASES = [
    passes("prometheus-logs", workspace(loggingConfiguration=LOGS)),
    passes("prometheus-logs", workspace(loggingConfiguration={"logGroupArn": UNKNOWN}), kind="unknown"),
    fails("prometheus-logs", workspace(loggingConfiguration={}), found="keeps no logs"),
    fails("prometheus-logs", workspace(), kind="absent", found="keeps no logs"),
    passes("prometheus-encryption", workspace(kmsKeyArn="arn:aws:kms:us-east-1:123456789012:key/ml")),
    passes("prometheus-encryption", workspace(kmsKeyArn=UNKNOWN), kind="unknown"),
    fails("prometheus-encryption", workspace(kmsKeyArn=""), found="a key of AWS"),
    fails("prometheus-encryption", workspace(), kind="absent", found="a key of AWS"),
    passes("prometheus-series-limit", limited(limitsPerLabelSets=[{"labelSet": {}, "limits": {"maxSeries": 1000}}])),
    passes("prometheus-series-limit", limited(limitsPerLabelSets=UNKNOWN), kind="unknown"),
    fails("prometheus-series-limit", limited(limitsPerLabelSets=[]), found="as many series as the account's quota"),
    fails("prometheus-series-limit", limited(), kind="absent", found="as many series as the account's quota"),
    passes("grafana-sign-in", grafana(SIGNED_IN)),
    passes("grafana-sign-in", grafana({}, image="docker.io/library/nginx:1.29")),
    fails("grafana-sign-in", grafana({}), kind="absent", found="has its own users"),
    fails("grafana-sign-in", grafana({**SIGNED_IN, "GF_AUTH_DISABLE_LOGIN_FORM": "false"}), found="has its own users"),
    fails("grafana-sign-in", grafana({**SIGNED_IN, "GF_AUTH_ANONYMOUS_ENABLED": "true"}), found="to everyone"),
    unknown("grafana-sign-in", grafana({**SIGNED_IN, "GF_AUTH_DISABLE_LOGIN_FORM": UNKNOWN}), undecided="LOGIN_FORM"),
]
