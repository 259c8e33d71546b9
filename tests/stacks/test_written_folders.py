"""Two sections of a stack must not let different teams write one folder."""

from typing import Any

import pytest

from tests.stacks.test_batch import BATCH, job
from tests.stacks.test_training_platform import PLATFORM
from tests.support.stacks.configs import SECTIONS, STORE, read, refusal, refusal_of, sections_of

IMAGE = "docker.io/acme/ranking:1.0.0"


def batch(team: str, folder: str) -> dict[str, Any]:
    return {**BATCH, "shares": {team: 1}, "jobs": [{**job(IMAGE), "team": team, "folder": folder}]}


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("ranking", "trainingPlatform.teams[0].models = 'ranking/': it overlaps ranking/ of team risk in batchQueue"),
        ("ranking/v1", "it overlaps ranking/v1/ of team risk in batchQueue, and team search could overwrite its files"),
        ("search", "trainingPlatform.teams[0].training = 'search/': it overlaps search/ of team risk in batchQueue"),
    ],
)
def test_folder_of_another_team_in_batch_is_refused(folder: str, told: str) -> None:
    assert told in refusal(featureStore=STORE, batchQueue=batch("risk", folder), trainingPlatform=PLATFORM)


def test_folders_of_one_team_may_be_in_two_sections() -> None:
    sections = {**SECTIONS, "featureStore": STORE, "trainingPlatform": PLATFORM}
    assert read({**sections, "batchQueue": batch("search", "ranking")}).batch_queue
    assert read({**sections, "batchQueue": batch("risk", "fraud")}).batch_queue
    assert read({**sections, "batchQueue": batch("risk", "rankings")}).batch_queue


@pytest.mark.parametrize(
    ("section", "field"), [("batchQueue", "batchQueue.jobs[2].folder"), ("trainingPlatform", "teams[1].models")]
)
def test_folder_of_another_team_on_the_cluster_is_refused(section: str, field: str) -> None:
    sections = sections_of("prod")
    sections["batchQueue"]["jobs"][2]["folder" if section == "batchQueue" else "name"] = "ranking2"
    sections["clusterJobs"]["teams"][0]["folders"].append("ranking2" if section == "batchQueue" else "fraud")
    if section == "trainingPlatform":
        sections["clusterJobs"]["teams"][1]["folders"].remove("fraud")
    told = refusal_of(sections)
    assert field in told
    assert "of team search in clusterJobs, and team risk could overwrite its files; choose another folder" in told
