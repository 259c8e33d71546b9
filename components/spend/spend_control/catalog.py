"""Exports of Data Exports, and their tables and views in the Glue catalog."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from .focus import PARTITION, View, table_parameters

_PARQUET = "org.apache.hadoop.hive.ql.io.parquet"


def data_export(
    name: str,
    title: str,
    description: str,
    query: str,
    tables: Mapping[str, Mapping[str, str]],
    bucket: pulumi.Output[str],
    prefix: str,
    region: str,
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    """An export to a prefix of a bucket in `region`. Returns the S3 address of its months.

    AWS delivers up to three times a day and overwrites files within their month. The service is in us-east-1 in every
    case: its clients send each request there. Sources: Data Exports user guide, "Understanding export delivery";
    endpoint rules of BCM Data Exports.
    """
    destination: Any = {
        "s3_bucket": bucket,
        "s3_prefix": prefix,
        "s3_region": region,
        "s3_output_configurations": [
            {"format": "PARQUET", "compression": "PARQUET", "output_type": "CUSTOM", "overwrite": "OVERWRITE_REPORT"}
        ],
    }
    export: Any = {
        "name": title,
        "description": description,
        "data_queries": [{"query_statement": query, "table_configurations": tables}],
        "destination_configurations": [{"s3_destinations": [destination]}],
        "refresh_cadences": [{"frequency": "SYNCHRONOUS"}],
    }
    aws.bcmdata.Export(name, export=export, opts=opts)
    return pulumi.Output.concat("s3://", bucket, f"/{prefix}/{title}/data/")


def parquet_table(
    name: str,
    title: str,
    description: str,
    columns: Mapping[str, str],
    location: pulumi.Output[str],
    database: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> aws.glue.CatalogTable:
    """The table of an export. Athena computes its partitions, one a month."""
    listed: Any = [{"name": column, "type": kind} for column, kind in columns.items()]
    return aws.glue.CatalogTable(
        name,
        name=title,
        database_name=database,
        description=description,
        table_type="EXTERNAL_TABLE",
        parameters=location.apply(table_parameters),
        partition_keys=[{"name": PARTITION, "type": "string"}],
        storage_descriptor={
            "location": location,
            "input_format": f"{_PARQUET}.MapredParquetInputFormat",
            "output_format": f"{_PARQUET}.MapredParquetOutputFormat",
            "ser_de_info": {
                "serialization_library": f"{_PARQUET}.serde.ParquetHiveSerDe",
                "parameters": {"serialization.format": "1"},
            },
            "columns": listed,
        },
        opts=opts,
    )


def catalog_view(
    name: str,
    title: str,
    described: View,
    text: pulumi.Output[str],
    database: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """A view of Athena. `text` is what Glue stores of it, `described` has its columns."""
    shown: Any = [{"name": column, "type": kind} for column, kind in described.hive_columns().items()]
    aws.glue.CatalogTable(
        f"{name}-view-{title.replace('_', '-')}",
        name=title,
        database_name=database,
        description=described.comment,
        table_type="VIRTUAL_VIEW",
        parameters={"presto_view": "true", "comment": "Presto View"},
        view_original_text=text,
        view_expanded_text="/* Presto View */",
        storage_descriptor={"columns": shown, "ser_de_info": {"name": "-", "serialization_library": "-"}},
        opts=opts,
    )
