"""A promotion is merged with two seniors' approvals of what staging proved, and in no other way."""

from pathlib import Path

import pytest

from operations.promote.release import HEADER
from tests.operations.github import TOKEN, Fault, GitHub
from tests.operations.promotion import (
    PROD,
    STAGING,
    github_with,
    of_model,
    opened,
    promote,
    prove,
    stage,
    verified,
    write,
)

Output = pytest.CaptureFixture[str]


def refused(github: GitHub, number: int, output: Output) -> str:
    """What verification says when it refuses."""
    output.readouterr()
    assert verified(github, number) == 1
    said = output.readouterr()
    assert TOKEN not in said.out + said.err
    return said.out


def test_one_approval_is_not_enough_and_two_are(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        assert "needs the approval of 2 seniors, has 0" in refused(github, number, capsys)
        github.review(number, "ada")
        assert "has 1 (ada)" in refused(github, number, capsys)
        github.review(number, "grace")
        assert verified(github, number) == 0
        assert "approved by ada, grace" in capsys.readouterr().out


def test_the_same_person_twice_is_one(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.review(number, "ada")
        github.review(number, "Ada", id=github.user("ada")["id"])
        assert "has 1 (Ada)" in refused(github, number, capsys)


def test_the_author_does_not_count_as_opener_or_by_a_commit(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.pulls[number].login = "edsger"
        for login in ("ada", "edsger"):
            github.review(number, login)
        assert "edsger is an author of the change" in refused(github, number, capsys)
        github.pulls[number].login = "delivery[bot]"
        assert verified(github, number) == 0
        tip = github.branches["promote/risk/fraud"]
        github.commits[tip].login = "ada"
        assert "ada is an author of the change" in refused(github, number, capsys)


def test_one_who_is_not_senior_does_not_count(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.review(number, "ada")
        github.review(number, "carla")
        assert "has 1 (ada); not counted: carla is not senior" in refused(github, number, capsys)


def test_a_bot_is_nobody_even_in_the_seniors_team(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.teams["example/senior-engineers"].append("helper[bot]")
        github.review(number, "ada")
        github.review(number, "helper[bot]")
        assert "helper[bot] is not senior" in refused(github, number, capsys)


def test_seniors_may_be_listed_by_login(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        settings = tmp_path / "deploy" / "github" / "promotion.yaml"
        settings.parent.mkdir(parents=True)
        settings.write_text("seniors: [ADA, carla]\n")
        for login in ("ada", "carla"):
            github.review(number, login)
        github.teams.clear()
        assert verified(github, number, "--root", str(tmp_path)) == 0
        settings.write_text("seniors: [ada]\napprovals: 1\n")
        assert verified(github, number, "--root", str(tmp_path)) == 1
        assert "approvals" in capsys.readouterr().err


def test_an_approval_older_than_the_last_push_does_not_count(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.review(number, "ada")
        github.review(number, "grace")
        github.push("promote/risk/fraud", {}, "delivery[bot]")
        said = refused(github, number, capsys)
        assert "ada approved before the last push; grace approved before the last push" in said


@pytest.mark.parametrize("event", ["head_ref_force_pushed", "base_ref_changed"])
def test_an_approval_before_a_forced_push_does_not_count_though_the_head_is_again_what_it_was(
    event: str, tmp_path: Path, capsys: Output
) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.review(number, "ada")
        github.pulls[number].events += [
            {"event": "labeled", "created_at": github.now()},
            {"event": event, "created_at": github.now()},
            {"event": "labeled", "created_at": github.now()},
        ]
        github.review(number, "grace")
        assert "has 1 (grace); not counted: ada approved before the last push" in refused(github, number, capsys)
        github.review(number, "ada")
        assert verified(github, number) == 0


def test_a_dismissed_review_does_not_count(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.review(number, "ada")
        github.dismiss(number, github.review(number, "grace"))
        assert "not counted: grace was dismissed" in refused(github, number, capsys)


def test_changes_asked_for_after_an_approval_take_it_back(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        for login in ("ada", "grace", "barbara"):
            github.review(number, login)
        github.review(number, "grace", "CHANGES_REQUESTED")
        github.review(number, "grace", "COMMENTED")
        assert "grace asks for changes" in refused(github, number, capsys)
        github.review(number, "grace")
        assert verified(github, number) == 0


def test_who_is_not_senior_can_not_hold_it_up(tmp_path: Path) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        for login in ("ada", "grace"):
            github.review(number, login)
        github.review(number, "carla", "CHANGES_REQUESTED")
        github.pulls[number].reviews[-1]["user"] = None
        github.review(number, "carla", "CHANGES_REQUESTED")
        assert verified(github, number) == 0


def approved(github: GitHub, tmp: Path) -> int:
    number = opened(github, tmp)
    for login in ("ada", "grace"):
        github.review(number, login)
    return number


def again(github: GitHub, number: int) -> None:
    for login in ("ada", "grace"):
        github.review(number, login)


def test_a_staging_that_has_no_smoke_test_any_more_is_refused(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        stage(github, "33")
        assert "no smoke test is recorded" in refused(github, number, capsys)


def test_a_failed_smoke_test_is_refused(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        prove(github, tmp_path, failed="inference")
        assert "the smoke test of 2026-11-21 08:02 failed" in refused(github, number, capsys)


def test_a_smoke_test_of_another_version_is_refused(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        text = github.files()[STAGING + "release.yaml"]
        head, _, smoke = text.partition("smoke:")
        github.push("main", {STAGING + "release.yaml": f"{head}smoke:{smoke.replace('c' * 40, 'a' * 40)}"})
        assert "the smoke test met another version: release.commit" in refused(github, number, capsys)


def test_staging_changed_after_its_smoke_test_is_refused(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        values = github.files()[STAGING + "values.yaml"]
        github.push("main", {STAGING + "values.yaml": values.replace("runtime: triton", "runtime: huggingface")})
        assert "changed after the smoke test" in refused(github, number, capsys)


def test_another_version_that_staging_proved_meanwhile_is_refused(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        stage(github, "33")
        prove(github, tmp_path)
        assert "not what staging proved; open the promotion again" in refused(github, number, capsys)


@pytest.mark.parametrize(
    "path", ["README.md", STAGING + "values.yaml", "deploy/models/search/ranking/overlays/prod/a.yaml"]
)
def test_a_promotion_that_changes_anything_else_is_refused(path: str, tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.push("promote/risk/fraud", {path: "name: other\n"}, "delivery[bot]")
        again(github, number)
        assert "changes more than" in refused(github, number, capsys)


def test_a_file_beside_the_promoted_ones_is_refused(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.push("promote/risk/fraud", {PROD + "patch.yaml": "spec: {}\n"}, "delivery[bot]")
        again(github, number)
        assert f"{PROD}patch.yaml: not what staging proved" in refused(github, number, capsys)


def test_a_forged_version_is_refused(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        head = github.files("promote/risk/fraud")
        forged = {
            PROD + name: head[PROD + name].replace("fraud/32/", "fraud/99/").replace("'32'", "'99'")
            for name in ("values.yaml", "release.yaml")
        }
        github.push("promote/risk/fraud", {**forged}, "delivery[bot]")
        again(github, number)
        assert "not what staging proved" in refused(github, number, capsys)


def test_more_replicas_slipped_into_a_promotion_are_refused(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        values = github.files("promote/risk/fraud")[PROD + "values.yaml"]
        github.push("promote/risk/fraud", {PROD + "values.yaml": values.replace("maximum: 4", "maximum: 40")})
        again(github, number)
        assert f"{PROD}values.yaml: not what staging proved" in refused(github, number, capsys)


def test_a_link_in_place_of_a_file_is_refused(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.push("promote/risk/fraud", {}, "delivery[bot]", modes={PROD + "values.yaml": "120000"})
        again(github, number)
        assert "is not a plain file" in refused(github, number, capsys)


def test_a_change_of_replicas_alone_needs_two_seniors_and_no_new_version(capsys: Output) -> None:
    with github_with() as github:
        values = github.files()[PROD + "values.yaml"]
        github.push("more", {PROD + "values.yaml": values.replace("maximum: 4", "maximum: 6")})
        number = github.open("more")
        github.review(number, "ada")
        assert "needs the approval of 2 seniors" in refused(github, number, capsys)
        github.review(number, "grace")
        assert verified(github, number) == 0


def test_another_model_under_the_old_record_is_refused(capsys: Output) -> None:
    with github_with() as github:
        values = github.files()[PROD + "values.yaml"]
        github.push("other", {PROD + "values.yaml": values.replace("fraud/31/", "fraud/30/")})
        number = github.open("other")
        again(github, number)
        assert "release.yaml and the overlay differ: modelUri" in refused(github, number, capsys)


def test_a_model_is_taken_out_of_production_by_two_seniors() -> None:
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
        "deploy/github/promotion.yaml",
        ".github/workflows/promotion.yaml",
        "operations/promote/reviews.py",
    ],
)
def test_what_reaches_production_or_makes_the_rules_needs_two_seniors(path: str) -> None:
    with github_with() as github:
        github.push("change", {path: "kind: Other\n"})
        number = github.open("change")
        github.review(number, "ada")
        assert verified(github, number) == 1
        github.review(number, "grace")
        assert verified(github, number) == 0


@pytest.mark.parametrize("path", ["README.md", "deploy/models/risk/fraud/overlays/staging/values.yaml"])
def test_what_does_not_reach_production_needs_nobody(path: str) -> None:
    with github_with() as github:
        github.push("change", {path: github.files()[path] + "# more\n"})
        assert verified(github, github.open("change")) == 0


def test_the_recorder_alone_says_that_a_smoke_test_passed(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        stage(github)
        prove(github, tmp_path)
        proof = github.files()[STAGING + "release.yaml"]
        stage(github, "33")
        forged = proof.replace("fraud/32/", "fraud/33/").replace("'32'", "'33'")
        github.push("forged", {STAGING + "release.yaml": forged}, "carla")
        number = github.open("forged", "carla")
        assert "comes from mlplatform-recorder[bot], not from carla" in refused(github, number, capsys)
        github.pulls[number].login = "mlplatform-recorder[bot]"
        assert verified(github, number) == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"draft": True}, "draft"),
        ({"state": "closed"}, "is closed"),
        ({"fork": "mallory/mlplatform"}, "fork"),
        ({"base": "release"}, "goes to release"),
    ],
)
def test_what_can_not_be_judged_is_refused(
    change: dict[str, object], said: str, tmp_path: Path, capsys: Output
) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        github.branches["release"] = github.branches["main"]
        for name, value in change.items():
            setattr(github.pulls[number], name, value)
        assert said in refused(github, number, capsys)


def test_a_list_of_files_that_is_cut_off_is_refused(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        github.faults.append(Fault(r"/files", 200, body=b"[]"))
        assert "lists 0 of 3 changed files" in refused(github, number, capsys)


def test_the_status_is_pending_while_it_is_judged_and_stays_so_when_github_fails(
    tmp_path: Path, capsys: Output
) -> None:
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


def test_the_first_promotion_takes_values_that_the_team_wrote(tmp_path: Path, capsys: Output) -> None:
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
