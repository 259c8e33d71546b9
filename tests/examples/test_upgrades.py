"""A deployed stack of another team survives an upgrade: nothing is replaced, and nothing is deleted and made again."""

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from tests.support.components.package_schema import version
from tests.support.components.released import FILE, Upgrade, harm, record_of, registered

pytestmark = pytest.mark.slow


def test_upgrade_from_the_last_version_replaces_nothing(example: Upgrade) -> None:
    last = json.loads(FILE.read_text(encoding="utf-8"))
    assert last["version"] == version(), "record the version: python -m tests.support.components.released"
    assert len(last["resources"]) > 300
    assert [*harm(last["resources"], example)] == []


class Store(pulumi.ComponentResource):
    """A component with a bucket and a VPC."""

    def __init__(
        self,
        bucket: str,
        *aliases: pulumi.Alias,
        cidr: str = "10.0.0.0/16",
        kind: str = "Store",
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Any,
    ):
        super().__init__(f"team:index:{kind}", "store", opts=opts)
        aws.s3.Bucket(bucket, **arguments, opts=pulumi.ResourceOptions(parent=self, aliases=[*aliases]))
        aws.ec2.Vpc("vpc", cidr_block=cidr, opts=pulumi.ResourceOptions(parent=self))


OLD_KIND = pulumi.Alias(type_="team:index:Store")
STORE = "urn:pulumi:test::mlplatform::team:index:Store$"
BUCKET = f"{STORE}aws:s3/bucket:Bucket::raw"
VPC = f"{STORE}aws:ec2/vpc:Vpc::vpc"


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (lambda: Store("raw"), []),
        (lambda: Store("raw", force_destroy=True), []),
        (
            lambda: Store("data"),
            [f"{BUCKET} is deleted, and another aws:s3/bucket:Bucket created; give the new one an alias"],
        ),
        (lambda: Store("data", pulumi.Alias(name="raw")), []),
        (lambda: Store("raw", kind="Data", opts=pulumi.ResourceOptions(aliases=[OLD_KIND])), []),
        (
            lambda: Store("raw", cidr="10.1.0.0/16"),
            [f"{VPC} is replaced: cidrBlock was '10.0.0.0/16', and is '10.1.0.0/16'"],
        ),
    ],
    ids=["same", "updated", "renamed", "renamed with an alias", "below another type with an alias", "replaced"],
)
def test_what_an_upgrade_destroys_is_told(program: Callable[[], object], told: list[str]) -> None:
    assert [*harm(record_of(registered(lambda: Store("raw"))), registered(program))] == told
