"""What the file of exceptions may hold, and what is said of a wrong one."""

from datetime import date
from pathlib import Path

import pytest

from policies.engine.exceptions import EXCEPTIONS_FILE, PolicyError, load_exceptions
from policies.engine.registry import RULES

SOUND = """
- rule: privileged
  resource: "*::gpu-device-plugin"
  reason: registers the GPUs with the kubelet
  expires: 2027-06-30
  approvedBy: platform-security
"""


def load(folder: Path, content: str) -> object:
    path = folder / "exceptions.yaml"
    path.write_text(content, encoding="utf-8")
    return load_exceptions(RULES, path)


def test_the_projects_own_file_is_sound() -> None:
    assert len(load_exceptions(RULES)) == EXCEPTIONS_FILE.read_text(encoding="utf-8").count("- rule: ")


def test_an_entry_is_read(tmp_path: Path) -> None:
    (tmp_path / "exceptions.yaml").write_text(SOUND, encoding="utf-8")
    (entry,) = load_exceptions(RULES, tmp_path / "exceptions.yaml")
    assert (entry.rule, entry.expires, entry.approved_by) == ("privileged", date(2027, 6, 30), "platform-security")
    assert entry.covers("privileged", "urn:pulumi:prod::mlplatform::kubernetes:apps/v1:DaemonSet::gpu-device-plugin")


URN = "urn:pulumi:prod::mlplatform::aws:s3/bucket:Bucket::models-bucket"


@pytest.mark.parametrize(
    "resource", ["urn:pulumi:*", "urn:*", "*pulumi*", "*aws*", "*prod*", "*ode*", "?o*", "m*", "*ket", "*::*ket"]
)
def test_a_glob_covers_no_whole_stack(tmp_path: Path, resource: str) -> None:
    with pytest.raises(PolicyError, match="covers too much"):
        load(tmp_path, SOUND.replace("*::gpu-device-plugin", resource))


@pytest.mark.parametrize(
    ("resource", "covered"),
    [
        ("models-bucket", True),
        ("mo*", True),
        ("*-models-bucket", False),
        ("*els-bucket", True),
        ("urn:pulumi:prod::*::models-*", True),
        ("urn:pulumi:staging::*::models-*", False),
        ("urn*", False),
        ("pulumi*", False),
        ("aws*", False),
    ],
)
def test_a_glob_without_a_path_is_about_names(tmp_path: Path, resource: str, covered: bool) -> None:
    path = tmp_path / "exceptions.yaml"
    path.write_text(SOUND.replace("*::gpu-device-plugin", resource), encoding="utf-8")
    [entry] = load_exceptions(RULES, path)
    assert entry.covers("privileged", URN) is covered


@pytest.mark.parametrize("approver", ["-", "??", "'1'", "x.", "TBC", "someone", "a"])
def test_an_exception_needs_an_approver(tmp_path: Path, approver: str) -> None:
    with pytest.raises(PolicyError, match="is nobody"):
        load(tmp_path, SOUND.replace("platform-security", f"'{approver.strip(chr(39))}'"))


@pytest.mark.parametrize("content", ["", "[]", "# nothing is excepted\n"])
def test_an_empty_file_holds_no_exceptions(tmp_path: Path, content: str) -> None:
    assert load(tmp_path, content) == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (SOUND.replace("privileged", "privilegd"), r"entry 1: rule = 'privilegd'.*did you mean privileged\?"),
        (
            SOUND.replace("2027-06-30", "next summer"),
            r"entry 1: expires = 'next summer': must be a date in quotes, such as",
        ),
        (
            SOUND.replace("reason: registers the GPUs with the kubelet", "reason: later"),
            r"entry 1: reason = 'later': takes 10 characters or more",
        ),
        (SOUND.replace("  approvedBy: platform-security\n", ""), r"entry 1: approvedBy is missing; it is required"),
        (SOUND.replace('"*::gpu-device-plugin"', '"*"'), r"entry 1: resource = '\*': covers too much"),
        (SOUND.replace('"*::gpu-device-plugin"', '"urn:pulumi:prod::*::*"'), r"covers too much; write the name"),
        (SOUND.replace('"*::gpu-device-plugin"', '"?*[a-z]*"'), r"covers too much; write the name"),
        (SOUND.replace("registers the GPUs with the kubelet", "a b c d e f g"), r"is not a reason; say in a sentence"),
        (
            SOUND.replace("registers the GPUs with the kubelet", "needed needed needed"),
            r"is not a reason; say in a sentence",
        ),
        (SOUND.replace("platform-security", "n/a"), r"entry 1: approvedBy = 'n/a': is nobody; write the person"),
        (SOUND + "  until: forever\n", r"entry 1: until is not a known field; known here: rule, "),
        (
            SOUND.replace("2027-06-30", "2027-02-30"),
            r"entry 1: expires = '2027-02-30': there is no such day; write a",
        ),
        (SOUND.replace("2027-06-30", "0"), r"entry 1: expires = 0: must be a date in quotes, such as"),
        (SOUND.replace("2027-06-30", "'0'"), r"entry 1: expires = '0': must be a date in quotes, such as"),
        (SOUND.replace("2027-06-30", "2027-06-30T10:00:00Z"), r"entry 1: expires = .*: must be a date in quotes"),
        (SOUND.replace("platform-security", "'  '"), r"entry 1: approvedBy = '  ': must not be empty"),
        (
            SOUND.replace("registers the GPUs with the kubelet", "'             '"),
            r"entry 1: reason = .*: must not be empty",
        ),
        (SOUND + "  expires: 2099-01-01\n", r"exceptions.yaml has the key 'expires' twice, in lines 5 and 7; keep one"),
        ("- {rule: a, rule: b}\n", r"has the key 'rule' twice, in lines 1 and 1; keep one"),
        (SOUND + "- privileged\n", r"entry 2 must be a mapping"),
        ("rule: privileged\n", r"must be a list of exceptions"),
        ("- [\n", r"is not valid YAML"),
        ("[" * 10_000, r"is not valid YAML"),
        ("- !!int x\n", r"is not valid YAML"),
        ("- !!timestamp x\n", r"is not valid YAML"),
        ("- !!python/name:os.system\n", r"is not valid YAML"),
        ("- {1: 2}\n", r"entry 1: .*each key must be text; write it in quotes"),
        ("- {rule: [a]}\n", r"entry 1: rule = \['a'\]: must be text, not a list"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place_and_the_remedy(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        load(tmp_path, content)


def test_file_that_is_not_utf8_names_the_byte_and_remedy(tmp_path: Path) -> None:
    path = tmp_path / "exceptions.yaml"
    path.write_bytes(SOUND.encode() + b"# J\xf6rg\n")
    with pytest.raises(PolicyError, match=rf"exceptions.yaml is not UTF-8 \(byte {len(SOUND) + 4}\); save it as UTF-8"):
        load_exceptions(RULES, path)


@pytest.mark.parametrize("object_", ["gpu-system", "namespace/gpu-system", "Namespace/*", "Role/a/b/c", "Role/a/b'"])
def test_an_object_is_named_by_kind_and_name(tmp_path: Path, object_: str) -> None:
    with pytest.raises(PolicyError, match="object"):
        load(tmp_path, f"{SOUND}  object: {object_}\n")
    assert load(tmp_path, f"{SOUND}  object: DaemonSet/gpu-system/device-plugin\n")


@pytest.mark.parametrize(
    ("object_", "message"),
    [
        ("Pod/debug", "object = 'Pod/debug': has no namespace; write Pod/<namespace>/debug"),
        ("Deployment/debug", "write Deployment/<namespace>/debug"),
        ("Namespace/search/search", "a Namespace has none; write Namespace/search"),
    ],
)
def test_an_object_that_the_cluster_would_not_find_is_refused(tmp_path: Path, object_: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        load(tmp_path, f"{SOUND}  object: {object_}\n")
    assert load(tmp_path, f"{SOUND}  object: ClusterRole/reader\n")
