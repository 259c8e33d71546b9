"""The Compose file of the machine: its services, networks, mounts and secrets."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..facts.batch import share_identifier
from ..facts.versions import PROMETHEUS_IMAGE, STARTER_IMAGES
from .mounted import Mounted, bind
from .proxy import HTTPS_PORT, METRICS_PORT, caddyfile
from .settings import CREDENTIALS, DATA, SECRETS, Settings
from .spec import AUTH_HOST, OWN_MIB, TASKS_MIB, StarterServiceSpec, StarterSpec
from .watchers import alertmanager, prometheus, rules

USERS = {
    "proxy": "1000:1000",
    "sign-in": "65532:65532",
    "database": "999:999",
    "queue": "999:1000",
    "files": "1000:1000",
    "metrics": "65534:65534",
    "alerts": "65534:65534",
    "machine": "65534:65534",
    "tasks": "65532:65532",
}
"""The user and group of each service. Those of PostgreSQL and Valkey are the ones that their images create."""
_AWS_CONFIG = "/etc/aws/config"


def database_secret(name: str) -> str:
    """The secret with the password of a database's login."""
    return f"{name}_password"


def compose_file(spec: StarterSpec, settings: Settings, mounted: Mounted) -> dict[str, Any]:
    """The Compose file. The files that its services mount are added to `mounted`.

    Networks keep services apart: only the proxy has a port of the machine; `data` and `watch` have no way out.
    Source: Compose specification; its schema checks this file in tests.
    """
    services = {
        "proxy": _proxy(spec, mounted),
        "sign-in": _sign_in(spec, settings),
        "database": _database(spec),
        "queue": _queue(mounted),
        "files": _files(),
        "metrics": _metrics(spec, mounted),
        "alerts": _alerts(spec, settings, mounted),
        "machine": _machine(),
        **({"tasks": _tasks(spec, spec.worker_image, settings, mounted)} if spec.tasks and spec.worker_image else {}),
        **{each.name: _application(each) for each in spec.services},
    }
    secrets = ["administrator_password", "client_secret", "cookie_secret", "queue_auth", "queue_url"]
    secrets += [database_secret(each) for each in spec.databases]
    return {
        "name": "starter",
        "services": services,
        "networks": {
            "edge": {"internal": True},
            "data": {"internal": True},
            "watch": {"internal": True},
            "outside": {},
        },
        "secrets": {each: {"file": f"{SECRETS}/{each}"} for each in secrets},
    }


def images(compose: Mapping[str, Any]) -> list[str]:
    """The images of a Compose file, and the one that runs Compose itself."""
    return sorted({STARTER_IMAGES["compose"], *(each["image"] for each in compose["services"].values())})


def _service(
    image: str,
    *,
    user: str,
    memory_mib: int,
    networks: Sequence[str],
    command: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    mounts: Sequence[Mapping[str, object]] = (),
    writable: Sequence[str] = (),
    secrets: Sequence[str] = (),
    check: str = "",
    needs: Sequence[str] = (),
) -> dict[str, Any]:
    """A service with what holds for all: an unprivileged user, no capabilities, a read-only root, and limits."""
    wanted: dict[str, Any] = {
        "image": image,
        "user": user,
        "restart": "unless-stopped",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "mem_limit": f"{memory_mib}m",
        "memswap_limit": f"{memory_mib}m",
        "pids_limit": 512,
        "init": True,
        "networks": list(networks),
        "logging": {"driver": "local", "options": {"max-size": "20m", "max-file": "5"}},
    }
    optional = {
        "command": [_literal(each) for each in command],
        "environment": {name: _literal(value) for name, value in (environment or {}).items()},
        "volumes": list(mounts),
        "tmpfs": [f"{folder}:size=64m,mode=1777" for folder in writable],
        "secrets": list(secrets),
        "healthcheck": _check(check) if check else None,
        "depends_on": {each: {"condition": "service_healthy"} for each in needs},
    }
    return wanted | {key: value for key, value in optional.items() if value}


def _literal(text: str) -> str:
    """Compose replaces variables in values, and a doubled dollar sign stands for itself."""
    return text.replace("$", "$$")


def _check(command: str) -> dict[str, Any]:
    return {
        "test": ["CMD-SHELL", _literal(command)],
        "interval": "15s",
        "timeout": "5s",
        "retries": 4,
        "start_period": "60s",
    }


def _proxy(spec: StarterSpec, mounted: Mounted) -> dict[str, Any]:
    config = mounted.add("Caddyfile", caddyfile(spec))
    made = _service(
        STARTER_IMAGES["proxy"],
        user=USERS["proxy"],
        memory_mib=OWN_MIB["proxy"],
        networks=["outside", "edge", "watch"],
        mounts=[bind(config, "/etc/caddy/Caddyfile"), bind(f"{DATA}/proxy", "/data", writable=True)],
        writable=["/config", "/tmp"],  # noqa: S108 - inside of the container
        check=f"wget -q -O /dev/null http://127.0.0.1:{METRICS_PORT}/metrics",
    )
    return made | {"ports": [{"target": HTTPS_PORT, "published": "443", "protocol": "tcp", "mode": "host"}]}


def _sign_in(spec: StarterSpec, settings: Settings) -> dict[str, Any]:
    """Source: oauth2-proxy documentation, "Configuration", options as environment variables."""
    options = {
        "PROVIDER": "oidc",
        "OIDC_ISSUER_URL": settings.issuer,
        "CLIENT_ID": settings.client_id,
        "CLIENT_SECRET_FILE": "/run/secrets/client_secret",
        "COOKIE_SECRET_FILE": "/run/secrets/cookie_secret",
        "COOKIE_DOMAINS": f".{spec.domain}",
        "COOKIE_SECURE": "true",
        "COOKIE_SAMESITE": "lax",
        "COOKIE_EXPIRE": "12h",
        "COOKIE_REFRESH": "50m",
        "WHITELIST_DOMAINS": f".{spec.domain}",
        "EMAIL_DOMAINS": "*",
        "OIDC_GROUPS_CLAIM": "cognito:groups",
        "REDIRECT_URL": f"https://{AUTH_HOST}.{spec.domain}/oauth2/callback",
        "CODE_CHALLENGE_METHOD": "S256",
        "HTTP_ADDRESS": "0.0.0.0:4180",
        "REVERSE_PROXY": "true",
        "SET_XAUTHREQUEST": "true",
        "SKIP_PROVIDER_BUTTON": "true",
        "UPSTREAMS": "static://202",
    }
    return _service(
        STARTER_IMAGES["sign-in"],
        user=USERS["sign-in"],
        memory_mib=OWN_MIB["sign-in"],
        networks=["outside", "edge"],
        environment={f"OAUTH2_PROXY_{name}": value for name, value in options.items()},
        secrets=["client_secret", "cookie_secret"],
    )


def _database(spec: StarterSpec) -> dict[str, Any]:
    """PostgreSQL with a quarter of its memory as buffers, as its documentation advises for a start."""
    made = _service(
        STARTER_IMAGES["database"],
        user=USERS["database"],
        memory_mib=spec.database_mib,
        networks=["data"],
        command=[
            "postgres",
            f"--shared_buffers={spec.database_mib // 4}MB",
            "--password_encryption=scram-sha-256",
            "--log_min_duration_statement=1000",
        ],
        environment={
            "POSTGRES_PASSWORD_FILE": "/run/secrets/administrator_password",
            "POSTGRES_INITDB_ARGS": "--data-checksums --encoding=UTF8 --locale=C.UTF-8",
            "PGDATA": "/var/lib/postgresql/data/17",
        },
        mounts=[bind(f"{DATA}/database", "/var/lib/postgresql/data", writable=True)],
        writable=["/run/postgresql", "/tmp"],  # noqa: S108 - inside of the container
        secrets=["administrator_password"],
        check="pg_isready --quiet --username postgres",
    )
    return made | {"shm_size": "256m", "stop_grace_period": "2m"}


def _queue(mounted: Mounted) -> dict[str, Any]:
    """Valkey as a broker: it loses nothing that it confirmed more than a second ago, and evicts nothing."""
    config = mounted.add("valkey.conf", queue_config())
    made = _service(
        STARTER_IMAGES["queue"],
        user=USERS["queue"],
        memory_mib=OWN_MIB["queue"],
        networks=["data"],
        command=["valkey-server", "/etc/valkey/valkey.conf"],
        mounts=[bind(config, "/etc/valkey/valkey.conf"), bind(f"{DATA}/queue", "/data", writable=True)],
        secrets=["queue_auth"],
        check="valkey-cli ping | grep --quiet --extended-regexp 'PONG|NOAUTH'",
    )
    return made | {"stop_grace_period": "1m"}


def queue_config(folder: str = "/data", authentication: str = "/run/secrets/queue_auth") -> str:
    """The configuration of Valkey. `authentication` is the file that sets the password."""
    lines = [
        f"include {authentication}",
        f"dir {folder}",
        "appendonly yes",
        "appendfsync everysec",
        f"maxmemory {OWN_MIB['queue'] // 2}mb",
        "maxmemory-policy noeviction",
        'rename-command FLUSHALL ""',
        'rename-command DEBUG ""',
    ]
    return "\n".join(lines) + "\n"


def _files() -> dict[str, Any]:
    """Files in the browser and by WebDAV, behind the sign-in. Source: sigoden/dufs, README, "Environment variables"."""
    return _service(
        STARTER_IMAGES["files"],
        user=USERS["files"],
        memory_mib=OWN_MIB["files"],
        networks=["edge"],
        environment={
            "DUFS_SERVE_PATH": "/files",
            "DUFS_PORT": "5000",
            "DUFS_ALLOW_UPLOAD": "true",
            "DUFS_ALLOW_DELETE": "true",
            "DUFS_ALLOW_SEARCH": "true",
        },
        mounts=[bind(f"{DATA}/files", "/files", writable=True)],
    )


def _metrics(spec: StarterSpec, mounted: Mounted) -> dict[str, Any]:
    return _service(
        PROMETHEUS_IMAGE,
        user=USERS["metrics"],
        memory_mib=OWN_MIB["metrics"],
        networks=["edge", "watch"],
        command=[
            "--config.file=/etc/prometheus/prometheus.yml",
            "--storage.tsdb.path=/prometheus",
            "--storage.tsdb.retention.time=30d",
            "--storage.tsdb.retention.size=4GB",
            f"--web.external-url=https://metrics.{spec.domain}/",
        ],
        mounts=[
            bind(mounted.add("prometheus.yml", prometheus(spec)), "/etc/prometheus/prometheus.yml"),
            bind(mounted.add("rules.yml", rules(spec)), "/etc/prometheus/rules.yml"),
            bind(f"{DATA}/metrics", "/prometheus", writable=True),
        ],
        check="wget -q -O /dev/null http://127.0.0.1:9090/-/healthy",
    )


def _alerts(spec: StarterSpec, settings: Settings, mounted: Mounted) -> dict[str, Any]:
    return _service(
        STARTER_IMAGES["alerts"],
        user=USERS["alerts"],
        memory_mib=OWN_MIB["alerts"],
        networks=["outside", "watch"],
        command=["--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"],
        environment=_aws(settings),
        mounts=[
            bind(mounted.add("alertmanager.yml", alertmanager(spec, settings)), "/etc/alertmanager/alertmanager.yml"),
            *_credentials("alerts", mounted),
        ],
        writable=["/alertmanager"],
        check="wget -q -O /dev/null http://127.0.0.1:9093/-/healthy",
    )


def _machine() -> dict[str, Any]:
    return _service(
        STARTER_IMAGES["machine"],
        user=USERS["machine"],
        memory_mib=OWN_MIB["machine"],
        networks=["watch"],
        command=["--path.rootfs=/host", "--collector.textfile.directory=/metrics", "--no-collector.wifi"],
        mounts=[
            {
                "type": "bind",
                "source": "/",
                "target": "/host",
                "read_only": True,
                "bind": {"propagation": "rslave", "create_host_path": False},
            },
            bind("/run/starter/metrics", "/metrics"),
        ],
        check="wget -q -O /dev/null http://127.0.0.1:9100/",
    )


def _tasks(spec: StarterSpec, image: str, settings: Settings, mounted: Mounted) -> dict[str, Any]:
    """The worker that submits one job of AWS Batch for each task. Its image has no shell."""
    tasks = [
        {
            "name": each.name,
            "queue": each.queue,
            "job_queue": each.job_queue,
            "job_definition": each.job_definition,
            "share": share_identifier(each.team),
            "team": each.team,
            "retries": each.retries,
            "results": f"s3://{settings.results_bucket}/{each.result_folder}/" if each.result_folder else "",
        }
        for each in spec.tasks
    ]
    made = _service(
        image,
        user=USERS["tasks"],
        memory_mib=TASKS_MIB,
        networks=["outside", "data"],
        environment={
            **_aws(settings),
            "QUEUE_URL_FILE": "/run/secrets/queue_url",
            "STATE_FILE": "/state/worker",
            "TASKS": json.dumps(tasks),
        },
        mounts=[bind(f"{DATA}/tasks", "/state", writable=True), *_credentials("tasks", mounted)],
        writable=["/tmp"],  # noqa: S108 - inside of the container
        secrets=["queue_url"],
        needs=["queue"],
    )
    check = {**_check(""), "test": ["CMD", "python3", "-m", "workers.batch_tasks.health"]}
    return made | {"healthcheck": check, "stop_grace_period": "1m"}


def _application(service: StarterServiceSpec) -> dict[str, Any]:
    """An application. It may call out, because most do."""
    made = _service(
        service.image,
        user=service.user,
        memory_mib=service.memory_mib,
        networks=["outside", "edge", "data"],
        command=service.command,
        environment=service.environment,
        writable=["/tmp"],  # noqa: S108 - inside of the container
        secrets=[*(database_secret(each) for each in service.databases), "queue_url"],
        needs=["database", "queue"],
    )
    return made | ({"scale": service.replicas} if service.replicas > 1 else {})


def _aws(settings: Settings) -> dict[str, str]:
    return {
        "AWS_REGION": settings.region,
        "AWS_DEFAULT_REGION": settings.region,
        "AWS_CONFIG_FILE": _AWS_CONFIG,
        "AWS_SDK_LOAD_CONFIG": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _credentials(service: str, mounted: Mounted) -> list[Mapping[str, object]]:
    """The credentials of a service's own role, which the machine renews.

    SDKs read the file again before the credentials expire. Source: AWS SDKs and Tools reference guide, "Process
    credential provider".
    """
    config = "[default]\ncredential_process = cat /run/aws/credentials.json\n"
    return [
        bind(mounted.add("aws-config", config), _AWS_CONFIG),
        bind(f"{CREDENTIALS}/{service}", "/run/aws"),
    ]
