"""OfflineCatalog: a Glue database and an Athena workgroup over the offline feature store."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
from pydantic import Field

from ..core.component import Component
from ..core.spec import Spec

GIB = 1024**3
RESULTS = "athena-results"
"""The folder of the bucket for results of queries. They can be computed again."""


class CatalogConfig(TypedDict):
    """Where offline features are looked up, as a stack's config describes it."""

    database: str
    """The Glue database's name."""
    scan_limit_gib: NotRequired[int]
    """The most that one query may scan, in GiB."""


class OfflineCatalogArgs(CatalogConfig):
    """What an OfflineCatalog is made from."""

    deletion_protection: NotRequired[bool]
    """Whether tables and saved queries are protected from deletion."""
    bucket_name: pulumi.Input[str]
    """The bucket of the offline store; results go there, too."""
    key_arn: pulumi.Input[str]
    """The KMS key that encrypts results."""


class CatalogSpec(Spec):
    """Where offline features are looked up."""

    database: str = Field(pattern=r"^[a-z][a-z0-9_]{0,254}$", description="The Glue database's name.")
    scan_limit_gib: int = Field(
        default=1024,
        ge=1,
        le=1_000_000,
        description="The most that one query may scan, in GiB; Athena charges 5 USD a TB.",
    )


class OfflineCatalogSpec(CatalogSpec):
    """The checked arguments of an OfflineCatalog."""

    deletion_protection: bool = Field(
        default=True, description="Whether tables and saved queries are protected from deletion."
    )


class OfflineCatalog(Component[OfflineCatalogArgs, OfflineCatalogSpec]):
    """The catalog of offline features: tables in Glue, and encrypted Athena queries with a scan limit."""

    database_name: pulumi.Output[str]
    """The Glue database's name."""
    workgroup_name: pulumi.Output[str]
    """The Athena workgroup's name."""
    results_location: pulumi.Output[str]
    """The S3 address that query results go to."""

    def __init__(self, name: str, args: OfflineCatalogArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, OfflineCatalogArgs, OfflineCatalogSpec, opts)
        spec = self._spec
        kept = pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection)
        bucket = pulumi.Output.from_input(args["bucket_name"])
        self.results_location = pulumi.Output.concat("s3://", bucket, f"/{RESULTS}/")
        database = aws.glue.CatalogDatabase(
            f"{name}-database",
            name=spec.database,
            location_uri=pulumi.Output.concat("s3://", bucket, "/features/"),
            # Glue deletes a database with the tables in it.
            opts=kept,
        )
        workgroup = aws.athena.Workgroup(
            f"{name}-workgroup",
            name=spec.database.replace("_", "-"),
            # A single query that was ever run would keep it otherwise.
            force_destroy=not spec.deletion_protection,
            configuration={
                # Without it each client may write its results elsewhere, unencrypted.
                "enforce_workgroup_configuration": True,
                "publish_cloudwatch_metrics_enabled": True,
                "bytes_scanned_cutoff_per_query": spec.scan_limit_gib * GIB,
                "result_configuration": {
                    "output_location": self.results_location,
                    "encryption_configuration": {"encryption_option": "SSE_KMS", "kms_key_arn": args["key_arn"]},
                },
            },
            opts=kept,
        )
        self.database_name = database.name
        self.workgroup_name = workgroup.name
        self._publish()
