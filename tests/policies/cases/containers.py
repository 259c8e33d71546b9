"""Cases of the rules in policies/containers.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, passes, unknown
from tests.support.policies.workloads import (
    DAEMON_SET,
    JOB,
    POD,
    STATEFUL_SET,
    app,
    everywhere,
    of,
    opaque,
    pod,
)

GPU = "nvidia.com/gpu"
FULL = {"cpu": "1", "memory": "1Gi"}
HTTP = {"httpGet": {"path": "/healthz", "port": 8080}}


def needs(requests: Any = None, limits: Any = None) -> Resource:
    return app(resources={"requests": requests or {}, "limits": limits or {}})


CASES = [
    passes("gpu-requests", needs({GPU: 1}, {GPU: "1"})),
    passes("gpu-requests", needs(limits={GPU: 2})),
    fails("gpu-requests", needs({GPU: 1}, {GPU: 2}), found="requests 1 and limits 2 of nvidia.com/gpu"),
    fails("gpu-requests", needs({"nvidia.com/mig-1g.5gb": 1}), found="without a limit"),
    fails("gpu-requests", needs(limits={GPU: 0.5}), found="devices are counted whole"),
    passes("gpu-requests", app(), kind="absent"),
    unknown("gpu-requests", needs({GPU: UNKNOWN}, {GPU: 1}), undecided="resources: nvidia.com/gpu"),
    passes(
        "gpu-toleration", of(POD, {"containers": [{"resources": {"limits": {GPU: 1}}}], "tolerations": [{"key": GPU}]})
    ),
    passes("gpu-toleration", needs(limits={"cpu": "1"})),
    passes(
        "gpu-toleration",
        of(DAEMON_SET, {"containers": [{"resources": {"limits": {GPU: 1}}}], "tolerations": [{"operator": "Exists"}]}),
    ),
    fails(
        "gpu-toleration",
        of(JOB, {"containers": [{"resources": {"limits": {GPU: 1}}}], "tolerations": [{"key": "spot"}]}),
        found="does not tolerate the taint nvidia.com/gpu",
    ),
    fails("gpu-toleration", needs(limits={GPU: 1}), kind="absent", found="so it stays pending"),
    unknown(
        "gpu-toleration",
        of(POD, {"containers": [{"resources": {"limits": {GPU: 1}}}], "tolerations": UNKNOWN}),
        undecided="spec.tolerations",
    ),
    fails(
        "gpu-toleration",
        of(JOB, {"containers": [{"resources": {"limits": {GPU: 1}}}], "tolerations": [{"operator": "Equal"}]}),
        found="so it stays pending",
    ),
    passes("probes", app(livenessProbe=HTTP, readinessProbe=HTTP)),
    passes("probes", app(JOB)),
    fails("probes", app(STATEFUL_SET, livenessProbe=HTTP), found="container app lacks readinessProbe"),
    fails("probes", app(), kind="absent", found="lacks livenessProbe and readinessProbe"),
    opaque("probes", "spec.template.spec.containers"),
    passes("resource-limits", needs(FULL, {"memory": "1Gi"})),
    passes("resource-limits", needs(limits=FULL)),
    fails("resource-limits", needs(FULL), found="container app lacks limits.memory"),
    *everywhere("resource-limits", "requests.cpu, requests.memory, limits.memory"),
    fails("resource-limits", app(), kind="absent", found="lacks requests.cpu"),
    unknown("resource-limits", app(resources=UNKNOWN), undecided="containers[0].resources"),
    passes("probes", pod(POD, restartPolicy="Never")),
]
