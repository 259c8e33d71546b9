"""Verification needs the approvals of two seniors who are not authors, for the newest commit."""

import json
from pathlib import Path

import pytest

from tests.support.operations.github import Fault
from tests.support.operations.promotion import PROD, STAGING, Output, approved, github_with, opened, refused, verified
from tests.support.programs import needs

pytestmark = needs("kustomize")


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
        assert "edsger wrote or pushed the change" in refused(github, number, capsys)
        github.pulls[number].login = "delivery[bot]"
        assert verified(github, number) == 0
        tip = github.branches["promote/risk/fraud"]
        github.commits[tip].login = "ada"
        assert "ada wrote or pushed the change" in refused(github, number, capsys)


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


def test_seniors_may_be_listed_by_id(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        settings = tmp_path / "deploy" / "github" / "promotion.yaml"
        settings.parent.mkdir(parents=True)
        charts = "chartRepositories: [oci://111122223333.dkr.ecr.us-east-1.amazonaws.com/platform]\n"
        charts += "smoke: {domain: models.staging.example.com}\n"
        ids = {login: github.user(login)["id"] for login in ("ada", "carla")}
        settings.write_text(f"seniors: {ids}\n{charts}")
        for login in ("ada", "carla"):
            github.review(number, login)
        github.teams.clear()
        assert verified(github, number, "--root", str(tmp_path)) == 0
        settings.write_text(f"seniors: {{ada: 1}}\napprovals: 1\n{charts}")
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


@pytest.mark.parametrize("event", ["head_ref_force_pushed", "base_ref_changed", "automatic_base_change_succeeded"])
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


TIP = "promote/risk/fraud"


@pytest.mark.parametrize(
    "trailer",
    [
        "Co-authored-by: Ada <{id}+ada@users.noreply.github.com>",
        "Co-authored-by: Ada <{id}+an-earlier-login@users.noreply.github.com>",
        "Co-authored-by: Ada <ADA@users.noreply.github.com>",
        "  co-Authored-BY:ada<ada@users.noreply.github.com>\n\nSigned-off-by: carla",
    ],
)
def test_approval_of_a_co_author_does_not_count(trailer: str, tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        message = f"feat: promote\n\n{trailer.format(id=github.user('ada')['id'])}\n"
        github.commits[github.branches[TIP]].message = message
        assert "has 1 (grace); not counted: ada wrote or pushed the change" in refused(github, number, capsys)
        github.review(number, "barbara")
        assert verified(github, number) == 0


def test_co_author_without_account_is_refused(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        github.commits[github.branches[TIP]].message = "x\n\nCo-authored-by: A <ada@example.com>\n"
        said = refused(github, number, capsys)
        assert "the account of the co-author A <ada@example.com> is unknown; write <id>+<login>@users.noreply" in said


def test_author_whose_mail_belongs_to_no_account_is_refused(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        github.commits[github.branches[TIP]].login = None
        assert "the mail of its author belongs to no account; link it or commit it again" in refused(
            github, number, capsys
        )


def test_approval_of_who_pushed_does_not_count(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        # Ada commits as the app and pushes: no commit names her.
        github.push(TIP, {}, "delivery[bot]", pusher="ada")
        for login in ("ada", "grace"):
            github.review(number, login)
        assert "not counted: ada wrote or pushed the change" in refused(github, number, capsys)


def test_approval_of_an_earlier_pusher_does_not_count(capsys: Output) -> None:
    with github_with() as github:
        github.push("change", {"operations/a.py": "a"}, "carla", pusher="grace")
        github.push("change", {"operations/b.py": "b"}, "carla")
        number = github.open("change")
        for login in ("ada", "grace"):
            github.review(number, login)
        assert "not counted: grace wrote or pushed the change" in refused(github, number, capsys)


def test_approval_of_who_merged_into_the_branch_does_not_count(capsys: Output) -> None:
    with github_with() as github:
        github.push("change", {"operations/a.py": "a"}, "carla")
        github.branches["change"] = github.commit(
            {**github.files("change"), "operations/b.py": "b"}, [github.branches["change"]], "carla"
        )
        github.pushed("change", "grace", "pr_merge")
        number = github.open("change")
        for login in ("ada", "grace"):
            github.review(number, login)
        assert "not counted: grace wrote or pushed the change" in refused(github, number, capsys)
        github.review(number, "barbara")
        assert verified(github, number) == 0


def test_approval_of_a_pusher_does_not_count_after_the_branch_was_restored(capsys: Output) -> None:
    with github_with() as github:
        github.push("change", {"operations/old.py": "a"}, "carla", pusher="barbara")
        del github.branches["change"]
        github.push("change", {"operations/a.py": "a"}, "carla", pusher="grace")
        github.pushed("change", "grace", "branch_deletion")
        github.pushed("change", "carla", "branch_creation")
        number = github.open("change")
        for login in ("ada", "grace"):
            github.review(number, login)
        assert "not counted: grace wrote or pushed the change" in refused(github, number, capsys)
        # What barbara pushed to an earlier branch of this name is not part of the change.
        github.review(number, "barbara")
        assert verified(github, number) == 0


def test_result_is_unknown_until_github_says_who_pushed(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        github.activities = [each for each in github.activities if each["ref"] != TIP]
        assert verified(github, number, "--status") == 2
        assert "does not say yet who pushed" in capsys.readouterr().err
        assert [state for _, _, state, _ in github.statuses] == ["pending"]


def test_authors_beyond_250_commits_count(capsys: Output) -> None:
    with github_with(page=100) as github:
        github.push("long", {"operations/a.py": "a"}, "ada", pusher="carla")
        for _ in range(260):
            github.push("long", {}, "carla")
        number = github.open("long")
        for login in ("ada", "grace"):
            github.review(number, login)
        assert "not counted: ada wrote or pushed the change" in refused(github, number, capsys)


def test_result_is_unknown_if_commits_are_not_listed(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        fork = json.dumps({"sha": github.branches["main"]})
        body = f'{{"merge_base_commit": {fork}, "total_commits": 300, "commits": []}}'
        github.faults.append(Fault("/compare/", 200, body=body.encode()))
        assert verified(github, number) == 2
        assert "GitHub lists 0 of 300 commits" in capsys.readouterr().err


def test_login_of_a_senior_that_another_person_took_does_not_count(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = opened(github, tmp_path)
        github.review(number, "ada", id=4711)
        github.review(number, "grace")
        assert "not counted: ada is not a senior" in refused(github, number, capsys)


def test_status_is_of_the_commit_that_was_read(tmp_path: Path) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        first = github.branches[TIP]
        forged = {PROD + "values.yaml": "name: forged\n"}

        def moves(path: str) -> None:
            if path.endswith("/reviews") and github.branches[TIP] == first:
                github.push(TIP, {**forged}, "delivery[bot]")

        github.watch = moves
        assert verified(github, number, "--status") == 1
        assert github.branches[TIP] != first
        assert [sha for sha, _, state, _ in github.statuses if state == "success"] == []
        assert github.statuses[-1][:3] == (github.branches[TIP], "promotion", "failure")


def test_staging_that_changes_during_the_check_is_read_again(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        values = github.files()[STAGING + "values.yaml"]
        start = github.branches["main"]

        def moves(path: str) -> None:
            if path.endswith("/reviews") and github.branches["main"] == start:
                github.push("main", {STAGING + "values.yaml": values.replace("maximum: 2", "maximum: 3")})

        github.watch = moves
        assert "changed after the smoke test" in refused(github, number, capsys)


def test_result_is_unknown_while_the_pull_request_keeps_changing(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)

        def moves(path: str) -> None:
            if path.endswith("/reviews"):
                github.push(TIP, {}, "delivery[bot]")

        github.watch = moves
        assert verified(github, number) == 2
        assert "changed 3 times during the check; run it again" in capsys.readouterr().err
