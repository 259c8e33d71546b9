"""A Pulumi program that knows nothing of this project, and whose previews the tests read.

`given.json` beside it says what is deployed. The engine runs it with stand-ins for the providers.
"""

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s

given = json.loads((Path(__file__).parent / "given.json").read_text())


class Web(pulumi.ComponentResource):
    """A component with one child."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None):
        super().__init__("shop:index:Web", name, None, opts)
        self.group = aws.ec2.SecurityGroup(
            f"{name}-sg",
            ingress=[{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


home = aws.Provider(
    "home", region="us-east-1", allowed_account_ids=["111122223333"], default_tags={"tags": {"owner": "shop"}}
)
abroad = aws.Provider("abroad", region="eu-west-1", allowed_account_ids=["111122223333"])
opts = pulumi.ResourceOptions(provider=home)

web = Web("web", pulumi.ResourceOptions(providers=[home]))
vpc = aws.ec2.Vpc("net", cidr_block="10.0.0.0/16", opts=opts)
subnets = [
    aws.ec2.Subnet(
        f"net-{zone}", vpc_id=vpc.id, cidr_block=f"10.0.{index}.0/24", availability_zone=f"us-east-1{zone}", opts=opts
    )
    for index, zone in enumerate("ab")
]
address = aws.ec2.Eip("nat-address", domain="vpc", opts=opts)
aws.ec2.NatGateway("nat", subnet_id=subnets[0].id, allocation_id=address.id, opts=opts)
aws.lb.LoadBalancer("front", load_balancer_type="application", subnets=[each.id for each in subnets], opts=opts)
aws.ec2.Instance(
    "machine",
    ami="ami-0123456789abcdef0",
    instance_type=given["machine"],
    vpc_security_group_ids=[web.group.id],
    root_block_device={"volume_size": 20, "volume_type": "gp3"},
    opts=opts,
)
files = aws.s3.Bucket("files", opts=opts)
aws.s3.BucketVersioning("files-versions", bucket=files.id, versioning_configuration={"status": "Enabled"}, opts=opts)
parameters = aws.rds.ParameterGroup("parameters", family="postgres17", opts=opts)
aws.rds.Instance(
    "database",
    identifier="shop-database",
    engine="postgres",
    instance_class="db.t4g.medium",
    allocated_storage=20,
    storage_type="gp3",
    engine_version="17",
    parameter_group_name=parameters.name,
    username="shop",
    password=pulumi.Output.secret("hunter2hunter2"),
    opts=pulumi.ResourceOptions(provider=home, protect=True),
)
for number in range(given["queues"]):
    aws.sqs.Queue(f"queue-{number}", opts=pulumi.ResourceOptions(provider=abroad))

cluster = aws.eks.Cluster(
    "cluster",
    name="shop",
    role_arn="arn:aws:iam::111122223333:role/eks",
    vpc_config={"subnet_ids": [each.id for each in subnets]},
    version="1.35",
    opts=opts,
)
inside = k8s.Provider("inside", kubeconfig=cluster.endpoint)
k8s.core.v1.Namespace("shop", opts=pulumi.ResourceOptions(provider=inside))
k8s.apps.v1.Deployment(
    "web",
    metadata={"namespace": "shop"},
    spec={
        "selector": {"match_labels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "nginx:latest"}]},
        },
    },
    opts=pulumi.ResourceOptions(provider=inside),
)
if given.get("fails"):
    raise ValueError("the shop is closed")
