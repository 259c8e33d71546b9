"""What `mlplatform.testing.run` refuses, as the engine does, and for which account it answers."""

import pulumi
import pulumi_aws as aws
import pytest

from components.testing import DuplicateResourceError, Recording, run

URN = "urn:pulumi:test::mlplatform::sample:index:Part::twice"


class Part(pulumi.ComponentResource):
    def __init__(self, name: str, parent: pulumi.Resource | None = None):
        super().__init__("sample:index:Part", name, {}, pulumi.ResourceOptions(parent=parent))


def jobs_twice() -> None:
    """A URN has the types of the parents, not their names."""
    for name in ("one", "two"):
        pulumi.CustomResource("aws:sqs/queue:Queue", "jobs", {}, pulumi.ResourceOptions(parent=Part(name)))


def test_two_resources_of_one_urn_are_refused() -> None:
    recording = Recording()

    def program() -> None:
        Part("twice")
        Part("twice")

    with pytest.raises(DuplicateResourceError, match=rf"'twice' is registered twice; give .* another name .*{URN}"):
        run(program, recording)
    assert [each.urn for each in recording.resources] == [URN]


def test_two_children_of_one_type_and_name_are_refused() -> None:
    with pytest.raises(DuplicateResourceError, match=r"sample:index:Part\$aws:sqs/queue:Queue::jobs"):
        run(jobs_twice)


def test_run_after_a_refused_one_starts_afresh() -> None:
    with pytest.raises(DuplicateResourceError):
        run(jobs_twice)
    assert len(run(lambda: Part("one")).resources) == 1


def test_one_name_of_two_types_is_accepted() -> None:
    def program() -> None:
        part = Part("same")
        Part("same", part)
        pulumi.CustomResource("aws:sqs/queue:Queue", "same", {})

    assert len(run(program).resources) == 3


def test_each_run_may_register_the_same_urn() -> None:
    recording = Recording()
    run(lambda: Part("twice"), recording)
    run(lambda: Part("twice"), recording)
    assert [each.urn for each in recording.resources] == [URN, URN]


def test_answers_are_for_the_account_and_region_of_the_provider() -> None:
    recording = Recording(zones={"us-east-1a": "use1-az6"})

    def program() -> None:
        there = aws.Provider("there", region="eu-west-1", allowed_account_ids=["999988887777"])
        source = aws.sqs.Queue("source", opts=pulumi.ResourceOptions(provider=there))
        asked = pulumi.InvokeOptions(provider=there)
        zones = [aws.get_availability_zones(opts=asked).names[0], *aws.get_availability_zones().names]
        account = aws.get_caller_identity(opts=asked).account_id
        tags = {"arn": source.arn, "account": account, "zones": " ".join(zones)}
        aws.sqs.Queue("here", tags=tags)

    assert run(program, recording).one("aws:sqs/queue:Queue", "here").inputs["tags"] == {
        "arn": "arn:aws:sqs:eu-west-1:999988887777:source-1a2b3c4",
        "account": "999988887777",
        "zones": "eu-west-1a us-east-1a",
    }
