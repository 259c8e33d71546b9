"""Verification accepts only the version that staging tested. No approval replaces the test."""

from pathlib import Path

import pytest

from operations.promote.release import HEADER
from tests.support.operations.github import Fault
from tests.support.operations.promotion import (
    PROD,
    STAGING,
    Output,
    again,
    approved,
    github_with,
    of_model,
    opened,
    promote,
    prove,
    refused,
    stage,
    verified,
    write,
)
from tests.support.programs import needs

pytestmark = needs("kustomize")


def test_verify_refuses_staging_without_smoke_test(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        stage(github, "33")
        assert "no smoke test is recorded" in refused(github, number, capsys)


def test_verify_refuses_a_failed_smoke_test(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        prove(github, tmp_path, failed="inference")
        assert "the smoke test of 2026-11-21 08:02 failed" in refused(github, number, capsys)


def test_verify_refuses_a_smoke_test_of_another_version(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        text = github.files()[STAGING + "release.yaml"]
        head, _, smoke = text.partition("smoke:")
        github.push("main", {STAGING + "release.yaml": f"{head}smoke:{smoke.replace('c' * 40, 'a' * 40)}"})
        assert "the smoke test measured another version: release.commit" in refused(github, number, capsys)


def test_verify_refuses_staging_changed_after_its_smoke_test(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        values = github.files()[STAGING + "values.yaml"]
        github.push("main", {STAGING + "values.yaml": values.replace("runtime: triton", "runtime: huggingface")})
        assert "changed after the smoke test" in refused(github, number, capsys)


def test_verify_refuses_once_staging_proved_a_newer_version(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        stage(github, "33")
        prove(github, tmp_path)
        assert "differs from the version that staging tested; open the promotion again" in refused(
            github, number, capsys
        )


@pytest.mark.parametrize(
    "path", ["README.md", STAGING + "values.yaml", "deploy/models/search/ranking/overlays/prod/a.yaml"]
)
def test_verify_refuses_changes_outside_the_overlay(path: str, tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.push("promote/risk/fraud", {path: "name: other\n"}, "delivery[bot]")
        again(github, number)
        assert "changes more than" in refused(github, number, capsys)


def test_verify_refuses_an_additional_file_in_the_overlay(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.push("promote/risk/fraud", {PROD + "patch.yaml": "spec: {}\n"}, "delivery[bot]")
        again(github, number)
        assert f"{PROD}patch.yaml is not named in `resources`" in refused(github, number, capsys)


def test_verify_refuses_a_forged_version(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        head = github.files("promote/risk/fraud")
        forged = {
            PROD + name: head[PROD + name].replace("fraud/32/", "fraud/99/").replace("'32'", "'99'")
            for name in ("values.yaml", "release.yaml")
        }
        github.push("promote/risk/fraud", {**forged}, "delivery[bot]")
        again(github, number)
        assert "differs from the version that staging tested" in refused(github, number, capsys)


def test_verify_refuses_a_promotion_with_more_replicas(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        values = github.files("promote/risk/fraud")[PROD + "values.yaml"]
        github.push("promote/risk/fraud", {PROD + "values.yaml": values.replace("maximum: 4", "maximum: 40")})
        again(github, number)
        assert f"{PROD}values.yaml: differs from the version that staging tested" in refused(github, number, capsys)


def test_verify_refuses_a_symbolic_link(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.push("promote/risk/fraud", {}, "delivery[bot]", modes={PROD + "values.yaml": "120000"})
        again(github, number)
        assert "is not a regular file" in refused(github, number, capsys)


def test_verify_takes_new_replicas_with_two_seniors(capsys: Output) -> None:
    with github_with() as github:
        values = github.files()[PROD + "values.yaml"]
        github.push("more", {PROD + "values.yaml": values.replace("maximum: 4", "maximum: 6")})
        number = github.open("more")
        github.review(number, "ada")
        assert "needs the approval of 2 seniors" in refused(github, number, capsys)
        github.review(number, "grace")
        assert verified(github, number) == 0


def test_verify_refuses_another_model_in_the_old_record(capsys: Output) -> None:
    with github_with() as github:
        values = github.files()[PROD + "values.yaml"]
        github.push("other", {PROD + "values.yaml": values.replace("fraud/31/", "fraud/30/")})
        number = github.open("other")
        again(github, number)
        assert "release.yaml contradicts the overlay: modelUri" in refused(github, number, capsys)


def test_verify_takes_a_removal_with_two_seniors() -> None:
    with github_with() as github:
        gone = {path: None for path in github.files() if path.startswith(PROD)}
        github.push("gone", dict(gone))
        number = github.open("gone")
        assert verified(github, number) == 1
        again(github, number)
        assert verified(github, number) == 0


@pytest.mark.parametrize(
    "path",
    [
        "deploy/models/risk/fraud/base/scorer.yaml",
        "deploy/models/risk/common/policy.yaml",
        "deploy/models/risk/fraud/overlays/staging/smoke.yaml",
        "deploy/github/promotion.yaml",
        ".github/workflows/promotion.yaml",
        "operations/promote/reviews.py",
    ],
)
def test_verify_needs_two_seniors_for_production_and_rules(path: str) -> None:
    with github_with() as github:
        github.push("change", {path: "kind: Other\n"})
        number = github.open("change")
        github.review(number, "ada")
        assert verified(github, number) == 1
        github.review(number, "grace")
        assert verified(github, number) == 0


@pytest.mark.parametrize("path", ["README.md", "deploy/models/risk/fraud/overlays/staging/values.yaml"])
def test_verify_needs_no_approval_outside_production(path: str) -> None:
    with github_with() as github:
        github.push("change", {path: github.files()[path] + "# more\n"})
        assert verified(github, github.open("change")) == 0


def test_verify_takes_smoke_results_of_the_recorder_only(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        stage(github)
        prove(github, tmp_path)
        proof = github.files()[STAGING + "release.yaml"]
        stage(github, "33")
        forged = proof.replace("fraud/32/", "fraud/33/").replace("'32'", "'33'")
        github.push("forged", {STAGING + "release.yaml": forged}, "carla")
        number = github.open("forged", "carla")
        assert "only mlplatform-recorder[bot] may record the result of a smoke test, not carla" in refused(
            github, number, capsys
        )
        github.pulls[number].login = "mlplatform-recorder[bot]"
        assert "only mlplatform-recorder[bot] may push the result of a smoke test" in refused(github, number, capsys)
        github.branches["recorded"] = github.branches["forged"]
        github.pushed("recorded", "mlplatform-recorder[bot]")
        assert verified(github, github.open("recorded", "mlplatform-recorder[bot]")) == 0


LINKED = "deploy/models/risk/fraud/overlays/prod"


@pytest.mark.parametrize(
    "path", [LINKED, f"{LINKED}/", STAGING + "values.yaml", "deploy/models/risk/new/overlays/prod"]
)
@pytest.mark.parametrize("mode", ["120000", "160000"])
def test_verify_refuses_links_below_models(path: str, mode: str, capsys: Output) -> None:
    """Production would follow staging, or another repository, whatever staging tested."""
    path = f"{path}link" if path.endswith("/") else path
    with github_with() as github:
        github.push("link", {path: "../staging"}, modes={path: mode})
        number = github.open("link")
        again(github, number)
        assert "not a regular file" in refused(github, number, capsys)


@pytest.mark.parametrize(
    ("old", "moved", "path"),
    [
        ("docs/a.yaml", PROD + "scorer-two.yaml", "docs/a.yaml"),
        ("docs/two/a.yaml", PROD + "a.yaml", "docs/two/b.yaml"),
    ],
)
def test_verify_refuses_a_change_that_git_would_merge_into_another_file(
    old: str, moved: str, path: str, capsys: Output
) -> None:
    """Git applies a change of a file that main renamed to the file's new path."""
    with github_with() as github:
        github.push("main", {old: "a: 1\n"})
        github.push("change", {path: "a: 2\n"})
        number = github.open("change")
        assert verified(github, number) == 0
        github.push("main", {old: None, moved: "a: 1\n"})
        said = refused(github, number, capsys)
        assert f"{path} was renamed or removed on main, so its change could be merged into another file" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"draft": True}, "draft"),
        ({"state": "closed"}, "is closed"),
        ({"fork": "mallory/mlplatform"}, "fork"),
        ({"base": "release"}, "targets release"),
    ],
)
def test_verify_refuses_drafts_forks_and_other_bases(
    change: dict[str, object], said: str, tmp_path: Path, capsys: Output
) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        github.branches["release"] = github.branches["main"]
        for name, value in change.items():
            setattr(github.pulls[number], name, value)
        assert said in refused(github, number, capsys)


def test_verify_exits_with_2_on_an_incomplete_tree(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        github.faults.append(Fault("/git/trees", 200, body=b'{"tree": [], "truncated": true}'))
        assert verified(github, number) == 2
        assert "too large" in capsys.readouterr().err


def test_status_stays_pending_when_github_fails(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        head = github.branches["promote/risk/fraud"]
        assert verified(github, number, "--status") == 0
        assert [(sha, state) for sha, _, state, _ in github.statuses] == [(head, "pending"), (head, "success")]
        github.faults.append(Fault(r"/reviews", 200, body=b"<html>"))
        assert verified(github, number, "--status") == 2
        assert [state for _, _, state, _ in github.statuses] == ["pending", "success", "pending"]
        github.dismiss(number, github.review(number, "ada"))
        assert verified(github, number, "--status") == 1
        assert github.statuses[-1][1:3] == ("promotion", "failure")
        assert "needs the approval of 2 seniors" in github.statuses[-1][3]


def test_first_promotion_takes_the_teams_own_values(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        first = {path: text for path, text in github.files().items() if path.startswith(PROD)}
        github.push("main", dict.fromkeys(first))
        stage(github)
        prove(github, tmp_path)
        assert promote(github, "open", *of_model(), "--root", str(tmp_path)) == 1
        checkout = tmp_path / "first"
        write(checkout, {path: text for path, text in first.items() if not path.endswith("release.yaml")})
        github.login = "delivery[bot]"
        assert promote(github, "open", *of_model(), "--root", str(checkout)) == 0
        number = max(github.pulls)
        again(github, number)
        assert verified(github, number) == 0
        assert github.files("promote/risk/fraud")[PROD + "release.yaml"].startswith(HEADER)


def test_verify_takes_a_rollback_with_two_seniors(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        first = opened(github, tmp_path)
        before = {path: text for path, text in github.files().items() if path.startswith(PROD)}
        github.merge(first)
        proven = {path: text for path, text in github.files().items() if path.startswith(PROD)}
        stage(github, "33")
        prove(github, tmp_path)
        assert promote(github, "open", *of_model()) == 0
        github.merge(max(github.pulls))
        stage(github, "34")

        github.push("back", {**proven})
        number = github.open("back")
        assert "needs the approval of 2 seniors" in refused(github, number, capsys)
        again(github, number)
        assert verified(github, number) == 0
        assert "a rollback of risk/fraud to an earlier state of production" in capsys.readouterr().out

        values = proven[PROD + "values.yaml"].replace("maximum: 4", "maximum: 5")
        github.push("back", {PROD + "values.yaml": values})
        again(github, number)
        assert "no smoke test is recorded" in refused(github, number, capsys)

        github.push("unproven", {**before})
        number = github.open("unproven")
        again(github, number)
        assert "no smoke test is recorded" in refused(github, number, capsys)
