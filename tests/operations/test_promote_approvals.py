"""Verification needs the approvals of two seniors who are not authors, for the newest commit."""

from pathlib import Path

import pytest

from tests.support.operations.promotion import Output, github_with, opened, refused, verified


def test_promotion_needs_two_approvals(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        assert "needs the approval of 2 seniors, has 0" in refused(github, number, capsys)
        github.review(number, "ada")
        assert "has 1 (ada)" in refused(github, number, capsys)
        github.review(number, "grace")
        assert verified(github, number) == 0
        assert "approved by ada, grace" in capsys.readouterr().out


def test_two_approvals_of_one_person_count_once(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.review(number, "ada")
        github.review(number, "Ada", id=github.user("ada")["id"])
        assert "has 1 (Ada)" in refused(github, number, capsys)


def test_approval_of_an_author_does_not_count(tmp_path: Path, capsys: Output) -> None:
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


def test_approval_of_a_non_senior_does_not_count(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.review(number, "ada")
        github.review(number, "carla")
        assert "has 1 (ada); not counted: carla is not a senior" in refused(github, number, capsys)


def test_approval_of_a_bot_in_the_team_does_not_count(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.teams["example/senior-engineers"].append("helper[bot]")
        github.review(number, "ada")
        github.review(number, "helper[bot]")
        assert "helper[bot] is not a senior" in refused(github, number, capsys)


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


def test_approval_before_the_last_push_does_not_count(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.review(number, "ada")
        github.review(number, "grace")
        github.push("promote/risk/fraud", {}, "delivery[bot]")
        said = refused(github, number, capsys)
        assert "ada approved before the last push; grace approved before the last push" in said


@pytest.mark.parametrize("event", ["head_ref_force_pushed", "base_ref_changed"])
def test_approval_before_a_forced_push_does_not_count(event: str, tmp_path: Path, capsys: Output) -> None:
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


def test_dismissed_approval_does_not_count(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.review(number, "ada")
        github.dismiss(number, github.review(number, "grace"))
        assert "not counted: grace was dismissed" in refused(github, number, capsys)


def test_request_for_changes_replaces_an_approval(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        for login in ("ada", "grace", "barbara"):
            github.review(number, login)
        github.review(number, "grace", "CHANGES_REQUESTED")
        github.review(number, "grace", "COMMENTED")
        assert "grace requests changes" in refused(github, number, capsys)
        github.review(number, "grace")
        assert verified(github, number) == 0


def test_request_for_changes_of_a_non_senior_does_not_block(tmp_path: Path) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        for login in ("ada", "grace"):
            github.review(number, login)
        github.review(number, "carla", "CHANGES_REQUESTED")
        github.pulls[number].reviews[-1]["user"] = None
        github.review(number, "carla", "CHANGES_REQUESTED")
        assert verified(github, number) == 0
