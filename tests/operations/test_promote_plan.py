"""Promotion writes the versions and release.yaml, and changes nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from operations.promote.changes import Wanted, planned, proven, staged
from operations.promote.command import run
from operations.promote.errors import PromotionError
from operations.promote.overlay import Environment, Overlay, OverlayLocation, read_overlay
from operations.promote.trees import LocalTree
from operations.promote.yaml_text import YamlTextError, replace_at, value_at
from tests.support.operations.github import Files
from tests.support.operations.promotion import (
    CHART,
    COMMIT,
    DIGEST,
    PROD,
    ROOT,
    RULES,
    STAGING,
    WANTED,
    github_with,
    of_model,
    opened,
    promote,
    report_text,
    repository_files,
    stage,
    write,
)
from tests.support.programs import needs

pytestmark = needs("kustomize")

FRAUD = OverlayLocation("risk", "fraud", Environment.STAGING)
"""A version of the chart that no overlay has, so that a promotion changes it."""


@dataclass(frozen=True)
class Texts:
    """A state of the repository in memory."""

    files: Files

    def read(self, path: str) -> str | None:
        return self.files.get(path)

    def below(self, folder: str) -> list[str]:
        return [path for path in self.files if path.startswith(folder)]


def staging() -> Overlay:
    return read_overlay(LocalTree(ROOT), FRAUD)


@cache
def proved(wanted: Wanted = WANTED, failed: str | None = None) -> Files:
    """The repository after staging proved a version."""
    overlay = staged(staging(), wanted)
    assert overlay.release
    return {
        **repository_files(),
        **proven(overlay, report_text(overlay.release, failed=failed).encode(), RULES).files(),
    }


def plan(root: Path) -> tuple[Overlay, Overlay]:
    return planned(LocalTree(root), "risk", "fraud")


def test_stage_writes_versions_and_removes_the_smoke_test() -> None:
    after = staged(staging(), WANTED)
    release = after.recorded()
    assert (release.chart_version, release.model_version, release.commit) == (CHART, "32", COMMIT)
    assert release.model_uri == "s3://ml-staging-models-444455556666/fraud/32/"
    assert release.image == f"111122223333.dkr.ecr.us-east-1.amazonaws.com/risk/fraud-scorer@{DIGEST}"
    assert release.smoke is None


def test_stage_keeps_versions_that_are_not_given() -> None:
    before, after = staging().recorded(), staged(staging(), Wanted(COMMIT)).recorded()
    assert after.model_copy(update={"commit": before.commit}) == before


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted("main"), "commit"),
        (Wanted(COMMIT, model_version="../other"), "modelUri"),
        (Wanted(COMMIT, model_version=".."), "modelUri"),
        (Wanted(COMMIT, model_version="."), "modelUri"),
        (Wanted(COMMIT, model_version="..\n"), "modelUri"),
        (Wanted(COMMIT, model_version="32\n::stop-commands::x"), "modelUri"),
        (Wanted(COMMIT, model_version="32\x1b[2J"), "modelUri"),
        (Wanted(COMMIT, chart_version="latest"), "chartVersion"),
        (Wanted(COMMIT, image_digest="v3"), "image"),
        (Wanted(COMMIT, image_digest="sha256:1234"), "image"),
    ],
)
def test_stage_refuses_an_invalid_version(wanted: Wanted, said: str) -> None:
    with pytest.raises(PromotionError, match=said):
        staged(staging(), wanted)


def test_promotion_changes_only_the_versions(tmp_path: Path) -> None:
    before, after = plan(write(tmp_path, proved()))
    release = after.recorded()
    assert (release.chart_version, release.model_version, release.commit) == (CHART, "32", COMMIT)
    assert release.model_uri == "s3://ml-prod-models-111122223333/fraud/32/"
    assert release.image == f"111122223333.dkr.ecr.us-east-1.amazonaws.com/risk/fraud-scorer@{DIGEST}"
    assert release.smoke
    assert release.smoke.measured.model_uri == "s3://ml-staging-models-444455556666/fraud/32/"
    changed = [
        (old, new)
        for one, two in ((before.values, after.values), (before.kustomization, after.kustomization))
        for old, new in zip(one.splitlines(), two.splitlines(), strict=True)
        if old != new
    ]
    assert [new.split()[0] for _, new in changed] == ["modelUri:", "version:", "digest:"]


def test_promotion_keeps_the_registry_of_production(tmp_path: Path) -> None:
    location = read_overlay(LocalTree(ROOT), OverlayLocation("risk", "fraud", Environment.PROD))
    kustomization = location.kustomization.replace("111122223333", "999988887777")
    assert location.release
    release = location.release.replace("image: 111122223333", "image: 999988887777")
    files = proved() | {PROD + "kustomization.yaml": kustomization, PROD + "release.yaml": release}
    _, after = plan(write(tmp_path, files))
    assert after.recorded().image == f"999988887777.dkr.ecr.us-east-1.amazonaws.com/risk/fraud-scorer@{DIGEST}"


def test_stage_reads_the_version_from_model_yaml(tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_text(f"{{team: risk, model: fraud, modelVersion: '40', chartVersion: {CHART}}}")
    with github_with() as github:
        assert promote(github, "stage", "--file", str(file), "--commit", COMMIT) == 0
        head = github.files("stage/risk/fraud")
        assert "fraud/40/" in head[STAGING + "values.yaml"]
        assert f"version: {CHART}" in head[STAGING + "kustomization.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "{team: risk}",
        "{team: ../risk, model: fraud}",
        "[",
        "{team: a, model: b, more: c}",
        "{team: a, model: b, modelVersion: ..}",
        '{team: a, model: b, modelVersion: "3\\e[2J"}',
    ],
)
def test_stage_refuses_an_invalid_model_yaml(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "model.yaml"
    file.write_text(text)
    with github_with() as github:
        assert promote(github, "stage", "--file", str(file), "--commit", COMMIT) == 1
    assert "model.yaml" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["../../operations", "Fraud", "fraud/../ranking", "-fraud"])
def test_plan_refuses_a_name_that_is_a_path(wrong: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "--root", str(tmp_path), "--team=risk", f"--model={wrong}"]) == 1
    assert "--team and --model: 1 problem" in capsys.readouterr().err


def test_plan_without_model_exits_with_2() -> None:
    with pytest.raises(SystemExit) as ended:
        run(["plan"], {})
    assert ended.value.code == 2


def test_plan_prints_a_diff_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write(tmp_path, proved())
    before = {path: path.read_text() for path in root.rglob("*") if path.is_file()}
    assert run(["plan", *of_model(), "--root", str(root)], {}) == 0
    said = capsys.readouterr().out
    assert "+modelUri: s3://ml-prod-models-111122223333/fraud/32/" in said
    assert "-modelUri: s3://ml-prod-models-111122223333/fraud/31/" in said
    assert {path: path.read_text() for path in root.rglob("*") if path.is_file()} == before


def test_plan_after_the_promotion_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write(tmp_path, proved())
    write(root, plan(root)[1].files())
    before, after = plan(root)
    assert after == before
    assert run(["plan", *of_model(), "--root", str(root)], {}) == 0
    assert capsys.readouterr().out == "production already has the version that staging tested"


Repository = Callable[[], Files]
"""Makes the files of a repository. What staging proved needs kustomize, which a collection of tests may lack."""


def unproved() -> Files:
    return {**repository_files(), **staged(staging(), WANTED).files()}


def without(path: str) -> Repository:
    return lambda: {name: text for name, text in proved().items() if name != path}


def replaced(path: str, old: str, new: str) -> Repository:
    def make() -> Files:
        files = proved()
        assert old in files[path]
        return {**files, path: files[path].replace(old, new)}

    return make


REFUSED: list[tuple[str, Repository, str]] = [
    ("no proof", unproved, "no smoke test is recorded"),
    ("failed", partial(proved, failed="latency"), "failed"),
    ("no record", without(STAGING + "release.yaml"), "release.yaml is missing"),
    ("no values in prod", without(PROD + "values.yaml"), "values.yaml is missing"),
    ("another image", replaced(STAGING + "release.yaml", "d" * 64, "a" * 64), "contradicts the overlay: images.0"),
    ("another chart", replaced(STAGING + "kustomization.yaml", CHART, "9.1.0"), "helmCharts.0.version is 9.1.0"),
    ("another model", replaced(STAGING + "values.yaml", "fraud/32/", "fraud/33/"), "modelUri"),
    ("another name", replaced(STAGING + "values.yaml", "name: fraud", "name: ranking"), "name is ranking"),
    ("more replicas", replaced(STAGING + "values.yaml", "maximum: 2", "maximum: 3"), "changed after the smoke test"),
    ("another server", replaced(PROD + "values.yaml", "runtime: triton", "runtime: mlserver"), "make them equal"),
    ("a second chart", replaced(STAGING + "kustomization.yaml", "images:", "  - name: x\nimages:"), "helmCharts.1"),
    ("a record of its own", replaced(STAGING + "release.yaml", "promote`.\n", "promote`.\nnote: mine\n"), "note"),
    ("no YAML", replaced(STAGING + "values.yaml", "name: fraud", "name: [fraud"), "not YAML"),
    ("no image in prod", replaced(PROD + "kustomization.yaml", "images:", "annotations:"), "not allowed here"),
    ("the name twice", replaced(PROD + "values.yaml", "gpus: 1", "modelUri: s3://other/fraud/1/"), "duplicated"),
]


@pytest.mark.parametrize(("made", "said"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_plan_refuses_what_staging_did_not_prove(
    made: Repository, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", *of_model(), "--root", str(write(tmp_path, made()))], {}) == 1
    assert said in capsys.readouterr().err


def test_plan_refuses_a_canary_in_staging(tmp_path: Path) -> None:
    overlay = staged(staging(), WANTED)
    canary = f"{overlay.values}canary: {{modelUri: s3://b-b/fraud/33/, percent: 10}}\n"
    overlay = replace(overlay, values=canary)
    assert overlay.release
    files = {**repository_files(), **proven(overlay, report_text(overlay.release).encode(), RULES).files()}
    with pytest.raises(PromotionError, match="canary"):
        plan(write(tmp_path, files))


def test_record_refuses_a_report_of_another_release() -> None:
    before = staged(staging(), WANTED)
    after = staged(before, Wanted(COMMIT, model_version="33"))
    assert before.release
    with pytest.raises(PromotionError, match="another release"):
        proven(after, report_text(before.release).encode(), RULES)


@pytest.mark.parametrize("report", ["", "[]", "{}", '{"result": "passed"}'])
def test_record_refuses_an_invalid_report(report: str) -> None:
    with pytest.raises(PromotionError, match="report"):
        proven(staged(staging(), WANTED), report.encode(), RULES)


def test_record_refuses_a_report_that_contradicts_itself() -> None:
    overlay = staged(staging(), WANTED)
    assert overlay.release
    lying = report_text(overlay.release, failed="latency").replace('"result": "failed"', '"result": "passed"', 1)
    with pytest.raises(PromotionError, match="its checks give failed"):
        proven(overlay, lying.encode(), RULES)


def test_record_refuses_a_report_of_another_model() -> None:
    overlay = staged(staging(), WANTED)
    assert overlay.release
    with pytest.raises(PromotionError, match="is for model ranking"):
        proven(overlay, report_text(overlay.release, model="ranking").encode(), RULES)


def test_record_refuses_once_staging_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with github_with() as github:
        stage(github)
        root = write(tmp_path, github.files())
        report = root / "report.json"
        report.write_text(report_text(github.files()[STAGING + "release.yaml"]))
        values = github.files()[STAGING + "values.yaml"]
        github.push("main", {STAGING + "values.yaml": values.replace("maximum: 2", "maximum: 3")})
        assert promote(github, "record", *of_model(), "--report", str(report), "--root", str(root)) == 1
        assert "changed after the smoke test; run the smoke test again" in capsys.readouterr().err


def test_open_twice_keeps_the_pull_request_and_approvals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        head = github.branches["promote/risk/fraud"]
        capsys.readouterr()
        assert promote(github, "open", *of_model()) == 0
        assert (max(github.pulls), github.branches["promote/risk/fraud"]) == (number, head)
        assert capsys.readouterr().out == f"https://github.example/example/mlplatform/pull/{number}\n"


def test_open_on_a_newer_base_moves_the_branch(tmp_path: Path) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        head = github.branches["promote/risk/fraud"]
        github.push("main", {"README.md": "# More\n"})
        assert promote(github, "open", *of_model()) == 0
        assert max(github.pulls) == number
        assert github.branches["promote/risk/fraud"] != head
        assert github.files("promote/risk/fraud")["README.md"] == "# More\n"


def test_open_does_nothing_when_production_is_current(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.merge(number)
        assert promote(github, "open", *of_model()) == 0
        assert "nothing to do" in capsys.readouterr().out
        assert max(github.pulls) == number


def test_open_changes_only_the_overlay_of_production(tmp_path: Path) -> None:
    with github_with() as github:
        opened(github, tmp_path)
        main, head = github.files(), github.files("promote/risk/fraud")
        changed = {path for path in {*main, *head} if main.get(path) != head.get(path)}
        assert changed == {PROD + name for name in ("kustomization.yaml", "values.yaml", "release.yaml")}


@settings(deadline=None)
@given(st.data())
def test_any_content_of_files_is_promoted_or_refused(data: st.DataObject) -> None:
    files = proved()
    path = data.draw(st.sampled_from(sorted(name for name in files if name.startswith((STAGING, PROD)))))
    start = data.draw(st.integers(0, len(files[path])))
    junk = data.draw(
        st.sampled_from(["[", "{", "- 1", "\t", "&a", "*a", "!!int x", "null\n", "'", "\n", "0", "? ", "<<: {}\n"])
    )
    texts = {**files, path: files[path][:start] + junk + files[path][start + data.draw(st.integers(0, 40)) :]}
    try:
        _, after = planned(Texts(texts), "risk", "fraud")
    except PromotionError:
        return
    assert after.recorded().model_version == "32"


WORDS = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2028\u2029\x85\ufeff"), max_size=20
)


@settings(deadline=None)
@given(WORDS, WORDS)
def test_replace_changes_only_the_value(comment: str, other: str) -> None:
    text = (
        f"# {comment}\na: {yaml.safe_dump(other, default_style=chr(34)).strip()}  # {comment}\nb:\n  - c: old  # kept\n"
    )
    changed = replace_at(text, "s3://bucket/1.2/", "b", 0, "c")
    assert changed == text.replace("c: old", "c: s3://bucket/1.2/")
    assert value_at(changed, "a") == other


@settings(deadline=None)
@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,30}", fullmatch=True))
def test_replaced_value_reads_back_as_text(value: str) -> None:
    assert yaml.safe_load(replace_at("a: b\n", value, "a")) == {"a": value}


@pytest.mark.parametrize("text", ["b: 1\n", "a: {c: 1}\n", "a: 1\na: 2\n", "["])
def test_replace_refuses_a_missing_or_ambiguous_path(text: str) -> None:
    with pytest.raises(YamlTextError):
        replace_at(text, "one", "a")
