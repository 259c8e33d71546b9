"""The page on policies says what the rules say."""

import re

import pytest

from policies.engine.admission import NOT_IN_CLUSTER, object_rules, pod_rules
from policies.engine.document import DOCUMENT, is_about_kubernetes, updated
from policies.engine.registry import RULES
from policies.engine.settings import PolicySettings


def test_the_page_is_as_the_rules_are() -> None:
    page = DOCUMENT.read_text(encoding="utf-8")
    assert page == updated(page), "run: python -m policies.engine.document"


@pytest.mark.parametrize("name", [*RULES, *(info.alias or "" for info in PolicySettings.model_fields.values())])
def test_the_page_names_every_rule_and_setting(name: str) -> None:
    assert f"| `{name}` |" in DOCUMENT.read_text(encoding="utf-8")


def test_an_outdated_page_is_put_right() -> None:
    page = DOCUMENT.read_text(encoding="utf-8")
    assert updated(page.replace("| `kms-rotation` |", "| `kms-rotating` |")) == page


def test_the_example_is_the_rule_of_the_code() -> None:
    examples = re.findall(r"```py\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    code = (DOCUMENT.parents[1] / "policies" / "ecr.py").read_text(encoding="utf-8")
    imports, token, rule = examples[0].split("\n\n")
    assert token in code
    assert rule in code
    known = {name for line in code.splitlines() if " import " in line for name in re.findall(r"\w+", line)}
    assert {name for line in imports.splitlines() for name in re.findall(r"\w+", line)} <= known


def test_page_says_of_each_rule_about_kubernetes_whether_the_cluster_has_it() -> None:
    about = {rule.name for rule in RULES.values() if is_about_kubernetes(rule)}
    judged = {rule.name for rule in (*pod_rules(), *object_rules())}
    assert about == judged | {*NOT_IN_CLUSTER}
    assert not judged & {*NOT_IN_CLUSTER}
