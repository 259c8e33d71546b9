"""A database over several deployments, against a stand-in that refuses what RDS refuses.

Skipped where there is no Pulumi CLI on PATH.
"""

from pathlib import Path

from tests.support.engine.harness import Engine, Outcome
from tests.support.engine.program import Program

PROGRAM = """
from components.data.database.database import Database

Database(
    "metadata",
    {
        "identifier": "ml-metadata",
        "deletion_protection": False,
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "client_security_group_id": "sg-nodes",
        **given,
    },
    pulumi.ResourceOptions(providers=[provider]),
)
"""


def test_a_new_major_version_is_deployed_at_once_and_kept(engine: Engine, tmp_path: Path) -> None:
    program = Program(engine, tmp_path, PROGRAM)

    def up(version: str, *options: str) -> Outcome:
        return program.up({"version": version}, *options)

    first = up("16")
    assert first.code == 0, first.printed
    upgraded = up("17")
    assert upgraded.code == 0, upgraded.printed
    with engine.rds(program.stack).memory() as known:
        assert known["instances"]["ml-metadata"]["version"] == "17"
        assert list(known["families"].values()) == ["postgres17"]
    assert up("17", "--expect-no-changes").code == 0
    lowered = up("16")
    assert lowered.code != 0
    assert "Cannot upgrade from 17 to 16" in lowered.printed
