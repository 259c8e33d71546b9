"""Names that sections give to each other must refer to something, and names that exist once are used once."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.support.stacks.configs import read, refusal_of, sections_of

Sections = dict[str, Any]


def put(path: str, value: Any) -> Callable[[Sections], None]:
    """Sets one value; `path` is such as `delivery.teams.0.groups`."""

    def change(sections: Sections) -> None:
        *way, last = path.split(".")
        at: Any = sections
        for key in way:
            at = at[int(key)] if key.isdigit() else at.setdefault(key, {})
        at[last] = value

    return change


def both(*changes: Callable[[Sections], None]) -> Callable[[Sections], None]:
    def change(sections: Sections) -> None:
        for each in changes:
            each(sections)

    return change


def add(path: str, item: Any) -> Callable[[Sections], None]:
    """Appends to a list."""

    def change(sections: Sections) -> None:
        at: Any = sections
        for key in path.split("."):
            at = at[int(key)] if key.isdigit() else at[key]
        at.append(item)

    return change


VAULT_IN_CHINA = "arn:aws-cn:backup:cn-north-1:444455556666:backup-vault:central"
USER_IN_CHINA = "arn:aws-cn:iam::111122223333:user/emergency-1"
MONITOR_IN_CHINA = "arn:aws-cn:ce::111122223333:anomalymonitor/costs"
ROLE = "arn:aws:iam::444455556666:role/data"
GRANT = {"name": "data", "principalArn": ROLE, "level": "view"}
CLIENT = {"name": "portal", "callbackUrls": ["https://portal.example.com/back"]}

REFUSED: list[tuple[str, Callable[[Sections], None], str, str]] = [
    # Groups of the user pool.
    ("staging", put("delivery.administrators", ["sre"]), "delivery.administrators = 'sre'", "userPool.groups has no"),
    ("staging", put("delivery.teams.0.groups", ["serch"]), "delivery.teams[0].groups", "did you mean search?"),
    ("kubeflow", put("kubeflow.teams.0.groups", ["nobody"]), "kubeflow.teams[0].groups", "add it there"),
    ("staging", put("userPool.groups", ["platform", "search"]), "delivery.teams[1].groups = 'risk'", "no group risk"),
    # Namespaces.
    (
        "staging",
        put("featureServices.featureServer.clientNamespaces", ["nonexistent"]),
        "featureServices.featureServer.clientNamespaces = 'nonexistent'",
        "the stack creates no namespace nonexistent; add it to gpuCluster.namespaces",
    ),
    (
        "staging",
        put("featureServices.trackingServer.clientNamespaces", ["serch"]),
        "featureServices.trackingServer.clientNamespaces",
        "did you mean search?",
    ),
    (
        "staging",
        put("modelServing.neighbors", [{"namespace": "nonexistent", "port": 80}]),
        "modelServing.neighbors[0].namespace",
        "the stack creates no namespace nonexistent",
    ),
    (
        "staging",
        put("modelServing.neighbors", [{"namespace": "kubeflow", "port": 80}]),
        "modelServing.neighbors[0].namespace",
        "the stack creates no namespace kubeflow",
    ),
    (
        "staging",
        put("gpuCluster.access", [{**GRANT, "namespaces": ["nonexistent"]}]),
        "gpuCluster.access[0].namespaces",
        "the stack creates no namespace nonexistent",
    ),
    (
        "kubeflow",
        put("kubeflow.services", ["feast"]),
        "kubeflow.services = 'feast'",
        "the stack creates no namespace feast",
    ),
    (
        "staging",
        put("gpuCluster.namespaces", [{"namespace": "search"}]),
        "modelServing.platform.modelNamespaces = 'search'",
        "which would both create it; remove it from one of them",
    ),
    (
        "kubeflow",
        put("gpuCluster.namespaces", [{"namespace": "risk"}]),
        "kubeflow.teams[1].name = 'risk'",
        "is in gpuCluster.namespaces[0].namespace and in kubeflow.teams[1].name",
    ),
    (
        "kubeflow",
        add("delivery.teams", {"name": "search", "groups": ["search"]}),
        "kubeflow.teams[0].name = 'search'",
        "which would both create it",
    ),
    (
        "staging",
        both(
            put("gpuCluster.monitoringNamespace", "watch"),
            put("gpuCluster.namespaces", [{"namespace": "watch"}]),
        ),
        "modelServing.monitoringNamespace = 'monitoring'",
        "gpuCluster.monitoringNamespace is watch, and one Prometheus reads all metrics; write the same",
    ),
    (
        "staging",
        add("delivery.teams", {"name": "watch", "groups": ["risk"], "namespaces": ["monitoring"]}),
        "delivery.teams[2].namespaces = 'monitoring'",
        "monitoring is monitoringNamespace; choose another name",
    ),
    # Domains, clients of the sign-in, and their secrets.
    (
        "staging",
        both(
            put("delivery.domain", "models.staging.example.com"),
            put("userPool.clients.0.callbackUrls", ["https://models.staging.example.com/auth/callback"]),
        ),
        "delivery.domain = 'models.staging.example.com'",
        "the host models.staging.example.com is modelServing.domain too",
    ),
    (
        "staging",
        both(
            put("delivery.domain", "fraud.models.staging.example.com"),
            put("userPool.clients.0.callbackUrls", ["https://fraud.models.staging.example.com/auth/callback"]),
        ),
        "delivery.domain = 'fraud.models.staging.example.com'",
        "is modelServing.deliveredModels[2].name too",
    ),
    (
        "kubeflow",
        both(
            put("delivery.domain", "kubeflow.example.com"),
            add("userPool.clients.1.callbackUrls", "https://kubeflow.example.com/auth/callback"),
        ),
        "delivery.domain = 'kubeflow.example.com'",
        "the host kubeflow.example.com is kubeflow.domain too",
    ),
    (
        "staging",
        both(
            put("delivery.domain", "deploy.example.org"),
            put("userPool.clients.0.callbackUrls", ["https://deploy.example.org/auth/callback"]),
        ),
        "delivery.domain = 'deploy.example.org'",
        "is outside of modelServing.zoneName = staging.example.com",
    ),
    (
        "staging",
        put("delivery.domain", "cd.staging.example.com"),
        "userPool.clients",
        "no client that fits argocd; add {name:",
    ),
    (
        "staging",
        add("userPool.clients", {**CLIENT, "callbackUrls": ["https://deploy.staging.example.com/auth/callback"]}),
        "userPool.clients[2].callbackUrls",
        "the callback https://deploy.staging.example.com/auth/callback is userPool.clients[0].callbackUrls too",
    ),
    (
        "staging",
        add("userPool.clients", {**CLIENT, "callbackUrls": CLIENT["callbackUrls"] * 2}),
        "userPool.clients[2].callbackUrls",
        "is named more than once; name each once",
    ),
    (
        "staging",
        add("userPool.clients", {**CLIENT, "secret": "database/mlflow"}),
        "userPool.clients[2].secret = 'database/mlflow'",
        "featureServices has the secret database/mlflow; choose another name",
    ),
    (
        "staging",
        add("userPool.clients", {**CLIENT, "secret": "delivery/notifications"}),
        "userPool.clients[2].secret",
        "delivery has the secret delivery/notifications",
    ),
    (
        "staging",
        put("featureServices.trackingServer.hosts", ["deploy.staging.example.com"]),
        "featureServices.trackingServer.hosts = 'deploy.staging.example.com'",
        "the host deploy.staging.example.com is delivery.domain too",
    ),
    ("staging", put("delivery.administrators", ["platform"] * 2), "delivery.administrators", "named more than once"),
    (
        "prod",
        put("imageRegistry.readerAccounts", ["444455556666"] * 2),
        "imageRegistry",
        "imageRegistry.readerAccounts = '444455556666': it is listed twice; list it once",
    ),
    (
        "staging",
        put(
            "modelServing.models",
            [
                {
                    "name": "extra",
                    "namespace": "risk",
                    "modelUri": "s3://ml-staging-models-444455556666/extra/",
                    "runtime": "triton",
                    "gpus": 1,
                    "cpu": "3",
                    "memory": "12Gi",
                    "minimum": 3,
                    "maximum": 4,
                    "targetConcurrency": 4,
                }
            ],
        ),
        "modelServing.models = ['extra']",
        "need gpus 4, and the quota of team risk is 3; raise quota.gpus",
    ),
    # Stores.
    (
        "kubeflow",
        put("pipelinesDatabase.identifier", "ml-kubeflow"),
        "pipelinesDatabase.identifier = 'ml-kubeflow'",
        "the identifier ml-kubeflow is featureStore.database.identifier too",
    ),
    (
        "staging",
        put("featureServices.databases", [{"name": "notes"}, {"name": "notes"}]),
        "featureServices.databases[1].name = 'notes'",
        "it must be unique in an instance",
    ),
    (
        "staging",
        put("featureServices.databases", [{"name": "notes", "readers": ["mlflow"]}]),
        "featureServices.databases[0].readers = 'mlflow'",
        "mlflow is the owner of a database",
    ),
    (
        "prod",
        both(
            put("featureStore.predictions.cacheName", "ml-prod"),
            add("featureStore.predictions.users", {"name": "online-serving", "access": "read"}),
        ),
        "featureStore.predictions.users[1].name = 'ml-prod-online-serving'",
        "the ElastiCache user ml-prod-online-serving is featureStore.online.users[1].name too",
    ),
    (
        "staging",
        put("featureStore.data.raw.replicaRegion", "us-east-1"),
        "featureStore.data.raw.replicaRegion",
        "us-east-1 is the stack's own region",
    ),
    (
        "staging",
        both(
            put("environment.region", "us-gov-west-1"),
            put("network.zones", ["us-gov-west-1a", "us-gov-west-1b"]),
            put("gpuCluster.karpenter.pools.0.instanceTypes", ["g6.xlarge"]),
            put("featureStore.database.instanceClass", "db.m7g.large"),
        ),
        "featureStore.database.instanceClass = 'db.m7g.large'",
        "db.m7g.large is not offered in us-gov-west-1; choose another class",
    ),
    (
        "staging",
        put("modelServing.deliveredModels.0.folder", "s3://ml-staging-raw-444455556666/ranking/"),
        "modelServing.deliveredModels[0].folder",
        "write s3://ml-staging-models-444455556666/<folder>/",
    ),
    (
        "staging",
        both(
            put("modelServing.deliveredModels.0.namespace", "models"),
            put("modelServing.platform.modelNamespaces", ["search", "risk", "models"]),
        ),
        "modelServing.deliveredModels[0].namespace = 'models'",
        "but a team delivers to its first namespace: search in search, risk in risk",
    ),
    # Principals and registries.
    (
        "staging",
        both(put("gpuCluster.access", [GRANT]), put("delivery.teams.0.iamRoles", [ROLE])),
        "delivery.teams[0].iamRoles",
        "EKS allows one access entry for each role; remove it from one of them",
    ),
    (
        "staging",
        put("gpuCluster.access", [{**GRANT, "principalArn": ROLE.replace("aws", "aws-cn")}]),
        "gpuCluster.access[0].principalArn",
        "us-east-1 is in the partition aws; write arn:aws:",
    ),
    (
        "prod",
        put(
            "imageRegistry.upstreams.0.credentialArn",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/docker-hub-AbCdEf",
        ),
        "imageRegistry.upstreams[0].credentialArn",
        "write a secret of 111122223333 in us-east-1",
    ),
    ("prod", put("imageRegistry.replicaRegions", ["us-east-1"]), "imageRegistry.replicaRegions", "own region; remove"),
    (
        "prod",
        put(
            "modelServing.platform.imageCaches",
            {"docker.io": "111122223333.dkr.ecr.us-east-1.amazonaws.com/hub"},
        ),
        "modelServing.platform.imageCaches.docker.io",
        "its cache is in the folder docker-hub",
    ),
    # Copies in other regions.
    (
        "prod",
        put("imageRegistry.replicaRegions", ["eu-mars-1"]),
        "imageRegistry.replicaRegions",
        "is not an AWS region",
    ),
    (
        "prod",
        put("imageRegistry.replicaRegions", ["us-gov-west-1"]),
        "imageRegistry.replicaRegions = 'us-gov-west-1'",
        "us-gov-west-1 is in the partition aws-us-gov, and us-east-1 is in aws; AWS does not copy between partitions",
    ),
    (
        "staging",
        put("featureStore.data.models.replicaRegion", "cn-north-1"),
        "featureStore.data.models.replicaRegion = 'cn-north-1'",
        "cn-north-1 is in the partition aws-cn",
    ),
    # ARNs of another partition.
    (
        "prod",
        put("trainingPlatform.teams.0.submitterArns", [ROLE.replace("aws", "aws-cn")]),
        "trainingPlatform.teams[0].submitterArns[0]",
        "us-east-1 is in the partition aws; write arn:aws:",
    ),
    ("prod", put("recovery.copyVaultArn", VAULT_IN_CHINA), "recovery.copyVaultArn", "write arn:aws:"),
    ("prod", put("access.breakGlass.userArns", [USER_IN_CHINA]), "access.breakGlass.userArns", "write arn:aws:"),
    ("prod", put("spend.anomalies.monitorArn", MONITOR_IN_CHINA), "spend.anomalies.monitorArn", "write arn:aws:"),
    (
        "staging",
        put("featureStore.data.raw.readerRoleArns", [ROLE.replace("aws", "aws-cn")]),
        "featureStore.data.raw.readerRoleArns",
        "us-east-1 is in the partition aws; write arn:aws:",
    ),
    (
        "prod",
        put(
            "imageRegistry.upstreams.0.credentialArn",
            "arn:aws-cn:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/docker-hub-AbCdEf",
        ),
        "imageRegistry.upstreams[0].credentialArn",
        "us-east-1 is in the partition aws; write arn:aws:",
    ),
    # Hours of changes.
    *(
        (
            "staging",
            put("delivery.syncWindows", [{"kind": "deny", "schedule": schedule, "hours": 2}]),
            f"delivery.syncWindows[0].schedule = '{schedule}'",
            told,
        )
        for schedule, told in (
            ("99 25 * * *", "'99' is not a minute of cron"),
            ("0 22 31 2 *", "never occurs: month 2 has no day 31; write a day from 1 to 29"),
        )
    ),
    # Network.
    (
        "staging",
        put("gpuCluster.nodePools.0.zone", "us-east-1c"),
        "gpuCluster.nodePools[0].zone = 'us-east-1c'",
        "the network has no subnet in us-east-1c; name one of network.zones, us-east-1a, us-east-1b",
    ),
    (
        "staging",
        put("gpuCluster.nodePools.0.zones", ["us-east-1a", "us-east-1c"]),
        "gpuCluster.nodePools[0].zones[1] = 'us-east-1c'",
        "the network has no subnet in us-east-1c; name one of network.zones, us-east-1a, us-east-1b",
    ),
    *(
        (
            "staging",
            both(put("network.zones", []), put(f"gpuCluster.nodePools.0.{field}", value)),
            f"gpuCluster.nodePools[0].{at} = '{wrong}'",
            f"the network has no subnet in {wrong}, because network.zones is empty",
        )
        for field, value, at, wrong in (
            ("zone", "us-east-1q", "zone", "us-east-1q"),
            ("zone", "us-east-1f", "zone", "us-east-1f"),
            ("zones", ["us-east-1a", "us-east-1d"], "zones[1]", "us-east-1d"),
        )
    ),
    (
        "staging",
        both(put("network.zones", []), put("network.zoneCount", 2), put("gpuCluster.nodePools.0.zone", "us-east-1c")),
        "gpuCluster.nodePools[0].zone = 'us-east-1c'",
        "takes the first zones, us-east-1a, us-east-1b; name one of these, or write network.zones",
    ),
    (
        "staging",
        put("network.zones", ["us-west-2a", "us-west-2b"]),
        "network.zones[0] = 'us-west-2a'",
        "us-west-2a is not a zone of us-east-1; name one such as us-east-1a",
    ),
    (
        "staging",
        put("network.zones", ["us-east-1a", "us-east-1z"]),
        "network.zones[1] = 'us-east-1z'",
        "the region has no such zone; choose from us-east-1a, us-east-1b, us-east-1c, us-east-1d",
    ),
    (
        "staging",
        put(
            "featureStore.data",
            {
                "prefix": "ml-staging",
                "existing": {"raw": "acme-lake", "keyArn": "arn:aws:kms:eu-west-1:444455556666:key/k-1"},
            },
        ),
        "featureStore.data.existing.keyArn = 'arn:aws:kms:eu-west-1:444455556666:key/k-1'",
        "S3 encrypts only with a key of the bucket's region; write a key in us-east-1",
    ),
    (
        "starter",
        put("starter.data.existing", {"raw": "acme-lake", "keyArn": "arn:aws:kms:eu-west-1:444455556666:key/k-1"}),
        "starter.data.existing.keyArn",
        "write a key in us-east-1",
    ),
    ("staging", put("network.clusterNames", ["other"]), "network.clusterNames", "gpuCluster.clusterName = ml-staging"),
    (
        "staging",
        put("policies.allowedInstanceTypes", ["g4dn.12xlrage"]),
        "policies.allowedInstanceTypes = 'g4dn.12xlrage'",
        "did you mean g4dn.12xlarge?",
    ),
    ("staging", put("policies.allowedInstanceTypes", ["*"]), "policies.allowedInstanceTypes", "such as p5.*"),
]


@pytest.mark.parametrize(("stack", "change", "field", "remedy"), REFUSED, ids=[str(each[2]) for each in REFUSED])
def test_wrong_name_is_refused_where_it_is_given(
    stack: str, change: Callable[[Sections], None], field: str, remedy: str
) -> None:
    sections = deepcopy(sections_of(stack))
    change(sections)
    told = refusal_of(sections)
    assert field in told
    assert remedy in told


ACCEPTED: list[tuple[str, Callable[[Sections], None]]] = [
    ("staging", put("modelServing.neighbors", [{"namespace": "mlflow", "port": 5000}])),
    ("staging", put("gpuCluster.access", [{**GRANT, "namespaces": ["search", "kube-system"]}])),
    ("staging", both(put("metrics", None), put("gpuCluster.namespaces", [{"namespace": "monitoring"}]))),
    ("staging", put("gpuCluster.nodePools.0.zone", "us-east-1b")),
    ("staging", both(put("network.zones", []), put("gpuCluster.nodePools.0.zone", "us-east-1c"))),
    ("staging", add("userPool.clients", CLIENT)),
    # Cognito takes http for localhost alone.
    (
        "staging",
        add("userPool.clients", {**CLIENT, "callbackUrls": ["http://localhost:8080/back", "http://localhost/back"]}),
    ),
    ("staging", put("policies.allowedInstanceTypes", ["p5.*", "ml.p5.48xlarge", "db.r7g.16xlarge"])),
    ("staging", put("modelServing.loadBalancer.alternativeNames", ["fraud.models.staging.example.com"])),
    ("prod", put("featureStore.data.models.replicaRegion", "us-west-2")),
    ("prod", put("network.clusterNames", ["ml-prod"])),
    # An image that ECR can't pull through is copied to a repository of the account.
    (
        "prod",
        put("modelServing.platform.imageCaches", {"nvcr.io": "111122223333.dkr.ecr.us-east-1.amazonaws.com/nvcr"}),
    ),
]


@pytest.mark.parametrize(("stack", "change"), ACCEPTED)
def test_name_that_refers_to_something_is_accepted(stack: str, change: Callable[[Sections], None]) -> None:
    sections = deepcopy(sections_of(stack))
    change(sections)
    assert read(sections).gpu_cluster


def test_every_wrong_name_is_told_at_once() -> None:
    sections = sections_of("staging")
    for change in (
        put("delivery.administrators", ["sre"]),
        put("featureServices.featureServer.clientNamespaces", ["nowhere"]),
        put("gpuCluster.nodePools.0.zone", "us-east-1c"),
    ):
        change(sections)
    assert "3 wrong" in refusal_of(sections).splitlines()[0]


def test_no_check_of_several_sections_hides_another() -> None:
    sections = sections_of("staging")
    for change in (
        put("delivery.administrators", ["sre"]),
        put("gpuCluster.sharedSystemPool", True),
        put("gpuCluster.serviceCidr", "10.41.0.0/16"),
        put("network.reservedCidrs", ["10.41.0.0/16"]),
        put("network.vpcCidr", "10.42.0.0/16"),
        put("gpuCluster.karpenter.pools.0.instanceTypes", ["m7i.large"]),
        put("gpuCluster.karpenter.pools.0.maximumGpus", None),
        put("gpuCluster.nodePools.0.zone", "us-west-2a"),
    ):
        change(sections)
    told = refusal_of(sections)
    assert "4 wrong" in told.splitlines()[0]
    assert "delivery.administrators = 'sre'" in told
    assert "gpuCluster.serviceCidr = '10.41.0.0/16': overlaps network.reservedCidrs" in told
    # What names no wrong value is the last.
    assert "take the same pods, so both autoscalers" in told.splitlines()[-1]
    assert "gpuCluster.nodePools[0].zone = 'us-west-2a': us-west-2a is not a zone of us-east-1" in told
