import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.cluster.gpu_cluster.spec import GpuClusterSpec
from components.core.spec import SpecError
from components.network.network_args import NODE_ENDPOINTS, NetworkSpec
from planner.stackfile import read_stack_file
from stacks.config import StackConfig, parse_config
from tests.support.stacks.configs import (
    CLUSTER,
    ENVIRONMENT,
    MODEL,
    RANKING,
    SECTIONS,
    SERVING,
    STORE,
    SYSTEM,
    read,
    refusal,
    refusal_of,
)

ROOT = Path(__file__).parents[2]
STACKS = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_file_is_a_config(stack: str) -> None:
    config = parse_config(read_stack_file(ROOT, stack).config)
    assert config.environment.owner


def test_the_seeds_pool_is_what_production_asks_for() -> None:
    """20 g4dn.xlarge nodes, and up to 10 more from 08:00 to 22:00 UTC."""
    cluster = parse_config(read_stack_file(ROOT, "prod").config).gpu_cluster
    assert cluster
    [pool] = [each for each in cluster.node_pools if each.name == "inference"]
    assert (pool.instance_types, pool.minimum, pool.maximum, pool.peak) == (("g4dn.xlarge",), 20, 20, 30)
    [peak] = pool.schedules
    assert (peak.additional_nodes, peak.start, peak.end, peak.time_zone) == (10, "08:00", "22:00", "Etc/UTC")
    assert len(peak.days) == 7


def test_other_namespaces_and_the_provider_are_left_alone() -> None:
    config = {f"mlplatform:{name}": json.dumps(section) for name, section in SECTIONS.items()}
    assert parse_config({**config, "aws:region": "eu-west-1", "pulumi:disable-default-providers": "[]"}) == read(
        SECTIONS
    )


def test_karpenter_knows_that_there_is_no_way_out() -> None:
    pool = {"name": "burst", "instanceTypes": ["m7i.large"], "maximumVcpus": 32}
    sections = {**SECTIONS, "network": {"vpcCidr": "10.0.0.0/16", "nat": "none"}}
    cluster: dict[str, Any] = {**CLUSTER, "nodePools": [SYSTEM], "karpenter": {"pools": [pool]}}
    assert "network.nat is none, so Karpenter cannot read prices" in refusal_of({**sections, "gpuCluster": cluster})
    read({**sections, "gpuCluster": {**cluster, "karpenter": {"pools": [pool], "isolatedVpc": True}}})
    read({**SECTIONS, "gpuCluster": cluster})


def test_sessions_need_a_way_to_session_manager() -> None:
    cluster = {**CLUSTER, "sessionManager": True}
    network: dict[str, Any] = {"vpcCidr": "10.0.0.0/16", "nat": "none"}
    told = refusal_of({**SECTIONS, "network": network, "gpuCluster": cluster})
    assert "nodes cannot reach Session Manager; add ssm and ssmmessages to network" in told
    reached = {**network, "interfaceEndpoints": [*NODE_ENDPOINTS, "ssm", "ssmmessages"]}
    read({**SECTIONS, "network": reached, "gpuCluster": cluster})


def test_only_environment_cost_and_network_are_required() -> None:
    needed = {name: SECTIONS[name] for name in ("environment", "cost", "network")}
    assert read(needed).gpu_cluster is None
    told = refusal_of({})
    assert told.splitlines()[1:] == [
        "  environment is missing; it is required (The kind, owner, account and region of the stack)",
        "  cost is missing; it is required (The monthly budget)",
        "  network is missing; it is required (The private network)",
    ]


def pool(**changed: Any) -> dict[str, Any]:
    gpu = {"name": "gpu", "instanceTypes": ["g4dn.xlarge"], "minimum": 0, "maximum": 2, **changed}
    return {**CLUSTER, "nodePools": [SYSTEM, gpu]}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"gpuCluster": pool(instanceTypes=["ml.g4dn.xlarge"])},
            "gpuCluster.nodePools[1].instanceTypes = ['ml.g4dn.xlarge']: ml.g4dn.xlarge is a SageMaker "
            "name; write g4dn.xlarge, its name in EC2",
        ),
        (
            {"gpuCluster": pool(sharing={"migProfile": "1g.5gb"})},
            "gpuCluster.nodePools[1].sharing.migProfile = '1g.5gb': g4dn.xlarge has a T4, which does not support MIG",
        ),
        (
            {"gpuCluster": pool(sharing={"timeSlicing": 2, "mps": 2})},
            "timeSlicing and mps exclude each other; keep one of them",
        ),
        (
            {"gpuCluster": pool(schedules=[{"name": "peak", "additionalNodes": 1, "start": "08:00"}])},
            "gpuCluster.nodePools[1].schedules[0].end is missing; it is required",
        ),
        (
            {"gpuCluster": {**CLUSTER, "kubernetesVersion": 1.36}},
            'kubernetesVersion = 1.36: must be text, because YAML reads 1.30 as 1.3; write it in quotes: "1.36"',
        ),
        (
            {"gpuCluster": {**CLUSTER, "kubernetesVersion": "1.33"}},
            "kubernetesVersion = '1.33': EKS 1.33 leaves standard support on 2026-07-29; allowed: 1.35, 1.36",
        ),
        (
            {"gpuCluster": {**CLUSTER, "serviceCidr": "10.0.128.0/20"}},
            "gpuCluster.serviceCidr = '10.0.128.0/20': overlaps network.vpcCidr 10.0.0.0/16; write 172.20.0.0/16 or 10",
        ),
        (
            {
                "network": {"vpcCidr": "10.0.0.0/16", "reservedCidrs": ["192.168.0.0/16"]},
                "gpuCluster": {**CLUSTER, "serviceCidr": "192.168.10.0/24"},
            },
            "gpuCluster.serviceCidr = '192.168.10.0/24': overlaps network.reservedCidrs 192.168.0.0/16",
        ),
        (
            {"environment": {**ENVIRONMENT, "region": "ap-south-2"}, "gpuCluster": pool()},
            "gpuCluster.nodePools[1].instanceTypes = ['g4dn.xlarge']: g4dn.xlarge is not offered in ap-south-2; like "
            "it there: g6.xlarge, g6e.xlarge",
        ),
        (
            {"environment": {**ENVIRONMENT, "region": "us-east-9"}},
            "region us-east-9 is not an AWS region; did you mean us-",
        ),
        ({"environment": {**ENVIRONMENT, "region": "description"}}, "environment.region = 'description': "),
        ({"environment": {**ENVIRONMENT, "kind": "prod"}}, "did you mean production?"),
        ({"cost": {"monthlyBudget": "much"}}, "cost.monthlyBudget = 'much': "),
        ({"gpucluster": CLUSTER}, "gpucluster is not a known field; known here: environment, cost, usage, policies,"),
        ({"gpucluster": CLUSTER}, "did you mean gpuCluster?"),
        ({"network": {"vpcCidr": "10.0.0.0/16", "zones": ["a"]}}, "network.zones = "),
        ({"network": "10.0.0.0/16"}, "network = '10.0.0.0/16': "),
    ],
)
def test_a_wrong_value_is_told_with_its_path(changed: dict[str, Any], message: str) -> None:
    told = refusal(**changed)
    assert told.startswith("mlplatform: 1 wrong\n  ")
    assert message in told


def test_a_key_of_a_json_value_is_given_once() -> None:
    config = {f"mlplatform:{name}": json.dumps(section) for name, section in SECTIONS.items()}
    cost = '{"monthlyBudget": 1000, "monthlyBudget": 9000}'
    with pytest.raises(SpecError, match="mlplatform:cost: the key 'monthlyBudget' is given twice; keep one"):
        parse_config({**config, "mlplatform:cost": cost})


@pytest.mark.parametrize("text", ["[", "network", "1" * 5000, "[" * 100_000])
def test_a_section_that_is_no_json_is_told(text: str) -> None:
    with pytest.raises(SpecError, match=r"mlplatform:network = .* must be a mapping of fields to values"):
        parse_config({"mlplatform:network": text})


def test_the_config_composes_the_specs_of_the_components() -> None:
    """One model a concept: nothing that a component declares is declared again."""
    assert StackConfig.model_fields["network"].annotation is NetworkSpec
    assert StackConfig.model_fields["gpu_cluster"].annotation == GpuClusterSpec | None


ONE_OF_A_LIST = {
    *("logRetentionDays", "logGroupDays", "scrapeSeconds", "windowHours", "windowSeconds", "workerVcpus"),
    *("availability", "latencyPercent", "latencyMilliseconds", "worldOpenPorts", "worldEgressPorts"),
    *("LogGroupSpec.retentionDays", "LogPipelineSpec.retentionDays", "SparkWorkerSpec.vcpus"),
    *("SparkWorkerSpec.memoryGb",),
}
"""Numbers whose validators take the values of a list, or of a range that depends on another field."""
OF_DATA = {"LoggedColumnSpec.minimum", "LoggedColumnSpec.maximum"}


def test_every_number_of_the_config_has_a_maximum() -> None:
    unbounded: set[str] = set()
    for model, definition in StackConfig.model_json_schema(by_alias=True)["$defs"].items():
        for name, field in definition.get("properties", {}).items():
            kinds: list[Any] = [field, *field.get("anyOf", [])]
            kinds += [field.get("items", {}), field.get("additionalProperties", {})]
            numbers = [
                each for each in kinds if each not in (True, False) and each.get("type") in ("integer", "number")
            ]
            bounded = all({"maximum", "exclusiveMaximum", "enum"} & {*each} for each in numbers)
            if not bounded and not {name, f"{model}.{name}"} & (ONE_OF_A_LIST | OF_DATA):
                unbounded.add(f"{model}.{name}")
    assert unbounded == set()


def test_every_field_is_described_and_no_key_is_in_snake_case() -> None:
    for name, model in {"StackConfig": SCHEMA, **SCHEMA["$defs"]}.items():
        for key, field in model.get("properties", {}).items():
            assert "_" not in key, f"{name}.{key}"
            assert field.get("description"), f"{name}.{key}"


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


SCHEMA = StackConfig.model_json_schema(by_alias=True)
KEYS = sorted({key for model in (SCHEMA, *SCHEMA["$defs"].values()) for key in model.get("properties", {})})


def _somewhere(draw: st.DrawFn, value: Any) -> Any:
    """An object or list within `value`, at any depth."""
    inner: list[Any] = list(cast(Mapping[str, Any], value).values() if isinstance(value, Mapping) else value)
    containers = (dict, list)
    deeper: list[Any] = [each for each in inner if isinstance(each, containers)]
    if deeper and draw(st.integers(0, 3)):
        return _somewhere(draw, draw(st.sampled_from(deeper)))
    return cast(Any, value)


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, Any]:
    """A good config with a few values anywhere in it replaced by others, or with keys of its own added."""
    sections = json.loads(json.dumps({**SECTIONS, "gpuCluster": pool(sharing={"timeSlicing": 2})}))
    for _ in range(draw(st.integers(1, 4))):
        place = _somewhere(draw, sections)
        value = draw(json_values | st.sampled_from(["1.36", "10.0.0.0/16", "g4dn.xlarge", "08:00", -1, 0, 1, 10**30]))
        if isinstance(place, list):
            cast(list[Any], place).append(value)
        else:
            place[draw(st.sampled_from(KEYS) | st.text(max_size=6))] = value
    return sections


@settings(deadline=None)
@given(spoiled())
def test_a_spoiled_config_parses_or_is_refused(sections: dict[str, Any]) -> None:
    with contextlib.suppress(SpecError):
        read(sections)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(SECTIONS)) | st.text(max_size=8), json_values | st.text(), max_size=6))
def test_no_input_does_anything_but_parse_or_be_refused(config: dict[str, Any]) -> None:
    texts = {
        f"mlplatform:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in config.items()
    }
    with contextlib.suppress(SpecError):
        parse_config(texts)


def test_servers_of_features_stand_on_cluster_and_stores() -> None:
    features = {"featureServer": {"project": "acme", "clientNamespaces": ["models"]}}
    feast = {"name": "feast", "access": "write", "password": True}
    store = {**STORE, "online": {**STORE["online"], "users": [feast]}}
    cluster = {**CLUSTER, "namespaces": [{"namespace": "models"}]}
    read({**SECTIONS, "gpuCluster": cluster, "featureStore": store, "featureServices": features})
    assert "featureServices needs featureStore" in refusal(featureServices=features)
    assert "needs a user feast in featureStore.online.users with access: write and password: true" in refusal(
        featureStore=STORE, featureServices=features
    )
    iam = {**STORE, "online": {**STORE["online"], "users": [{**feast, "password": False}]}}
    assert "needs a user feast in" in refusal(featureStore=iam, featureServices=features)


def test_models_are_served_between_cluster_and_stores() -> None:
    read({**SECTIONS, "featureStore": STORE, "modelServing": SERVING})
    lonely = {name: section for name, section in SECTIONS.items() if name != "gpuCluster"}
    assert "modelServing needs gpuCluster, because" in refusal_of({**lonely, "modelServing": SERVING})
    assert "modelServing needs featureStore, because its buckets hold models and" in refusal(modelServing=SERVING)


@pytest.mark.parametrize(
    ("serving", "cluster", "told"),
    [
        (
            {},
            {"namespaces": [{"namespace": "models"}]},
            "models is in gpuCluster.namespaces[0].namespace and in modelServing.platform.modelNamespaces",
        ),
        (
            {"models": [{**MODEL, "modelUri": "s3://elsewhere/fraud/3/"}]},
            {},
            "fraud is at s3://elsewhere/fraud/3/, but the feature store's bucket of models is "
            "acme-models-111122223333; write s3://acme-models-111122223333/<folder>/",
        ),
        (
            {"models": [{**MODEL, "canary": {"modelUri": "s3://acme-models-1111/fraud/4/", "percent": 5}}]},
            {},
            "fraud is at s3://acme-models-1111/fraud/4/, but",
        ),
        (
            {"deliveredModels": [RANKING]},
            {},
            "ranking has namespace models, but a team delivers to its first namespace: none; write one of these",
        ),
        ({"models": [{**MODEL, "domain": "example.com"}]}, {}, "models[0]: domain is inherited from another section"),
    ],
)
def test_serving_that_does_not_fit_the_stack_is_refused(
    serving: dict[str, Any], cluster: dict[str, Any], told: str
) -> None:
    assert told in refusal(gpuCluster={**CLUSTER, **cluster}, featureStore=STORE, modelServing={**SERVING, **serving})


def test_the_config_is_checked_once_for_plan_and_program() -> None:
    config = read_stack_file(ROOT, "staging").config
    assert parse_config(config) is parse_config(dict(config))
    assert parse_config({**config, "mlplatform:usage": "{}"}) is not parse_config(config)
