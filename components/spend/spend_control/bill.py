"""The exported bill: its bucket, its export, its table and views, and the workgroup that queries them."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ...core.account import Account
from ...data.object_store import ObjectStore
from . import focus, pods
from .access import export_delivery, reader_access
from .catalog import catalog_view, data_export, parquet_table
from .spec import Showback, SpendControlSpec

_DATA = "focus"
_PODS, _POD_TABLE = "pods", "pod_costs"
_RESULTS = "athena-results"
_RESULT_DAYS = 30
_GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Bill:
    """Where the bill is, and what a query of it needs."""

    bucket: pulumi.Output[str]
    location: pulumi.Output[str]
    table: pulumi.Output[str]
    workgroup: pulumi.Output[str]
    reader_policy: pulumi.Output[str]


def exported_bill(
    name: str,
    spec: SpendControlSpec,
    account: Account,
    key_arn: pulumi.Output[str],
    log_bucket: pulumi.Input[str],
    database: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> Bill:
    """The account's bill in FOCUS 1.2 and, by choice, the costs of pods, in a bucket in the region of the stack."""
    bucket_name = f"{spec.name}-costs-{account.id}"
    store = ObjectStore(
        f"{name}-costs",
        {
            "bucket": bucket_name,
            "deletion_protection": spec.deletion_protection,
            "expire_days": spec.export_days,
            # Each delivery overwrites the files of its month.
            "old_version_days": 7,
            "expiring_prefixes": {f"{_RESULTS}/": _RESULT_DAYS},
            "key_arn": key_arn,
            "log_bucket": log_bucket,
            "policy_statements": [json.dumps(each) for each in export_delivery(account, bucket_name)],
        },
        opts,
    )
    location = data_export(
        f"{name}-export",
        f"{spec.name}-focus-1-2",
        f"Costs and usage of account {account.id}",
        focus.QUERY,
        {focus.TABLE: {"TIME_GRANULARITY": "DAILY"}},
        store.bucket_name,
        _DATA,
        account.region,
        opts,
    )
    table = _tables(name, spec, location, database, opts)
    shown, folders = [*focus.VIEWS], [_DATA]
    if spec.showback is Showback.SPLIT:
        shown += _pods(name, spec, store.bucket_name, account, table, database, opts)
        folders.append(_PODS)
    workgroup = _workgroup(name, spec, store.bucket_name, key_arn, opts)
    known = pulumi.Output.all(store.bucket_name, key_arn, database, workgroup.name, table.name)
    reader_policy = known.apply(
        lambda values: reader_access(
            account,
            bucket=values[0],
            key_arn=values[1],
            database=values[2],
            tables=[values[4], *shown],
            workgroup=values[3],
            folders=folders,
            results=_RESULTS,
        )
    )
    return Bill(store.bucket_name, location, table.name, workgroup.name, reader_policy)


def _tables(
    name: str,
    spec: SpendControlSpec,
    location: pulumi.Output[str],
    database: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> aws.glue.CatalogTable:
    """The table of the bill, and a view for each question."""
    columns, described = focus.column_types(), "The account's bill in FOCUS 1.2"
    table = parquet_table(f"{name}-table", "costs", described, columns, location, database, opts)
    for view in focus.VIEWS:
        text = pulumi.Output.all(database, table.name).apply(
            lambda known, view=view: focus.view(view, known[0], known[1], spec.team_tag).text(known[0])
        )
        catalog_view(name, view, focus.view(view, "", "", spec.team_tag), text, database, opts)
    return table


def _pods(
    name: str,
    spec: SpendControlSpec,
    bucket: pulumi.Output[str],
    account: Account,
    bill: aws.glue.CatalogTable,
    database: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> list[str]:
    """The export of pods' costs, its table and its views. Returns the names of the table and the views."""
    location = data_export(
        f"{name}-pods-export",
        f"{spec.name}-pods",
        f"Costs of pods of account {account.id}",
        pods.QUERY,
        {pods.TABLE: pods.CONFIGURATION},
        bucket,
        _PODS,
        account.region,
        opts,
    )
    described = "Costs of pods in CUR 2.0"
    table = parquet_table(f"{name}-pods-table", _POD_TABLE, described, pods.COLUMNS, location, database, opts)
    for view in pods.VIEWS:
        text = pulumi.Output.all(database, table.name, bill.name).apply(
            lambda known, view=view: pods.view(
                view, known[0], (known[1], known[2]), spec.team_tag, spec.team_namespaces
            ).text(known[0])
        )
        catalog_view(name, view, pods.view(view, "", ("", ""), spec.team_tag, {}), text, database, opts)
    return [_POD_TABLE, *pods.VIEWS]


def _workgroup(
    name: str,
    spec: SpendControlSpec,
    bucket: pulumi.Output[str],
    key_arn: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
) -> aws.athena.Workgroup:
    """A workgroup of its own, so that readers of the bill do not see results of queries over features."""
    return aws.athena.Workgroup(
        f"{name}-workgroup",
        name=f"{spec.name}-costs",
        force_destroy=not spec.deletion_protection,
        configuration={
            "enforce_workgroup_configuration": True,
            "publish_cloudwatch_metrics_enabled": True,
            "bytes_scanned_cutoff_per_query": spec.scan_limit_gib * _GIB,
            "result_configuration": {
                "output_location": pulumi.Output.concat("s3://", bucket, f"/{_RESULTS}/"),
                "encryption_configuration": {"encryption_option": "SSE_KMS", "kms_key_arn": key_arn},
            },
        },
        opts=opts,
    )
