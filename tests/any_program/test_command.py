"""`mlplatform price` and `mlplatform check` from the outside: what they print and how they end."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from planner.any_program.command import main
from tests.support.any_program.recorded import recorded

UPDATE, STATE = str(recorded("update.json")), str(recorded("state.json"))
TODAY = ["--today", "2026-11-30"]


def run(capsys: pytest.CaptureFixture[str], name: str, *arguments: str) -> tuple[int, str, str]:
    code = main(name, [*arguments, *TODAY])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def document(capsys: pytest.CaptureFixture[str], name: str, *arguments: str) -> dict[str, Any]:
    return json.loads(run(capsys, name, *arguments, "--json")[1])


def test_price_of_two_regions_is_the_sum_of_the_list_prices(capsys: pytest.CaptureFixture[str]) -> None:
    cost = document(capsys, "price", UPDATE)["cost"]
    dear = {line["what"]: line["monthly"] for line in cost["lines"] if line["monthly"] > 20}
    assert dear == {
        "1 x t3.large on demand": round(730 * 0.0832, 4),
        "EKS control plane in standard support, all hours": 73.0,
        "NAT gateway, all hours": round(730 * 0.045, 4),
        "db.t4g.medium Single-AZ, all hours": round(730 * 0.065, 4),
    }
    assert cost["monthly"] == pytest.approx(sum(line["monthly"] for line in cost["lines"]))


def test_what_costs_by_use_is_listed_at_zero_with_its_price(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def requests(*arguments: str) -> dict[str, Any]:
        lines = document(capsys, "price", UPDATE, *arguments)["cost"]["lines"]
        return next(line for line in lines if line["item"] == "sqs requests-standard")

    idle = requests()
    assert (idle["quantity"], idle["monthly"], idle["unitPrice"]) == (0, 0, 0.4)
    settings = tmp_path / "settings.yaml"
    settings.write_text("usage:\n  queueRequests: 5000000\n")
    used = requests("--settings", str(settings))
    assert (used["quantity"], used["monthly"]) == (5, 2.0)


def test_a_budget_is_a_gate(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "price", UPDATE)[0] == 0
    assert run(capsys, "price", UPDATE, "--budget", "1000")[0] == 0
    code, shown, _ = run(capsys, "price", UPDATE, "--budget", "100")
    assert code == 1
    assert "the budget of 100.00 is exceeded by" in shown


@pytest.mark.parametrize("kind", ["development", "production"])
def test_remedies_name_flags_and_settings_of_the_command(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    told = document(capsys, "check", UPDATE, "--budget", "100", "--environment", kind)["policies"]
    [over] = [each for each in told if each["policy"] == "monthly-budget"]
    assert over["field"] == "monthlyBudget"
    assert "raise monthlyBudget in --settings, or --budget, with the agreement" in over["remediation"]
    assert [each for each in told if "mlplatform:" in each["field"] + each["remediation"]] == []


def test_rules_are_a_gate_and_may_be_off_with_a_reason(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = document(capsys, "check", UPDATE)
    broken = sorted({each["policy"] for each in found["policies"] if each["level"] == "mandatory"})
    assert {"open-ingress", "database-encryption", "eks-endpoint", "bucket-public-access"} <= {*broken}
    code, said, _ = run(capsys, "check", UPDATE)
    assert code == 1
    assert re.search(r"critical, 1 time$", said, re.MULTILINE)
    settings = tmp_path / "settings.yaml"
    reason = "decided by another team"
    settings.write_text(json.dumps({"rules": {each: {"level": "disabled", "reason": reason} for each in broken}}))
    assert run(capsys, "check", UPDATE, "--settings", str(settings))[0] == 0
    off = [argument for each in broken for argument in ("--off", each, reason)]
    assert run(capsys, "check", UPDATE, *off)[0] == 0


def test_an_exception_excuses_one_resource(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    entry = {
        "rule": "open-ingress",
        "resource": "web-sg",
        "reason": "the bastion of the migration answers the office until it ends",
        "expires": "2027-01-31",
        "approvedBy": "security",
    }
    settings.write_text(json.dumps({"exceptions": [entry]}))
    verdicts = document(capsys, "check", UPDATE, "--settings", str(settings))["policies"]
    (verdict,) = (each for each in verdicts if each["policy"] == "open-ingress")
    assert verdict["exception"] == entry["reason"]


def test_preview_alone_shows_what_it_changes(capsys: pytest.CaptureFixture[str]) -> None:
    _, comment, _ = run(capsys, "price", UPDATE, "--markdown")
    assert "### <code>dev</code> of <code>shop</code>: 214.94 → 245.31 USD a month (+30.37)" in comment
    assert "- **Budget** is not set" in comment
    assert "1 removed" in comment


def test_difference_from_a_state_is_that_of_the_preview(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    alone = run(capsys, "check", UPDATE, "--markdown")[1].partition("Added")[0]
    kept = str(tmp_path / "before.json")
    run(capsys, "check", STATE, "--out", kept)
    assert run(capsys, "check", UPDATE, "--markdown", "--against", kept)[1].startswith(alone)
    assert "(+30.37)" in run(capsys, "price", UPDATE, "--markdown", "--against", STATE)[1]


def test_comment_and_json_are_written_beside_the_output(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out, comment = tmp_path / "plan.json", tmp_path / "comment.md"
    code, shown, _ = run(capsys, "check", UPDATE, "--quiet", "--out", str(out), "--comment", str(comment))
    assert code == 1
    assert shown.count("\n") == 1
    assert json.loads(out.read_text())["program"]["passes"] is False
    assert comment.read_text().startswith("<!-- plan of shop.dev -->")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("regoin: us-east-1", "regoin"),
        ("region: mars", "region = 'mars'"),
        ("rules: {imds: {level: disabled, reason: a legacy agent needs it}}", "did you mean imdsv2?"),
        ("rules: {imdsv2: {level: disabled}}", "rules.imdsv2.reason"),
        ("rules: {monthly-budget: {level: disabled, reason: we have none at all}}", "leave out monthlyBudget"),
        ("policies: {levels: {imdsv2: disabled}}", "need reasons here"),
        ("usage: {queueRequest: 1}", "queueRequest"),
        ("usage: {averageNodes: {pool: 3}}", "the stack has no pool"),
        ("monthlyBudget: -1", "monthlyBudget"),
        ("- a", "must be a mapping"),
        ("a: [", "line"),
    ],
)
def test_wrong_settings_name_field_value_and_remedy(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, settings: str, told: str
) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(settings)
    code, shown, error = run(capsys, "price", UPDATE, "--settings", str(path))
    assert (code, shown) == (2, "")
    assert told in error


def test_region_that_nothing_states_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    name = str(recorded("update-without-sames.json"))
    code, _, error = run(capsys, "price", name)
    assert code == 2
    assert "add --region" in error
    assert run(capsys, "price", name, "--region", "us-east-1")[0] == 0


def test_types_of_other_clouds_are_named_as_unpriced_and_unjudged(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    urn = "urn:pulumi:dev::clouds::azure-native:web:WebApp::site"
    path = tmp_path / "preview.json"
    state = {"urn": urn, "type": "azure-native:web:WebApp", "custom": True}
    path.write_text(json.dumps({"steps": [{"op": "create", "urn": urn, "newState": state}]}))
    found = document(capsys, "check", str(path))
    (gap,) = found["cost"]["gaps"]
    assert gap["reason"] == "azure-native:web:WebApp is not of AWS, and there are prices of AWS alone"
    (verdict,) = found["policies"]
    assert (verdict["policy"], verdict["urn"]) == ("unjudged-type", urn)
    assert run(capsys, "price", str(path))[0] == 0
    assert run(capsys, "price", str(path), "--budget", "10")[0] == 1
    settings = tmp_path / "settings.yaml"
    settings.write_text('monthlyBudget: 10\nunpriced: {"azure-native:*": priced by the Azure team}\n')
    assert run(capsys, "price", str(path), "--settings", str(settings))[0] == 0


def test_folder_without_the_cli_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: nodejs\n")
    monkeypatch.setenv("PATH", os.devnull)
    code, _, error = run(capsys, "price", str(tmp_path))
    assert code == 2
    assert "there is no `pulumi` on PATH" in error
    (tmp_path / "Pulumi.yaml").unlink()
    assert "has no Pulumi.yaml" in run(capsys, "price", str(tmp_path))[2]


def test_a_failure_of_the_command_is_not_a_failed_gate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(source: str, stack: str | None = None) -> None:
        raise KeyError("unforeseen")

    monkeypatch.setattr("planner.any_program.command.read_program", broken)
    assert main("price", ["preview.json"]) == 3
    assert "price failed: KeyError" in capsys.readouterr().err


YAML_FAILURE = {"steps": [], "diagnostics": [{"severity": "info#err", "message": "no such type"}], "duration": 1}


@pytest.mark.parametrize(
    ("code", "document", "told"),
    [
        (0, json.loads(recorded("create.json").read_text()), ""),
        (1, json.loads(recorded("create.json").read_text()), "with exit code 1"),
        (1, YAML_FAILURE, "no such type"),
        (255, "error: no stack selected", "no stack selected"),
    ],
)
def test_exit_code_of_the_cli_decides_whether_a_preview_counts(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    document: object,
    told: str,
) -> None:
    """The document of a failed preview lacks resources, and need not have an error."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: yaml\n")
    printed = tmp_path / "printed"
    printed.write_text(document if isinstance(document, str) else json.dumps(document))
    cli = tmp_path / "pulumi"
    cli.write_text(f'#!/bin/sh\n/bin/cat "{printed}"\nexit {code}\n')
    cli.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    ended, _, error = run(capsys, "price", str(tmp_path))
    assert ended == (2 if code else 0)
    assert told in error
