"""What the files of the machine need to know of AWS."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Names and addresses that the files of the machine contain. None of them is secret."""

    region: str
    registry: str
    """The host of the account's image registry."""
    issuer: str
    client_id: str
    client_secret_name: str
    services_secret_name: str
    backup_bucket: str
    topic_arn: str
    results_bucket: str
    """The bucket with results of jobs; empty without such tasks."""
    role_arns: Mapping[str, str]
    """The role of each service that calls AWS, by the service's name."""


FILES = "/opt/starter/files"
"""Files that containers mount. The name begins with a hash of the content, so that a change restarts their service."""
SECRETS = "/run/starter/secrets"
CREDENTIALS = "/run/starter/credentials"
DATA = "/data"
BUNDLE_KEY = "starter/files.tar.gz"
"""The object with the files of the machine."""
