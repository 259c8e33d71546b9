"""The report: the verdict first, every value as text, and nothing that could make a request."""

import hashlib
import json
import re
from dataclasses import replace

import pytest

from availability.parts import Availability, Capability, Kind, Part
from availability.spread import Spread
from availability.target import AvailabilityTarget
from pricing.lines import Commitment, Saving, Unpriced
from reports.html.page import render
from tests.support.planner.plans import ROOT, built
from tests.support.reports.pages import Page, component, hash_of, large, line, outside, plan, resource, verdict

HOSTILE = "</script><script>alert(1)</script><!--\"'&amp;{{ 7*7 }}"
BIDI = "evil\u202ecod"


def page(*arguments: object, **fields: object) -> Page:
    return Page(render(plan(*arguments, **fields)))  # pyright: ignore[reportArgumentType]


def test_the_verdict_is_the_first_heading() -> None:
    found = page()
    headings = [tag for tag, _, _ in found.elements if tag in {"h1", "h2", "h3"}]
    assert headings[0] == "h1"
    assert headings.count("h1") == 1
    assert found.texts("h1") == ["✓test may be deployed"]


def test_a_plan_that_is_refused_says_why() -> None:
    bucket = resource("raw")
    broken = verdict(bucket, level="mandatory")
    found = page(bucket, lines=(line(bucket, 20),), budget=15, verdicts=(broken,), refused=2)
    assert found.texts("h1") == ["✕test must not be deployed"]
    [reasons] = found.texts("ul", class_="reasons")
    assert "The budget is exceeded by 5.00." in reasons
    assert "1 mandatory rule is violated" in reasons
    assert "AWS refuses 2 changes." in reasons


def test_a_verdict_has_its_remedy_and_same_words_are_one_finding() -> None:
    first, second = resource("first"), resource("second")
    found = page(first, second, verdicts=(verdict(first), verdict(second), verdict(first, "other", severity="low")))
    findings = found.texts("li", class_="finding advised")
    assert len(findings) == 2
    assert "a-rule" in findings[0]
    assert "Mend it." in findings[0]
    assert "first" in findings[0]
    assert "second" in findings[0]
    assert "other" in findings[1]


def test_findings_are_in_the_order_of_what_stops_first() -> None:
    one = resource("one")
    verdicts = (
        verdict(one, "excepted", severity="critical", level="mandatory", exception="why"),
        verdict(one, "advised", severity="critical"),
        verdict(one, "violated-low", severity="low", level="mandatory"),
        verdict(one, "violated-high", severity="high", level="mandatory"),
    )
    found = page(one, verdicts=verdicts)
    rules = [text.split()[-1] for text in found.texts("h3") if text.split()[0] in {"critical", "high", "low"}]
    assert rules == ["violated-high", "violated-low", "advised", "excepted"]


def test_costs_are_grouped_by_component_team_and_tag() -> None:
    part = component("store")
    inner = component("store-data", parent=part.urn)
    bucket = resource("raw", parent=inner.urn, inputs={"tags": {"team": "risk", "Name": "raw"}})
    plain = resource("plain", parent=part.urn)
    lines = (line(plain, 1, component="store"), line(bucket, 9, component="store-data"))
    found = page(part, inner, bucket, plain, lines=lines).data["lines"]
    assert [each["monthly"] for each in found] == [9, 1]
    assert [(each["component"], each["part"], each["team"]) for each in found] == [
        ("store-data", "store", "risk"),
        ("store", "store", "(no team tag)"),
    ]
    assert found[0]["tags"] == {"team": "risk"}


def test_default_tags_of_the_provider_count_and_own_tags_win() -> None:
    tags = json.dumps({"tags": {"owner": "platform", "team": "shared"}})
    provider = resource("aws", "pulumi:providers:aws", inputs={"defaultTags": tags})
    bucket = resource("raw", provider=f"{provider.urn}::id", inputs={"tags": {"team": "risk"}})
    [found] = page(provider, bucket, lines=(line(bucket, 1),)).data["lines"]
    assert found["tags"] == {"owner": "platform", "team": "risk"}


def test_the_mix_is_the_estimate_less_the_savings() -> None:
    bucket = resource("raw")
    given = plan(bucket, lines=(line(bucket, 100),))
    commitment = Commitment("reserved x", ("1 x",), 0.1, 100, 70, 0.7, 8.4)
    estimate = replace(
        given.estimate,
        savings=(Saving("commit", "Buy it.", 30), Saving("spot", "Use it.", 10)),
        commitments=(commitment,),
    )
    text = " ".join(Page(render(replace(given, estimate=estimate))).texts("section", id="cost"))
    assert "The cheapest safe mix costs 60.00." in text
    assert "Buy it." in text
    assert "70% of hours" in text
    assert "8.4 months" in text


def test_what_has_no_price_is_named() -> None:
    bucket = resource("raw")
    given = plan(bucket)
    gap = Unpriced(bucket.urn, bucket.type, "p5.48xlarge", "no price in the table")
    text = render(replace(given, estimate=replace(given.estimate, gaps=(gap,))))
    assert "p5.48xlarge" in text
    assert "not accepted" in text
    assert "test must not be deployed" in text


@pytest.mark.parametrize("text", [HOSTILE, BIDI])
def test_a_value_is_never_markup(text: str) -> None:
    bucket = resource(text, inputs={"bucket": text, "tags": {text: text, "team": text}})
    given = plan(bucket, lines=(line(bucket, 1, what=text, component=text),), verdicts=(verdict(bucket, message=text),))
    html = render(given)
    found = Page(html)
    plain = Page(render(plan(resource("b"), lines=(line(resource("b"), 1),), verdicts=(verdict(resource("b")),))))
    assert [tag for tag, _, _ in found.elements] == [tag for tag, _, _ in plain.elements]
    assert "\u202e" not in html
    shown = text.replace("\u202e", "\\u202e")
    assert found.data["lines"][0]["what"] == shown
    assert found.data["resources"][1]["name"] == shown
    assert found.details[1]["inputs"]["bucket"] == shown
    assert shown in found.texts("li", class_="finding advised")[0]


@pytest.mark.slow
def test_only_the_scripts_and_styles_of_the_page_may_run() -> None:
    html = render(built("prod"))
    found = Page(html)
    allowed = found.policy
    assert allowed["default-src"] == "'none'"
    assert {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"}.isdisjoint(" ".join(allowed.values()).split())
    code = list(found.code())
    assert {name for name, _ in code} == {"script-src", "style-src"}
    for name, text in code:
        assert hash_of(text) in allowed[name].split()
    assert outside(html) == []
    # The policy refuses them.
    assert [given for _, given, _ in found.elements if "style" in given] == []
    assert [name for _, given, _ in found.elements for name in given if name.startswith("on")] == []


@pytest.mark.slow
def test_equal_plans_are_equal_bytes() -> None:
    assert render(built("prod")) == render(built("prod"))


def test_details_are_those_of_the_resource_at_the_same_place() -> None:
    given = large(450)
    found = Page(render(given))
    assert [each["urn"] for each in found.details] == [each.urn for each in given.resources]
    assert [each["name"] for each in found.data["resources"]] == [each.name for each in given.resources]


def test_the_page_of_a_large_plan_holds_rows_as_data_alone() -> None:
    small, big = Page(render(large(100))), Page(render(large(5000)))
    # What grows are the chunks of details, one for two hundred resources, and the text of the data.
    assert len(big.elements) - len(small.elements) < 60
    assert len(big.data["resources"]) == 5051


@pytest.mark.slow
def test_every_control_and_table_has_a_name() -> None:
    found = Page(render(built("prod")))
    assert [given for tag, given, _ in found.elements if tag == "section" and not given.get("aria-labelledby")] == []
    labelled = {str(given["aria-labelledby"]) for _, given, _ in found.elements if given.get("aria-labelledby")}
    ids = [str(given["id"]) for _, given, _ in found.elements if given.get("id")]
    assert labelled <= {*ids}
    assert len(ids) == len({*ids})
    tables = [tag for tag, _, _ in found.elements if tag in {"table", "caption"}]
    assert tables.count("table") == tables.count("caption")


def test_vendored_files_are_as_they_were_released() -> None:
    folder = ROOT / "reports/html/vendor"
    table = (folder / "README.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `([\w.-]+)` .* `([0-9a-f]{64})` \|$", table, re.MULTILINE))
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.js")} == listed
    assert {re.sub(r"(\.min)?\.js$", "", name) for name in listed} == {
        path.name.partition(".LICENSE")[0] for path in folder.glob("*LICENSE*")
    }


def test_the_predicted_availability_is_a_part_with_its_target() -> None:
    nodes = Part("nodes <b>", Spread("ec2-instance", "ec2-region", ("a", "b"), 1), "1 replica")
    model = Capability(Kind.MODEL, "model risk/fraud", "f.example.com", (nodes,), ())
    found = page(availability=Availability((model,)), target=AvailabilityTarget(target=99))
    [part] = found.texts("section", **{"aria-labelledby": "availability-title"})
    assert "The stack's target is 99 %." in part
    assert "model risk/fraud" in part
    assert "nodes <b>" in part
    assert "99.500 %" in part


def test_a_plan_without_capabilities_has_no_part_for_availability() -> None:
    assert page().texts("section", **{"aria-labelledby": "availability-title"}) == []
