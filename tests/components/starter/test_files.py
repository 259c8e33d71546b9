"""The files of the machine, read by the programs and schemas that they are written for."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from jsonschema.validators import validator_for

from tests.support.components.mocks import Recording
from tests.support.components.starters import API, INSTANCE, compose_of, files_of, mounted, starter
from tests.support.programs import needs, path_of
from workers.batch_tasks.settings import settings_from

SCHEMAS = Path(__file__).with_name("schemas")
USER_DATA_BYTES = 16 * 1024
"""Source: EC2 user guide, "Run commands when you launch an EC2 instance with user data input"."""


@pytest.fixture(scope="module")
def made() -> Recording:
    return starter()


@pytest.fixture(scope="module")
def files(made: Recording) -> dict[str, str]:
    return files_of(made)


@pytest.fixture
def services(files: dict[str, str]) -> dict[str, Any]:
    return compose_of(files)["services"]


def run(*command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False)


def unpacked(folder: Path, files: dict[str, str]) -> Path:
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    return folder


def test_the_compose_file_follows_the_specification(files: dict[str, str]) -> None:
    schema = json.loads((SCHEMAS / "compose-spec.json").read_text(encoding="utf-8"))
    assert [each.message for each in validator_for(schema)(schema).iter_errors(compose_of(files))] == []


@needs("compose-spec")
def test_the_parser_of_compose_accepts_the_file(files: dict[str, str], tmp_path: Path) -> None:
    unpacked(tmp_path, files)
    done = run(path_of("compose-spec"), "-format", "json", tmp_path / "compose.json")
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)["services"]
    # Compose replaces variables: a dollar sign in a value must still be there.
    assert read["api"]["environment"]["PRICE"] == "5$"
    assert set(read) == set(compose_of(files)["services"])


def test_cloud_init_accepts_the_user_data(made: Recording) -> None:
    data = made.one(INSTANCE).inputs["userData"]
    head, _, body = data.partition("\n")
    assert head == "#cloud-config"
    schema = json.loads((SCHEMAS / "cloud-config.json").read_text(encoding="utf-8"))
    validator: Any = Draft4Validator(schema)
    assert [each.message for each in validator.iter_errors(json.loads(body))] == []
    assert len(data.encode()) <= USER_DATA_BYTES


@needs("caddy")
@pytest.mark.parametrize(
    "args",
    [
        {},
        {"allowed_cidrs": ["203.0.113.0/24", "198.51.100.7/32"]},
        {"services": [{**API, "replicas": 2, "memory_mib": 256}]},
        {"services": [{**API, "public": True}, {**API, "name": "admin", "groups": ["ops", "dev"], "memory_mib": 64}]},
    ],
    ids=["default", "ranges", "replicas", "access"],
)
def test_caddy_accepts_its_file(args: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "Caddyfile").write_text(mounted(files_of(starter(**args)), "proxy", "/etc/caddy/Caddyfile"))
    done = run(path_of("caddy"), "adapt", "--config", tmp_path / "Caddyfile", "--validate")
    assert done.returncode == 0, done.stderr


@needs("caddy")
def test_the_file_of_caddy_is_formatted(files: dict[str, str], tmp_path: Path) -> None:
    given = mounted(files, "proxy", "/etc/caddy/Caddyfile")
    (tmp_path / "Caddyfile").write_text(given)
    assert run(path_of("caddy"), "fmt", tmp_path / "Caddyfile").stdout.strip() == given.strip()


@needs("promtool")
def test_prometheus_accepts_its_files(files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "prometheus.yml").write_text(mounted(files, "metrics", "/etc/prometheus/prometheus.yml"))
    (tmp_path / "rules.yml").write_text(mounted(files, "metrics", "/etc/prometheus/rules.yml"))
    tool = path_of("promtool")
    config = run(tool, "check", "config", "--syntax-only", tmp_path / "prometheus.yml")
    assert config.returncode == 0, config.stderr
    rules = run(tool, "check", "rules", "--lint-fatal", tmp_path / "rules.yml")
    assert rules.returncode == 0, rules.stderr


@needs("amtool")
def test_alertmanager_accepts_its_file(files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "alertmanager.yml").write_text(mounted(files, "alerts", "/etc/alertmanager/alertmanager.yml"))
    done = run(path_of("amtool"), "check-config", tmp_path / "alertmanager.yml")
    assert done.returncode == 0, done.stderr


@needs("shellcheck")
def test_scripts_are_sound(made: Recording, files: dict[str, str], tmp_path: Path) -> None:
    folder = unpacked(tmp_path, files) / "host"
    cloud = json.loads(made.one(INSTANCE).inputs["userData"].partition("\n")[2])
    for entry in cloud["write_files"]:
        if entry["content"].startswith("#!"):
            (folder / f"{entry['path'].rpartition('/')[2]}.sh").write_text(entry["content"])
    scripts = sorted(folder.glob("*.sh"))
    assert {"apply.sh", "restore.sh", "starter-boot.sh", "starter-sync.sh"} <= {each.name for each in scripts}
    done = run(path_of("shellcheck"), "--external-sources", *scripts, cwd=folder)
    assert done.returncode == 0, done.stdout


@needs("systemd-analyze")
@pytest.mark.parametrize("hours", [1, 4, 24])
def test_timers_run_when_they_should(hours: int) -> None:
    timer = files_of(starter(backup_hours=hours))["host/units/starter-backup.timer"]
    [calendar] = re.findall(r"OnCalendar=(.*)", timer)
    done = run(path_of("systemd-analyze"), "calendar", "--iterations=25", calendar)
    assert done.returncode == 0, done.stderr
    times = re.findall(r"(\d\d):10:00", done.stdout)
    assert set(times) == {f"{hour:02}" for hour in range(0, 24, hours)}


def test_the_worker_reads_its_tasks(services: dict[str, Any], tmp_path: Path) -> None:
    given = services["tasks"]["environment"]
    (tmp_path / "url").write_text("redis://queue:6379/0\n")
    [task] = settings_from({**given, "QUEUE_URL_FILE": str(tmp_path / "url")}).tasks
    # AWS Batch accepts letters and digits in the name of a share.
    assert (task.name, task.share, task.team) == ("vision.predict", "computervision", "computer-vision")
    assert services["tasks"]["healthcheck"]["test"][0] == "CMD"


def test_every_unit_starts_a_script_of_the_archive(files: dict[str, str]) -> None:
    units = {path: text for path, text in files.items() if path.endswith(".service")}
    for path, text in units.items():
        [command] = re.findall(r"ExecStart=/opt/starter/current/(.*)", text)
        assert command in files, path
    timers = {path.rpartition("/")[2].partition(".")[0] for path in files if path.endswith(".timer")}
    assert timers == {path.rpartition("/")[2].partition(".")[0] for path in units}


def test_containers_have_no_rights_that_they_do_not_need(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service["user"].startswith("0"), name
        assert "privileged" not in service, name
        assert "network_mode" not in service, name
        assert "cap_add" not in service, name
        sources = [each["source"] for each in service.get("volumes", ())]
        assert not [each for each in sources if "docker.sock" in each], name


def test_only_the_proxy_has_a_port(services: dict[str, Any]) -> None:
    assert [name for name, each in services.items() if "ports" in each] == ["proxy"]


def test_stores_have_no_way_out(files: dict[str, str], services: dict[str, Any]) -> None:
    networks = compose_of(files)["networks"]
    for name in ("database", "queue", "files", "metrics", "machine"):
        assert all(networks[each].get("internal") for each in services[name]["networks"]), name
    assert "data" not in services["proxy"]["networks"]


def test_limits_fit_the_machine(files: dict[str, str], services: dict[str, Any]) -> None:
    limits = [int(each["mem_limit"].removesuffix("m")) * each.get("scale", 1) for each in services.values()]
    assert sum(limits) < 8192


def test_every_mounted_file_is_in_the_archive(files: dict[str, str], services: dict[str, Any]) -> None:
    sources = [each["source"] for service in services.values() for each in service.get("volumes", ())]
    named = {each for each in sources if each.startswith("/opt/starter/files/")}
    assert {f"files/{each.rpartition('/')[2]}" for each in named} == {
        path for path in files if path.startswith("files/")
    }


def test_secrets_are_written_by_the_script(files: dict[str, str]) -> None:
    wanted = {each["file"].rpartition("/")[2] for each in compose_of(files)["secrets"].values()}
    script = files["host/secrets.sh"]
    fixed = {each for each in wanted if each in script}
    databases = {f"{each}_password" for each in ("app", "tracking")}
    assert wanted == fixed | databases


def test_a_change_restarts_only_the_service_that_it_concerns(files: dict[str, str]) -> None:
    other = compose_of(files_of(starter(allowed_cidrs=["203.0.113.0/24"])))["services"]
    changed = [name for name, each in compose_of(files)["services"].items() if each != other[name]]
    assert changed == ["proxy"]


def test_equal_configs_make_equal_archives(made: Recording) -> None:
    again = starter()
    key = "contentBase64"
    [one], [other] = ([each.inputs[key] for each in every.resources if key in each.inputs] for every in (made, again))
    assert one == other


def test_images_are_pulled_before_services_start(files: dict[str, str], services: dict[str, Any]) -> None:
    listed = files["images"].split()
    assert {each["image"] for each in services.values()} <= set(listed)
    assert all(":" in each.rpartition("/")[2] and not each.endswith(":latest") for each in listed)


@needs("redis-server", "redis-cli")
def test_the_queue_starts_with_its_file(files: dict[str, str], tmp_path: Path) -> None:
    """Redis reads what Valkey reads: it takes the password, and keeps tasks over a restart."""
    secret = tmp_path / "auth"
    secret.write_text("requirepass pass1")
    config = mounted(files, "queue", "/etc/valkey/valkey.conf").replace("/run/secrets/queue_auth", str(secret))
    socket = tmp_path / "socket"
    (tmp_path / "valkey.conf").write_text(f"{config.replace('dir /data', f'dir {tmp_path}')}port 0\n")
    started = (path_of("redis-server"), tmp_path / "valkey.conf", "--unixsocket", socket, "--daemonize", "yes")

    def ask(*words: str, password: str = "pass1") -> str:
        return run(path_of("redis-cli"), "-s", socket, "--no-auth-warning", "-a", password, *words).stdout.strip()

    def answer() -> str:
        for _ in range(200):
            if (said := ask("ping")) == "PONG":
                return said
        return ask("ping")

    try:
        assert run(*started).returncode == 0
        assert answer() == "PONG"
        assert "NOAUTH" in run(path_of("redis-cli"), "-s", socket, "ping").stdout
        assert "NOAUTH" in ask("ping", password="other")
        assert ask("rpush", "predict", "task") == "1"
        assert ask("config", "get", "maxmemory-policy").split() == ["maxmemory-policy", "noeviction"]
        ask("shutdown")
        assert run(*started).returncode == 0
        assert answer() == "PONG"
        assert ask("lrange", "predict", "0", "-1") == "task"
    finally:
        ask("shutdown", "nosave")
        shutil.rmtree(tmp_path / "appendonlydir", ignore_errors=True)
