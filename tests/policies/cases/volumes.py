"""Cases of the rules in policies/volumes.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown
from tests.support.policies.workloads import (
    DAEMON_SET,
    everywhere_else,
    pod,
)

CLAIM = {"name": "b", "persistentVolumeClaim": {"claimName": "b"}}
REPOSITORY = {"name": "a", "gitRepo": {"repository": "https://git.example.com/a"}}
NFS = {"name": "a", "nfs": {"server": "10.0.0.1", "path": "/"}}


def chart(volume: Any) -> Resource:
    return make("kubernetes:helm.sh/v3:Release", {"values": {"extraVolumes": [volume]}})


CASES = [
    fails(
        "host-path",
        make(
            "kubernetes:helm.sh/v3:Release",
            {"values": {"extraVolumes": [{"name": "docker", "hostPath": {"path": "/var/run/docker.sock"}}]}},
        ),
        found="mounts /var/run/docker.sock of the node as the volume docker",
    ),
    passes(
        "host-path",
        chart({"name": "cache", "emptyDir": {}}),
    ),
    passes("host-path", pod(volumes=[{"name": "tmp", "emptyDir": {}}])),
    fails(
        "host-path",
        pod(DAEMON_SET, volumes=[{"name": "plugins", "hostPath": {"path": "/var/lib/kubelet/device-plugins"}}]),
        found="mounts /var/lib/kubelet/device-plugins of the node as the volume plugins",
    ),
    passes("host-path", pod(), kind="absent"),
    unknown("host-path", pod(volumes=UNKNOWN), undecided="spec.template.spec.volumes"),
    unknown("host-path", pod(volumes=[{"hostPath": UNKNOWN}]), undecided="spec.template.spec.volumes[0].hostPath"),
    *everywhere_else("host-path", "mounts / of the node", volumes=[{"name": "r", "hostPath": {"path": "/"}}]),
    fails(
        "host-path",
        make("kubernetes:core/v1:PersistentVolume", {"spec": {"hostPath": {"path": "/data"}}}),
        found="gives /data of the node to Pods",
    ),
    unknown(
        "host-path",
        make("kubernetes:core/v1:PersistentVolume", {"spec": {"hostPath": UNKNOWN}}),
        undecided="spec.hostPath",
    ),
    passes(
        "volume-types",
        pod(volumes=[{"name": "a", "emptyDir": {}}, CLAIM]),
    ),
    fails(
        "volume-types",
        pod(volumes=[REPOSITORY]),
        found="the volume a of the type gitRepo",
    ),
    *everywhere_else("volume-types", "of the type nfs", volumes=[NFS]),
    passes("volume-types", pod(), kind="absent"),
    unknown("volume-types", pod(volumes=UNKNOWN), undecided="spec.template.spec.volumes"),
]
