"""What materialization may do in AWS, as plain data. The server itself may do nothing there."""

from ...core.account import Account
from ...core.iam import allow, document
from ...core.kms import through
from ..offline_catalog import RESULTS as ALL_RESULTS

RESULTS = f"{ALL_RESULTS}/feast"
"""The folder of the offline bucket in which Feast's queries leave what they find; beside those of people's queries."""
TEMPORARY_TABLES = "_*"
"""Feast exports by a table of its own, named by an underscore and a number, that it drops again. Source: feast v0.67.0,
sdk/python/feast/infra/offline_stores/contrib/athena_offline_store/athena.py."""


def athena_access(account: Account, bucket: str, key_arn: str, workgroup: str, database: str) -> str:
    """Lets materialization query one database by one workgroup, and keep results in one folder while it reads them.

    Source: Athena user guide, "Access to workgroups and tags" and "Fine-grained access to databases and tables".
    """
    glue = {part: account.arn("glue", part) for part in ("catalog", f"database/{database}", f"table/{database}/*")}
    temporary = account.arn("glue", f"table/{database}/{TEMPORARY_TABLES}")
    catalog, schema, tables = glue.values()
    offline = f"arn:{account.partition}:s3:::{bucket}"
    queries = ("Start", "Stop", "Get")
    return document(
        allow(
            "Query",
            [*(f"athena:{verb}QueryExecution" for verb in queries), "athena:GetQueryResults", "athena:GetWorkGroup"],
            [account.arn("athena", f"workgroup/{workgroup}")],
        ),
        allow("Catalog", ["athena:GetDataCatalog"], [account.arn("athena", "datacatalog/AwsDataCatalog")]),
        allow(
            "Tables",
            ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartition", "glue:GetPartitions"],
            [catalog, schema, tables],
        ),
        allow("TemporaryTables", ["glue:CreateTable", "glue:DeleteTable"], [catalog, schema, temporary]),
        allow("Bucket", ["s3:GetBucketLocation", "s3:ListBucket"], [offline]),
        allow("Objects", ["s3:GetObject"], [f"{offline}/*"]),
        allow(
            "Results",
            ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            [f"{offline}/{RESULTS}/*"],
        ),
        allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], through(account, "s3")),
    )
