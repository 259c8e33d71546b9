"""Specifications of the rules about databases."""

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.policies.cases.case import Case, fails, make, passes, unknown

INSTANCE = "aws:rds/instance:Instance"
AURORA = "aws:rds/cluster:Cluster"


def database(**inputs: object) -> Resource:
    return make(INSTANCE, {"engine": "postgres", **inputs})


def group(value: object, name: str = "rds.force_ssl") -> Resource:
    return make("aws:rds/parameterGroup:ParameterGroup", {"parameters": [{"name": name, "value": value}]}, name="group")


def forced(value: object, engine: str = "postgres", name: str = "rds.force_ssl") -> tuple[Resource, Resource]:
    made = group(value, name)
    inputs = {"engine": engine, "parameterGroupName": "group"}
    return made, make(INSTANCE, inputs, refers={"parameterGroupName": [made]})


OWN = {"manageMasterUserPassword": True, "iamDatabaseAuthenticationEnabled": True}

CASES: list[Case] = [
    passes("database-encryption", database(storageEncrypted=True)),
    fails("database-encryption", database(storageEncrypted=False), found="is not encrypted"),
    fails("database-encryption", database(), kind="absent", found="is not encrypted"),
    fails("database-encryption", make(AURORA), found="is not encrypted"),
    fails("database-backups", make(AURORA, {"backupRetentionPeriod": 1}), found="keeps backups for 1 days"),
    fails("database-identity", make(AURORA, {"manageMasterUserPassword": True}), found="connect by IAM"),
    fails(
        "database-public",
        make("aws:rds/clusterInstance:ClusterInstance", {"publiclyAccessible": True}),
        found="has a public address",
    ),
    unknown("database-encryption", database(storageEncrypted=UNKNOWN), undecided="storageEncrypted"),
    passes("database-public", database(publiclyAccessible=False)),
    passes("database-public", database(), kind="absent"),
    fails("database-public", database(publiclyAccessible=True), found="has a public address"),
    unknown("database-public", database(publiclyAccessible=UNKNOWN), undecided="publiclyAccessible"),
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
    passes("database-tls", *forced("1")),
    passes("database-tls", *forced("1", "mysql", "require_secure_transport")),
    passes("database-tls", make(INSTANCE, {"engine": "oracle-se2"})),
    fails("database-tls", *forced("1", "mysql"), found="does not set require_secure_transport"),
    fails("database-tls", *forced("0"), found="does not set rds.force_ssl"),
    fails("database-tls", database(), kind="absent", found="does not set rds.force_ssl"),
    unknown("database-tls", *forced(UNKNOWN), undecided="rds.force_ssl of its parameter group"),
    passes("database-backups", database(backupRetentionPeriod=7.0)),
    fails("database-backups", database(backupRetentionPeriod=3.0), found="keeps backups for 3 days"),
    fails("database-backups", database(), kind="absent", found="keeps backups for 0 days"),
    unknown("database-backups", database(backupRetentionPeriod=UNKNOWN), undecided="backupRetentionPeriod"),
    passes("database-zones", database(multiAz=True)),
    passes("database-zones", database(), environment=EnvironmentKind.STAGING),
    fails("database-zones", database(multiAz=False), found="has no standby"),
    fails("database-zones", database(), kind="absent", found="has no standby"),
    unknown("database-zones", database(multiAz=UNKNOWN), undecided="multiAz"),
]
