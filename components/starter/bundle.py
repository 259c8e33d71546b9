"""The files of the machine, rendered from the config, as one archive."""

import base64
import gzip
import io
import json
import shlex
import tarfile
from collections.abc import Mapping
from pathlib import Path

from ..facts.versions import STARTER_IMAGES
from .compose import USERS, compose_file, images
from .mounted import Mounted
from .settings import Settings
from .spec import StarterSpec

_HOST = Path(__file__).with_name("host")
_ON_THE_MACHINE = (
    *("apply", "backup", "check", "common", "credentials", "databases", "freeze"),
    *("restore", "restore-files", "restore-queue", "secrets", "watch"),
)
_TIMERS = ("starter-backup.timer", "starter-check.timer", "starter-credentials.timer", "starter-watch.timer")


def rendered_files(spec: StarterSpec, settings: Settings) -> dict[str, str]:
    """The content of each file of the machine, by its path in the archive."""
    mounted = Mounted()
    compose = compose_file(spec, settings, mounted)
    return {
        "compose.json": json.dumps(compose, indent=2) + "\n",
        "environment": environment(spec, settings),
        "images": "\n".join(images(compose)) + "\n",
        "host/units/starter-backup.timer": backup_timer(spec),
        **{f"host/{name}.sh": script(name) for name in _ON_THE_MACHINE},
        **{f"host/units/{file.name}": file.read_text(encoding="utf-8") for file in sorted((_HOST / "units").iterdir())},
        **mounted,
    }


def script(name: str) -> str:
    """A script of the machine."""
    return (_HOST / f"{name}.sh").read_text(encoding="utf-8")


def environment(spec: StarterSpec, settings: Settings) -> str:
    """What the scripts know of the stack, as assignments of a shell."""
    folders = {"proxy": "proxy", "database": "database", "queue": "queue", "files": "files", "metrics": "metrics"}
    if spec.tasks:
        folders["tasks"] = "tasks"
    values = {
        "STARTER_NAME": spec.name,
        "AWS_REGION": settings.region,
        "COMPOSE_IMAGE": STARTER_IMAGES["compose"],
        "DATABASES": " ".join(spec.databases),
        "TIMERS": " ".join(_TIMERS),
        "DATA_FOLDERS": " ".join(f"{folder}={USERS[service]}" for folder, service in folders.items()),
        "SERVICE_ROLES": " ".join(f"{service}={arn}" for service, arn in sorted(settings.role_arns.items())),
        "SERVICES_SECRET": settings.services_secret_name,
        "CLIENT_SECRET": settings.client_secret_name,
        "BACKUP_BUCKET": settings.backup_bucket,
    }
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def backup_timer(spec: StarterSpec) -> str:
    """The timer of backups, which runs a missed backup after a restart."""
    hours = ",".join(f"{hour:02}" for hour in range(0, 24, spec.backup_hours))
    return f"""[Unit]
Description=Backup every {spec.backup_hours} hours

[Timer]
OnCalendar=*-*-* {hours}:10:00 UTC
Persistent=true

[Install]
WantedBy=timers.target
"""


def archive(files: Mapping[str, str]) -> str:
    """A tar archive of `files`, compressed, in Base64. Equal files make equal archives."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path, content in sorted(files.items()):
            data = content.encode()
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            entry.mode = 0o755 if content.startswith("#!") else 0o644
            tar.addfile(entry, io.BytesIO(data))
    return base64.b64encode(packed.getvalue()).decode()
