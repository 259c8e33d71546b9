"""Cases of the rules in policies/upgrades.py."""

from tests.support.policies.cases import make, passes
from tests.support.policies.tables import Examples, Pair, cases, unknown_case

AUTOMATIC = Pair(True, False)
UPGRADES: Examples = {
    "autoscaling/group:Group": {"launchConfiguration": Pair(None, "workers")},
    "dms/replicationInstance:ReplicationInstance": {"autoMinorVersionUpgrade": AUTOMATIC},
    "docdb/clusterInstance:ClusterInstance": {"autoMinorVersionUpgrade": AUTOMATIC},
    "elasticache/cluster:Cluster": {"autoMinorVersionUpgrade": Pair("true", "false")},
    "memorydb/cluster:Cluster": {"autoMinorVersionUpgrade": AUTOMATIC},
    "mq/broker:Broker": {"autoMinorVersionUpgrade": AUTOMATIC},
    "neptune/clusterInstance:ClusterInstance": {"autoMinorVersionUpgrade": AUTOMATIC},
    "rds/clusterInstance:ClusterInstance": {"autoMinorVersionUpgrade": AUTOMATIC},
    "rds/instance:Instance": {"autoMinorVersionUpgrade": AUTOMATIC},
    "redshift/cluster:Cluster": {"allowVersionUpgrade": AUTOMATIC},
}
RUNTIMES: Examples = {
    "lambda/function:Function": {"runtime": Pair("python3.13", "python3.8")},
    "lambda/layerVersion:LayerVersion": {"compatibleRuntimes": Pair(["python3.13"], ["python3.13", "nodejs16.x"])},
}
CASES = [
    *cases("minor-upgrades", UPGRADES),
    passes("minor-upgrades", make("aws:rds/instance:Instance"), kind="absent"),
    unknown_case("minor-upgrades", "rds/instance:Instance", "autoMinorVersionUpgrade", UPGRADES),
    *cases("ended-runtimes", RUNTIMES),
    passes("ended-runtimes", make("aws:lambda/function:Function", {"packageType": "Image"}), kind="absent"),
    unknown_case("ended-runtimes", "lambda/function:Function", "runtime", RUNTIMES),
]
