"""Values that AWS or Kubernetes would refuse minutes into `pulumi up` are refused when the config is read."""

from copy import deepcopy
from typing import Any

import pytest

from tests.support.stacks.configs import SECTIONS, SERVING, STORE, read, refusal_of

COMPLETE: dict[str, Any] = {**SECTIONS, "featureStore": STORE, "modelServing": SERVING}
BUCKET = "s3://acme-models-111122223333"
READERS = [f"arn:aws:iam::111122223333:role/data-science-reader-{number:04}" for number in range(2000)]
RANGES = [f"203.0.113.{number}/32" for number in range(51)]
ACCOUNTS = [f"{number:012}" for number in range(2000)]
IMAGES = {"team": "risk", "images": ["fraud"], "pipelineRoleArns": READERS[:1]}


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """A complete config with other values; keys are paths such as `gpuCluster.nodePools.0.labels`."""
    sections = deepcopy(COMPLETE)
    for path, value in changes.items():
        *way, last = path.split(".")
        at: Any = sections
        for key in way:
            at = at[int(key)] if key.isdigit() else at.setdefault(key, {})
        at[last] = value
    return sections


MAILS = [f"person-{number}@example.com" for number in range(300)]
TEAM = {"name": "risk", "groups": ["risk"]}
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"alarms": {"name": "ml", "critical": {"emails": MAILS}}}, "alarms.critical.emails", "takes at most 50 items"),
    ({"access": {"name": "ml", "emails": MAILS}}, "access.emails", "takes at most 50 items, and has 300"),
    ({"gpuCluster.monitoringNamespace": "kube-system"}, "gpuCluster.monitoringNamespace = 'kube-system'", "choose an"),
    # Text that a YAML reader takes for no number.
    ({"usage.natGb": "nan"}, "usage.natGb", "must be a number"),
    # Tags.
    ({"environment.owner": "ml<platform>;{x}"}, "environment.owner", "is not a tag value; write letters"),
    ({"environment.owner": " ml"}, "environment.owner", "with no space at either end"),
    ({"environment.costCenter": "r&d"}, "environment.costCenter", "= 'r&d': is not a tag value"),
    ({"environment.costCenter": "aws:ml"}, "environment.costCenter", "without aws: at its start"),
    ({"policies": {"requiredTags": [""]}}, "policies.requiredTags", "'' is not a tag's name"),
    ({"policies": {"requiredTags": ["aws:owner"]}}, "policies.requiredTags", "'aws:owner' is not a tag's name"),
    # Lists whose empty or careless entries would allow everything.
    ({"policies": {"allowedRegistries": [""]}}, "policies.allowedRegistries", "'' is not the start of an image's name"),
    ({"policies": {"allowedRegistries": ["*"]}}, "policies.allowedRegistries", "'*' is not the start of an image's"),
    ({"policies": {"allowedRegistries": ["https://quay.io/"]}}, "policies.allowedRegistries", "write the registry's"),
    ({"policies": {"allowedRegistries": ["docker"]}}, "policies.allowedRegistries", "such as public.ecr.aws/"),
    ({"policies": {"allowedRegistries": ["quay.io/ "]}}, "policies.allowedRegistries", "'quay.io/ ' is not the start"),
    ({"policies": {"publicEndpointCidrs": [""]}}, "policies.publicEndpointCidrs", "'' is not an IPv4 range"),
    ({"policies": {"worldOpenPorts": [0]}}, "policies.worldOpenPorts", "0 is not a TCP port"),
    (
        {"policies": {"logRetentionMinimum": 400, "logRetentionMaximum": 30}},
        "policies",
        "logRetentionMaximum = 30 is below logRetentionMinimum = 400; raise it",
    ),
    # Too little for any pod, and numbers that no node has.
    ({"modelServing.models.0.memory": "1Mi"}, "models[0].memory = 1Mi", "a model server needs 256Mi or more"),
    ({"modelServing.models.0.cpu": "10m"}, "models[0].cpu = 10m", "with less than 100m takes minutes to start"),
    ({"modelServing.models.0.memory": f"1{'0' * 40}Gi"}, "models[0].memory", "write one such as 2Gi"),
    ({"modelServing.models.0.cpu": f"1{'0' * 40}"}, "models[0].cpu", "write one such as 500m"),
    ({"usage.natGb": 10**40}, "usage.natGb", "must be at most 1000000000000"),
    # Days that Secrets Manager does not know.
    (
        {"featureServices": {"databases": [{"name": "metadata"}], "recoveryWindowDays": 3}},
        "featureServices.recoveryWindowDays",
        "must be 7 to 30, or 0 to delete secrets immediately",
    ),
    # Lists that end in a policy, a rule set or a call of limited size.
    ({"featureStore.data.raw": {"readerRoleArns": READERS}}, "data.raw.readerRoleArns", "of the bucket policy"),
    (
        {
            f"featureStore.data.{each}": {"readerRoleArns": READERS[:90]}
            for each in ("raw", "training", "models", "offline")
        },
        "featureStore.data.raw.readerRoleArns",
        "of the key policy of the buckets, which has room for 30,768",
    ),
    (
        {"logs": {"name": "ml-prod", "destination": "opensearch", "readerArns": READERS}},
        "logs.readerArns",
        "of the data access policy, which has room for 18,480",
    ),
    ({"gpuCluster.endpointPublicCidrs": RANGES[:41]}, "gpuCluster.endpointPublicCidrs", "takes at most 40 items"),
    ({"gpuCluster.endpointPrivateCidrs": RANGES}, "gpuCluster.endpointPrivateCidrs", "takes at most 50 items"),
    ({"modelServing.loadBalancer": {"allowedCidrs": RANGES}}, "loadBalancer.allowedCidrs", "takes at most 50 items"),
    (
        {"imageRegistry": {"teams": [{**IMAGES, "pipelineRoleArns": READERS}]}},
        "teams[0].pipelineRoleArns",
        "a repository policy",
    ),
    (
        {"imageRegistry": {"teams": [IMAGES], "readerAccounts": ACCOUNTS}},
        "imageRegistry.readerAccounts",
        "a repository policy",
    ),
    # Folders of models, which IAM policies name.
    ({"modelServing.models.0.modelUri": f"{BUCKET}/../secrets/"}, "models[0].modelUri", "is not the address of a"),
    ({"modelServing.models.0.modelUri": f"{BUCKET}/(a)'b!/"}, "models[0].modelUri", "write s3://<bucket>/<folder>/"),
    ({"modelServing.models.0.modelUri": f"{BUCKET}/*/"}, "models[0].modelUri", "with letters, digits, - _ and ."),
    ({"modelServing.models.0.modelUri": f"{BUCKET}/a?/"}, "models[0].modelUri", "is not the address of a folder"),
    ({"modelServing.models.0.modelUri": f"{BUCKET}/${{aws:userid}}/"}, "models[0].modelUri", "is not the address"),
    ({"modelServing.models.0.modelUri": f"{BUCKET}/./fraud/"}, "models[0].modelUri", "no . at a name's start"),
    ({"modelServing.models.0.modelUri": f"{BUCKET}//fraud/"}, "models[0].modelUri", "is not the address of a folder"),
    ({"modelServing.models.0.modelUri": f"{BUCKET}/"}, "models[0].modelUri", "is not the address of a folder"),
    (
        {"modelServing.models.0.canary": {"modelUri": f"{BUCKET}/fraud*/", "percent": 5}},
        "models[0].canary.modelUri",
        "is not the address of a folder",
    ),
    (
        {"modelServing.deliveredModels": [{"name": "a", "namespace": "models", "folder": f"{BUCKET}/../a/"}]},
        "deliveredModels[0].folder",
        "is not the address of a folder",
    ),
    (
        {"modelServing.deliveredModels": [{"name": "a", "namespace": "models", "folder": f"{BUCKET}/a"}]},
        "deliveredModels[0].folder",
        "must end with /",
    ),
    (
        {"modelServing.models.0.egress": [{"cidr": "999.1.1.1/8", "port": 80}]},
        "models[0].egress[0].cidr",
        "= '999.1.1.1/8': is not an IPv4 range; write address/prefix, such as 10.0.0.0/16",
    ),
    # Remedies with an example.
    (
        {"featureStore.data.raw": {"readerRoleArns": ["*"]}},
        "featureStore.data.raw.readerRoleArns[0] = '*'",
        "write one such as arn:aws:iam::111122223333:role/data-science",
    ),
    ({"gpuCluster.clusterName": "-"}, "gpuCluster.clusterName", "write one such as ml-prod"),
    (
        {"featureStore.data.raw": {"archiveDays": 200, "expireDays": 100}},
        "featureStore.data.raw",
        "featureStore.data.raw.expireDays = 100: must be above archiveDays = 200",
    ),
    (
        {
            "modelServing.models.0.schedules": [
                {"name": "day", "minimum": 2, "start": 480, "end": "20:00", "timeZone": "Etc/UTC"}
            ]
        },
        "schedules[0].start",
        'write it in quotes: "08:00"',
    ),
    # Ranges of addresses.
    *(
        (
            {f"gpuCluster.{field}": ["10.41.0.0"]},
            f"gpuCluster.{field}[0] = '10.41.0.0'",
            "= '10.41.0.0': is not an IPv4 range; write address/prefix, such as 10.0.0.0/16",
        )
        for field in ("endpointPrivateCidrs", "endpointPublicCidrs")
    ),
    ({"gpuCluster.serviceCidr": "172.20.0.0"}, "gpuCluster.serviceCidr", "is not an IPv4 range; write address/prefix"),
    ({"network.reservedCidrs": ["10.41.0.0"]}, "network.reservedCidrs", "is not an IPv4 range; write address/prefix"),
    ({"network.vpcCidr": "10.41.0.0"}, "network.vpcCidr", "is not an IPv4 range; write address/prefix"),
    (
        {"gpuCluster.endpointPrivateCidrs": ["10.41.0.0/255.255.0.0"]},
        "endpointPrivateCidrs[0]",
        "= '10.41.0.0/255.255.0.0': is not an IPv4 range",
    ),
    (
        {"gpuCluster.endpointPrivateCidrs": ["10.41.0.7/16"]},
        "endpointPrivateCidrs[0]",
        "= '10.41.0.7/16': has bits set beyond its prefix; write 10.41.0.0/16",
    ),
    (
        {"modelServing.loadBalancer": {"allowedCidrs": ["203.0.113.7"]}},
        "loadBalancer.allowedCidrs[0]",
        "is not an IPv4 range; write address/prefix",
    ),
    (
        {"modelServing.models.0.egress": [{"cidr": "10.0.0.0", "port": 80}]},
        "models[0].egress[0].cidr",
        "is not an IPv4 range; write address/prefix",
    ),
    ({"policies": {"publicEndpointCidrs": ["203.0.113.7"]}}, "publicEndpointCidrs", "is not an IPv4 range; write one"),
    # Databases.
    ({"featureStore.database.instanceClass": "db.m99.large"}, "instanceClass", "db.m99.large is not an RDS instance"),
    ({"featureStore.database.instanceClass": "db.t4g.nano"}, "instanceClass", "db.t4g.nano is not an RDS instance"),
    ({"featureStore.database.instanceClass": "db.m7g.larg"}, "instanceClass", "did you mean db.m7g.large?"),
    ({"featureStore.online.nodeType": "cache.r7g.huge"}, "nodeType", "cache.r7g.huge is not a node type"),
    # What is given overlaps what is left out.
    (
        {"featureStore.database.backupWindow": "04:30-05:30"},
        "featureStore.database",
        "featureStore.database.backupWindow = '04:30-05:30': it overlaps maintenanceWindow = 'sun:04:30-s",
    ),
    (
        {"featureStore.database.maintenanceWindow": "mon:03:30-mon:04:30"},
        "featureStore.database",
        "featureStore.database.backupWindow = '03:00-04:00': it overlaps maintenanceWindow = 'mon:03:30-m",
    ),
    (
        {"featureStore.online.snapshotWindow": "05:00-06:00"},
        "featureStore.online",
        "featureStore.online.maintenanceWindow = 'sun:05:00-sun:06:00': it overlaps snapshotWindow = '05:",
    ),
    (
        {"featureStore.database.storageGib": 500},
        "featureStore.database",
        "featureStore.database.maximumStorageGib = 500: must be at least 10% above storageGib = 500",
    ),
    # Names that S3 keeps for itself.
    ({"featureStore.data.prefix": "sthree-x"}, "featureStore.data.prefix", "S3 reserves bucket names that begin with"),
    ({"featureStore.data.prefix": "xn--acme"}, "featureStore.data.prefix", "begin with xn--; choose another name"),
    ({"featureStore.data.prefix": "amzn-s3-demo-x"}, "featureStore.data.prefix", "begin with amzn-s3-demo-"),
    # Namespaces of others.
    ({"gpuCluster.namespaces": [{"namespace": "kube-system"}]}, "namespaces[0].namespace", "belongs to Kubernetes"),
    ({"gpuCluster.namespaces": [{"namespace": "kube-flannel"}]}, "namespaces[0].namespace", "belongs to Kubernetes"),
    ({"gpuCluster.namespaces": [{"namespace": "default"}]}, "namespaces[0].namespace", "belongs to Kubernetes"),
    (
        {"featureServices.featureServer": {"project": "ml", "clientNamespaces": ["kube-system"]}},
        "featureServices.featureServer.clientNamespaces = ",
        "the namespace kube-system belongs to Kubernetes; choose another namespace",
    ),
    (
        {"featureServices.trackingServer.clientNamespaces": ["default"]},
        "featureServices.trackingServer.clientNamespaces = ",
        "the namespace default belongs to Kubernetes; choose another namespace",
    ),
    ({"gpuCluster.namespaces": [{"namespace": "keda"}]}, "namespaces", "keda belongs to a component of the platform"),
    ({"gpuCluster.namespaces": [{"namespace": "a"}] * 2}, "gpuCluster.namespaces", "a is listed more than once"),
    (
        {"modelServing.platform.modelNamespaces": ["models", "argocd"]},
        "platform.modelNamespaces",
        "the namespace argocd belongs to a component of the platform; choose another name",
    ),
    ({"modelServing.platform.modelNamespaces": ["models", "feast"]}, "modelNamespaces", "feast belongs to a component"),
    # Labels and taints of nodes.
    ({"gpuCluster.nodePools.0.labels": {"kubernetes.io/hostname": "x"}}, "labels", "is reserved: Kubernetes sets it"),
    ({"gpuCluster.nodePools.0.labels": {"node-role.kubernetes.io/gpu": ""}}, "labels", "Kubernetes sets it"),
    ({"gpuCluster.nodePools.0.labels": {"eks.amazonaws.com/nodegroup": "x"}}, "labels", "is reserved: EKS sets it"),
    ({"gpuCluster.nodePools.0.labels": {"mlplatform.io/pool": "x"}}, "labels", "the platform sets it; remove it"),
    ({"gpuCluster.nodePools.0.labels": {"nvidia.com/gpu.present": "x"}}, "labels", "the GPU software sets it"),
    ({"gpuCluster.nodePools.0.labels": {"team name": "x"}}, "labels", "'team name' is not a label key"),
    ({"gpuCluster.nodePools.0.labels": {"team": "a b"}}, "labels", "team = 'a b' is not a label value"),
    (
        {"gpuCluster.nodePools.0.taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NO_EXECUTE"}]},
        "taints",
        "node.kubernetes.io/unreachable is reserved: Kubernetes sets it",
    ),
    (
        {"gpuCluster.nodePools.0.taints": [{"key": "team", "effect": "NO_EXECUTE"}] * 2},
        "taints",
        "team with effect NO_EXECUTE is listed twice; list it once",
    ),
    (
        {"gpuCluster.namespaces": [{"namespace": "a", "labels": {"pod-security.kubernetes.io/enforce": "baseline"}}]},
        "namespaces[0].labels",
        "is set by podSecurity; remove it here",
    ),
    ({"modelServing.models.0.labels": {"team name": "x"}}, "models[0].labels", "'team name' is not a label key"),
    # Volumes.
    (
        {"gpuCluster.nodePools.0.diskGib": 20, "gpuCluster.nodePools.0.diskIops": 16000},
        "gpuCluster.nodePools[0].diskIops = 16000: ",
        "gp3 allows at most 10,000 with diskGib = 20; lower it, or set diskGib to 32 or more",
    ),
    (
        {"gpuCluster.nodePools.0.diskThroughput": 1000},
        "gpuCluster.nodePools[0].diskThroughput = 1000: ",
        "gp3 allows at most 750 MiB/s with diskIops = 3000; lower it, or set diskIops to 4000",
    ),
    # Principals and schedules.
    (
        {
            "gpuCluster.access": [
                {"name": name, "principalArn": "arn:aws:iam::111122223333:role/x", "level": "view"} for name in "ab"
            ]
        },
        "gpuCluster.access",
        "arn:aws:iam::111122223333:role/x is in more than one grant; give each principal one grant",
    ),
    (
        {
            "gpuCluster.access": [
                {"name": "a", "principalArn": f"arn:aws:iam::111122223333:role/{name}", "level": "view"}
                for name in "xy"
            ]
        },
        "gpuCluster.access",
        "a is in more than one grant; give each name one grant",
    ),
    (
        {
            "modelServing.models.0.schedules": [
                {"name": "day", "minimum": 2, "start": "08:00", "end": "20:00", "timeZone": "Europe/Berln"}
            ]
        },
        "schedules[0].timeZone",
        "Europe/Berln is not an IANA time zone; did you mean Europe/Berlin?",
    ),
]


@pytest.mark.parametrize(("changes", "field", "remedy"), REFUSED, ids=lambda each: str(each)[:60])
def test_refused_value_is_told_with_field_and_remedy(changes: dict[str, Any], field: str, remedy: str) -> None:
    told = refusal_of(changed(changes))
    assert told.splitlines()[0].endswith(": 1 wrong")
    assert field in told
    assert remedy in told


ACCEPTED: list[dict[str, Any]] = [
    {"environment.owner": "Équipe ML: a+b=c/d @x_1.0-2"},
    {"policies": {"allowedRegistries": ["111122223333.dkr.ecr.us-east-1.amazonaws.com/", "quay.io", "quay.io/a/b"]}},
    {"modelServing.models.0.modelUri": f"{BUCKET}/team-a/fraud_v1.2/3/"},
    {"featureStore.database.backupWindow": "05:30-06:00"},
    {"featureStore.database.storageGib": 600, "featureStore.database.maximumStorageGib": 660},
    {"featureStore.data.raw": {"readerRoleArns": READERS[:90]}},
    {"modelServing.models.0.memory": "256Mi", "modelServing.models.0.cpu": "100m"},
    {"featureStore.data.prefix": "sthree", "modelServing.models": []},
    {"gpuCluster.namespaces": [{"namespace": "monitoring", "labels": {"team": "a"}}]},
    {"gpuCluster.nodePools.0.labels": {"example.com/tier": "gold", "team": "risk"}},
    {"gpuCluster.nodePools.0.diskGib": 32, "gpuCluster.nodePools.0.diskIops": 16000},
    {"gpuCluster.nodePools.0.diskIops": 4000, "gpuCluster.nodePools.0.diskThroughput": 1000},
]


@pytest.mark.parametrize("changes", ACCEPTED, ids=lambda each: str(each)[:60])
def test_valid_value_near_a_limit_is_accepted(changes: dict[str, Any]) -> None:
    assert read(changed(changes)).model_serving
