"""Cases of the rules in policies/ecs.py."""

import json

from tests.support.policies.cases import fails, make, passes
from tests.support.policies.tables import Examples, Pair, cases, unknown_case

TASK = "ecs/taskDefinition:TaskDefinition"
EXAMPLES: Examples = {
    "codebuild/project:Project": {"environment.privilegedMode": Pair(False, True)},
    "ecs/service:Service": {"platformVersion": Pair("LATEST", "1.3.0")},
    TASK: {
        "containerDefinitions[].linuxParameters.capabilities.add": Pair(["SYS_PTRACE"], ["SYS_PTRACE", "SYS_ADMIN"]),
        "containerDefinitions[].privileged": Pair(False, True),
        "containerDefinitions[].readonlyRootFilesystem": Pair(True, None),
        "containerDefinitions[].user": Pair("1000", "root"),
        "ipcMode": Pair("task", "host"),
        "networkMode": Pair("awsvpc", "host"),
        "pidMode": Pair("task", "host"),
    },
}
SOUND = [{"name": "app", "readonlyRootFilesystem": True}]
CASES = [
    *cases("task-containers", EXAMPLES),
    passes("task-containers", make(f"aws:{TASK}", {"containerDefinitions": json.dumps(SOUND)})),
    fails(
        "task-containers",
        make(f"aws:{TASK}", {"containerDefinitions": json.dumps([*SOUND, {**SOUND[0], "privileged": True}])}),
        found="containerDefinitions.privileged is true",
    ),
    unknown_case("task-containers", TASK, "networkMode", EXAMPLES),
]
