"""Runs this project under the installed Pulumi engine: a home, a backend and providers of its own, and no account."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, cast

import yaml

from tests.support.engine.accounts import Accounts
from tests.support.engine.backup_rules import BackupRules
from tests.support.engine.batch_rules import BatchRules
from tests.support.engine.eks_rules import EksRules
from tests.support.engine.emr_rules import EmrRules
from tests.support.engine.jobs_rules import JobsRules
from tests.support.engine.rds_rules import RdsRules
from tests.support.engine.sagemaker_rules import SageMakerRules
from tests.support.engine.scheduler_rules import SchedulerRules
from tests.support.engine.stream_rules import StreamRules

ROOT = Path(__file__).resolve().parents[3]
PASSPHRASE = "not-a-secret"

_STAND_INS = {
    "pulumi-resource-aws": "tests.support.engine.standin aws",
    "pulumi-resource-kubernetes": "tests.support.engine.standin kubernetes",
}
_EKS_STAND_IN = {"pulumi-resource-eks": "tests.support.engine.eks_standin"}
_SERVICES = ("backup", "batch", "emr", "jobs", "rds", "sagemaker", "scheduler", "streams")
"""The folders of the services' memories, and the ends of the variables that name them."""
_FOREIGN = ("AWS_", "PULUMI_", "KUBE", "STANDIN_")
_NOBODY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Outcome:
    """How a command of the CLI ended, and all that it printed."""

    code: int
    printed: str


def eks_plugin() -> Path | None:
    """The newest plugin of pulumi-eks that the user has installed."""
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    found = sorted(home.glob("plugins/resource-eks-v*/pulumi-resource-eks"))
    return found[-1].parent if found else None


class Engine:
    """The CLI with a home, a file backend and a copy of the project's files below `folder`."""

    def __init__(self, folder: Path, eks: Path | None, https_proxy: str = _NOBODY, limit_seconds: int = 3600):
        self.project = folder / "project"
        self._https_proxy = https_proxy
        self._limit_seconds = limit_seconds
        self.eks = EksRules(folder / "eks.json")
        self.accounts = Accounts()
        self._folder = folder
        self._binaries = folder / "bin"
        self._home = folder / "home"
        kept = (folder / name for name in ("state", *_SERVICES))
        for made in (self.project, self._binaries, self._home / "plugins", *kept):
            made.mkdir(parents=True)
        self._lay_out_project()
        self._lay_out_plugins(eks)

    def init(self, stack: str, like: str | None = None, **sections: Mapping[str, Any]) -> None:
        """Make `stack` with the config of the stack file `like`; `sections` replace fields of its sections.

        Its account is emulated, and empty.
        """
        if like:
            shutil.copy(ROOT / f"Pulumi.{like}.yaml", self._stack_file(stack))
        else:
            self._stack_file(stack).write_text("config: {}", encoding="utf-8")
        made = self.run("stack", "init", stack)
        assert made.code == 0, made.printed
        config = self.configure(stack, **sections)
        self.accounts.emulate(stack, config["mlplatform:environment"]["account"])

    def configure(self, stack: str, **sections: Mapping[str, Any]) -> Mapping[str, Any]:
        """Replace fields of sections of the stack's config, those of nested objects one by one: the new config."""
        path = self._stack_file(stack)
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        config = document.setdefault("config", {})
        for section, fields in sections.items():
            _merge(config.setdefault(f"mlplatform:{section}", {}), fields)
        # JSON is YAML that quotes every text: a reader of stack files refuses a bare 08:00.
        path.write_text(json.dumps(document), encoding="utf-8")
        return config

    def run(self, *arguments: str, folder: Path | None = None, **environment: str) -> Outcome:
        """Run the CLI in the project, or in another one in `folder`. The test fails where it does not end."""
        stack = next((after for before, after in pairwise(arguments) if before == "--stack"), "")
        # A file, not a pipe: plugins that outlive a killed CLI would keep a pipe open.
        with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
            try:
                process = subprocess.run(
                    ["pulumi", *arguments, "--non-interactive", "--color", "never"],
                    cwd=folder or self.project,
                    env=self.environment() | {"STANDIN_STACK": stack} | environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    check=False,
                    timeout=self._limit_seconds,
                )
            except subprocess.TimeoutExpired:
                endless = f"pulumi {' '.join(arguments)} did not end within {self._limit_seconds} seconds"
                raise AssertionError(f"{endless}. It printed:\n{_read(output)}") from None
            return Outcome(process.returncode, _read(output))

    def resources(self, stack: str, folder: Path | None = None) -> list[dict[str, Any]]:
        """The resources in the stack's state, as `pulumi stack export` writes them, secrets encrypted."""
        exported = self.run("stack", "export", "--stack", stack, folder=folder)
        assert exported.code == 0, exported.printed
        return json.loads(exported.printed)["deployment"].get("resources", [])

    def changes(self) -> list[tuple[str, str]]:
        """What the stand-ins did since the last call, in order: operation and URN."""
        log = self._folder / "changes.jsonl"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [(entry["operation"], entry["urn"]) for entry in map(json.loads, lines)]

    def spoil(self, *, refused: Sequence[str] = (), unready: Sequence[str] = ()) -> None:
        """From now on, the creation of the resources of these names is refused, or ends before they are ready."""
        faults = {"refused": [*refused], "unready": [*unready]}
        (self._folder / "faults.json").write_text(json.dumps(faults), encoding="utf-8")

    def exists(self, resources: Mapping[str, Mapping[str, Any]]) -> None:
        """From now on, an import of one of these types and ids finds these inputs, by Pulumi's names."""
        (self._folder / "existing.json").write_text(json.dumps(resources), encoding="utf-8")

    def backup(self, stack: str) -> BackupRules:
        """The AWS Backup of a stack's account."""
        return BackupRules(self._folder / "backup" / f"{stack}.json")

    def batch(self, stack: str) -> BatchRules:
        """The Batch of a stack's account."""
        return BatchRules(self._folder / "batch" / f"{stack}.json")

    def rds(self, stack: str) -> RdsRules:
        """The RDS of a stack's account."""
        return RdsRules(self._folder / "rds" / f"{stack}.json")

    def sagemaker(self, stack: str) -> SageMakerRules:
        """The SageMaker of a stack's account."""
        return SageMakerRules(self._folder / "sagemaker" / f"{stack}.json")

    def scheduler(self, stack: str) -> SchedulerRules:
        """The EventBridge Scheduler of a stack's account."""
        return SchedulerRules(self._folder / "scheduler" / f"{stack}.json")

    def jobs(self, stack: str) -> JobsRules:
        """The queues and jobs of the stack's cluster."""
        return JobsRules(self._folder / "jobs" / f"{stack}.json")

    def streams(self, stack: str) -> StreamRules:
        """MSK and Kinesis of a stack's account."""
        return StreamRules(self._folder / "streams" / f"{stack}.json")

    def emr(self, stack: str) -> EmrRules:
        """The EMR of a stack's account."""
        return EmrRules(self._folder / "emr" / f"{stack}.json")

    def plugin(self) -> Path:
        """Our component provider as an executable, started as the engine starts a folder, but installing nothing."""
        return _script(
            self._folder / "pulumi-resource-mlplatform", f'exec "{sys.executable}" "{ROOT / "components"}" "$@"'
        )

    def _stack_file(self, stack: str) -> Path:
        return self.project / f"Pulumi.{stack}.yaml"

    def _lay_out_project(self) -> None:
        """Links instead of copies, but for what the CLI writes and what it finds by `..`."""
        for name in (
            "__main__.py",
            "availability",
            "components",
            "deploy",
            "operations",
            "planner",
            "pricing",
            "resources",
            "stacks",
            "tests",
        ):
            (self.project / name).symlink_to(ROOT / name)
        (self.project / ".venv").symlink_to(sys.prefix)
        shutil.copy(ROOT / "Pulumi.yaml", self.project)
        shutil.copytree(ROOT / "policies", self.project / "policies")

    def _lay_out_plugins(self, eks: Path | None) -> None:
        """Stand-ins on PATH serve every version; the installed plugin is linked file by file into the home."""
        if eks:
            linked = self._home / "plugins" / eks.name
            linked.mkdir()
            for file in eks.iterdir():
                (linked / file.name).symlink_to(file)
        modules = _STAND_INS if eks else _STAND_INS | _EKS_STAND_IN
        commands = {name: f'exec "{sys.executable}" -m {module} "$@"' for name, module in modules.items()}
        # All that pulumi-eks wants of the AWS CLI is its version.
        commands["aws"] = "echo aws-cli/2.31.0"
        for name, command in commands.items():
            _script(self._binaries / name, command)

    def environment(self) -> dict[str, str]:
        """What the CLI gets: nothing of the user's accounts, and no way out."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(_FOREIGN)}
        return {
            **inherited,
            "PATH": f"{self._binaries}{os.pathsep}{inherited['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(self._home),
            "PULUMI_HOME": str(self._home),
            "PULUMI_BACKEND_URL": f"file://{self._folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            # The state is written once, at the end, instead of whole after each step.
            "PULUMI_SKIP_CHECKPOINTS": "true",
            "STANDIN_LOG": str(self._folder / "changes.jsonl"),
            "STANDIN_FAULTS": str(self._folder / "faults.json"),
            "STANDIN_EXISTING": str(self._folder / "existing.json"),
            "STANDIN_EKS": str(self._folder / "eks.json"),
            "STANDIN_ACCOUNTS": self.accounts.url,
            **{f"STANDIN_{service.upper()}": str(self._folder / service) for service in _SERVICES},
            # Nothing reaches out.
            "HTTP_PROXY": _NOBODY,
            "HTTPS_PROXY": self._https_proxy,
            "NO_PROXY": "127.0.0.1,localhost",
        }


def _read(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def _script(path: Path, command: str) -> Path:
    path.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def _merge(into: dict[str, Any], fields: Mapping[str, Any]) -> None:
    for key, value in fields.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], cast(Mapping[str, Any], value))
        else:
            into[key] = value
