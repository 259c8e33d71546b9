"""Cases of the rules in policies/pods.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, of_input, passes, unknown
from tests.support.policies.workloads import (
    CRON_JOB,
    DAEMON_SET,
    DEPLOYMENT,
    POD,
    app,
    everywhere,
    everywhere_else,
    in_containers_elsewhere,
    of,
    pod,
    sound_elsewhere,
)

UNSAFE_SYSCTL = {"name": "kernel.msgmax", "value": "65536"}
HTTP = {"httpGet": {"path": "/healthz", "port": 8080}}


def chart(**values: Any) -> Resource:
    return make("kubernetes:helm.sh/v3:Release", {"values": values})


def secured(kind: str = DEPLOYMENT, /, **context: Any) -> Resource:
    return app(kind, securityContext=context)


def initial(**container: Any) -> Resource:
    return of(DEPLOYMENT, {"initContainers": [{"name": "setup", **container}], "containers": []})


def annotated(profile: Any, kind: str = POD) -> Resource:
    """A workload with the AppArmor profile of an annotation."""
    metadata = {"annotations": {"container.apparmor.security.beta.kubernetes.io/app": profile}}
    spec = {"containers": [{"name": "app"}]}
    return make(
        kind,
        {"metadata": metadata, "spec": spec}
        if kind == POD
        else {"spec": {"template": {"metadata": metadata, "spec": spec}}},
    )


CASES = [
    passes("capabilities", secured(capabilities={"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]})),
    fails("capabilities", secured(capabilities={"drop": ["NET_RAW"]}), found="does not hold ALL"),
    fails(
        "capabilities", secured(capabilities={"drop": ["ALL"], "add": ["SYS_ADMIN"]}), found="adds the capability SYS"
    ),
    fails("capabilities", app(), kind="absent", found="does not hold ALL"),
    unknown("capabilities", secured(capabilities={"drop": UNKNOWN}), undecided="capabilities.drop"),
    unknown("capabilities", secured(capabilities={"drop": ["ALL"], "add": UNKNOWN}), undecided="capabilities.add"),
    passes("host-namespaces", pod(hostNetwork=False)),
    fails("host-namespaces", pod(DAEMON_SET, hostNetwork=True, hostPID=True), found=("hostNetwork is", "hostPID is")),
    fails("host-namespaces", pod(CRON_JOB, hostIPC=True), found="hostIPC is true"),
    fails("host-namespaces", app(ports=[{"containerPort": 1, "hostPort": 9400}]), found="port 9400 of the node"),
    passes("host-namespaces", pod(), kind="absent"),
    unknown("host-namespaces", pod(hostNetwork=UNKNOWN), undecided="spec.template.spec.hostNetwork"),
    passes("host-namespaces", app(ports=[{"containerPort": 1}, {"hostPort": UNKNOWN}])),
    *of_input(
        "privilege-escalation", app, "securityContext.allowPrivilegeEscalation", False, True, "may gain privileges"
    ),
    *everywhere("privilege-escalation", "may gain privileges", securityContext={"allowPrivilegeEscalation": True}),
    unknown("privilege-escalation", app(securityContext=UNKNOWN), undecided="allowPrivilegeEscalation"),
    *of_input("privileged", app, "securityContext.privileged", False, True, "container app is privileged", absent=None),
    fails("privileged", secured(DAEMON_SET, privileged=True), found="container app is privileged"),
    fails("privileged", initial(securityContext={"privileged": True}), found="container setup is privileged"),
    *of_input("read-only-root", app, "securityContext.readOnlyRootFilesystem", True, False, "container app can write"),
    fails("read-only-root", secured(DAEMON_SET, readOnlyRootFilesystem=False), found="container app can write"),
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
    *in_containers_elsewhere(
        "seccomp", "has no seccomp profile", securityContext={"seccompProfile": {"type": "Unconfined"}}
    ),
    *sound_elsewhere("seccomp"),
    *in_containers_elsewhere("privileged", "is privileged", securityContext={"privileged": True}),
    fails(
        "privileged",
        of(POD, {"ephemeralContainers": [{"name": "debug", "securityContext": {"privileged": True}}]}),
        found="container debug is privileged",
    ),
    passes(
        "privileged",
        make(
            "kubernetes:helm.sh/v3:Release",
            {"values": {"agent": {"enabled": False, "securityContext": {"privileged": True}}}},
        ),
    ),
    passes(
        "privileged",
        make(
            "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
            {"spec": {"securityContext": {"privileged": True}}},
        ),
    ),
    passes("ssh-port", app(ports=[{"containerPort": 8080}])),
    passes("ssh-port", app(), kind="absent"),
    fails("ssh-port", app(ports=[{"containerPort": 8080}, {"containerPort": 22.0}]), found="listens on port 22"),
    unknown("ssh-port", app(ports=[{"containerPort": UNKNOWN}]), undecided="containers[0].ports"),
    fails("privileged", chart(privileged=True), found="the chart's container is privileged"),
    fails("privileged", chart(agent={"privileged": True}), found="the container of values.agent is privileged"),
    fails(
        "privileged", chart(containerSecurityContext={"privileged": True}), found="the chart's container is privileg"
    ),
    passes("privileged", chart(privileged=False, podSecurityContext={"privileged": False})),
    fails(
        "capabilities",
        chart(containerSecurityContext={"capabilities": {"add": ["SYS_ADMIN"]}}),
        found="the chart's container adds the capability SYS_ADMIN",
    ),
    fails("run-as-non-root", chart(podSecurityContext={"runAsUser": 0}), found="the chart's container runs as user 0"),
    fails("host-namespaces", chart(ports={"web": {"hostPort": 80}}), found="port 80 of the node"),
    fails(
        "host-namespaces",
        chart(controller={"hostPort": {"enabled": True, "ports": {"http": 80}}}),
        found="the container of values.controller listens on port 80 of the node",
    ),
    passes("host-namespaces", chart(controller={"hostPort": {"enabled": False, "ports": {"http": 80}}})),
    fails("host-namespaces", chart(hostNetwork={"enabled": True}), found="hostNetwork is true"),
    passes("host-namespaces", chart(hostNetwork={"enabled": False})),
    *everywhere_else("host-namespaces", "hostNetwork is true", hostNetwork=True),
    *everywhere_else("host-namespaces", "hostPID is true", hostPID=True),
    *in_containers_elsewhere("host-namespaces", "port 9400 of the node", ports=[{"hostPort": 9400}]),
    *in_containers_elsewhere("run-as-non-root", "runs as user 0", securityContext={"runAsUser": 0}),
    *in_containers_elsewhere("run-as-non-root", "may run as root", securityContext={"runAsNonRoot": False}),
    *sound_elsewhere("run-as-non-root"),
    passes("run-as-non-root", pod(securityContext={"runAsUser": 1000})),
    passes("run-as-non-root", pod(hostUsers=False)),
    fails("run-as-non-root", secured(runAsNonRoot=False, runAsUser=1000), found="runAsNonRoot is not true"),
    *in_containers_elsewhere(
        "capabilities",
        "adds the capability",
        securityContext={"capabilities": {"drop": ["ALL"], "add": ["cap_sys_admin"]}},
    ),
    *sound_elsewhere("capabilities"),
    passes("capabilities", secured(capabilities={"drop": ["all"]})),
    *in_containers_elsewhere(
        "privilege-escalation", "may gain privileges", securityContext={"allowPrivilegeEscalation": True}
    ),
    *sound_elsewhere("privilege-escalation"),
    *in_containers_elsewhere("read-only-root", "can write", securityContext={"readOnlyRootFilesystem": False}),
    *sound_elsewhere("read-only-root"),
    *of_input(
        "shared-processes",
        pod,
        "shareProcessNamespace",
        False,
        True,
        "shareProcessNamespace is true",
        absent=None,
        field="spec.template.spec.shareProcessNamespace",
    ),
    *everywhere_else("shared-processes", "shareProcessNamespace is true", shareProcessNamespace=True),
    passes("sysctls", pod(securityContext={"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]})),
    fails(
        "sysctls",
        pod(securityContext={"sysctls": [UNSAFE_SYSCTL]}),
        found="unsafe sysctl kernel.msgmax",
    ),
    *everywhere_else(
        "sysctls", "unsafe sysctl net.core", securityContext={"sysctls": [{"name": "net.core.somaxconn"}]}
    ),
    passes("sysctls", pod(), kind="absent"),
    unknown("sysctls", pod(securityContext={"sysctls": UNKNOWN}), undecided="securityContext.sysctls[0].name"),
    *(
        case
        for rule, path, good, bad, found in (
            ("proc-mount", "procMount", "Default", "Unmasked", "sees the whole of /proc: procMount is Unmasked"),
            ("app-armor", "appArmorProfile.type", "RuntimeDefault", "Unconfined", "turns AppArmor off"),
            ("selinux-type", "seLinuxOptions.type", "container_t", "spc_t", "has the SELinux type spc_t"),
            ("selinux-user", "seLinuxOptions.user", "", "system_u", "sets the SELinux user system_u"),
            ("selinux-role", "seLinuxOptions.role", "", "system_r", "sets the SELinux role system_r"),
            ("windows-host-process", "windowsOptions.hostProcess", False, True, "is a process of its Windows node"),
        )
        for case in of_input(
            rule,
            app,
            f"securityContext.{path}",
            good,
            bad,
            f"container app {found}",
            absent=None,
            field=f"spec.template.spec.containers[0].securityContext.{path}",
        )
    ),
    fails(
        "app-armor",
        pod(securityContext={"appArmorProfile": {"type": "Unconfined"}}),
        found="the Pod turns AppArmor off: its profile is Unconfined",
    ),
    *everywhere_else("app-armor", "off", securityContext={"appArmorProfile": {"type": "Unconfined"}}),
    passes("unconfined-annotation", annotated("runtime/default")),
    passes("unconfined-annotation", annotated("localhost/own")),
    fails("unconfined-annotation", annotated("unconfined"), found="kubernetes.io/app is unconfined"),
    fails("unconfined-annotation", annotated("unconfined", DEPLOYMENT), found="kubernetes.io/app is unconfined"),
    fails(
        "unconfined-annotation",
        annotated("unconfined", "kubernetes:argoproj.io/v1alpha1:Rollout"),
        found="kubernetes.io/app is unconfined",
    ),
    passes("unconfined-annotation", pod(), kind="absent"),
    unknown("unconfined-annotation", annotated(UNKNOWN), undecided="metadata.annotations.container.apparmor"),
    passes("probe-hosts", app(livenessProbe=HTTP)),
    fails(
        "probe-hosts",
        app(readinessProbe={"httpGet": {"host": "169.254.169.254", "port": 80}}),
        found="container app calls another host by readinessProbe.httpGet",
    ),
    *in_containers_elsewhere(
        "probe-hosts", "calls another host", lifecycle={"preStop": {"httpGet": {"host": "10.0.0.1"}}}
    ),
    passes("probe-hosts", app(), kind="absent"),
    unknown(
        "probe-hosts",
        app(livenessProbe={"tcpSocket": {"host": UNKNOWN}}),
        undecided="spec.template.spec.containers[0].livenessProbe.tcpSocket.host",
    ),
]
