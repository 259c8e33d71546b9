"""The user data of the machine: cloud-init's configuration, which has no secrets."""

import json

from .bundle import script
from .settings import BUNDLE_KEY


def cloud_config(volume_id: str, bucket: str, region: str, registry: str) -> str:
    """The cloud-config. JSON is YAML.

    It mounts the volume, installs Docker, and takes the files of the stack each five minutes. Their changes do not
    replace the machine, as those of the user data do. Source: cloud-init documentation, "Module reference".
    """
    values = {"VOLUME_ID": volume_id, "BUCKET": bucket, "KEY": BUNDLE_KEY, "REGION": region, "REGISTRY": registry}
    boot = "".join(f"{name}={value}\n" for name, value in values.items())
    return (
        "#cloud-config\n"
        + json.dumps(
            {
                "package_update": False,
                # Nobody signs in by SSH: people use Session Manager.
                "ssh_pwauth": False,
                "disable_root": True,
                "bootcmd": [["systemctl", "disable", "--now", "sshd.service"]],
                "write_files": [
                    _file("/etc/starter/boot", boot, "0644"),
                    _file("/usr/local/sbin/starter-boot", script("boot"), "0755"),
                    _file("/usr/local/sbin/starter-sync", script("sync"), "0755"),
                    _unit("starter-boot.service", _service("/usr/local/sbin/starter-boot", "1h", True)),
                    _unit("starter-sync.service", _service("/usr/local/sbin/starter-sync", "30min", False)),
                    _unit("starter-sync.timer", _TIMER),
                    # Security updates are installed each day, and the machine restarts at night when one needs it.
                    _file("/etc/dnf/automatic.conf", _UPDATES, "0644"),
                    _file("/etc/sysctl.d/90-starter.conf", _SYSCTL, "0644"),
                ],
                "packages": ["dnf-automatic"],
                "runcmd": [
                    ["systemctl", "daemon-reload"],
                    ["sysctl", "--system"],
                    ["systemctl", "enable", "--now", "dnf-automatic.timer"],
                    ["systemctl", "enable", "--now", "--no-block", "starter-boot.service"],
                    ["systemctl", "enable", "--now", "starter-sync.timer"],
                ],
            },
            indent=1,
        )
        + "\n"
    )


_UPDATES = """[commands]
upgrade_type = security
apply_updates = yes
reboot = when-needed
random_sleep = 3600

[emitters]
emit_via = stdio
"""

_SYSCTL = """net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.all.send_redirects = 0
net.ipv4.tcp_syncookies = 1
kernel.dmesg_restrict = 1
vm.overcommit_memory = 1
"""
"""Valkey saves in a child process, which needs vm.overcommit_memory. Source: Valkey documentation, "Administration"."""

_TIMER = """[Unit]
Description=The files of the stack, each five minutes

[Timer]
OnBootSec=5min
OnUnitActiveSec=5min

[Install]
WantedBy=timers.target
"""


def _service(command: str, timeout: str, at_start: bool) -> str:
    install = "\n[Install]\nWantedBy=multi-user.target\n" if at_start else ""
    return f"""[Unit]
Description={command.rpartition("/")[2]}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart={command}
TimeoutStartSec={timeout}
Restart=on-failure
RestartSec=30s
{install}"""


def _unit(name: str, content: str) -> dict[str, str]:
    return _file(f"/etc/systemd/system/{name}", content, "0644")


def _file(path: str, content: str, permissions: str) -> dict[str, str]:
    return {"path": path, "content": content, "permissions": permissions, "owner": "root:root"}


def registry_host(account: str, region: str, suffix: str) -> str:
    """The host of the account's registry in ECR."""
    return f"{account}.dkr.ecr.{region}.{suffix}"
