"""The policy pack and the config's own refusals under the real engine. Skipped where there is no Pulumi CLI on PATH."""

from collections.abc import Mapping
from typing import Any

import pytest

from components.core.spec import SpecError
from planner.stackfile import read_stack_file
from stacks.config import parse_config
from tests.support.engine.deployment import PACK, found_by_engine, found_by_plan, planned
from tests.support.engine.harness import Engine


def topic(name: str, partitions: int) -> Mapping[str, Any]:
    """A topic as staging has it, with what its ingestion reads."""
    return {
        "name": name,
        "partitions": partitions,
        "deadLetter": True,
        "recordSchema": {"file": f"deploy/schemas/{name}/1.avsc"},
        "consumers": [{"name": "feature-ingest", "readMibPerSecond": 1}],
    }


VIOLATIONS: Mapping[str, Mapping[str, Any]] = {
    "cost": {"monthlyBudget": 100},
    # The cost of MSK Serverless depends on the partitions of all topics.
    "eventStream": {"engine": "msk-serverless", "topics": [topic("clicks", 2000), topic("transactions", 1)]},
    "featureIngest": {"spark": {"connectorJar": None}},
    "gpuCluster": {"endpointPublicCidrs": ["0.0.0.0/0"], "logRetentionDays": 1},
    "network": {"nat": "per-zone"},
}
WRONG: Mapping[str, Mapping[str, Any]] = {
    "network": {"vpcCidr": "10.0.0.0/30"},
    "gpuCluster": {
        "kubernetesVersion": "1.29",
        "nodePools": [{"name": "a", "instanceTypes": ["ml.g4dn.xlarge"], "minimum": 2, "maximum": 1}],
    },
}


def test_engine_refuses_the_violations_that_the_plan_shows(engine: Engine) -> None:
    engine.init("violating", like="staging", **VIOLATIONS)
    engine.changes()
    up = engine.run("up", "--yes", "--stack", "violating", *PACK)
    found = found_by_engine(up)
    assert up.code != 0, up.printed
    assert engine.changes() == []
    broken = {finding.rule for finding in found if finding.level == "mandatory"}
    assert broken >= {"eks-endpoint", "monthly-budget", "log-retention", "nat-count"}
    assert found == found_by_plan(planned(engine, "violating"))


def test_a_wrong_config_is_refused_without_a_traceback(engine: Engine) -> None:
    engine.init("wrong", like="staging", **WRONG)
    with pytest.raises(SpecError) as refused:
        parse_config(read_stack_file(engine.project, "wrong").config)
    preview = engine.run("preview", "--stack", "wrong")
    assert preview.code != 0
    assert len(refused.value.problems) == 4
    assert all(problem in preview.printed for problem in refused.value.problems)
    assert "Traceback" not in preview.printed


def test_a_level_for_an_unknown_rule_names_the_nearest_rule(engine: Engine) -> None:
    engine.init("misspelled", like="staging", policies={"levels": {"nat-cuont": "advisory"}})
    preview = engine.run("preview", "--stack", "misspelled", *PACK)
    assert preview.code != 0
    assert "did you mean nat-count?" in preview.printed
    assert "Traceback" not in preview.printed
