"""A database over several deployments, against a stand-in that refuses what RDS refuses.

Skipped where there is no Pulumi CLI on PATH.
"""

import json
from pathlib import Path

from tests.support.engine.harness import Engine, Outcome

PROGRAM = """
import json
from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.data.database.database import Database

provider = aws.Provider(
    "aws", region="us-east-1", allowed_account_ids=["111122223333"], default_tags={"tags": {"owner": "ml"}}
)
Database(
    "metadata",
    {
        "identifier": "ml-metadata",
        "version": json.loads((Path(__file__).parent / "version.json").read_text()),
        "deletion_protection": False,
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "client_security_group_id": "sg-nodes",
    },
    pulumi.ResourceOptions(providers=[provider]),
)
"""


def test_a_new_major_version_is_deployed_at_once_and_kept(engine: Engine, tmp_path: Path) -> None:
    python = {"name": "python", "options": {"virtualenv": str(engine.project / ".venv")}}
    (tmp_path / "Pulumi.yaml").write_text(json.dumps({"name": "databases", "runtime": python}))
    (tmp_path / "__main__.py").write_text(PROGRAM)
    made = engine.run("stack", "init", "upgrade", folder=tmp_path)
    assert made.code == 0, made.printed

    def up(version: str, *options: str) -> Outcome:
        (tmp_path / "version.json").write_text(json.dumps(version))
        return engine.run("up", "--yes", "--skip-preview", "--stack", "upgrade", *options, folder=tmp_path)

    first = up("16")
    assert first.code == 0, first.printed
    upgraded = up("17")
    assert upgraded.code == 0, upgraded.printed
    with engine.rds("upgrade").memory() as known:
        assert known["instances"]["ml-metadata"]["version"] == "17"
        assert list(known["families"].values()) == ["postgres17"]
    assert up("17", "--expect-no-changes").code == 0
    lowered = up("16")
    assert lowered.code != 0
    assert "Cannot upgrade from 17 to 16" in lowered.printed
