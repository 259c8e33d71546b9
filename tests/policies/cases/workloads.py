"""Cases of the rules in policies/workloads.py."""

from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

STAGING = EnvironmentKind.STAGING
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"


def workload(replicas: Any = None, namespace: Any = "ml", **pod: Any) -> Resource:
    template = {"metadata": {"labels": {"app": "it"}}, "spec": pod}
    count = {} if replicas is None else {"replicas": replicas}
    return make(DEPLOYMENT, {"metadata": {"namespace": namespace}, "spec": {**count, "template": template}})


def budget(app: Any = "it", namespace: Any = "ml", **spec: Any) -> Resource:
    selector = {"matchLabels": {"app": app}}
    return make(BUDGET, {"metadata": {"namespace": namespace}, "spec": {"selector": selector, **spec}})


CASES = [
    passes("budget-present", workload(2), budget()),
    passes("budget-present", workload(1)),
    fails("budget-present", workload(2), budget(app="other"), found="has 2 replicas and no disruption budget"),
    passes("budget-present", workload(), kind="absent"),
    unknown("budget-present", workload(UNKNOWN), undecided="spec.replicas"),
    unknown("budget-present", workload(2), budget(app=UNKNOWN), undecided="which Pods the disruption budgets select"),
    passes("budget-satisfiable", workload(3), budget(maxUnavailable=1)),
    passes("budget-satisfiable", workload(3), budget(minAvailable="50%")),
    passes("budget-satisfiable", workload(1), budget(app="other", minAvailable=1)),
    passes("budget-satisfiable", workload(1), budget(namespace="other", minAvailable=1)),
    fails("budget-satisfiable", budget(maxUnavailable=0.0), found="maxUnavailable 0 never allows an eviction"),
    fails("budget-satisfiable", budget(maxUnavailable="0%"), found="maxUnavailable 0% never"),
    fails("budget-satisfiable", budget(minAvailable="100%"), found="minAvailable 100% never"),
    fails("budget-satisfiable", workload(2), budget(minAvailable=2), found="minAvailable 2 of 2 replicas of it"),
    fails("budget-satisfiable", workload(), budget(minAvailable=1), found="minAvailable 1 of 1 replicas"),
    passes("budget-satisfiable", workload(2), budget(), kind="absent"),
    unknown("budget-satisfiable", budget(minAvailable=UNKNOWN), undecided="spec.minAvailable"),
    unknown("budget-satisfiable", workload(UNKNOWN), budget(minAvailable=1), undecided="replicas of it"),
    passes("workload-replicas", workload(2)),
    passes("workload-replicas", workload(1), environment=STAGING),
    fails("workload-replicas", workload(1), found="has one replica"),
    fails("workload-replicas", workload(), kind="absent", found="has one replica"),
    unknown("workload-replicas", workload(UNKNOWN), undecided="spec.replicas"),
    passes("workload-spread", workload(2, topologySpreadConstraints=[{"maxSkew": 1}])),
    passes("workload-spread", workload(2, affinity={"podAntiAffinity": {"x": 1}})),
    fails("workload-spread", workload(2), found="has 2 replicas that may all run on one node"),
    passes("workload-spread", workload(), kind="absent"),
    unknown("workload-spread", workload(UNKNOWN), undecided="spec.replicas"),
    unknown("workload-spread", workload(2, affinity=UNKNOWN), undecided="affinity"),
]
