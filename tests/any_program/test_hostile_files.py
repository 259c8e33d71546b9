"""Files that were made to mislead, to leak or to exhaust: each is judged as what it is, or refused with a remedy."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from planner.any_program.bounded_json import MAX_BYTES
from planner.any_program.command import main
from planner.any_program.input_values import UNKNOWN_TEXT

TYPE = "aws:ec2/instance:Instance"
SIGNED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
HIDDEN = "hunter2hunter2"
MACHINE = {"instanceType": "t3.medium"}
MONTHLY = round(730 * 0.0416, 2)


def row(name: str = "web", type_: str = TYPE, inputs: object = None, **fields: Any) -> dict[str, Any]:
    """A row of a state."""
    urn = f"urn:pulumi:dev::shop::{type_}::{name}"
    return {"urn": urn, "type": type_, "custom": True, "inputs": MACHINE if inputs is None else inputs, **fields}


def state(*rows: Any, **deployment: Any) -> dict[str, Any]:
    return {"version": 3, "deployment": {"resources": [*rows], **deployment}}


def preview(*steps: tuple[str, Any, Any], **fields: Any) -> dict[str, Any]:
    """A preview of steps, each an operation with the old and the new state."""
    written = [{"op": op, "urn": "", "oldState": old, "newState": new} for op, old, new in steps]
    return {"steps": written, **fields}


class Shown(SimpleNamespace):
    """How the command ended, and what it printed."""

    code: int
    out: str
    err: str


class Command:
    """Runs the command on a file with this content."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]):
        self.path = folder / "program.json"
        self._capsys = capsys

    def __call__(self, content: object, *arguments: str, name: str = "price") -> Shown:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.path.write_bytes(data)
        code = main(name, [str(self.path), "--region", "us-east-1", "--today", "2026-11-30", *arguments])
        return Shown(code=code, **self._capsys.readouterr()._asdict())

    def cost(self, content: object) -> dict[str, Any]:
        shown = self(content, "--json")
        assert shown.code == 0, shown.err
        return json.loads(shown.out)["cost"]


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(tmp_path, capsys)


REFUSED: dict[str, tuple[object, str]] = {
    "nothing": (b" \n", "is empty"),
    "cut off": (json.dumps(state(row())).encode()[:-9], "cut off"),
    "cut off within a character": ('{"steps": "é'.encode()[:-1], "not text in UTF-8"),
    "Latin-1": ('{"steps": "é"}'.encode("latin-1"), "not text in UTF-8"),
    "UTF-32": (json.dumps(state(row())).encode("utf-32"), "not"),
    "zero bytes": (b'{"steps": \x00}', "not JSON"),
    "YAML": (b"version: 3\ndeployment: {}\n", "not JSON"),
    "a number of 5,000 digits": (b'{"version": ' + b"9" * 5000 + b"}", "not JSON"),
    "no fields": ({}, "no preview and no state"),
    "checkpoint of a backend": ({"version": 3, "checkpoint": {}}, "no preview and no state"),
    "version 1": ({**state(), "version": 1}, "version = 1"),
    "version 2": ({**state(), "version": 2}, "version = 2"),
    "version of tomorrow": ({**state(), "version": 5}, "version = 5"),
    "version as text": ({**state(), "version": "3"}, "version = '3'"),
    "version true": ({**state(), "version": True}, "version = True"),
    "endless version": ({**state(), "version": "x" * 100_000}, "version = 'xxx"),
    "no deployment": ({"version": 3, "deployment": None}, "deployment must be an object"),
    "resources by name": ({"version": 3, "deployment": {"resources": {"web": row()}}}, "must be a list"),
    "row that is text": (state("web"), "must be an object"),
    "URN of another form": (state(row(urn="web")), "is not a URN"),
    "URN of a type": (state({**row(), "urn": ["urn"]}), "urn = a list"),
    "inputs that are a secret": (state(row(inputs=SIGNED)), "inputs: all inputs are one secret"),
    "inputs that are a list": (state(row(inputs=[1])), "inputs = a list"),
    "dependencies by name": (state(row(dependencies={"a": 1})), "dependencies = a dict"),
    "two rows of a URN": (state(row(), row(inputs={"instanceType": "p5.48xlarge"})), "pulumi state repair"),
    "two creations of a URN": (preview(("create", None, row()), ("create", None, row())), "create and create"),
    "creation of what stays": (preview(("same", row(), row()), ("create", None, row())), "same and create"),
    "operation that is a list": ({"steps": [{"op": ["create"], "newState": row()}]}, "op must be text"),
    "step that is text": ({"steps": ["create"]}, "must be an object"),
    "summary that is a list": (preview(("create", None, row()), changeSummary=[1]), "changeSummary must be an object"),
    "failed preview": (preview(diagnostics=[{"severity": "error", "message": "no quota"}]), "no quota"),
    "failed preview of YAML": (
        preview(diagnostics=[{"severity": "info#err", "message": "\x1b[31mError\x1b[0m: no such type"}]),
        "Error: no such type",
    ),
    "plan": ({"format": 1, "policies": []}, "priced already"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_wrong_file_is_refused_with_a_remedy(command: Command, name: str) -> None:
    content, told = REFUSED[name]
    shown = command(content)
    assert (shown.code, shown.out) == (2, "")
    assert told in shown.err
    assert ";" in shown.err
    assert len(shown.err) < 700


def test_file_beyond_the_limit_is_refused_before_it_is_read_whole(command: Command) -> None:
    command.path.write_bytes(b"")
    with command.path.open("r+b") as file:
        file.truncate(200 * 2**20)
    assert main("price", [str(command.path)]) == 2
    assert MAX_BYTES < 200 * 2**20


LIMITED = """
import resource, sys
from planner.any_program.command import main
import planner.any_program.terminal, planner.console
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
limit = used + int(sys.argv[2]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
sys.exit(main("price", [sys.argv[1], "--quiet", "--region", "us-east-1"]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
def test_file_that_does_not_fit_into_memory_is_refused(tmp_path: Path) -> None:
    """4 MiB with a character of four bytes, which makes Python keep four bytes of every character: 16 MiB a copy."""
    path = tmp_path / "state.json"
    note = {**MACHINE, "userData": "😀" + "x" * 2**22}
    path.write_text(json.dumps(state(row(inputs=note)), ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-c", LIMITED, str(path), "10"]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there is not enough memory to read the file" in done.stderr


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_of_editors_are_read(command: Command, encoding: str) -> None:
    assert command.cost(json.dumps(state(row())).encode(encoding))["monthly"] == pytest.approx(MONTHLY, abs=0.01)


def test_standard_input_is_read(
    command: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for content, code in ((json.dumps(state(row())).encode(), 0), (b"", 2)):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
        assert main("price", ["-", "--region", "us-east-1", "--quiet"]) == code
    assert "standard input is empty" in capsys.readouterr().err


@pytest.mark.parametrize("budget", ["0", "-1", "nan", "inf", "1e400", "x", ""])
def test_budget_that_is_no_amount_is_refused(command: Command, budget: str) -> None:
    try:
        code = command(state(row()), f"--budget={budget}").code
    except SystemExit as end:
        code = end.code
    assert code == 2


@pytest.mark.parametrize("other", ["FILE", "--settings", "--out"])
def test_no_file_is_written_over_another(command: Command, tmp_path: Path, other: str) -> None:
    path = command.path if other == "FILE" else tmp_path / "other"
    given = {"FILE": (), "--settings": ("--settings", str(path)), "--out": ("--out", str(path))}[other]
    if other == "--settings":
        path.write_text("budget: 1\n")
    same = path.parent / "." / path.name
    content = json.dumps(state(row())).encode()
    shown = command(content, *given, "--comment", str(same))
    assert (shown.code, shown.out) == (2, "")
    assert f"would be written over {other}; name another file" in shown.err
    assert command.path.read_bytes() == content


COUNTED = (
    *("same", "create", "update", "replace", "create-replacement", "refresh", "import", "import-replacement", "diff"),
    "of-tomorrow",
)
NOT_COUNTED = (
    *("delete", "delete-replaced", "read", "read-replacement", "discard", "discard-replaced"),
    *("remove-pending-replace", "extend-parameterize"),
)


@pytest.mark.parametrize("operation", [*COUNTED, *NOT_COUNTED])
def test_each_operation_counts_what_is_there_afterwards(command: Command, operation: str) -> None:
    kept = operation in COUNTED
    lines = command.cost(preview((operation, row(), row())))["lines"]
    assert bool(lines) is kept
    if operation == "same":
        assert command.cost(preview(("same", row(), None)))["lines"] == lines


def test_program_counts_after_a_refresh_in_any_order(command: Command) -> None:
    large = row(inputs={"instanceType": "t3.large"})
    refresh, update = ("refresh", row(), row()), ("update", row(), large)
    first, second = (command.cost(preview(*steps)) for steps in ([refresh, update], [update, refresh]))
    assert first["lines"] == second["lines"] == command.cost(state(large))["lines"]


def test_what_is_deleted_after_a_refresh_does_not_count(command: Command) -> None:
    """`pulumi preview --refresh` shows each resource twice: as it is, and with what the program does to it."""
    other = row("other")
    refreshes = [("refresh", each, each) for each in (row(), other)]
    steps = [*refreshes, ("same", row(), row()), ("delete", other, None)]
    assert command.cost(preview(*steps))["lines"] == command.cost(state(row()))["lines"]
    old_copy = ("delete", row(delete=True), None)
    assert command.cost(preview(*refreshes[:1], old_copy))["lines"] == command.cost(state(row()))["lines"]


def test_refreshed_resources_are_in_the_file_without_show_sames(command: Command) -> None:
    refreshes = [("refresh", row(name), row(name)) for name in ("web", "other")]
    shown = command(preview(*refreshes, changeSummary={"same": 2}), "--json")
    assert json.loads(shown.out)["program"]["notes"] == []
    shown = command(preview(*refreshes, changeSummary={"same": 3}), "--json")
    assert "1 unchanged resources are not in the file" in shown.out


def test_both_steps_of_a_replacement_are_one_resource(command: Command) -> None:
    steps = [(op, row(), row()) for op in ("create-replacement", "replace", "delete-replaced")]
    assert command.cost(preview(*steps))["lines"] == command.cost(state(row()))["lines"]


def test_preview_of_an_older_cli_is_read(command: Command) -> None:
    step = {"op": "create", "urn": row()["urn"], "newState": row()}
    assert command.cost({"steps": [step], "duration": 1, "changeSummary": {"create": 1}})["monthly"] == pytest.approx(
        MONTHLY, abs=0.01
    )


def test_resource_that_is_deleted_and_waits_is_not_billed(command: Command) -> None:
    shown = command(state(row(pendingReplacement=True), row("other")), "--markdown")
    assert "1 deleted resources wait for their replacement" in shown.out
    assert command.cost(state(row(pendingReplacement=True)))["lines"] == []


def test_comment_says_what_the_file_lacks(command: Command) -> None:
    """A reviewer reads the comment, and not the output of the job."""
    lost = {"type": "creating", "resource": row("<img src=x>")}
    shown = command(state(row(), pending_operations=[lost, "x", {"resource": 1}]), "--markdown")
    assert "3 operations were interrupted" in shown.out
    assert "<img" not in shown.out
    assert "are not judged by price" in shown.out


def test_event_with_a_line_separator_in_a_name_is_one_event(command: Command) -> None:
    named = row(inputs={**MACHINE, "tags": {"Name": "a\x85b\u2028c"}})
    events = [
        {"sequence": 1, "resourcePreEvent": {"metadata": {"op": "create", "new": named}}},
        {"sequence": 2, "summaryEvent": {"resourceChanges": {"create": 1}}},
    ]
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in events)
    assert command.cost(lines.encode())["monthly"] == pytest.approx(MONTHLY, abs=0.01)


HIDING: dict[str, dict[str, Any]] = {
    "secret with its text": {"password": {**SIGNED, "plaintext": json.dumps(HIDDEN)}},
    "secret in a list": {"list": [{**SIGNED, "plaintext": HIDDEN}]},
    "output value": {
        "password": {"4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4", "secret": True}
        | {"value": HIDDEN}
    },
    "password in plain text": {"password": HIDDEN},
    "variable of a function": {"environment": {"variables": {"DB_PASSWORD": HIDDEN}}},
    "variable with a name": {"environment": [{"name": "API_TOKEN", "value": HIDDEN}]},
    "password in a URL": {"url": f"postgres://shop:{HIDDEN}@db/shop"},
    "assignment in a script": {"userData": f"#!/bin/sh\nexport DB_PASSWORD={HIDDEN}\n"},
    "JSON in text": {"containerDefinitions": json.dumps([{"environment": [{"name": "x", "token": HIDDEN}]}])},
}


@pytest.mark.parametrize("name", HIDING)
def test_secret_is_never_printed(command: Command, tmp_path: Path, name: str) -> None:
    inputs = HIDING[name]
    before = row(inputs={**MACHINE, **json.loads(json.dumps(inputs).replace(HIDDEN, HIDDEN + "old"))})
    after = row(inputs={**MACHINE, **inputs}, outputs=inputs)
    out, comment = tmp_path / "out.json", tmp_path / "comment.md"
    for form in ("--json", "--markdown", "--quiet"):
        written = ("--out", str(out), "--comment", str(comment))
        shown = command(preview(("update", before, after)), form, *written, name="check")
        assert shown.code in (0, 1), shown.err
        for text in (shown.out, shown.err, out.read_text(), comment.read_text()):
            assert HIDDEN not in text


@pytest.mark.parametrize(
    ("type_", "field"),
    [
        ("aws:secretsmanager/secretVersion:SecretVersion", "secretString"),
        ("aws:ssm/parameter:Parameter", "value"),
        ("kubernetes:core/v1:Secret", "stringData"),
    ],
)
def test_what_the_provider_keeps_secret_is_never_printed(command: Command, type_: str, field: str) -> None:
    shown = command(state(row(type_=type_, inputs={field: {"any": HIDDEN}})), "--json", name="check")
    assert shown.code in (0, 1), shown.err
    assert HIDDEN not in shown.out


def test_error_does_not_show_the_text_around_it(command: Command) -> None:
    text = json.dumps(state(row(inputs={"password": HIDDEN}))).replace(f'"{HIDDEN}"', HIDDEN)
    shown = command(text.encode())
    assert shown.code == 2
    assert "line 1, column" in shown.err
    assert HIDDEN not in shown.err


NAMES = (
    "<script>alert(1)</script>",
    "[click](https://example.com)",
    "a | b\n| zebra",
    "@everyone #1 `code` **bold**",
    "--><img src=x onerror=alert(1)>",
    "\x1b[2J\x1b]8;;https://example.com\x07",
    "\u202egnp.exe",
    "[red]x[/red]",
    "\ud800",
)


@pytest.mark.parametrize("name", NAMES)
def test_name_is_only_text_in_each_output(command: Command, name: str) -> None:
    rows = row(name, urn=f"urn:pulumi:{name}::{name}::{TYPE}::{name}")
    comment = command(state(rows), "--markdown", name="check").out
    for markup in ("<script", "<img", "](https", "\x1b", "\u202e", "**bold", "| zebra"):
        assert markup not in comment
    # GitHub looks for no mentions in code.
    assert "@everyone" not in re.sub(r"<code>.*?</code>", "", comment)
    for form in (("--quiet",), ()):
        printed = command(state(rows), *form, name="check").out
        assert "\x1b" not in printed
        assert "\u202e" not in printed


CYCLES: dict[str, dict[str, Any]] = {
    "own parent": {"parent": row()["urn"]},
    "own provider": {"provider": row()["urn"] + "::id"},
    "own dependency": {"dependencies": [row()["urn"]], "propertyDependencies": {"subnetId": [row()["urn"]]}},
    "parent that is missing": {"parent": "urn:pulumi:dev::shop::x::gone"},
}


@pytest.mark.parametrize("name", CYCLES)
def test_cycle_of_resources_is_priced(command: Command, name: str) -> None:
    for judged in ("price", "check"):
        assert command(state(row(**CYCLES[name])), name=judged).code in (0, 1)
    assert command.cost(state(row(**CYCLES[name])))["monthly"] == pytest.approx(MONTHLY, abs=0.01)


def test_parents_of_each_other_are_priced(command: Command) -> None:
    one, two = row("one", "eks:index:Cluster", {}), row("two", "eks:index:Cluster", {})
    one, two = {**one, "parent": two["urn"], "custom": False}, {**two, "parent": one["urn"], "custom": False}
    assert len(command.cost(state(one, two))["gaps"]) == 2


@pytest.mark.parametrize("kind", [UNKNOWN_TEXT, "[secret]", None, "", 7, [], {}, [None], "mars.large", "../t3"])
def test_value_that_the_price_needs_is_known_or_a_gap(command: Command, kind: object) -> None:
    cost = command.cost(state(row(inputs={"instanceType": kind}, outputs=None)))
    assert cost["gaps"]
    assert not cost["complete"]


@pytest.mark.parametrize("region", [[], {}, ["us-east-1"], 7, True, "", "../us-east-1", UNKNOWN_TEXT])
def test_region_of_any_form_does_not_end_the_command(command: Command, region: object) -> None:
    provider = row("home", "pulumi:providers:aws", {"region": region})
    machine = row(inputs={**MACHINE, "region": region}, provider=provider["urn"] + "::id")
    assert command(state(provider, machine), name="check").code in (0, 1)


@pytest.mark.parametrize("size", [-1, 1e300, True, "ten", [8], {"gb": 8}, UNKNOWN_TEXT])
def test_size_that_is_no_amount_is_a_gap(command: Command, size: object) -> None:
    volume = row("disk", "aws:ebs/volume:Volume", {"size": size, "type": "gp3"})
    assert command.cost(state(volume))["gaps"]


DEEP = "[" * 5_000


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        ("aws:opensearch/serverlessCollection:ServerlessCollection", {"standbyReplicas": "SOMETIMES"}),
        ("aws:wafv2/webAcl:WebAcl", {"ruleJson": DEEP}),
        ("aws:iam/policy:Policy", {"policy": DEEP}),
        ("aws:ssm/parameter:Parameter", {"type": "String", "value": DEEP}),
        ("kubernetes:core/v1:ConfigMap", {"data": {"config.yaml": DEEP + "service"}}),
        ("aws:ecs/taskDefinition:TaskDefinition", {"containerDefinitions": DEEP}),
        ("aws:secretsmanager/secret:Secret", {"recoveryWindowInDays": "7"}),
        ("aws:secretsmanager/secret:Secret", {"recoveryWindowInDays": SIGNED}),
        ("aws:rds/instance:Instance", {"identifier": UNKNOWN_TEXT, "instanceClass": "db.t3.medium"}),
        ("aws:eks/nodeGroup:NodeGroup", {"launchTemplate": {"id": "lt-1", "version": ["1"]}}),
        (TYPE, {"userData": "\ud800"}),
    ],
)
def test_text_of_a_resource_does_not_end_the_command(command: Command, type_: str, inputs: dict[str, Any]) -> None:
    after = row(type_=type_, inputs=inputs)
    for content in (state(after), preview(("update", row(type_=type_, inputs={}), after))):
        shown = command(content, "--markdown", name="check")
        assert shown.code in (0, 1), shown.err
        assert "Unknown" not in shown.out
