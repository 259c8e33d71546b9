"""A program evaluated in process registers what it would register under the engine."""

from pathlib import Path

import pytest

from components.testing.fake_aws import UnansweredError
from components.testing.recording import DuplicateResourceError
from planner.recorder import ExistingResourceError
from resources.resource import SECRET, UNKNOWN
from tests.support.planner.programs import evaluate

VPC = """
import pulumi, pulumi_aws as aws
vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(protect=True))
subnet = aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block="10.0.0.0/24", opts=pulumi.ResourceOptions(
    ignore_changes=["tags"], retain_on_delete=True, depends_on=[vpc]))
pulumi.export("vpc", vpc.id)
pulumi.export("password", pulumi.Output.secret("hunter2"))
"""


def test_resources_carry_what_the_provider_would_get(tmp_path: Path) -> None:
    found = evaluate(tmp_path, VPC)
    by_name = {resource.name: resource for resource in found.resources}
    vpc, subnet = by_name["vpc"], by_name["subnet"]
    assert vpc.urn == "urn:pulumi:test::sample::aws:ec2/vpc:Vpc::vpc"
    assert vpc.protect
    assert subnet.inputs["vpcId"] == vpc.outputs["id"]
    assert subnet.inputs["cidrBlock"] == "10.0.0.0/24"
    assert subnet.property_dependencies["vpcId"] == [vpc.urn]
    assert vpc.urn in subnet.dependencies
    assert (subnet.ignore_changes, subnet.retain_on_delete) == (["tags"], True)
    assert found.outputs == {"vpc": vpc.outputs["id"], "password": SECRET}


def test_registry_outputs_are_known_before_deployment(tmp_path: Path) -> None:
    program = """
import pulumi
from components.delivery.image_registry.image_registry import ImageRegistry
role = "arn:aws:iam::111122223333:role/fraud-pipeline"
registry = ImageRegistry("images", {
    "teams": [{"team": "fraud", "images": ["scorer"], "pipeline_role_arns": [role]}],
    "upstreams": [{"registry": "quay.io"}],
    "replica_regions": ["us-west-2"],
})
pulumi.export("repositories", registry.repository_urls)
pulumi.export("upstreams", registry.upstream_urls)
pulumi.export("key", registry.key_arn)
"""
    host = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
    found = evaluate(tmp_path, program)
    assert found.outputs["repositories"] == {"fraud/scorer": f"{host}/fraud/scorer"}
    assert found.outputs["upstreams"] == {"quay.io": f"{host}/quay"}
    assert str(found.outputs["key"]).startswith("arn:aws:kms:")
    assert not any(UNKNOWN in each.inputs.values() for each in found.resources)


def test_children_are_named_by_the_types_of_their_parents(tmp_path: Path) -> None:
    program = """
import pulumi, pulumi_aws as aws
class Outer(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("sample:index:Outer", name)
        aws.sqs.Queue(f"{name}-queue", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({"done": True})
Outer("outer")
"""
    queue = next(each for each in evaluate(tmp_path, program).resources if each.name == "outer-queue")
    assert queue.urn == "urn:pulumi:test::sample::sample:index:Outer$aws:sqs/queue:Queue::outer-queue"
    assert queue.parent == "urn:pulumi:test::sample::sample:index:Outer::outer"


def test_a_resource_knows_the_provider_it_inherits(tmp_path: Path) -> None:
    program = """
import pulumi, pulumi_aws as aws
provider = aws.Provider("pinned", region="us-east-1")
aws.sqs.Queue("queue", opts=pulumi.ResourceOptions(provider=provider))
"""
    queue = next(each for each in evaluate(tmp_path, program).resources if each.name == "queue")
    assert queue.provider == "urn:pulumi:test::sample::pulumi:providers:aws::pinned"


def test_outputs_name_the_account_and_region_of_the_provider(tmp_path: Path) -> None:
    program = """
import pulumi, pulumi_aws as aws
there = aws.Provider("there", region="eu-west-1", allowed_account_ids=["999988887777"])
elsewhere = aws.Provider("elsewhere", region="eu-west-1")
for name, provider in {"there": there, "elsewhere": elsewhere, "here": None}.items():
    options = pulumi.ResourceOptions(provider=provider)
    pulumi.export(name, aws.sqs.Queue(name, opts=options).arn)
    asked = pulumi.InvokeOptions(provider=provider)
    caller, region = aws.get_caller_identity(opts=asked), aws.get_region(opts=asked)
    zones = aws.get_availability_zones(opts=asked).names
    pulumi.export(f"{name}-asked", [caller.account_id, region.region, zones[0]])
"""
    assert evaluate(tmp_path, program).outputs == {
        "there": "arn:aws:sqs:eu-west-1:999988887777:there",
        "there-asked": ["999988887777", "eu-west-1", "eu-west-1a"],
        "elsewhere": "arn:aws:sqs:eu-west-1:111122223333:elsewhere",
        "elsewhere-asked": ["111122223333", "eu-west-1", "eu-west-1a"],
        "here": "arn:aws:sqs:us-east-1:111122223333:here",
        "here-asked": ["111122223333", "us-east-1", "us-east-1a"],
    }


def test_secrets_never_reach_the_plan(tmp_path: Path) -> None:
    program = """
import pulumi, pulumi_aws as aws
config = pulumi.Config()
aws.ssm.Parameter("parameter", type="SecureString", value=config.require_secret("token"),
    description=config.require_secret("token").apply(lambda token: f"holds {token}"))
"""
    found = evaluate(tmp_path, program, {"sample:token": {"secure": "AAABciphertext"}})
    parameter = next(each for each in found.resources if each.name == "parameter")
    assert parameter.inputs["value"] == SECRET
    assert parameter.inputs["description"] == SECRET
    assert "ciphertext" not in repr(found)


def test_an_output_that_only_a_deployment_decides_is_unknown(tmp_path: Path) -> None:
    program = """
import pulumi_aws as aws
host = aws.ec2.Instance("host", ami="ami-1", instance_type="t3.small")
aws.sqs.Queue("address", name=host.private_ip)
"""
    address = next(each for each in evaluate(tmp_path, program).resources if each.name == "address")
    assert address.inputs["name"] is UNKNOWN


def test_a_question_without_a_recorded_answer_names_itself(tmp_path: Path) -> None:
    program = 'import pulumi_aws as aws\naws.ec2.get_ami(owners=["amazon"], most_recent=True)\n'
    with pytest.raises(UnansweredError, match=r"aws:ec2/getAmi:getAmi was called with .*amazon.*no recorded answer"):
        evaluate(tmp_path, program)


def test_unrecorded_region_is_an_error_that_names_it(tmp_path: Path) -> None:
    program = 'import pulumi_aws as aws\naws.get_availability_zones(region="mars-north-1")\n'
    with pytest.raises(UnansweredError, match=r"the zones of mars-north-1 are not known; known: .*us-east-1"):
        evaluate(tmp_path, program)


def test_two_resources_of_one_name_are_refused(tmp_path: Path) -> None:
    program = 'import pulumi_aws as aws\naws.sqs.Queue("twice")\naws.sqs.Queue("twice")\n'
    with pytest.raises(DuplicateResourceError, match=r"aws:sqs/queue:Queue 'twice' is registered twice"):
        evaluate(tmp_path, program)


def test_reading_an_existing_resource_is_refused(tmp_path: Path) -> None:
    program = 'import pulumi_aws as aws\naws.sqs.Queue.get("other", "https://sqs/other")\n'
    refusal = r"aws:sqs/queue:Queue 'https://sqs/other' is read from the account"
    with pytest.raises(ExistingResourceError, match=refusal):
        evaluate(tmp_path, program)


def test_an_error_inside_apply_is_raised(tmp_path: Path) -> None:
    program = """
import pulumi, pulumi_aws as aws
queue = aws.sqs.Queue("queue")
pulumi.export("broken", queue.arn.apply(lambda arn: 1 / 0))
"""
    with pytest.raises(ZeroDivisionError):
        evaluate(tmp_path, program)


def test_two_stacks_in_one_process_know_nothing_of_each_other(tmp_path: Path) -> None:
    program = "import pulumi, pulumi_aws as aws\naws.sqs.Queue(pulumi.Config().require('name'))\n"
    first = evaluate(tmp_path, program, {"sample:name": "one"})
    second = evaluate(tmp_path, program, {"sample:name": "two"})
    assert [each.name for each in first.resources if each.custom] == ["one"]
    assert [each.name for each in second.resources if each.custom] == ["two"]
