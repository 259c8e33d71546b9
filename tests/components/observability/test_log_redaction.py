"""What the collectors remove from records, under the Lua that Fluent Bit has."""

import base64
import json
import random
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.core.spec import SpecError, parse
from components.observability.logs.spec import LogPipelineSpec
from tests.support.components.observability.redactor import Redactor

ROOT = Path(__file__).parents[3]
PERSONAL = ["email", "card", "iban", "phone"]
REDACTOR = Redactor(redaction={"personal_data": PERSONAL})
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE" + "KEY"
KEY_ID = "AKIA" + "IOSFODNN7EXAMPLE"
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV"
BEGIN, END = "-----BEGIN RSA PRIVATE " + "KEY-----", "-----END RSA PRIVATE " + "KEY-----"
CARD, IBAN = "4111111111111111", "DE89370400440532013000"

SECRETS = {
    "assignment": ("connecting with password=hunter2 now", ["hunter2"]),
    "quoted with spaces": ("export DB_PASSWORD='my pass word'", ["my pass word"]),
    "JSON with an escaped quote": ('{"password": "hun\\"ter2", "user": "bob"}', ['hun\\"ter2']),
    "JSON in JSON": ('{\\"apiKey\\": \\"hunter2\\", \\"a\\": 1}', ["hunter2"]),
    "JSON twice in JSON": ('{\\\\\\"secret\\\\\\": \\\\\\"hunter2\\\\\\"}', ["hunter2"]),
    "option": ("train --api-token hunter2secret --epochs 3", ["hunter2secret"]),
    "YAML": ("clientSecret: hunter2", ["hunter2"]),
    "Python": ("os.environ['API_KEY'] = 'hunter2'", ["hunter2"]),
    "XML": ("<password>hunter2</password>", ["hunter2"]),
    "encoded in a URL": ("?user=a&password%3Dhunter2", ["hunter2"]),
    "query of a URL": ("GET /x?access_token=hunter2secret&page=2", ["hunter2secret"]),
    "escaped new line before the name": ("a\\npassword=hunter2", ["hunter2"]),
    "with a comma in it": ("password=hun,ter2", ["hun", "ter2"]),
    "bearer": ("Authorization: Bearer abc.def-123_456", ["abc.def"]),
    "bearer in a list of headers": ("[(b'x', b'Bearer abcdef1234567')]", ["abcdef1234567"]),
    "basic": ("authorization=Basic dXNlcjpwYXNz status=200", ["dXNlcjpwYXNz"]),
    "signature of AWS": (f"Authorization: AWS4-HMAC-SHA256 Credential={KEY_ID}/x, Signature=fe12", [KEY_ID, "fe12"]),
    "cookie": ("Cookie: session=abc; theme=dark", ["abc", "dark"]),
    "signed URL": ("X-Amz-Signature=fe5f80f77d5fa3be&X-Amz-Credential=q", ["fe5f80f77d5fa3be"]),
    "password in a URL": ("postgres://user:hunter2@db:5432/x", ["hunter2"]),
    "password in a URL without a user": ("redis://:hunter2@cache:6379", ["hunter2"]),
    "password in a URL with a slash and an @": ("postgres://user:p@ss/w0rd@db:5432/x", ["p@ss", "w0rd"]),
    "token in a URL": (f"https://{'a1B2' * 8}@git.example/x", ["a1B2"]),
    "key id": (f"using {KEY_ID}", [KEY_ID]),
    "secret key": (f"aws_secret_access_key = {SECRET_KEY}", [SECRET_KEY]),
    "secret key alone": (f"got {SECRET_KEY} back", [SECRET_KEY]),
    "JSON web token": (f"jwt {JWT}.", [JWT[:30], JWT[-20:]]),
    "GitHub": ("ghp_" + "a1B2" * 9, ["a1B2"]),
    "Hugging Face": ("hf_" + "aBcD" * 9, ["aBcD"]),
    "OpenAI": ("sk-proj-abcDEF1234567890abcDEF", ["abcDEF"]),
    "Slack": ("xoxb-" + "123456789012-abcdef", ["abcdef"]),
    "private key": (f"{BEGIN}\nMIIEabc\n{END} tail", ["MIIE"]),
    "private key in JSON": (f'{{"k": "{BEGIN}\\nMIIEabc\\n{END}\\n"}}', ["MIIE"]),
    "private key that is cut off": (f"{BEGIN}\nMIIEabc", ["MIIE"]),
    "Kubernetes secret": ("data:\n  password: aHVudGVyMg==\n", ["aHVudGVyMg"]),
    "Docker login": ('{"auths": {"r": {"auth": "dXNlcjpwYXNzd29yZA=="}}}', ["dXNlcjpwYXNzd29yZA"]),
}
DATA = {
    "email": ("mail to jane.doe+x@example.co.uk, ok", ["jane.doe"]),
    "email with umlauts": ("an Jürgen.Müller@exämple.de", ["Jürgen", "exämple"]),
    "email in Japanese": ("連絡先 山田@例え.jp です", ["山田"]),
    "email in a URL": ("?u=jane%40example.com&x=1", ["jane"]),
    "email in angle brackets": ("From: Jane <jane@example.com>", ["jane@"]),
    "card": (f"pan {CARD} ok", [CARD]),
    "card in groups": ("4111 1111 1111 1111 exp 12/29", ["4111", "1111"]),
    "card after a date": ("2026-11-30 4111-1111-1111-1111", ["4111"]),
    "American Express": ("3782 822463 10005", ["822463"]),
    "Mastercard of the second range": ("2223003122003222", ["2223003122003222"]),
    "IBAN": (f"to {IBAN}", [IBAN]),
    "IBAN in groups": ("DE89 3704 0044 0532 0130 00 USD", ["3704", "0130"]),
    "phone": ("call +49 170 1234567 now", ["1234567"]),
    "phone with brackets": ("(555) 123-4567", ["4567"]),
}
HARMLESS = [
    "max_tokens=128 eos_token=<|endoftext|> total_tokens: 55 token count: 5",
    "time_to_first_token: 0.25",
    "Bearer token required",
    "basic authentication failed",
    "secret_name=models/s3",
    "signature: inputs [tensor(float)]",
    "commit da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7",
    "sha256:4111111111111111aabbccddeeff00112233445566778899aabbccddeeff0011",
    "id 4111111111111112",
    "loss=0.4111111111111111 step 1700000000000",
    "2026-11-30T12:00:00+00:00 GET /v2/models/ranking/infer 200 12ms",
    "https://example.com:8443/path?x=1#y",
    "image repo@sha256:abcdef and @app.route and pkg@1.2.3",
    "/usr/local/lib/python3.12/site-packages/torch/nn/modules/module.py",
    "risk-scoring-model-2024-something is ready",
    "password=null token=None secret: ***",
    "arn:aws:iam::111122223333:role/ml-prod-writer-role-1a2b3c4",
    "",
    "a",
]


@pytest.mark.parametrize("name", [*SECRETS, *DATA])
def test_secret_or_personal_data_is_removed(name: str) -> None:
    line, planted = {**SECRETS, **DATA}[name]
    found = REDACTOR.line(line)
    assert "[REDACTED:" in found
    assert not [each for each in planted if each in found], found


@pytest.mark.parametrize("name", [*SECRETS, *DATA])
def test_the_rest_of_the_line_stays_and_nothing_is_removed_twice(name: str) -> None:
    line, _ = {**SECRETS, **DATA}[name]
    found = REDACTOR.line(line)
    assert found.startswith(line[:1]) or found.startswith("[REDACTED:")
    assert REDACTOR.line(found) == found


@pytest.mark.parametrize("line", HARMLESS)
def test_harmless_line_stays_as_it_is(line: str) -> None:
    assert REDACTOR.line(line) == line
    assert "redacted" not in REDACTOR.record(line)


def test_context_of_a_secret_stays_readable() -> None:
    assert REDACTOR.line("postgres://u:x1@db/y?a=1") == "postgres://u:[REDACTED:password]@db/y?a=1"
    assert REDACTOR.line('{"password": "x1", "user": "bob"}') == '{"password": "[REDACTED:password]", "user": "bob"}'
    assert REDACTOR.line(f"{BEGIN}\nMII\n{END} tail") == "[REDACTED:private-key] tail"


def test_record_names_the_kinds_that_were_removed() -> None:
    assert REDACTOR.record(f"jane@example.com password=x1 {CARD}")["redacted"] == "card,email,password"


def test_private_key_of_several_records_is_removed_to_its_end() -> None:
    lines = [BEGIN, "Proc-Type: 4,ENCRYPTED", "MIIEpAIBAAKCAQEA", "an ordinary line", "Zm9vYmFy==", END, "QUJDREVG"]
    redactor = Redactor()
    found = [redactor.line(line, tag="kube.one") for line in lines]
    assert found[3] == "an ordinary line"
    assert found[6] == "QUJDREVG"
    assert {found[index] for index in (0, 1, 2, 4, 5)} == {"[REDACTED:private-key]"}
    assert redactor.line("MIIEpAIBAAKCAQEA", tag="kube.other") == "MIIEpAIBAAKCAQEA"


def test_fields_of_json_are_cleaned_at_any_depth() -> None:
    data = {
        "message": "hello jane@example.com",
        "level": "info",
        "request": {"headers": {"Authorization": "Bearer x", "accept": "*/*"}, "card": int(CARD), "n": 7, "f": 0.5},
        "credentials": {"user": "u", "values": ["a", "b"]},
        "jane@example.com": 1,
        "total_tokens": 12,
        "items": [{"apiKey": "x"}, "plain", f"pan {CARD}"],
    }
    found = REDACTOR.record(data=data)
    assert found["message"] == "hello [REDACTED:email]"
    assert found["level"] == "info"
    assert found["data"]["request"] == {
        "headers": {"Authorization": "[REDACTED:authorization]", "accept": "*/*"},
        "card": "[REDACTED:card]",
        "n": 7,
        "f": 0.5,
    }
    assert found["data"]["credentials"]["values"] == {1: "[REDACTED:secret]", 2: "[REDACTED:secret]"}
    assert found["data"]["[REDACTED:email]"] == 1
    assert found["data"]["total_tokens"] == 12
    assert found["data"]["items"] == {1: {"apiKey": "[REDACTED:secret]"}, 2: "plain", 3: "pan [REDACTED:card]"}


def test_nested_data_beyond_the_depth_is_removed_whole() -> None:
    deep: Any = "jane@example.com"
    for _ in range(60):
        deep = {"a": deep}
    assert "jane" not in str(REDACTOR.record(data=deep))


def test_application_cannot_pose_as_another_pod() -> None:
    found = REDACTOR.record(data={"namespace": "risk", "kubernetes": {"namespace_name": "risk"}, "group": "risk"})
    assert (found["namespace"], found["group"]) == ("search", "platform")


def test_group_follows_the_namespace() -> None:
    redactor = Redactor(groups=[{"name": "search", "namespaces": ["search", "search-jobs"]}])
    assert redactor.record("x", namespace="search-jobs")["group"] == "search"
    assert redactor.record("x", namespace="unknown")["group"] == "platform"


def test_labels_of_a_pod_are_app_alone() -> None:
    found = REDACTOR.record("x", labels={"app.kubernetes.io/name": "ranking", "pod-template-hash": "abc"})
    assert found["app"] == "ranking"
    assert found.keys() == {"app", "container", "group", "message", "namespace", "pod", "stream"}


def test_record_that_the_script_cannot_read_is_replaced() -> None:
    # Fluent Bit would send the record as it was if the script raised an error.
    found = REDACTOR.record("password=hunter2", stream={"no": "text"})
    assert found == {"message": "[REDACTED:failed]", "redacted": "failed", "group": "platform"}


def test_configured_names_and_tokens_are_removed() -> None:
    tokens = [{"name": "customer", "prefix": "CUST-", "letters": "digits", "minimum": 6, "maximum": 8}]
    redactor = Redactor(redaction={"keys": ["dateOfBirth"], "tokens": tokens})
    assert redactor.line("for CUST-1234567, CUST-12 and XCUST-1234567") == (
        "for [REDACTED:customer], CUST-12 and XCUST-1234567"
    )
    assert "1990" not in redactor.line('{"date_of_birth": "1990-01-02"}')
    assert redactor.record(data={"date-of-birth": "1990-01-02", "a": 1})["data"]["date-of-birth"] == "[REDACTED:secret]"
    assert "1990" in REDACTOR.line('{"date_of_birth": "1990-01-02"}')


def test_personal_data_that_is_not_chosen_stays() -> None:
    line = f"jane@example.com {CARD} {IBAN} +49 170 1234567"
    assert Redactor().line(line).endswith("+49 170 1234567")
    assert Redactor(redaction={"personal_data": []}).line(line) == line
    assert Redactor(redaction={"enabled": False}).line("password=hunter2") == "password=hunter2"


def test_binary_and_broken_text_pass() -> None:
    found = REDACTOR.record(b"\xff\xfe\x00password=hunter2\x00\xc3( \x80@\x81.com")
    assert "hunter2" not in found["message"]
    assert REDACTOR.record(bytes(range(256)))["message"]


def test_base64_without_a_name_stays() -> None:
    text = base64.b64encode(random.Random(1).randbytes(3000)).decode()
    assert REDACTOR.line(text) == text


HOSTILE = (
    *("a", "@", "a@", "%40", "://", "://a:b", "eyJ", "eyJ.", "eyJabcdefgh.", "bearer=", "xbearer=", "basic=a-"),
    *('password="', "password=", 'password=\\"\n', "password ", "--token ", "<password>", "token: ", "cookie:\n"),
    *("1", "4111 ", "4111-", "AA11", "AA11 AAAA ", "+1(", "(1", "QUJDeyJ4Zm9v/+", "a1B" * 13 + " ", "\\", "\0"),
    *("-----BEGIN PRIVATE KEY", "-----BEGIN PRIVATE " + "KEY-----\n", "PRIVATE KEY", "AKIA", "sk-", "ghp_", "a.b-"),
    *("é", "é@", "[REDACTED:", "{", '{"a":', "'\"`", "password='\"", "authorization: x y ", "key_", "a=", "SG."),
)
"""Each is repeated to a line of 1 MB. A scanner that looks on without a bound at each of them needs minutes."""
CPU_SECONDS = 240


@pytest.mark.slow
def test_hostile_lines_of_a_megabyte_end() -> None:
    child = (
        "import resource, sys; "
        f"resource.setrlimit(resource.RLIMIT_CPU, ({CPU_SECONDS}, {CPU_SECONDS})); "
        "from tests.components.observability.test_log_redaction import HOSTILE, REDACTOR; "
        "[REDACTOR.line(each * (1_000_000 // len(each.encode()))) for each in HOSTILE]"
    )
    subprocess.run([sys.executable, "-c", child], check=True, cwd=ROOT)


def test_backslashes_of_every_length_end() -> None:
    line = "".join("password=" + "\\" * count + '"' for count in range(1, 600))
    assert REDACTOR.line(line)


PIECES = st.sampled_from(
    [
        *(line for line, _ in SECRETS.values()),
        *(line for line, _ in DATA.values()),
        *HARMLESS,
        '"',
        "'",
        "\\",
        "\n",
        "=",
    ]
)


@example("password%3Dhunter2 = connecting")
@given(st.lists(PIECES, max_size=6).map(" ".join))
def test_redaction_of_a_redacted_text_changes_nothing(line: str) -> None:
    redactor = Redactor(redaction={"personal_data": PERSONAL})
    found = redactor.line(line)
    assert Redactor(redaction={"personal_data": PERSONAL}).line(found) == found


@given(st.text(max_size=300))
def test_any_text_passes_the_script(text: str) -> None:
    if not text.strip():
        return
    assert REDACTOR.record(text).get("redacted") != "failed"


@given(
    st.text(string.ascii_letters + string.digits, min_size=8, max_size=40), st.sampled_from(["=", ": ", "='", '": "'])
)
def test_any_value_after_password_is_removed(value: str, separator: str) -> None:
    if value.lower() in {"undefined"} or set(value.lower()) == {"x"}:
        return
    assert value not in REDACTOR.line(f'"password{separator}{value}').partition("password")[2]


@pytest.mark.parametrize(
    ("redaction", "names"),
    [
        ({"keys": ["no spaces"]}, "no spaces"),
        ({"keys": ["ab"]}, "ab"),
        ({"tokens": [{"name": "x1", "prefix": 'a"b'}]}, "prefix"),
        ({"tokens": [{"name": "x1", "prefix": "a]]b"}]}, "prefix"),
        ({"tokens": [{"name": "x1", "prefix": "AB", "minimum": 9, "maximum": 8}]}, "maximum = 8"),
        ({"tokens": [{"name": "x1", "prefix": "AB"}, {"name": "x2", "prefix": "AB"}]}, "AB"),
        ({"personalData": ["shoe-size"]}, "shoe-size"),
    ],
)
def test_wrong_pattern_is_refused(redaction: dict[str, Any], names: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse(LogPipelineSpec, {"name": "ml-test", "redaction": redaction}, "logs")
    assert names in str(caught.value)


def test_json_of_many_people_is_cleaned() -> None:
    people = [{"user": f"a{index}@example.com", "password": f"hunter{index}"} for index in range(300)]
    found = REDACTOR.line(json.dumps(people))
    assert "@" not in found
    assert "hunter" not in found
    assert len(json.loads(found)) == 300
