"""Definitions in a chart's `crds/` folder reach the cluster on every upgrade: Helm alone installs them once.

Source: Helm, "Custom Resource Definitions": there is no support at this time for upgrading or deleting CRDs.
"""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from components.facts import versions
from components.facts.versions import Chart
from components.serving.serving_platform.gateway import binding_manifest
from components.serving.serving_platform.load_balancer_controller import definitions
from tests.support.components.definitions import without_descriptions
from tests.support.planner.chart_rights import RELEASE, chart_of
from tests.support.planner.charts import CHARTS
from tests.support.planner.faults import put
from tests.support.planner.graph import Graph, loose
from tests.support.planner.plans import STACKS, Plan, changed, of_type, plan_of

DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
CONTROLLER = "aws-load-balancer-controller"
DEFINED_BY = {"karpenter": "karpenter-crd", "kube-prometheus-stack": "prometheus-operator-crds"}
"""Charts whose definitions are a chart of their own."""


def stale(plan: Plan) -> Iterator[str]:
    """Releases whose definitions Helm would install once, or that do not wait for what applies them."""
    graph = Graph(plan)
    releases = list(of_type(plan, RELEASE))
    for each in releases:
        facts = CHARTS[chart_of(each)]
        if not facts.crds_folder:
            continue
        if not each.inputs["skipCrds"]:
            yield f"{each.name}: Helm installs its definitions"
        defining = [other for other in releases if chart_of(other) == DEFINED_BY.get(chart_of(each))]
        defining += [other for other in of_type(plan, DEFINITION) if other.inputs["spec"]["group"] in facts.defines]
        if not defining:
            yield f"{each.name}: nothing applies its definitions"
        yield from graph.out_of_order([each], defining)


@pytest.mark.parametrize("stack", STACKS)
def test_definitions_are_applied_before_the_release(stack: str) -> None:
    assert list(stale(plan_of(stack))) == []


def test_release_that_installs_its_definitions_is_found() -> None:
    plan = plan_of("prod")
    [release] = [each for each in of_type(plan, RELEASE) if chart_of(each) == CONTROLLER]
    assert list(stale(changed(plan, release.name, put("skipCrds", value=False)))) == [
        f"{release.name}: Helm installs its definitions"
    ]
    names = [each.name for each in of_type(plan, DEFINITION) if each.inputs["spec"]["group"].endswith(".k8s.aws")]
    assert len(list(stale(loose(plan, release.name, *names)))) == len(names)
    assert list(stale(tuple(each for each in plan if each.name not in names))) == [
        f"{release.name}: nothing applies its definitions"
    ]


def test_charts_that_keep_definitions_apart_are_pinned_so() -> None:
    pins = [pin for pin in vars(versions).values() if isinstance(pin, Chart)]
    assert {pin.name for pin in pins if pin.skip_crds} == {name for name, each in CHARTS.items() if each.crds_folder}


def test_bindings_are_what_the_applied_definition_accepts() -> None:
    [bindings] = [each for each in definitions() if each["spec"]["names"]["kind"] == "TargetGroupBinding"]
    [served] = [each for each in bindings["spec"]["versions"] if each["storage"]]
    schema: dict[str, Any] = served["schema"]["openAPIV3Schema"]
    binding = json.loads(
        json.dumps(binding_manifest("rest", "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/a/b"))
    )
    assert binding["apiVersion"] == f"{bindings['spec']['group']}/{served['name']}"
    jsonschema.validate(binding, schema)
    assert binding["spec"].keys() <= schema["properties"]["spec"]["properties"].keys()


def test_definitions_have_a_status_if_controllers_write_it() -> None:
    served = {each["metadata"]["name"]: each["spec"]["versions"] for each in definitions()}
    assert all(len([each for each in found if each["storage"]]) == 1 for found in served.values())
    assert all("status" in each["subresources"] for each in served["targetgroupbindings.elbv2.k8s.aws"])


def test_descriptions_go_and_a_property_of_that_name_stays() -> None:
    written = {"description": "gone", "properties": {"description": {"type": "string", "description": "gone"}}}
    assert without_descriptions(written) == {"properties": {"description": {"type": "string"}}}
