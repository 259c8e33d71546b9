"""The machine of a Starter without Docker: its scripts, with a real PostgreSQL and Redis in place of the containers."""

import json
import os
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import boto3  # pyright: ignore[reportMissingTypeStubs]

from tests.support.components.starters import files_of, mounted, starter
from tests.support.programs import path_of
from tests.support.services.servers import CREDENTIALS, Postgres, free_port, moto, postgres, tool

BUCKET = "backups"
_DOCKER = """#!/usr/bin/env bash
# `docker exec` runs the program here, and Compose stops and starts the queue.
set -euo pipefail
case " $* " in
*" exec --interactive --user postgres starter-database-1 "*) shift 5 && exec "$@" ;;
*" exec --interactive --env REDISCLI_AUTH starter-queue-1 "*)
  program="${6/valkey/redis}"
  shift 6
  [ "${program}" != redis-cli ] || set -- -p "${QUEUE_PORT}" "$@"
  exec "${program}" "${@/#\\/data\\//${STARTER_DATA}/queue/}"
  ;;
*" docker compose "*" stop queue ") redis-cli -p "${QUEUE_PORT}" --no-auth-warning -a "${QUEUE_PASSWORD}" shutdown ;;
*" docker compose "*" up "*" queue ") "${START_QUEUE}" ;;
*) echo "unexpected: docker $*" >&2 && exit 64 ;;
esac
"""
_START_QUEUE = """#!/usr/bin/env bash
redis-server "${0%/*}/queue.conf" --port "${QUEUE_PORT}" --daemonize yes >/dev/null
until redis-cli -p "${QUEUE_PORT}" ping | grep --quiet NOAUTH; do :; done
"""


@dataclass(frozen=True)
class Machine:
    """A machine whose scripts have run for the first time."""

    folder: Path
    postgres: Postgres
    environment: Mapping[str, str]
    s3: Any

    @property
    def data(self) -> Path:
        """What the data volume has."""
        return self.folder / "data"

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A script of the machine."""
        return subprocess.run(
            [self.folder / "home" / "current" / "host" / f"{script}.sh", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def done(self, script: str, *arguments: str) -> str:
        """What a script that succeeds prints."""
        ended = self.run(script, *arguments)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def refusal(self, script: str, *arguments: str) -> str:
        """What a script that fails prints."""
        ended = self.run(script, *arguments)
        assert ended.returncode != 0, ended.stdout
        return ended.stderr

    def queue(self, *words: str) -> str:
        """What the queue answers."""
        command = ["redis-cli", "-p", self.environment["QUEUE_PORT"], *words]
        environment = {**self.environment, "REDISCLI_AUTH": self.environment["QUEUE_PASSWORD"]}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()

    def keys(self) -> list[str]:
        """The objects in the bucket."""
        return [each["Key"] for each in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())]


@contextmanager
def machine() -> Generator[Machine]:
    """A machine with its databases, an empty queue and an empty bucket of backups in moto."""
    for program in ("redis-server", "jq"):
        path_of(program)
    aws = tool("aws", "aws")
    with TemporaryDirectory(prefix="machine-") as name, postgres() as database, moto() as address:
        folder = Path(name)
        _unpack(folder)
        environment = {
            **CREDENTIALS,
            "PATH": f"{folder / 'bin'}:{aws.parent}:{database.binaries}:{os.environ['PATH']}",
            "AWS_ENDPOINT_URL": address,
            "STARTER_HOME": str(folder / "home"),
            "STARTER_RUN": str(folder / "run"),
            "STARTER_DATA": str(folder / "data"),
            "PGHOST": database.host,
            "PGPORT": str(database.port),
            "PGUSER": database.superuser,
            "PGPASSWORD": database.password,
            "QUEUE_PORT": str(free_port()),
            "START_QUEUE": str(folder / "bin" / "start-queue"),
        }
        region = CREDENTIALS["AWS_DEFAULT_REGION"]
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "endpoint_url": address}
        make = cast(Any, boto3).client
        s3, vault = make("s3", region_name=region, **keys), make("secretsmanager", region_name=region, **keys)
        s3.create_bucket(Bucket=BUCKET)
        vault.create_secret(Name="ml/services")
        client = json.dumps({"clientSecret": "of-the-client", "cookieSecret": "of-the-cookie"})
        vault.create_secret(Name="ml/sign-in/starter", SecretString=client)
        made = Machine(folder, database, environment, s3)
        made.done("secrets")
        password = (folder / "run" / "secrets" / "queue_password").read_text()
        made = Machine(folder, database, {**environment, "QUEUE_PASSWORD": password}, s3)
        made.done("databases")
        subprocess.run([folder / "bin" / "start-queue"], env=made.environment, check=True)
        try:
            yield made
        finally:
            made.queue("shutdown", "nosave")


def _unpack(folder: Path) -> None:
    files = files_of(starter(databases=["app"]))
    current = folder / "home" / "current"
    for path, content in files.items():
        target = current / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
        target.chmod(0o755)
    known = (current / "environment").read_text(encoding="utf-8").splitlines()
    here = {"BACKUP_BUCKET": BUCKET, "SERVICES_SECRET": "ml/services", "CLIENT_SECRET": "ml/sign-in/starter"}
    kept = [line for line in known if line.partition("=")[0] not in here]
    (current / "environment").write_text("\n".join([*kept, *(f"{key}={value}" for key, value in here.items())]) + "\n")
    for each in ("run/metrics", "data/files", "data/queue", "bin"):
        (folder / each).mkdir(parents=True)
    config = mounted(files, "queue", "/etc/valkey/valkey.conf")
    config = config.replace("/run/secrets/queue_auth", str(folder / "run" / "secrets" / "queue_auth"))
    (folder / "bin" / "queue.conf").write_text(config.replace("dir /data", f"dir {folder / 'data' / 'queue'}"))
    for name, content in (("docker", _DOCKER), ("start-queue", _START_QUEUE)):
        (folder / "bin" / name).write_text(content)
        (folder / "bin" / name).chmod(0o755)
