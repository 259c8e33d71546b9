"""`python -m planner` in this process, for a project of its own."""

from pathlib import Path

import yaml

from planner.command import main
from tests.support.planner.programs import project

ROOT = Path(__file__).parents[3]
TODAY = ["--today", "2026-11-21"]


def platform(folder: Path, **sections: object) -> Path:
    """A project with this repository's program and staging's config, with whole sections replaced."""
    config = yaml.safe_load((ROOT / "Pulumi.staging.yaml").read_text())["config"]
    config.update({f"mlplatform:{key}": value for key, value in sections.items()})
    root = project(folder, (ROOT / "__main__.py").read_text(), config)
    (root / "Pulumi.yaml").write_text("name: mlplatform\nruntime: python\n")
    return root


def run(root: Path, *arguments: str) -> int:
    return main(["test", "--root", str(root), *TODAY, *arguments])
