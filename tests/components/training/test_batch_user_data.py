"""What the machines of a BatchQueue do when they start, with stand-ins for the programs of the machine."""

import base64
import email
import subprocess
from pathlib import Path

import pytest

from components.training.batch_queue.user_data import user_data
from tests.support.programs import path_of, require

NVME = "Amazon EC2 NVMe Instance Storage"
EBS = "/dev/nvme0n1 Amazon Elastic Block Store"
PROGRAMS = ("chmod", "dnf", "iptables", "mdadm", "mkdir", "mkfs.xfs", "mount", "systemctl")


class Machine:
    """A folder of programs that note how they are called."""

    def __init__(self, folder: Path):
        self._folder, self._calls = folder, folder / "calls"
        for name in ("awk", "bash"):
            (folder / name).symlink_to(path_of(name))
        for name in PROGRAMS:
            self.has(name, f'echo "{name} $*" >> {self._calls}')

    def has(self, name: str, script: str) -> None:
        """Install a program."""
        (self._folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (self._folder / name).chmod(0o755)

    def start(self, *disks: str) -> list[str]:
        """Run the script of the user data on a machine with these disks: the calls, in order."""
        lines = "\n".join([EBS, *(f"{disk} {NVME}" for disk in disks)])
        self.has("lsblk", f"cat <<'DISKS'\n{lines}\nDISKS")
        (self._folder / "cat").symlink_to(path_of("cat"))
        message = email.message_from_string(base64.b64decode(user_data()).decode())
        [part] = [each for each in message.walk() if each.get_content_type() == "text/x-shellscript"]
        script = self._folder / "script"
        script.write_text(str(part.get_payload()).lstrip())
        subprocess.run(["bash", str(script)], env={"PATH": str(self._folder)}, capture_output=True, check=False)
        return self._calls.read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    require("bash")
    require("awk")
    return Machine(tmp_path)


def test_the_metadata_service_is_closed_to_jobs_first(machine: Machine) -> None:
    assert machine.start()[0] == (
        "iptables --insert OUTPUT --destination 169.254.169.254 --match owner ! --uid-owner root --jump REJECT"
    )


def test_scratch_is_a_folder_of_the_volume_without_local_disks(machine: Machine) -> None:
    assert machine.start()[1:] == ["mkdir --parents /scratch", "chmod 1777 /scratch"]


def test_scratch_is_the_local_disk(machine: Machine) -> None:
    assert machine.start("/dev/nvme1n1")[1:] == [
        "mkdir --parents /scratch",
        "mkfs.xfs -f /dev/nvme1n1",
        "mount --options noatime /dev/nvme1n1 /scratch",
        "chmod 1777 /scratch",
    ]


def test_several_local_disks_are_striped(machine: Machine) -> None:
    calls = machine.start("/dev/nvme1n1", "/dev/nvme2n1")
    assert "mdadm --create /dev/md/scratch --level 0 --raid-devices 2 --run /dev/nvme1n1 /dev/nvme2n1" in calls
    assert "mount --options noatime /dev/md/scratch /scratch" in calls


@pytest.mark.parametrize("broken", ["iptables", "mount", "mkfs.xfs"])
def test_a_machine_that_is_not_set_up_runs_no_job(machine: Machine, broken: str) -> None:
    machine.has(broken, "exit 1")
    assert machine.start("/dev/nvme1n1")[-1] == "systemctl mask --now ecs"
