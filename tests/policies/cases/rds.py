"""Cases of the rules in policies/rds.py."""

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, of_input, passes, unknown
from tests.support.policies.tables import Examples, Pair, cases, unknown_case

INSTANCE = "aws:rds/instance:Instance"
AURORA = "aws:rds/cluster:Cluster"
OWN = {"manageMasterUserPassword": True, "iamDatabaseAuthenticationEnabled": True}

SKIPPED = Pair(False, True)
COPIED = Pair(True, False)
SNAPSHOTS: Examples = {
    "docdb/cluster:Cluster": {"skipFinalSnapshot": SKIPPED},
    "neptune/cluster:Cluster": {"skipFinalSnapshot": SKIPPED, "copyTagsToSnapshot": COPIED},
    "rds/cluster:Cluster": {"skipFinalSnapshot": SKIPPED, "copyTagsToSnapshot": COPIED},
    "rds/instance:Instance": {"skipFinalSnapshot": SKIPPED, "copyTagsToSnapshot": COPIED},
    "redshift/cluster:Cluster": {"skipFinalSnapshot": SKIPPED},
}


def database(**inputs: object) -> Resource:
    return make(INSTANCE, {"engine": "postgres", **inputs})


def group(value: object, name: str = "rds.force_ssl") -> Resource:
    return make("aws:rds/parameterGroup:ParameterGroup", {"parameters": [{"name": name, "value": value}]}, name="group")


def forced(
    value: object, engine: str = "postgres", name: str = "rds.force_ssl", version: str | None = None
) -> tuple[Resource, Resource]:
    made = group(value, name)
    inputs = {"engine": engine, "parameterGroupName": "group", "engineVersion": version}
    return made, make(INSTANCE, inputs, refers={"parameterGroupName": [made]})


CASES = [
    *of_input("database-encryption", database, "storageEncrypted", True, False, "is not encrypted"),
    fails("database-encryption", make(AURORA), found="is not encrypted"),
    fails("database-identity", make(AURORA, {"manageMasterUserPassword": True}), found="connect by IAM"),
    passes("database-identity", database(**OWN)),
    passes("database-identity", database(replicateSourceDb="other")),
    fails("database-identity", database(iamDatabaseAuthenticationEnabled=True), found="password is not kept by RDS"),
    fails("database-identity", database(manageMasterUserPassword=True), found="does not let roles connect by IAM"),
    fails(
        "database-identity",
        database(),
        kind="absent",
        found=("password is not kept by RDS", "does not let roles connect by IAM"),
    ),
    unknown(
        "database-identity",
        database(**{**OWN, "manageMasterUserPassword": UNKNOWN}),
        undecided="manageMasterUserPassword or iamDatabaseAuthenticationEnabled",
    ),
    *of_input("database-public", database, "publiclyAccessible", False, True, "has a public address", absent=None),
    fails(
        "database-public",
        make("aws:rds/clusterInstance:ClusterInstance", {"publiclyAccessible": True}),
        found="has a public address",
    ),
    passes("database-tls", *forced("1")),
    passes("database-tls", *forced("1", "mysql", "require_secure_transport")),
    passes("database-tls", make(INSTANCE, {"engine": "oracle-se2"})),
    fails("database-tls", *forced("1", "mysql"), found="does not set require_secure_transport"),
    fails("database-tls", *forced("0"), found="does not set rds.force_ssl"),
    fails("database-tls", database(), kind="absent", found="does not set rds.force_ssl"),
    passes("database-tls", database(engineVersion="16.4")),
    passes("database-tls", database(engineVersion="17", parameterGroupName="default.postgres17")),
    passes("database-tls", *forced("1", version="14.12")),
    fails("database-tls", database(engineVersion="14.12"), found="does not set rds.force_ssl"),
    fails("database-tls", *forced("0", version="16.4"), found="does not set rds.force_ssl"),
    fails("database-tls", database(engineVersion="16.4", parameterGroupName="x"), found="does not set rds.force_ssl"),
    unknown("database-tls", *forced(UNKNOWN, version="16.4"), undecided="rds.force_ssl of its parameter group"),
    unknown("database-tls", *forced(UNKNOWN), undecided="rds.force_ssl of its parameter group"),
    unknown("database-tls", database(parameterGroupName=UNKNOWN), undecided="rds.force_ssl of its parameter group"),
    fails("database-tls", database(parameterGroupName="default.postgres17"), found="does not set rds.force_ssl"),
    fails("database-backups", make(AURORA, {"backupRetentionPeriod": 1}), found="keeps backups for 1 days"),
    *of_input("database-backups", database, "backupRetentionPeriod", 7, 3, "backups for 3 days", absent="for 0 days"),
    passes("database-backups", database(replicateSourceDb="other")),
    *of_input("database-zones", database, "multiAz", True, False, "has no standby"),
    passes("database-zones", database(), environment=EnvironmentKind.STAGING),
    *cases("database-snapshots", SNAPSHOTS),
    passes("database-snapshots", database(skipFinalSnapshot=True), environment=EnvironmentKind.STAGING),
    passes("database-snapshots", database(skipFinalSnapshot=True, replicateSourceDb="other")),
    passes("database-snapshots", database(), kind="absent"),
    unknown_case("database-snapshots", "rds/instance:Instance", "skipFinalSnapshot", SNAPSHOTS),
]
