"""A value that is a secret in the config is a secret in every resource that contains it."""

import json

import pulumi
import pytest

from resources.resource import SECRET
from stacks.secret_values import keep_secrets, secret_texts
from tests.support.components.mocks import run

CONFIG = {
    "mlplatform:alarms": json.dumps({"topics": ["https://hooks.example.com/T0/s3cret"], "environment": "production"}),
    "mlplatform:token": "tok3n",
    "mlplatform:other": json.dumps({"url": "https://example.com"}),
}
WRITTEN = """
config:
  mlplatform:alarms:
    topics:
      - secure: AAABAKw=
    environment: production
  mlplatform:token: {secure: AAABAKx=}
  mlplatform:other: {url: https://example.com}
"""
KEYS = ["mlplatform:alarms", "mlplatform:token"]
HOOK = "https://hooks.example.com/T0/s3cret"


def test_stack_file_says_which_values_are_secret() -> None:
    assert secret_texts(CONFIG, KEYS, WRITTEN) == {HOOK, "tok3n"}


@pytest.mark.parametrize("text", ["", "config: {}", "config:\n  mlplatform:alarms: {environment: production}"])
def test_every_long_text_of_a_secret_key_is_secret_without_the_file(text: str) -> None:
    assert {HOOK, "production"} <= secret_texts(CONFIG, KEYS, text)
    assert "https://example.com" not in secret_texts(CONFIG, KEYS, text)


def test_resources_keep_secrets_of_the_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(CONFIG))
    monkeypatch.setenv("PULUMI_CONFIG_SECRET_KEYS", json.dumps(KEYS))

    def program() -> None:
        keep_secrets()
        later = pulumi.Output.from_input(HOOK).apply(lambda url: json.dumps({"webhook": url}))
        inputs = {"plain": HOOK, "inside": {"list": [f"url={HOOK}"]}, "later": later, "open": "fraud", "none": None}
        pulumi.CustomResource("test:index:Reader", "reader", inputs)

    found = run(program).one("test:index:Reader").inputs
    assert found["plain"] == found["inside"] == found["later"] == SECRET
    assert found["open"] == "fraud"
