"""Versions: fixes that arrive by themselves, and runtimes that get none any more."""

from policies.engine.controls import absent, line, never, table
from policies.engine.frameworks import well_architected
from policies.engine.rule import Area, Level, Severity

_MINOR = "autoMinorVersionUpgrade"
_ENDED_RUNTIMES = (
    *("dotnet5.0", "dotnet6", "dotnet7", "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1"),
    *("go1.x", "java8", "provided", "ruby2.5", "ruby2.7"),
    *("nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x"),
    *("nodejs16.x", "nodejs18.x", "python2.7", "python3.6", "python3.7", "python3.8", "python3.9"),
)
"""Source: AWS Lambda developer guide, "Lambda runtimes": those whose deprecation date has passed."""

table(
    "minor-upgrades",
    "Managed services take fixes by themselves",
    line("autoscaling/group:Group", "launchConfiguration", absent(), "CKV_AWS_315", "AutoScaling.9"),
    line("dms/replicationInstance:ReplicationInstance", _MINOR, never(False), "CKV_AWS_222", "DMS.6"),
    line("docdb/clusterInstance:ClusterInstance", _MINOR, never(False)),
    line("elasticache/cluster:Cluster", _MINOR, never(False), "CKV_AWS_322", "ElastiCache.2"),
    line("memorydb/cluster:Cluster", _MINOR, never(False)),
    line("mq/broker:Broker", _MINOR, never(False), "CKV_AWS_207", "MQ.3"),
    line("neptune/clusterInstance:ClusterInstance", _MINOR, never(False)),
    line("rds/clusterInstance:ClusterInstance", _MINOR, never(False), "CKV_AWS_226", "RDS.13"),
    line("rds/instance:Instance", _MINOR, never(False), "CKV_AWS_226", "RDS.13"),
    line("redshift/cluster:Cluster", "allowVersionUpgrade", never(False), "CKV_AWS_141", "Redshift.6"),
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC06-BP01")],
    remediation="Remove the input or set it to true: fixes arrive in the maintenance window. Replace a launch "
    "configuration, which gets no new instance types and features, by a launch template.",
    field=_MINOR,
)
table(
    "ended-runtimes",
    "Functions run on a runtime that still gets fixes",
    line("lambda/function:Function", "runtime", never(*_ENDED_RUNTIMES), "CKV_AWS_363", "Lambda.2"),
    line("lambda/layerVersion:LayerVersion", "compatibleRuntimes", never(*_ENDED_RUNTIMES)),
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC06-BP01")],
    remediation="Name a current runtime of the same language.",
    field="runtime",
)
