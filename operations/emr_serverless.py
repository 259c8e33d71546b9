"""Runs of Spark on EMR Serverless, for training jobs and for the ingestion of features.

Source: EMR Serverless API reference, StartJobRun, ListJobRuns and StopApplication.
"""

from collections.abc import Iterator, Sequence
from typing import Any

CANCELLING = "CANCELLING"
"""The state of a run that is being cancelled. EMR refuses to cancel it again."""


def spark_run(
    application: str, role_arn: str, program: str, arguments: Sequence[str], parameters: str, disk_key_arn: str
) -> dict[str, Any]:
    """The parameters of StartJobRun that say what runs. An application has no setting for disks, so runs name the key.

    Logs go where the application says.
    """
    return {
        "applicationId": application,
        "executionRoleArn": role_arn,
        "jobDriver": {
            "sparkSubmit": {
                "entryPoint": program,
                "entryPointArguments": list(arguments),
                "sparkSubmitParameters": parameters,
            }
        },
        "configurationOverrides": {"diskEncryptionConfiguration": {"encryptionKeyArn": disk_key_arn}},
    }


def runs_of(emr: Any, application: str) -> Iterator[Any]:
    """The runs that EMR knows of an application, as ListJobRuns describes them."""
    for page in emr.get_paginator("list_job_runs").paginate(applicationId=application):
        yield from page["jobRuns"]


def stop_application(emr: Any, application: str) -> str:
    """Stop an application if it is started, and say what was done. EMR refuses while one of its runs is active."""
    state = emr.get_application(applicationId=application)["application"]["state"]
    if state not in ("STARTING", "STARTED"):
        return f"the application is {state}; nothing was stopped"
    emr.stop_application(applicationId=application)
    return "the application is being stopped; it starts with the next run"
