"""A config near one on file is read, or refused by an error that names a section; it never ends the program.

A hundred in each run; MLPLATFORM_FUZZ_EXAMPLES asks for more.
"""

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from components.core.spec import SpecError
from stacks.config import StackConfig
from tests.support.stacks.configs import read, sections_of
from tests.support.stacks.mutations import changed

EXAMPLES = int(os.environ.get("MLPLATFORM_FUZZ_EXAMPLES", "100"))
STACKS = {name: sections_of(name) for name in ("starter", "staging", "prod", "kubeflow")}
FIELDS = {each.alias or name for name, each in StackConfig.model_fields.items()}
MOST = 5


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large)
)
@given(st.sampled_from(sorted(STACKS)).flatmap(lambda name: changed(STACKS[name], MOST, hostile=True)))
def test_generated_config_is_read_or_refused_with_its_field(sections: dict[str, Any]) -> None:
    problems = problems_of(sections)
    event("refused" if problems else "read")
    for problem in problems:
        assert problem.startswith((*sections, *FIELDS)), problem
    if not problems:
        config = read(sections)
        assert read(json.loads(config.model_dump_json(by_alias=True, exclude_unset=True))) == config


def problems_of(sections: dict[str, Any]) -> list[str]:
    try:
        read(sections)
    except SpecError as refused:
        return refused.problems or ["an error that names no problem"]
    return []
