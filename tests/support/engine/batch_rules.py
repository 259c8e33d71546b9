"""What AWS Batch refuses of environments, queues and scheduling policies, and how late it sees a change of a queue.

Sources: AWS Batch API reference, CreateJobQueue, DeleteComputeEnvironment and DeleteSchedulingPolicy; pulumi-aws, issue
6233, for the relation that is still seen; pulumi-aws, ComputeEnvironment, for the policies of its role.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests.support.engine.memory import RefusedError, memory

ENVIRONMENT = "aws:batch/computeEnvironment:ComputeEnvironment"
QUEUE = "aws:batch/jobQueue:JobQueue"
SHARES = "aws:batch/schedulingPolicy:SchedulingPolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_POLICY_OF_MACHINES = "AmazonEC2ContainerServiceforEC2Role"
_MOST_ENVIRONMENTS = 3


class BatchRules:
    """AWS Batch of one account, in the file `path`."""

    def __init__(self, path: Path):
        self._path = path

    def memory(self) -> AbstractContextManager[dict[str, Any]]:
        """Environments by ARN, queues by name, and the environments whose old queue is still seen."""
        return memory(self._path, {"environments": {}, "queues": {}, "seen": [], "slow": False})

    def slow(self) -> None:
        """From now on, the relation of an environment to a queue is seen until `settle`."""
        with self.memory() as known:
            known["slow"] = True

    def settle(self) -> None:
        """Let the time pass after which Batch sees its own changes."""
        with self.memory() as known:
            known["seen"] = []

    def create(self, kind: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Make a resource and say what the provider reads of it afterwards."""
        with self.memory() as known:
            if kind == ENVIRONMENT:
                unique = given.get("name") or f"{name}-{len(known['environments']):07x}"
                arn = f"arn:aws:batch:us-east-1:111122223333:compute-environment/{unique}"
                known["environments"][arn] = given["computeResources"]
                return {"name": unique, "arn": arn}
            if kind == QUEUE:
                _refuse_queue(known, given)
                known["queues"][given["name"]] = _queue(given)
        return {}

    def update(
        self, kind: str, name: str, old: Mapping[str, Any], given: Mapping[str, Any], ignored: Sequence[str]
    ) -> dict[str, Any]:
        """Change a resource as the provider does."""
        with self.memory() as known:
            if kind == ENVIRONMENT:
                known["environments"][old["arn"]] = given["computeResources"]
                return {"name": old["name"], "arn": old["arn"]}
            if kind == QUEUE:
                _refuse_queue(known, given)
                before = known["queues"][given["name"]]
                if not before["shares"] and given.get("schedulingPolicyArn"):
                    raise RefusedError("A FIFO job queue can't have a fair-share scheduling policy added")
                known["queues"][given["name"]] = _queue(given)
                if known["slow"]:
                    known["seen"] += sorted({*before["environments"]} - {*_queue(given)["environments"]})
        return {}

    def delete(self, kind: str, name: str, given: Mapping[str, Any]) -> None:
        """Remove a resource."""
        with self.memory() as known:
            related = [*known["seen"], *(each for queue in known["queues"].values() for each in queue["environments"])]
            if kind == ENVIRONMENT:
                if given["arn"] in related:
                    raise RefusedError("ClientException: Cannot delete, found existing JobQueue relationship.")
                del known["environments"][given["arn"]]
            if kind == QUEUE:
                del known["queues"][given["name"]]
            if kind == SHARES and given["arn"] in [queue["shares"] for queue in known["queues"].values()]:
                raise RefusedError("You can't delete a scheduling policy that's used in any job queues")
            if kind == ATTACHMENT and given["policyArn"].endswith(_POLICY_OF_MACHINES) and known["environments"]:
                raise RefusedError("the compute environment is stuck in DELETING without the policies of its role")
            groups = [group for each in known["environments"].values() for group in each["securityGroupIds"]]
            if kind == SECURITY_GROUP and f"sg-{name}" in groups:
                raise RefusedError(f"DependencyViolation: resource sg-{name} has a dependent object")


def _queue(given: Mapping[str, Any]) -> dict[str, Any]:
    orders = sorted(given["computeEnvironmentOrders"], key=lambda each: each["order"])
    return {"environments": [each["computeEnvironment"] for each in orders], "shares": given.get("schedulingPolicyArn")}


def _refuse_queue(known: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    named = _queue(given)["environments"]
    if len(named) > _MOST_ENVIRONMENTS:
        raise RefusedError("You can associate up to three compute environments with a job queue")
    if missing := [each for each in named if each not in known["environments"]]:
        raise RefusedError(f"ClientException: {missing[0]} does not exist")
