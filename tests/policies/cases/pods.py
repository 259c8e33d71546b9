"""Cases of the rules in policies/pods.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import Case, fails, make, of_input, passes, unknown
from tests.support.policies.workloads import (
    CRON_JOB,
    DAEMON_SET,
    DEPLOYMENT,
    JOB,
    POD,
    STATEFUL_SET,
    app,
    everywhere,
    of,
    pod,
)

ACCOUNT = "kubernetes:core/v1:ServiceAccount"
GPU = "nvidia.com/gpu"
FULL = {"cpu": "1", "memory": "1Gi"}
HTTP = {"httpGet": {"path": "/healthz", "port": 8080}}


def secured(kind: str = DEPLOYMENT, /, **context: Any) -> Resource:
    return app(kind, securityContext=context)


def initial(**container: Any) -> Resource:
    return of(DEPLOYMENT, {"initContainers": [{"name": "setup", **container}], "containers": []})


def needs(requests: Any = None, limits: Any = None) -> Resource:
    return app(resources={"requests": requests or {}, "limits": limits or {}})


def opaque(rule: str, *fields: str) -> Case:
    """Nothing can be said about a Pod whose spec is unknown."""
    return unknown(rule, of(DEPLOYMENT, UNKNOWN), undecided=fields)


CASES = [
    passes("capabilities", secured(capabilities={"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]})),
    fails("capabilities", secured(capabilities={"drop": ["NET_RAW"]}), found="does not hold ALL"),
    fails(
        "capabilities", secured(capabilities={"drop": ["ALL"], "add": ["SYS_ADMIN"]}), found="adds the capability SYS"
    ),
    fails("capabilities", app(), kind="absent", found="does not hold ALL"),
    unknown("capabilities", secured(capabilities={"drop": UNKNOWN}), undecided="capabilities.drop"),
    unknown("capabilities", secured(capabilities={"drop": ["ALL"], "add": UNKNOWN}), undecided="capabilities.add"),
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
    passes("host-namespaces", pod(hostNetwork=False)),
    fails("host-namespaces", pod(DAEMON_SET, hostNetwork=True, hostPID=True), found=("hostNetwork is", "hostPID is")),
    fails("host-namespaces", pod(CRON_JOB, hostIPC=True), found="hostIPC is true"),
    fails("host-namespaces", app(ports=[{"containerPort": 1, "hostPort": 9400}]), found="port 9400 of the node"),
    passes("host-namespaces", pod(), kind="absent"),
    unknown("host-namespaces", pod(hostNetwork=UNKNOWN), undecided="spec.template.spec.hostNetwork"),
    passes("host-namespaces", app(ports=[{"containerPort": 1}, {"hostPort": UNKNOWN}])),
    passes("host-path", pod(volumes=[{"name": "tmp", "emptyDir": {}}])),
    fails(
        "host-path",
        pod(DAEMON_SET, volumes=[{"name": "plugins", "hostPath": {"path": "/var/lib/kubelet/device-plugins"}}]),
        found="mounts /var/lib/kubelet/device-plugins of the node as the volume plugins",
    ),
    passes("host-path", pod(), kind="absent"),
    unknown("host-path", pod(volumes=UNKNOWN), undecided="spec.template.spec.volumes"),
    unknown("host-path", pod(volumes=[{"hostPath": UNKNOWN}]), undecided="spec.template.spec.volumes[0].hostPath"),
    *of_input(
        "privilege-escalation", app, "securityContext.allowPrivilegeEscalation", False, True, "may gain privileges"
    ),
    *everywhere("privilege-escalation", "may gain privileges", securityContext={"allowPrivilegeEscalation": True}),
    unknown("privilege-escalation", app(securityContext=UNKNOWN), undecided="allowPrivilegeEscalation"),
    *of_input("privileged", app, "securityContext.privileged", False, True, "container app is privileged", absent=None),
    fails("privileged", secured(DAEMON_SET, privileged=True), found="container app is privileged"),
    fails("privileged", initial(securityContext={"privileged": True}), found="container setup is privileged"),
    passes("probes", app(livenessProbe=HTTP, readinessProbe=HTTP)),
    passes("probes", app(JOB)),
    fails("probes", app(STATEFUL_SET, livenessProbe=HTTP), found="container app lacks readinessProbe"),
    fails("probes", app(), kind="absent", found="lacks livenessProbe and readinessProbe"),
    opaque("probes", "spec.template.spec.containers"),
    *of_input("read-only-root", app, "securityContext.readOnlyRootFilesystem", True, False, "container app can write"),
    fails("read-only-root", secured(DAEMON_SET, readOnlyRootFilesystem=False), found="container app can write"),
    passes("resource-limits", needs(FULL, {"memory": "1Gi"})),
    passes("resource-limits", needs(limits=FULL)),
    fails("resource-limits", needs(FULL), found="container app lacks limits.memory"),
    *everywhere("resource-limits", "requests.cpu, requests.memory, limits.memory"),
    fails("resource-limits", app(), kind="absent", found="lacks requests.cpu"),
    unknown("resource-limits", app(resources=UNKNOWN), undecided="containers[0].resources"),
    passes("run-as-non-root", secured(runAsNonRoot=True)),
    passes("run-as-non-root", pod(securityContext={"runAsNonRoot": True, "runAsUser": 1000})),
    *everywhere("run-as-non-root", "container app may run as root", securityContext={"runAsNonRoot": False}),
    fails("run-as-non-root", secured(runAsNonRoot=True, runAsUser=0.0), found="runs as user 0"),
    fails("run-as-non-root", initial(), found="container setup may run as root"),
    fails("run-as-non-root", app(), kind="absent", found="runAsNonRoot is not true"),
    unknown("run-as-non-root", secured(runAsNonRoot=UNKNOWN), undecided="containers[0].securityContext.runAsNonRoot"),
    passes("seccomp", secured(seccompProfile={"type": "RuntimeDefault"})),
    passes("seccomp", pod(securityContext={"seccompProfile": {"type": "RuntimeDefault"}})),
    fails("seccomp", secured(seccompProfile={"type": "Unconfined"}), found="has no seccomp profile"),
    fails("seccomp", app(), kind="absent", found="has no seccomp profile"),
    unknown("seccomp", secured(seccompProfile=UNKNOWN), undecided="seccompProfile.type"),
    passes("service-account-token", pod(automountServiceAccountToken=False)),
    passes("service-account-token", pod(serviceAccountName="controller", automountServiceAccountToken=True)),
    passes("service-account-token", make(ACCOUNT, {"metadata": {"name": "controller"}})),
    fails("service-account-token", pod(automountServiceAccountToken=True), found="of the default service account"),
    fails("service-account-token", make(ACCOUNT, {"metadata": {"name": "default"}}), found="default service account"),
    fails("service-account-token", pod(serviceAccountName="controller"), found="does not say whether", kind="absent"),
    fails("service-account-token", pod(CRON_JOB), kind="absent", found="automountServiceAccountToken is not false"),
    unknown(
        "service-account-token",
        pod(automountServiceAccountToken=UNKNOWN),
        undecided="spec.template.spec.automountServiceAccountToken",
    ),
]
