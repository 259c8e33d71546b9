"""Containers of Amazon ECS and CodeBuild."""

from policies.engine.controls import exactly, line, never, table
from policies.engine.frameworks import well_architected
from policies.engine.rule import Area, Level, Severity

_TASK = "ecs/taskDefinition:TaskDefinition"
_ROOT = ("root", "0", "0:0", "root:root")

table(
    "task-containers",
    "Containers of ECS and CodeBuild are not privileged and share nothing with their host",
    line("codebuild/project:Project", "environment.privilegedMode", never(True), "CKV_AWS_316"),
    line("ecs/service:Service", "platformVersion", never("1.0.0", "1.1.0", "1.2.0", "1.3.0"), "CKV_AWS_332", "ECS.10"),
    line(_TASK, "containerDefinitions.linuxParameters.capabilities.add", never("ALL", "SYS_ADMIN", "NET_ADMIN")),
    line(_TASK, "containerDefinitions.privileged", never(True), "CKV_AWS_334", "ECS.4"),
    line(_TASK, "containerDefinitions.readonlyRootFilesystem", exactly(True), "CKV_AWS_336", "ECS.5"),
    line(_TASK, "containerDefinitions.user", never(*_ROOT)),
    line(_TASK, "ipcMode", never("host")),
    line(_TASK, "networkMode", never("host"), "ECS.1"),
    line(_TASK, "pidMode", never("host"), "CKV_AWS_335", "ECS.3"),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC03-BP02")],
    remediation="Set the input as the message says; give the container a user of its own, and mount what it writes to.",
    field="the input that the message names",
)
