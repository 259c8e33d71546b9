"""The Spark properties that every job of a cluster starts with, as plain data."""

from ...facts.emr_workers import spark_memory
from .applications import SparkApplicationSpec
from .spec import FEATURES

CATALOG = "offline"
"""The catalog of Iceberg tables in Spark: `offline.<database>.<table>`."""
ICEBERG_JAR = "/usr/share/aws/iceberg/lib/iceberg-spark3-runtime.jar"
"""The path is the same in emr-spark-8. Sources: EMR Serverless user guide, "Using Apache Iceberg"; aws-samples'
streaming ingestion examples for emr-spark-8.0.0."""


_METASTORE = "hive.metastore.client.factory.class"
_GLUE = "com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory"


def worker_settings(application: SparkApplicationSpec) -> dict[str, str]:
    """Drivers and executors of the application's sizes, so that jobs use its warm workers.

    Source: EMR Serverless user guide, "Spark job properties" and "Using shuffle-optimized disks".
    """
    settings: dict[str, str] = {}
    for role, worker in (("driver", application.driver), ("executor", application.executor)):
        settings |= {
            f"spark.{role}.cores": str(worker.vcpus),
            f"spark.{role}.memory": spark_memory(worker.memory_gb),
            f"spark.emr-serverless.{role}.disk": f"{worker.disk_gb}G",
        }
    if application.shuffle_optimized_disks:
        settings["spark.emr-serverless.executor.disk.type"] = "shuffle_optimized"
    return settings


def common_settings() -> dict[str, str]:
    """TLS between workers, and the Glue catalog as the metastore.

    Sources: EMR Serverless user guide, "Inter-worker encryption" and "Metastore configuration".
    """
    return {"spark.ssl.internode.enabled": "true", f"spark.hadoop.{_METASTORE}": _GLUE}


def ec2_configurations(offline_bucket: str, *, iceberg: bool) -> list[dict[str, object]]:
    """The configuration of a cluster on EC2: the Glue catalog as the metastore, dynamic allocation, Iceberg by choice.

    Source: EMR release guide, "Use the AWS Glue Data Catalog with Spark on Amazon EMR" and "Use an Iceberg cluster with
    Spark".
    """
    properties = iceberg_settings(offline_bucket) if iceberg else {}
    found: list[dict[str, object]] = [
        {"Classification": "spark-hive-site", "Properties": {_METASTORE: _GLUE}},
        {"Classification": "spark-defaults", "Properties": {"spark.dynamicAllocation.enabled": "true", **properties}},
    ]
    if iceberg:
        found.append({"Classification": "iceberg-defaults", "Properties": {"iceberg.enabled": "true"}})
    return found


def iceberg_settings(offline_bucket: str) -> dict[str, str]:
    """The catalog of Iceberg tables, whose metadata is in Glue and whose data is in the offline bucket.

    Source: EMR Serverless user guide, "Using Apache Iceberg with EMR Serverless".
    """
    catalog = f"spark.sql.catalog.{CATALOG}"
    return {
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        catalog: "org.apache.iceberg.spark.SparkCatalog",
        f"{catalog}.catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
        f"{catalog}.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        f"{catalog}.warehouse": f"s3://{offline_bucket}/{FEATURES}",
    }
