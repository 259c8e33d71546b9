"""What Pods and their containers may do on their node, alike in every kind of workload."""

import json
from collections.abc import Iterator
from typing import Any

from policies.engine.checks import must_not_be
from policies.engine.frameworks import checkov, cis_eks, nsa, pod_security
from policies.engine.pod_checks import (
    containers_with,
    each_container,
    no_container,
    no_pod,
    pod_rule,
    security_contexts,
)
from policies.engine.pod_templates import (
    Pod,
)
from policies.engine.rule import Area, Finding, Framework, Level, Result, Severity, Undecided
from resources.inputs import display, elements, entries, first, flag, number, read, text
from resources.resource import UNKNOWN

_HOST_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")
_PROFILES = ("container.apparmor.security.beta.kubernetes.io/", "seccomp.security.alpha.kubernetes.io/")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_CALLS = (
    *((probe, call) for probe in _PROBES for call in ("httpGet", "tcpSocket")),
    *(("lifecycle", hook, call) for hook in ("postStart", "preStop") for call in ("httpGet", "tcpSocket")),
)
_USER, _NON_ROOT = (
    f"c.?securityContext.?{field}.or(variables.pod.?securityContext.?{field})"
    for field in ("runAsUser", "runAsNonRoot")
)
_ADDED = "c.?securityContext.?capabilities.?add.orValue([]).filter(name, name != 'NET_BIND_SERVICE')"
_HOST_PORTS = "c.?ports.orValue([]).filter(port, port.?hostPort.orValue(0) != 0)"
_SAFE_SYSCTLS = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_notsent_lowat",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
]
"""What the baseline Pod Security Standard allows in its newest version. Source: check_sysctls.go."""


each_container(
    "securityContext.allowPrivilegeEscalation",
    False,
    "may gain privileges: allowPrivilegeEscalation is not false",
    name="privilege-escalation",
    title="Containers cannot gain privileges",
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        pod_security("Restricted: Privilege Escalation"),
        cis_eks("4.2.5"),
        checkov("CKV_K8S_20"),
        nsa("Pod security: preventing privilege escalation"),
    ],
    remediation="Set securityContext.allowPrivilegeEscalation to false on every container.",
)
each_container(
    "securityContext.readOnlyRootFilesystem",
    True,
    "can write to its image: readOnlyRootFilesystem is not true",
    name="read-only-root",
    title="Container file systems are read-only",
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV_K8S_22"), nsa("Pod security: immutable container file systems")],
    remediation="Set securityContext.readOnlyRootFilesystem to true and mount an emptyDir where it must write.",
)
no_container(
    "securityContext.privileged",
    True,
    "is privileged: it has the rights of the node",
    name="privileged",
    title="No container is privileged",
    area=Area.KUBERNETES,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[
        pod_security("Baseline: Privileged Containers"),
        cis_eks("4.2.1"),
        checkov("CKV_K8S_16"),
        nsa("Pod security enforcement"),
    ],
    remediation="Drop privileged; a device plugin that needs it is named in policies/exceptions.yaml with its reason.",
)


@pod_rule(
    "run-as-non-root",
    "Containers do not run as root",
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        pod_security("Restricted: Running as Non-root"),
        pod_security("Restricted: Running as Non-root user"),
        checkov("CKV_K8S_23"),
        nsa("Pod security: non-root containers"),
    ],
    remediation="Set securityContext.runAsNonRoot to true and a runAsUser above 0 on the Pod.",
    field="securityContext.runAsNonRoot",
    admission="variables.pod.?hostUsers == optional.of(false) ? [] : "
    + containers_with(
        f"{_USER} == optional.of(0)",
        "runs as user 0, which is root",
    )
    + " + "
    + containers_with(
        f"{_NON_ROOT} == optional.of(false) || ({_NON_ROOT} != optional.of(true) && !{_USER}.hasValue())",
        "may run as root: runAsNonRoot is not true",
    ),
)
def _run_as_non_root(pod: Pod) -> Iterator[Result]:
    # In a user namespace, root of the container is an ordinary user of the node.
    if flag(read(pod.spec, "hostUsers")) is False:
        return
    of_pod = [context for _, _, context in pod.own_contexts()]
    for container in pod.containers():
        contexts = [read(container.values, "securityContext"), *of_pod]
        non_root = first(*(flag(read(context, "runAsNonRoot")) for context in contexts))
        user = first(*(number(read(context, "runAsUser")) for context in contexts))
        if user == 0:
            yield Finding(f"{container.label} runs as user 0, which is root")
        elif UNKNOWN in (non_root, user):
            yield Undecided(f"{container.path}.securityContext.runAsNonRoot")
        elif non_root is False or (pod.complete and not non_root and user is None):
            yield Finding(f"{container.label} may run as root: runAsNonRoot is not true")


@pod_rule(
    "capabilities",
    "Containers drop all capabilities",
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        pod_security("Restricted: Capabilities"),
        checkov("CKV_K8S_25"),
        checkov("CKV_K8S_28"),
        checkov("CKV_K8S_37"),
        checkov("CKV_K8S_39"),
        nsa("Pod security: Linux capabilities"),
    ],
    remediation="Set securityContext.capabilities.drop to [ALL]; NET_BIND_SERVICE may be added.",
    field="securityContext.capabilities",
    admission=containers_with(
        "!c.?securityContext.?capabilities.?drop.orValue([]).exists(name, name.upperAscii() == 'ALL')",
        "keeps capabilities: capabilities.drop does not hold ALL",
    )
    + " + "
    + f"variables.containers.filter(c, {_ADDED}.size() > 0)"
    f".map(c, 'container ' + c.name + ' adds the capability ' + {_ADDED}.join(', '))",
)
def _capabilities(pod: Pod) -> Iterator[Result]:
    for container in pod.containers():
        capabilities = read(container.values, "securityContext", "capabilities")
        dropped = [_capability(name) for name in elements(read(capabilities, "drop"))]
        added = [name for name in elements(read(capabilities, "add")) if _capability(name) != "NET_BIND_SERVICE"]
        if "ALL" not in dropped and UNKNOWN in dropped:
            yield Undecided(f"{container.path}.securityContext.capabilities.drop")
        elif "ALL" not in dropped and pod.complete:
            yield Finding(f"{container.label} keeps capabilities: capabilities.drop does not hold ALL")
        if UNKNOWN in added:
            yield Undecided(f"{container.path}.securityContext.capabilities.add")
        elif added:
            yield Finding(f"{container.label} adds the capability {', '.join(map(display, added))}")


def _capability(name: Any) -> Any:
    """A capability as Kubernetes writes it. Container runtimes accept it in lower case and with the prefix CAP_."""
    return name.upper().removeprefix("CAP_") if isinstance(name, str) else name


@pod_rule(
    "ssh-port",
    "Containers answer no SSH",
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[Framework("kube-linter", "ssh-port"), Framework("Kubescape", "C-0042")],
    remediation="Remove the port and the SSH server; use kubectl exec and ephemeral containers, which are recorded.",
    field="ports",
    admission=containers_with(
        "c.?ports.orValue([]).exists(port, port.containerPort == 22)", "listens on port 22, that of SSH"
    ),
)
def _ssh_port(pod: Pod) -> Iterator[Result]:
    for container in pod.containers():
        ports = [number(read(port, "containerPort")) for port in elements(read(container.values, "ports"))]
        if 22 in ports:
            yield Finding(f"{container.label} listens on port 22, that of SSH")
        elif UNKNOWN in ports:
            yield Undecided(f"{container.path}.ports")


@pod_rule(
    "host-namespaces",
    "Pods share no network, processes or ports with the node",
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        pod_security("Baseline: Host Namespaces"),
        pod_security("Baseline: Host Ports"),
        cis_eks("4.2.2"),
        cis_eks("4.2.3"),
        cis_eks("4.2.4"),
        checkov("CKV_K8S_17"),
        checkov("CKV_K8S_18"),
        checkov("CKV_K8S_19"),
        checkov("CKV_K8S_26"),
        nsa("Pod security enforcement"),
    ],
    remediation="Drop hostNetwork, hostPID, hostIPC and hostPort; a node agent that needs one is named in "
    "policies/exceptions.yaml.",
    field="hostNetwork, hostPID, hostIPC and hostPort",
    admission=" + ".join(
        f"(variables.pod.?{name} == optional.of(true) ? ['{name} is true: its Pods share it with the node'] : [])"
        for name in _HOST_NAMESPACES
    )
    + " + "
    + f"variables.containers.filter(c, {_HOST_PORTS}.size() > 0).map(c, 'container ' + c.name + ' listens on port ' "
    f"+ {_HOST_PORTS}.map(port, string(port.hostPort)).join(', ') + ' of the node')",
)
def _host_namespaces(pod: Pod) -> Iterator[Result]:
    for name in _HOST_NAMESPACES:
        shared = f"{name} is true: its Pods share it with the node"
        yield from must_not_be(pod.spec, name, True, shared, within=f"{pod.path}.")
    # Kubernetes gives each containerPort of a Pod in the network of the node the same hostPort.
    for container in pod.containers():
        for port in elements(read(container.values, "ports")):
            host_port = number(read(port, "hostPort"))
            if host_port and host_port is not UNKNOWN:
                yield Finding(f"{container.label} listens on port {host_port:g} of the node")


no_pod(
    "shareProcessNamespace",
    "shareProcessNamespace is true: each container sees and may signal the processes of the others",
    name="shared-processes",
    title="Containers of a Pod do not share their processes",
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[nsa("Pod security enforcement")],
    remediation="Drop shareProcessNamespace; a debugger that needs it can be an ephemeral container.",
)


@pod_rule(
    "sysctls",
    "Pods set only sysctls that are safe for their neighbors",
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[pod_security("Baseline: Sysctls")],
    remediation="Set only the sysctls that the baseline Pod Security Standard allows; leave others to the node.",
    field="securityContext.sysctls",
    admission="variables.pod.?securityContext.?sysctls.orValue([])"
    f".filter(s, !(s.name in {json.dumps(_SAFE_SYSCTLS)})).map(s, 'sets the unsafe sysctl ' + s.name)",
)
def _sysctls(pod: Pod) -> Iterator[Result]:
    for path, _, context in pod.own_contexts():
        for index, each in enumerate(elements(read(context, "sysctls"))):
            name = read(each, "name")
            if name is UNKNOWN:
                yield Undecided(f"{path}.sysctls[{index}].name")
            elif isinstance(name, str) and name.replace("/", ".") not in _SAFE_SYSCTLS:
                yield Finding(f"sets the unsafe sysctl {name}")


@pod_rule(
    "seccomp",
    "Containers have a seccomp profile",
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[
        pod_security("Restricted: Seccomp"),
        checkov("CKV_K8S_31"),
        nsa("Pod security: hardening applications"),
    ],
    remediation="Set securityContext.seccompProfile.type to RuntimeDefault on the Pod.",
    field="securityContext.seccompProfile.type",
    admission=containers_with(
        "!(c.?securityContext.?seccompProfile.?type.or(variables.pod.?securityContext.?seccompProfile.?type)"
        ".orValue('') in ['RuntimeDefault', 'Localhost'])",
        "has no seccomp profile",
    ),
)
def _seccomp(pod: Pod) -> Iterator[Result]:
    of_pod = [text(read(context, "seccompProfile", "type")) for _, _, context in pod.own_contexts()]
    for container in pod.containers():
        profile = first(text(read(container.values, "securityContext", "seccompProfile", "type")), *of_pod)
        if profile is UNKNOWN:
            yield Undecided(f"{container.path}.securityContext.seccompProfile.type")
        elif profile not in ("RuntimeDefault", "Localhost") and (pod.complete or profile):
            yield Finding(f"{container.label} has no seccomp profile")


for name, path, allowed, severity, message, title, remediation, control in (
    (
        "proc-mount",
        "procMount",
        ("Default",),
        Severity.HIGH,
        "sees the whole of /proc: procMount is {value}",
        "Containers see a masked /proc",
        "Drop securityContext.procMount.",
        "Baseline: /proc Mount Type",
    ),
    (
        "app-armor",
        "appArmorProfile.type",
        ("RuntimeDefault", "Localhost"),
        Severity.MEDIUM,
        "turns AppArmor off: its profile is {value}",
        "Pods keep their AppArmor profile",
        "Drop appArmorProfile, or set its type to RuntimeDefault or Localhost.",
        "Baseline: AppArmor",
    ),
    (
        "selinux-type",
        "seLinuxOptions.type",
        ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"),
        Severity.HIGH,
        "has the SELinux type {value}, which is not one of containers",
        "Pods have an SELinux type of containers",
        "Drop seLinuxOptions.type, or set it to container_t.",
        "Baseline: SELinux",
    ),
    (
        "selinux-user",
        "seLinuxOptions.user",
        ("",),
        Severity.HIGH,
        "sets the SELinux user {value}",
        "Pods set no SELinux user",
        "Drop seLinuxOptions.user.",
        "Baseline: SELinux",
    ),
    (
        "selinux-role",
        "seLinuxOptions.role",
        ("",),
        Severity.HIGH,
        "sets the SELinux role {value}",
        "Pods set no SELinux role",
        "Drop seLinuxOptions.role.",
        "Baseline: SELinux",
    ),
    (
        "windows-host-process",
        "windowsOptions.hostProcess",
        (False,),
        Severity.CRITICAL,
        "is a process of its Windows node: hostProcess is true",
        "No container is a process of a Windows node",
        "Drop windowsOptions.hostProcess.",
        "Baseline: HostProcess",
    ),
):
    security_contexts(
        path,
        allowed,
        message,
        name=name,
        title=title,
        area=Area.KUBERNETES,
        severity=severity,
        level=Level.MANDATORY,
        frameworks=[pod_security(control)],
        remediation=remediation,
    )


@pod_rule(
    "unconfined-annotation",
    "No annotation turns AppArmor or seccomp off",
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[pod_security("Baseline: AppArmor"), pod_security("Baseline: Seccomp")],
    remediation="Drop the annotation, and set appArmorProfile and seccompProfile of the security context.",
    field="metadata.annotations",
    admission="variables.annotations.transformList(name, profile, profile == 'unconfined' && "
    f"{json.dumps(_PROFILES)}.exists(start, name.startsWith(start)), 'the annotation ' + name + ' is unconfined')",
)
def _unconfined_annotation(pod: Pod) -> Iterator[Result]:
    for name, value in entries(read(pod.metadata, "annotations")):
        if name.startswith(_PROFILES) and text(value) is UNKNOWN:
            yield Undecided(f"metadata.annotations.{name}")
        elif name.startswith(_PROFILES) and value == "unconfined":
            yield Finding(f"the annotation {name} is unconfined")


@pod_rule(
    "probe-hosts",
    "Probes and hooks call their own Pod",
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[pod_security("Baseline: Host Probes / Lifecycle Hooks")],
    remediation="Drop host of httpGet and tcpSocket; the kubelet calls the Pod's own address then.",
    field="livenessProbe.httpGet.host",
    admission=" + ".join(
        containers_with(f"c.?{'.?'.join(path)}.?host.orValue('') != ''", f"calls another host by {'.'.join(path)}")
        for path in _CALLS
    ),
)
def _probe_hosts(pod: Pod) -> Iterator[Result]:
    for container in pod.containers():
        for path in _CALLS:
            host = text(read(container.values, *path, "host"))
            if host is UNKNOWN:
                yield Undecided(f"{container.path}.{'.'.join(path)}.host")
            elif host:
                yield Finding(f"{container.label} calls another host by {'.'.join(path)}")
