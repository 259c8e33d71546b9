"""Models, the platform's own pods and nodes find nodes and addresses, or the config is refused with the reason."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from components.core.pod_sizes import millicpus
from components.core.spec import parse
from components.serving.model_service.spec import ModelServiceSpec
from planner.stackfile import read_stack_file
from stacks.config import parse_config
from stacks.nodes import nodes_of
from stacks.placement import least_replicas, misfit, slots
from stacks.platform_pods import platform_pods
from tests.support.planner.plans import plan_of
from tests.support.stacks.configs import MODEL, SECTIONS, SERVING, STORE, SYSTEM, read, refusal_of

ROOT = Path(__file__).parents[2]
GENERAL = {**SYSTEM, "name": "general"}
GPUS = {"name": "gpu", "instanceTypes": ["g5.xlarge"], "minimum": 0, "maximum": 3}
SLICED = {**GPUS, "name": "sliced", "sharing": {"timeSlicing": 4}}
KARPENTER = {"name": "burst", "instanceTypes": ["g6.xlarge", "g6.12xlarge"], "maximumGpus": 8, "maximumVcpus": 96}
ON_GPU = {"gpus": 1, "cpu": "3", "memory": "12Gi"}


def stack(
    *models: Mapping[str, Any],
    pools: tuple[Mapping[str, Any], ...] = (SYSTEM, GPUS),
    karpenter: Mapping[str, Any] | None = None,
    **sections: Any,
) -> dict[str, Any]:
    """A stack that serves models like MODEL, with what differs in each."""
    served = [{**MODEL, "name": f"model-{index}", **model} for index, model in enumerate(models)]
    cluster: dict[str, Any] = {"clusterName": "ml", "nodePools": list(pools)}
    if karpenter:
        cluster["karpenter"] = {"pools": [karpenter]}
    serving = {**SERVING, "models": served, **sections.pop("serving", {})}
    return {**SECTIONS, "gpuCluster": cluster, "featureStore": STORE, "modelServing": serving, **sections}


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (
        "models[0].gpus = 8",
        stack({**ON_GPU, "gpus": 8}),
        "no node can run a replica of model-0: pool system has no GPU; pool gpu has 1 GPU a node (g5.xlarge). Add",
    ),
    ("models[0].gpus = 1", stack(ON_GPU, pools=(SYSTEM,)), "pool system has no GPU"),
    (
        "models[0].gpus = 8",
        stack({**ON_GPU, "gpus": 8}, pools=(SYSTEM,), karpenter=KARPENTER),
        "pool burst has 4 GPUs a node",
    ),
    (
        "models[0].gpuShare",
        stack({"gpuShare": {"mode": "mps", "pods": 4}}, pools=(SYSTEM, SLICED)),
        "pool sliced shares its GPUs as time-slicing-4, not mps-4",
    ),
    (
        "models[0].gpuShare",
        stack({"gpuShare": {"mode": "time-slicing", "pods": 8}}, pools=(SYSTEM, SLICED)),
        "pool sliced shares its GPUs as time-slicing-4, not time-slicing-8",
    ),
    (
        "models[0].gpus = 1",
        stack(ON_GPU, pools=(SYSTEM, SLICED)),
        "shares its GPUs (time-slicing-4), and gpus asks for",
    ),
    (
        "models[0].cpu = '400'",
        stack({**ON_GPU, "cpu": "400", "memory": "900Gi"}),
        "CPUs a node for pods (g5.xlarge) and",
    ),
    ("models[0].cpu = '4'", stack({**ON_GPU, "cpu": "4"}), "pool gpu has 3.7 CPUs a node for pods"),
    ("models[0].memory = '16Gi'", stack({**ON_GPU, "memory": "16Gi"}), "GiB a node for pods (g5.xlarge)"),
    ("models[0].storageGib = 900", stack({**ON_GPU, "storageGib": 900}), "GiB of disk a node for pods (g5.xlarge)"),
    (
        "models[0].cpu = '2'",
        stack({"cpu": "2"}, pools=(SYSTEM, {**GENERAL, "instanceTypes": ["m7i.large"]})),
        "pool general has 1.8 CPUs",
    ),
    (
        "models[0].gpus = 1",
        stack(ON_GPU, pools=(SYSTEM, {**GPUS, "taints": [{"key": "team", "effect": "NO_SCHEDULE"}]})),
        "pool gpu has the taint team, which models with GPUs do not tolerate",
    ),
    (
        "models[0].runtime",
        stack({**ON_GPU, "runtime": "huggingface"}, pools=(SYSTEM, {**GPUS, "instanceTypes": ["g5g.xlarge"]})),
        "pool gpu is arm64, and the image of runtime huggingface is for amd64 alone",
    ),
    (
        "modelServing.platform.runtimes",
        stack(ON_GPU, pools=({**SYSTEM, "instanceTypes": ["m7g.large"]}, GPUS)),
        "and the pools for pods without a GPU (system) are arm64",
    ),
    (
        "modelServing.platform.runtimes",
        stack(ON_GPU, pools=(SYSTEM, {**GENERAL, "instanceTypes": ["m7g.large"]}, GPUS)),
        "the images of huggingface and mlserver are for amd64 alone, and the pools for pods without a GPU (general)",
    ),
    # Minimums, with what a rollout and a canary need beside them.
    (
        "models[0].minimum = 3",
        stack({**ON_GPU, "minimum": 3, "maximum": 3}),
        "needs room for 4 replicas: its minimum, and one more while a new version rolls out. Pool gpu has room for 3",
    ),
    (
        "models[0].minimum = 2",
        stack(
            {
                **ON_GPU,
                "minimum": 2,
                "maximum": 3,
                "canary": {"modelUri": "s3://acme-models-111122223333/fraud/4/", "percent": 10},
            }
        ),
        "needs room for 4 replicas: its minimum, with the canary",
    ),
    (
        "modelServing.models",
        stack({**ON_GPU, "minimum": 2}, {**ON_GPU, "minimum": 1}),
        "with one more replica while a version rolls out, need 4 GPUs, and pools gpu have 3",
    ),
    (
        "modelServing.models",
        stack(*[{"cpu": "1", "memory": "4Gi", "minimum": 2}] * 16, pools=(SYSTEM, GENERAL)),
        "CPUs, and pools general have",
    ),
    # The platform's own pods.
    *(
        (
            "gpuCluster.nodePools[0].instanceTypes",
            stack(ON_GPU, pools=({**SYSTEM, "instanceTypes": [small]}, GPUS)),
            told,
        )
        for small, told in (
            ("t3.nano", "a t3.nano has"),
            ("t3.micro", "a pod of"),
            ("t3.small", "take a larger type such as m7i.large, or raise maximum"),
        )
    ),
    # Addresses of nodes and pods.
    (
        "network.vpcCidr = '10.0.0.0/20'",
        stack(ON_GPU, pools=(SYSTEM, {**GPUS, "maximum": 450}), network={"vpcCidr": "10.0.0.0/20"}),
        "454 nodes at their peak, 450 of them in pool gpu, take 14,982 addresses for themselves and",
    ),
    (
        "network.vpcCidr = '10.0.0.0/20'",
        stack(
            ON_GPU,
            karpenter={**KARPENTER, "instanceTypes": ["m7i.large"], "maximumVcpus": 1000},
            network={"vpcCidr": "10.0.0.0/20"},
        ),
        "500 of them in pool burst",
    ),
    (
        "gpuCluster.nodePools[1].maximum = 60",
        stack(
            ON_GPU,
            pools=(SYSTEM, {**GPUS, "maximum": 60, "zone": "us-east-1a"}),
            network={"vpcCidr": "10.0.0.0/20", "zones": ["us-east-1a", "us-east-1b", "us-east-1c"]},
        ),
        "60 nodes in one zone take 1,980 addresses for themselves and their pods, and its private subnet has 1,019",
    ),
]


@pytest.mark.parametrize(("field", "sections", "remedy"), REFUSED, ids=[each[2][:50] for each in REFUSED])
def test_what_finds_no_room_is_refused_with_the_reason(field: str, sections: dict[str, Any], remedy: str) -> None:
    told = refusal_of(sections)
    assert told.splitlines()[0].endswith(": 1 wrong")
    assert field in told
    assert remedy in told


ACCEPTED: list[dict[str, Any]] = [
    stack(ON_GPU),
    stack({**ON_GPU, "minimum": 2, "maximum": 3}),
    stack({**ON_GPU, "gpus": 4, "cpu": "40", "memory": "160Gi"}, pools=(SYSTEM,), karpenter=KARPENTER),
    stack({"gpuShare": {"mode": "time-slicing", "pods": 4}, "cpu": "500m", "memory": "2Gi"}, pools=(SYSTEM, SLICED)),
    stack({"cpu": "1", "memory": "4Gi"}, pools=(SYSTEM, GENERAL, GPUS)),
    stack({"runtime": "triton", **ON_GPU}, pools=(SYSTEM, {**GPUS, "instanceTypes": ["g5g.2xlarge"]})),
    stack(
        ON_GPU,
        pools=({**SYSTEM, "instanceTypes": ["m7g.large"]}, GPUS),
        serving={"platform": {"runtimes": ["triton"]}},
    ),
    stack(
        ON_GPU,
        pools=({**SYSTEM, "instanceTypes": ["m7g.large"]}, {**SYSTEM, "name": "amd", "minimum": 0, "maximum": 2}, GPUS),
    ),
    stack(ON_GPU, pools=(SYSTEM, {**GPUS, "maximum": 50}), network={"vpcCidr": "10.0.0.0/20"}),
]


@pytest.mark.parametrize("sections", ACCEPTED, ids=range(len(ACCEPTED)))
def test_what_fits_is_accepted(sections: dict[str, Any]) -> None:
    assert read(sections).model_serving


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_delivered_models_fit_the_pools_of_their_stack(name: str) -> None:
    cluster = parse_config(read_stack_file(ROOT, name).config).gpu_cluster
    assert cluster
    pools = nodes_of(cluster)
    files = sorted(ROOT.glob(f"deploy/models/*/*/overlays/{name}/values.yaml"))
    models = [parse(ModelServiceSpec, yaml.safe_load(file.read_text()), str(file)) for file in files]
    assert models
    for model in models:
        fitting = [pool for pool in pools if not misfit(model, pool)]
        assert least_replicas(model) + 1 <= sum(slots(model, pool) for pool in fitting), model.name
    gpus = sum(model.gpus * least_replicas(model) for model in models) + 1
    assert gpus <= sum(pool.gpu_limit or pool.shapes[0].gpus * pool.maximum for pool in pools)


def _requested(value: Any) -> int:
    """The CPU requests, in thousandths, of everything inside a release's values or a Deployment."""
    if isinstance(value, Mapping):
        found = cast(Mapping[str, Any], value)
        requests = found.get("requests")
        own = millicpus(cast(Mapping[str, str], requests).get("cpu", "0")) if isinstance(requests, Mapping) else 0
        return own + sum(_requested(each) for key, each in found.items() if key != "limits")
    if isinstance(value, list | tuple):
        return sum(_requested(each) for each in cast(list[Any], value))
    return 0


CHARTS = {
    "external-secrets": "secrets-release",
    "istiod": "serving-platform-gateway-istiod",
    "istio-ingressgateway": "serving-platform-gateway-gateway",
    "cert-manager": "serving-platform-certificates-release",
    "aws-load-balancer-controller": "serving-platform-targets-release",
    "cluster-autoscaler": "gpu-cluster-autoscaler-release",
    "karpenter": "gpu-cluster-karpenter-controller",
    "argocd-application-controller": "delivery-release",
}


def test_platform_pods_request_no_more_than_the_charts_values() -> None:
    config = parse_config(read_stack_file(ROOT, "staging").config)
    values = {each.name: each.inputs.get("values") for each in plan_of("staging")}
    pods = {each.name: each for each in platform_pods(config)}
    assert set(CHARTS) <= set(pods)
    for name, release in CHARTS.items():
        assert 0 < pods[name].cpu <= _requested(json.loads(json.dumps(values[release], default=str))), name
