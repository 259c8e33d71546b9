"""What a stack exports that the job needs: the file that `pulumi stack output --json` prints."""

from pathlib import Path

from pydantic import Field

from ..outputs import Outputs, Region, read_outputs
from ..settings import Settings, SettingsError, parse


class IngestJob(Settings):
    """The output `job` of FeatureIngest."""

    name: str = Field(description="The job's name.")
    application_id: str = Field(description="The EMR Serverless application that runs it.")
    execution_role_arn: str = Field(description="The role that it runs with.")
    entry_point: str = Field(description="The address of its script.")
    settings: str = Field(max_length=10_280, description="Its settings as JSON.")
    package: str = Field(description="The folder of its packages and jars.")
    jar: str = Field(description="The connector for Kinesis; empty with Kafka.")
    parameters: str = Field(description="Spark's parameters.")
    disk_key_arn: str = Field(description="The KMS key of the disks of its workers.")


class Platform(Outputs):
    """The outputs of a stack."""

    region: Region = Field(description="The stack's region.")
    offline_bucket: str = Field(description="The bucket of offline features.")
    feature_ingest_job: IngestJob | None = Field(default=None, description="The job, with featureIngest.engine spark.")

    @property
    def job(self) -> IngestJob:
        """The job.

        Raises:
            SettingsError: the stack has none.
        """
        if not self.feature_ingest_job:
            remedy = "featureIngestJob is missing; add featureIngest with engine: spark to the stack and deploy it"
            raise SettingsError("the stack's outputs", [remedy])
        return self.feature_ingest_job


def read_platform(path: Path) -> Platform:
    """The outputs in a file.

    Raises:
        SettingsError: the file is not readable, or not what `pulumi stack output --json` prints.
    """
    return parse(Platform, read_outputs(path), str(path))
