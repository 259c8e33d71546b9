"""The user data of the machines, which Batch merges with its own."""

import base64

SCRATCH = "/scratch"
"""The folder of a machine that jobs use as scratch."""

_BOUNDARY = "==BOUNDARY=="

_SCRIPT = f"""#!/bin/bash
set -Eeuo pipefail
# A machine that is not set up as below must run no job.
trap 'systemctl mask --now ecs' ERR

# Jobs share the network of their machine, so the metadata service would give them the machine's role.
iptables --insert OUTPUT --destination 169.254.169.254 --match owner ! --uid-owner root --jump REJECT

mkdir --parents {SCRATCH}
mapfile -t disks < <(lsblk --nodeps --noheadings --paths --output NAME,MODEL |
  awk '/Amazon EC2 NVMe Instance Storage/ {{ print $1 }}')
if [ "${{#disks[@]}}" -gt 0 ]; then
  target="${{disks[0]}}"
  if [ "${{#disks[@]}}" -gt 1 ] && {{ command -v mdadm || dnf install --assumeyes mdadm; }}; then
    target=/dev/md/scratch
    mdadm --create "$target" --level 0 --raid-devices "${{#disks[@]}}" --run "${{disks[@]}}"
  fi
  mkfs.xfs -f "$target"
  mount --options noatime "$target" {SCRATCH}
fi
chmod 1777 {SCRATCH}
"""


def user_data() -> str:
    """Base64 of a MIME multipart document, the only form that Batch accepts.

    It keeps jobs from the machine's credentials, and makes scratch of the local NVMe disks (RAID 0 of several) or, on a
    machine without them, a folder of the encrypted volume. It runs before the ECS agent starts. Sources: AWS Batch user
    guide, "Amazon EC2 user data in launch templates" and "Networking modes for AWS Batch jobs" (host).
    """
    head = f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{_BOUNDARY}"\n\n'
    part = f'--{_BOUNDARY}\nContent-Type: text/x-shellscript; charset="us-ascii"\n\n{_SCRIPT}\n--{_BOUNDARY}--\n'
    return base64.b64encode((head + part).encode()).decode()
