"""Another team's program: components generated for Python, wired to each other and to resources of its own."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.engine.harness import Engine

NETWORK = """
network = mlplatform.Network(
    "theirs", vpc_cidr="10.60.0.0/16", nat=mlplatform.NatMode.PER_ZONE, zone_count=2, opts=options
)
pool = mlplatform.NodePool(
    "pool",
    name="workers",
    cluster_name="theirs",
    instance_types=["g4dn.xlarge"],
    minimum=0,
    maximum=2,
    purchase=mlplatform.Purchase.SPOT,
    taints=[mlplatform.TaintConfigArgs(key="team", value="a", effect=mlplatform.TaintEffect.NO_EXECUTE)],
    subnet_ids=network.private_subnet_ids,
    security_group_ids=[network.endpoint_security_group_id],
    node_role_arn="arn:aws:iam::111122223333:role/nodes",
    volume_key_arn=KEY,
    opts=options,
)
pulumi.export("group", pool.scaling_group_name)
"""

SIGN_IN_AND_IMAGES = """
users = mlplatform.UserPool(
    "users",
    name="theirs",
    domain_prefix="theirs-ml",
    groups=["platform", "vision"],
    clients=[
        mlplatform.UserPoolClientConfigArgs(
            name="argocd", secret="delivery/sso", callback_urls=["https://deploy.example.com/auth/callback"]
        ),
        mlplatform.UserPoolClientConfigArgs(
            name="kubeflow", secret="kubeflow/sign-in", callback_urls=["https://kubeflow.example.com/oauth2/callback"]
        ),
    ],
    secret_prefix="theirs",
    secrets_key_arn=KEY,
    opts=options,
)
images = mlplatform.ImageRegistry(
    "images",
    teams=[
        mlplatform.ImageTeamConfigArgs(
            team="vision", images=["classifier"], pipeline_role_arns=["arn:aws:iam::111122223333:role/pipeline"]
        )
    ],
    upstreams=[mlplatform.UpstreamConfigArgs(registry="quay.io")],
    scanning=mlplatform.ImageScanning.ENHANCED,
    opts=options,
)
pulumi.export("images", images.repository_urls["vision/classifier"])
"""

TEAMS = """
quota = mlplatform.TeamQuotaConfigArgs(cpu=16, memory_gib=64, gpus=1, storage_gib=50)
vision = mlplatform.TeamConfigArgs(name="vision", groups=["vision"], emails=["ada@example.com"], quota=quota)
delivery = mlplatform.Delivery(
    "delivery",
    domain="deploy.example.com",
    environment="prod",
    repository="https://github.com/example/theirs",
    administrators=["platform"],
    teams=[vision],
    sync_windows=[
        mlplatform.SyncWindowConfigArgs(kind=mlplatform.WindowKind.DENY, schedule="0 18 * * 5", hours=60)
    ],
    cluster_wide=True,
    cluster_name="theirs",
    secret_store="aws-secrets",
    secret_prefix="theirs",
    oidc_issuer=users.issuer,
    oidc_client_id=users.client_ids["argocd"],
    opts=options,
)
kubeflow = mlplatform.KubeflowCluster(
    "kubeflow",
    zone_name="example.com",
    domain="kubeflow.example.com",
    repository="https://github.com/example/theirs",
    revision="1f" * 20,
    teams=[vision],
    pools=[
        mlplatform.PoolConfigArgs(
            name="training",
            nodes=2,
            cpu=16,
            memory_gib=64,
            gpus=1,
            taints=[
                mlplatform.TaintConfigArgs(
                    key="nvidia.com/gpu", value="present", effect=mlplatform.TaintEffect.NO_SCHEDULE
                )
            ],
        )
    ],
    guarantees=[mlplatform.GuaranteeConfigArgs(team="vision", pool="training", gpus=1)],
    firewall=mlplatform.WebFirewallConfigArgs(counted_rules={"common": ["SizeRestrictions_BODY"]}),
    cluster_name="theirs",
    argo_cd=delivery.ready,
    vpc_id=network.vpc_id,
    vpc_cidr=network.vpc_cidr,
    load_balancer_subnet_ids=network.public_subnet_ids,
    node_security_group_id=network.endpoint_security_group_id,
    zone_id="Z1",
    log_bucket_name="theirs-logs",
    raw_bucket="theirs-raw",
    training_bucket="theirs-training",
    models_bucket="theirs-models",
    offline_bucket="theirs-offline",
    data_key_arn=KEY,
    database_address="metadata.example.internal",
    pipelines_database_address="pipelines.example.internal",
    secret_store="aws-secrets",
    secret_prefix="theirs",
    issuer=users.issuer,
    sign_in_url=users.sign_in_url,
    client_id=users.client_ids["kubeflow"],
    client_secret_name=users.secret_names["kubeflow"],
    opts=options,
)
pulumi.export("kubeflow", kubeflow.url)
"""

PROGRAM = f"""
import sys

sys.path.insert(0, "python")

import pulumi
import pulumi_aws as aws
import pulumi_mlplatform as mlplatform

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1"
cloud = aws.Provider("aws", region="eu-west-1", allowed_account_ids=["111122223333"])
cluster = pulumi.ProviderResource("kubernetes", "cluster", {{"kubeconfig": "{{}}"}})
options = pulumi.ResourceOptions(providers=[cloud, cluster])
{NETWORK}{SIGN_IN_AND_IMAGES}{TEAMS}"""


def lay_out(engine: Engine, folder: Path) -> None:
    """A project beside ours, whose engine starts our plugin from its folder, as after `pulumi package add`."""
    generated = engine.run("package", "gen-sdk", str(engine.plugin()), "--language", "python", "--out", str(folder))
    assert generated.code == 0, generated.printed
    metadata = folder / "python" / "pulumi_mlplatform-0.0.0.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: pulumi_mlplatform\nVersion: 0.0.0\n", encoding="utf-8")
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    project: Mapping[str, Any] = {
        "name": "consumer",
        "runtime": {"name": "python", "options": {"virtualenv": ".venv"}},
        "plugins": {"providers": [{"name": "mlplatform", "path": str(engine.project / "components")}]},
    }
    (folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")
    made = engine.run("stack", "init", "dev", folder=folder)
    assert made.code == 0, made.printed
