"""Workloads of every kind, made of a Pod spec or of one container."""

from typing import Any

from resources.resource import Resource
from tests.support.policies.cases import Case, fails, make

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
DAEMON_SET = "kubernetes:apps/v1:DaemonSet"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
POD = "kubernetes:core/v1:Pod"
JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
INFERENCE_SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"


def of(kind: str, spec: Any) -> Resource:
    """A workload of a kind with a Pod spec."""
    template = {"metadata": {"labels": {"app": "it"}}, "spec": spec}
    if kind == POD:
        inputs: dict[str, Any] = {"spec": spec}
    elif kind == CRON_JOB:
        inputs = {"spec": {"jobTemplate": {"spec": {"template": template}}}}
    else:
        inputs = {"spec": {"template": template}}
    return make(kind, {"metadata": {"name": "it", "namespace": "ml"}, **inputs})


def pod(kind: str = DEPLOYMENT, /, **spec: Any) -> Resource:
    return of(kind, {"containers": [{"name": "app"}], **spec})


def app(kind: str = DEPLOYMENT, /, **container: Any) -> Resource:
    return of(kind, {"containers": [{"name": "app", **container}]})


def everywhere(rule: str, found: str, **container: Any) -> list[Case]:
    """The same violation in every kind of workload."""
    kinds = (POD, DEPLOYMENT, DAEMON_SET, STATEFUL_SET, JOB, CRON_JOB)
    return [fails(rule, app(kind, **container), found=found) for kind in kinds]
