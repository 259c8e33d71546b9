"""Folders of training data and of models: two sections must not give one folder to different teams."""

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from components.core.problems import Place, Problem
from components.training.folders import outer_folder

if TYPE_CHECKING:
    from stacks.config import StackConfig


class _Written(NamedTuple):
    """A folder, with a slash at its end, that a team's jobs write in the buckets of these `purposes`."""

    at: Place
    team: str
    folder: str
    purposes: frozenset[str]


_BOTH = frozenset({"training", "models"})


def folder_problems(config: "StackConfig") -> Iterator[Problem]:
    """Every folder that a team of another section can write as well. Each section compares its own teams itself."""
    for one, other in combinations(_written(config), 2):
        if one.at[0] == other.at[0] or one.team == other.team or not one.purposes & other.purposes:
            continue
        if outer_folder(one.folder, other.folder):
            remedy = (
                f"it overlaps {one.folder} of team {one.team} in {one.at[0]}, and team {other.team} could overwrite "
                "its files; choose another folder, or name the same team in both sections"
            )
            yield Problem(other.at, other.folder, remedy)


def _written(config: "StackConfig") -> Iterator[_Written]:
    for index, team in enumerate(config.cluster_jobs.teams if config.cluster_jobs else ()):
        for folder in team.written:
            yield _Written(("clusterJobs", "teams", index, "folders"), team.name, f"{folder}/", _BOTH)
    for index, job in enumerate(config.batch_queue.jobs if config.batch_queue else ()):
        yield _Written(("batchQueue", "jobs", index, "folder"), job.team, f"{job.own_folder}/", _BOTH)
    for index, team in enumerate(config.training_platform.teams if config.training_platform else ()):
        at: Place = ("trainingPlatform", "teams", index)
        for folder in team.models:
            yield _Written((*at, "models"), team.name, folder, frozenset({"models"}))
        for folder in team.written_training:
            yield _Written((*at, "training"), team.name, folder, frozenset({"training"}))
