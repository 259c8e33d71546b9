"""The user data of nodes, without the part that joins the cluster, which EKS adds."""

import base64

from .spec import AmiFamily, NodePoolSpec

_BOUNDARY = "==BOUNDARY=="

FAST_PULL_MIBS = 600
"""The lowest throughput of a volume at which FastImagePull is not slower than the default."""

NODE_CONFIG = """apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  instance:
    localStorage:
      strategy: RAID0
  featureGates:
    FastImagePull: true
"""
"""Puts container storage on local disks, and pulls and unpacks image layers in parallel.

AWS calls FastImagePull experimental. Source: nodeadm, NodeConfig v1alpha1; amazon-eks-ami, nodeadm examples, "Enabling
fast image pull (experimental)".
"""

FAST_PULL_CONFIG = """apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  featureGates:
    FastImagePull: true
"""
"""Pulls and unpacks image layers in parallel, on a fast EBS volume."""

BOTTLEROCKET_DISKS = """[settings.bootstrap-commands.instance-storage]
commands = [
    ["apiclient", "ephemeral-storage", "init"],
    ["apiclient", "ephemeral-storage", "bind", "--dirs", "/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods"],
]
essential = true
mode = "always"
"""
"""Puts container storage on local disks of Bottlerocket nodes; requires Bottlerocket 1.22.

Source: Bottlerocket documentation, settings.bootstrap-commands; Karpenter 1.14, pkg/providers/amifamily/bootstrap.
"""


def user_data(pool: NodePoolSpec) -> str | None:
    """The base64 user data of a pool's launch template, or None when EKS's user data is enough.

    EKS merges MIME parts (AL2023) or TOML settings (Bottlerocket) with its own. Source: EKS user guide, "Customize
    managed nodes with launch templates".
    """
    text = _bottlerocket(pool) if pool.ami_family is AmiFamily.BOTTLEROCKET else _al2023(pool)
    return base64.b64encode(text.encode()).decode() if text else None


def _al2023(pool: NodePoolSpec) -> str | None:
    parts: list[tuple[str, str]] = []
    if pool.own_disks:
        parts.append(("application/node.eks.aws", NODE_CONFIG))
    elif pool.disk_throughput >= FAST_PULL_MIBS:
        parts.append(("application/node.eks.aws", FAST_PULL_CONFIG))
    if pool.sharing.mig_profile:
        parts.append(('text/x-shellscript; charset="us-ascii"', mig_script(pool)))
    if not parts:
        return None
    body = "".join(f"--{_BOUNDARY}\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts)
    return f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{_BOUNDARY}"\n\n{body}--{_BOUNDARY}--\n'


def mig_script(pool: NodePoolSpec) -> str:
    """Partitions every GPU into instances of the pool's MIG profile at each boot, before the kubelet starts.

    It installs a service, because a reboot removes MIG instances, and cloud-init runs a script only once.
    """
    profile = pool.sharing.mig_profile or ""
    cut = ",".join([profile] * pool.lead.mig_profiles[profile])
    return f"""#!/bin/bash
set -euo pipefail
cat > /etc/systemd/system/mig-partition.service <<'UNIT'
[Unit]
Description=Cut GPUs into MIG instances
After=nvidia-kmod-load.service
Before=nvidia-persistenced.service kubelet.service

[Service]
Type=oneshot
RemainAfterExit=true
ExecStart=/usr/bin/nvidia-smi --multi-instance-gpu=1
ExecStart=-/usr/bin/nvidia-smi mig --destroy-compute-instance
ExecStart=-/usr/bin/nvidia-smi mig --destroy-gpu-instance
ExecStart=/usr/bin/nvidia-smi mig --create-gpu-instance {cut} --default-compute-instance

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable mig-partition.service
systemctl stop nvidia-persistenced.service
systemctl start mig-partition.service nvidia-persistenced.service
"""


def _bottlerocket(pool: NodePoolSpec) -> str | None:
    parts = [*([BOTTLEROCKET_DISKS] if pool.own_disks else []), *([shared] if (shared := _shared_gpus(pool)) else [])]
    return "\n".join(parts) or None


def _shared_gpus(pool: NodePoolSpec) -> str | None:
    """Bottlerocket runs the device plugin itself; its settings configure GPU sharing.

    Source: Bottlerocket documentation, settings.kubelet-device-plugins.nvidia.
    """
    section = "[settings.kubelet-device-plugins.nvidia]"
    if pool.sharing.mig_profile:
        model = f"{pool.lead.accelerator.lower()}.{pool.lead.accelerator_memory_mib // 1024}gb"
        profile = f'[settings.kubelet-device-plugins.nvidia.mig.profile]\n"{model}" = "{pool.sharing.mig_profile}"\n'
        return f'{section}\ndevice-partitioning-strategy = "mig"\n\n{profile}'
    if pool.sharing.time_slicing:
        shares = f"[settings.kubelet-device-plugins.nvidia.time-slicing]\nreplicas = {pool.sharing.time_slicing}\n"
        own = "rename-by-default = false\nfail-requests-greater-than-one = true\n"
        return f'{section}\ndevice-sharing-strategy = "time-slicing"\n\n{shares}{own}'
    return None
