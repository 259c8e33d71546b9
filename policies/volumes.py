"""Volumes of Pods, and persistent volumes: which files of a node they reach."""

from collections.abc import Iterator
from typing import Any

from policies.engine.frameworks import checkov, nsa, pod_security
from policies.engine.pod_checks import pod_rule
from policies.engine.pod_templates import KUBERNETES, Pod, pods_in
from policies.engine.rule import Area, Finding, InCluster, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, read
from resources.resource import UNKNOWN, Resource

_PERSISTENT_VOLUMES = ("kubernetes:core/v1:PersistentVolume", "kubernetes:core/v1:PersistentVolumePatch")
_OTHER_VOLUMES = (
    *("gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "nfs", "iscsi", "glusterfs", "rbd", "flexVolume"),
    *("cinder", "cephfs", "flocker", "fc", "azureFile", "vsphereVolume", "quobyte", "azureDisk", "portworxVolume"),
    *("scaleIO", "storageos", "photonPersistentDisk"),
)
"""What the restricted Pod Security Standard refuses beside hostPath. Source: check_restrictedVolumes.go."""


@rule(
    "host-path",
    "Pods mount no files of the node",
    KUBERNETES,
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        pod_security("Baseline: HostPath Volumes"),
        checkov("CKV_K8S_27"),
        nsa("Pod security enforcement"),
    ],
    remediation="Use emptyDir, a volume claim or a CSI driver; a device plugin is named in policies/exceptions.yaml.",
    field="volumes",
    admission="variables.pod.?volumes.orValue([]).filter(v, has(v.hostPath))"
    ".map(v, 'mounts ' + v.hostPath.path + ' of the node as the volume ' + v.name)",
    in_cluster=[
        InCluster(
            resources={"v1": ["persistentvolumes"]},
            found="has(object.spec.hostPath) ? ['gives ' + object.spec.hostPath.path + "
            "' of the node to Pods as a persistent volume'] : []",
        )
    ],
)
def _host_path(resource: Resource, stack: Stack) -> Iterator[Result]:
    if resource.type in _PERSISTENT_VOLUMES:
        mounted = read(resource.inputs, "spec", "hostPath")
        if mounted is UNKNOWN:
            yield Undecided("spec.hostPath")
        elif mounted is not None:
            yield Finding(f"gives {display(read(mounted, 'path'))} of the node to Pods as a persistent volume")
    for pod in pods_in(resource, stack):
        for path, volume in _volumes(pod):
            mounted = read(volume, "hostPath")
            if mounted is UNKNOWN:
                yield Undecided(path if volume is UNKNOWN else f"{path}.hostPath")
            elif mounted is not None:
                of_node, name = display(read(mounted, "path")), display(read(volume, "name"))
                yield Finding(f"mounts {of_node} of the node as the volume {name}")


def _volumes(pod: Pod) -> Iterator[tuple[str, Any]]:
    for index, volume in enumerate(elements(read(pod.spec, "volumes"))):
        yield (f"{pod.path}.volumes" if volume is UNKNOWN else f"{pod.path}.volumes[{index}]"), volume


@pod_rule(
    "volume-types",
    "Pods mount no volumes of types that reach around the storage drivers",
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[pod_security("Restricted: Volume Types")],
    remediation="Use a persistentVolumeClaim of a CSI driver, such as those of EBS, EFS and FSx.",
    field="volumes",
    admission=" + ".join(
        f"variables.pod.?volumes.orValue([]).filter(v, has(v.{kind}))"
        f".map(v, 'mounts the volume ' + v.name + ' of the type {kind}')"
        for kind in _OTHER_VOLUMES
    ),
)
def _volume_types(pod: Pod) -> Iterator[Result]:
    for path, volume in _volumes(pod):
        if volume is UNKNOWN:
            yield Undecided(path)
            continue
        for kind in _OTHER_VOLUMES:
            if read(volume, kind) is not None:
                yield Finding(f"mounts the volume {display(read(volume, 'name'))} of the type {kind}")
