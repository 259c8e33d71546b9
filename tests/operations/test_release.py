"""A version is published once, and only when pyproject.toml, CHANGELOG.md and the tags agree."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.release import Release, ReleaseError, main, release_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PUBLISH = ROOT / ".github" / "workflows" / "publish.yaml"
SECTION = "## v0.2.0 (2026-12-01)\n\n### Added\n\n- **serving**: scale models to zero\n\n"
FIRST = "## v0.1.0 (2026-11-30)\n\n- Everything.\n"


def project(version: str) -> str:
    return f'[project]\nname = "x"\nversion = "{version}"\n'


def test_next_version_is_published_with_its_section() -> None:
    found = release_of(project("0.2.0"), f"# Changelog\n\n{SECTION}{FIRST}", ["v0.1.0", "other"])
    assert found == Release("0.2.0", "### Added\n\n- **serving**: scale models to zero")


def test_first_version_is_published_without_any_tag() -> None:
    assert release_of(project("0.1.0"), f"# Changelog\n\n{FIRST}", []) == Release("0.1.0", "- Everything.")


@pytest.mark.parametrize(
    ("version", "changelog", "tags"),
    [("0.1.0", FIRST, ["v0.1.0"]), ("0.1.0", f"## Unreleased\n\n- New.\n\n{FIRST}", [])],
    ids=["tagged", "unreleased"],
)
def test_nothing_is_published_again_or_unreleased(version: str, changelog: str, tags: list[str]) -> None:
    assert release_of(project(version), changelog, tags) is None


@pytest.mark.parametrize(
    ("version", "changelog", "tags", "told"),
    [
        ("0.3.0", SECTION, [], "has version 0.3.0, but CHANGELOG.md begins with 0.2.0"),
        ("0.2.0", FIRST, [], "has version 0.2.0, but CHANGELOG.md begins with 0.1.0"),
        ("0.2.0", SECTION, ["v0.1.0", "v0.10.0"], "older than the tag v0.10.0"),
        ("0.2.0", "## 0.2.0\n", [], 'begins with "0.2.0"; write "v0.2.0 ('),
        ("0.2.0", "# Changelog\n", [], "has no section"),
    ],
)
def test_disagreement_is_refused(version: str, changelog: str, tags: list[str], told: str) -> None:
    with pytest.raises(ReleaseError) as error:
        release_of(project(version), changelog, tags)
    assert told in str(error.value)


def test_versions_of_this_repository_agree() -> None:
    release_of((ROOT / "pyproject.toml").read_text(), (ROOT / "CHANGELOG.md").read_text(), [])


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with this project's settings of commits, whose version 0.1.0 is released."""
    text = (ROOT / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(text)
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{FIRST}")
    shutil.copy(ROOT / "Makefile", tmp_path)
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "feat: begin")
    git(tmp_path, "tag", "v0.1.0")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=it", "-c", "user.email=it@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def cz(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "commitizen.cli", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_changelog_is_made_of_commits_and_keeps_its_text(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for subject in (
        "feat(serving): scale models to zero",
        "docs: say more",
        "refactor(spec)!: rename cluster",
        "fix: end",
    ):
        git(repository, "commit", "--quiet", "--allow-empty", "--message", subject)
    assert cz(repository, "bump", "--files-only", "--yes").returncode == 0
    text = (repository / "CHANGELOG.md").read_text()
    lines = [
        "### Added",
        "- **serving**: scale models to zero",
        "### Changed",
        "- **spec**: rename cluster",
        "### Fixed",
        "- end",
    ]
    added = "\n\n".join([*lines, ""])
    assert added + FIRST in text
    assert "say more" not in text
    assert main(["--root", str(repository), "--notes", str(repository / "notes.md")]) == 0
    assert capsys.readouterr().out == "version=0.2.0\n"
    assert (repository / "notes.md").read_text() == added.strip() + "\n"


def test_command_tells_what_disagrees(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "CHANGELOG.md").write_text(f"# Changelog\n\n{SECTION}{FIRST}")
    assert main(["--root", str(repository)]) == 1
    assert "pyproject.toml has version 0.1.0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("message", "accepted"),
    [
        ("feat(serving): scale models to zero", True),
        ("fix!: refuse open buckets", True),
        ("chore(deploy): promote risk/fraud 4 in prod", True),
        ("feat: scale\n\nModels cost money.", True),
        ("scale models to zero", False),
        ("style: move a comma", False),
        ("feat: Scale models", False),
        ("feat: scale models.", False),
        ("feat(Serving): scale models", False),
        ("feat: scale\nmodels", False),
    ],
)
def test_commit_message_has_the_conventional_form(message: str, accepted: bool) -> None:
    assert (cz(ROOT, "check", "--message", message).returncode == 0) is accepted


def jobs() -> dict[str, Any]:
    return yaml.safe_load(PUBLISH.read_text())["jobs"]


def test_wheel_is_published_by_identity_before_the_tag() -> None:
    assert jobs()["pypi"]["permissions"] == {"id-token": "write"}
    assert jobs()["pypi"]["needs"] == "build"
    assert jobs()["tag"]["needs"] == ["build", "pypi"]
    assert "password" not in PUBLISH.read_text()
    [tag] = [each["run"] for each in jobs()["tag"]["steps"] if "run" in each]
    # Pulumi clones the whole repository at refs/tags/v<version>, so the tag has no prefix for the folder.
    assert 'gh release create "v$VERSION" --target "$GITHUB_SHA"' in tag


def test_each_job_waits_for_a_version_to_publish() -> None:
    steps = jobs()["build"]["steps"]
    found = next(number for number, each in enumerate(steps) if each.get("id") == "version")
    assert all(each["if"] == "steps.version.outputs.version" for each in steps[found + 1 :])
    assert jobs()["pypi"]["if"] == "needs.build.outputs.version"


def test_hooks_run_tools_of_the_lock_without_network() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [each["repo"] for each in config["repos"]] == ["local"]
    hooks = config["repos"][0]["hooks"]
    assert {each["id"] for each in hooks} == {"ruff", "format", "message", "types"}
    assert all(each["language"] == "system" and each["entry"].startswith(".venv/bin/") for each in hooks)


def test_hook_refuses_a_message_without_a_type(repository: Path) -> None:
    shutil.copy(ROOT / ".pre-commit-config.yaml", repository)
    (repository / ".venv").symlink_to(Path(sys.prefix))
    (repository / ".gitignore").write_text(".venv\n")
    git(repository, "add", "--all")
    pre_commit = [
        sys.executable,
        "-m",
        "pre_commit",
        "install",
        "--hook-type",
        "pre-commit",
        "--hook-type",
        "commit-msg",
    ]
    subprocess.run(pre_commit, cwd=repository, check=True, capture_output=True)
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "commit", "--message", "begin")
    git(repository, "commit", "--message", "build: take the hooks")
