"""The boundary of roles under the engine. Skipped where there is no Pulumi CLI on PATH."""

from pathlib import Path

from tests.support.engine.harness import Engine
from tests.support.engine.program import Program

PROGRAM = """
from components.access.access_control.access_control import AccessControl
from components.access.access_control.boundary import bound_to
from components.training.job_schedules.job_schedules import JobSchedules

options = pulumi.ResourceOptions(providers=[provider])
access = AccessControl("access", {"name": "ml"}, options)
bound = pulumi.ResourceOptions(transformations=[bound_to(access.boundary_arn)])
policies = {"batch": '{"Version": "2012-10-17", "Statement": []}'}
schedules = {"name": "ml-risk", "policies": policies}
JobSchedules("risk", schedules, pulumi.ResourceOptions.merge(options, bound))
"""
BOUNDARY, ROLE = "access-boundary", "risk-role"


def test_roles_get_the_boundary_and_go_before_it(engine: Engine, tmp_path: Path) -> None:
    program = Program(engine, tmp_path, PROGRAM)
    made = program.up({})
    assert made.code == 0, made.printed
    order = [urn.rpartition("::")[2] for _, urn in engine.changes()]
    assert order.index(BOUNDARY) < order.index(ROLE)
    [role] = [each for each in engine.resources(program.stack, tmp_path) if each["urn"].endswith(f"::{ROLE}")]
    assert role["inputs"]["permissionsBoundary"].endswith(":policy/ml-boundary")
    assert program.up({}, "--expect-no-changes").code == 0
    engine.changes()
    assert program.destroy().code == 0
    order = [urn.rpartition("::")[2] for _, urn in engine.changes()]
    assert order.index(ROLE) < order.index(BOUNDARY)
