"""Stands where the plugin of a provider stands: answers the engine without a cloud.

Started as `python -m tests.support.engine.standin PACKAGE engine-address`; prints its port, as every plugin does.
A preview gets inputs only, so computed outputs are unknown, as with the real provider; a deployment gets the plan's
recorded answers. Each change is a line of JSON in the file that STANDIN_LOG names.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures
from pathlib import Path
from typing import Any, cast

import grpc
from google.protobuf import any_pb2, empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from components.testing.fake_aws import FakeAws, UnansweredError
from planner.input_changes import Effect, changes_of
from planner.replacement import effect_of
from planner.values import decode, encode
from tests.support.engine.account_client import ask, read
from tests.support.engine.backup_rules import BackupRules
from tests.support.engine.batch_rules import BatchRules
from tests.support.engine.eks_rules import NODE_GROUP, EksRules
from tests.support.engine.emr_rules import EmrRules
from tests.support.engine.jobs_rules import JobsRules
from tests.support.engine.memory import RefusedError
from tests.support.engine.rds_rules import RdsRules
from tests.support.engine.sagemaker_rules import SageMakerRules
from tests.support.engine.scheduler_rules import SchedulerRules
from tests.support.engine.stream_rules import StreamRules

VERSION = "999.0.0"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
LATEST = "latestVersion"
REFUSAL = "the quota of the account is reached"
UNREADY = "it was created, and did not become ready in time"
_PROVIDER_INPUTS = {"kubernetes": ("kubeconfig",)}
KUBERNETES_ANSWERS = FakeAws("nowhere", "000000000000")
"""Answers for Kubernetes objects hold neither region nor account."""


Rules = (
    BackupRules
    | BatchRules
    | EksRules
    | EmrRules
    | JobsRules
    | RdsRules
    | SageMakerRules
    | SchedulerRules
    | StreamRules
)
_SERVICES: Mapping[str, Callable[[Path], Rules]] = {
    "STANDIN_BACKUP": BackupRules,
    "STANDIN_BATCH": BatchRules,
    "STANDIN_EMR": EmrRules,
    "STANDIN_JOBS": JobsRules,
    "STANDIN_RDS": RdsRules,
    "STANDIN_SAGEMAKER": SageMakerRules,
    "STANDIN_SCHEDULER": SchedulerRules,
    "STANDIN_STREAMS": StreamRules,
}
"""What refuses requests, by the variable that names the folder of its memory."""


class StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """One configured provider."""

    def __init__(self, package: str):
        self._package = package
        self._config: Mapping[str, Any] = {}

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.GetSchemaResponse:
        """What a program in YAML needs to know of a provider that it makes: the provider's own inputs."""
        inputs = {name: {"type": "string"} for name in _PROVIDER_INPUTS.get(self._package, ())}
        schema = {"name": self._package, "version": VERSION, "provider": {"inputProperties": inputs}}
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema))

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        return _difference("", decode(request.olds), decode(request.news))

    def Configure(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ConfigureResponse:
        """Takes plain values and unknowns alone: the engine then keeps the secrets, and hands on references as ids."""
        self._config = decode(request.args)
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        kind, news = _kind_and_name(request.urn)[0], decode(request.news)
        before = decode(request.old_inputs)
        if kind == NODE_GROUP:
            before = _read_of_group(decode(request.olds), news, list(request.ignoreChanges))
        return _difference(kind, before, news)

    def Create(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        kind, name = _kind_and_name(request.urn)
        faults = _faults()
        if name in faults.get("refused", ()):
            context.abort(grpc.StatusCode.UNKNOWN, f"creating {name}: LimitExceededException: {REFUSAL}")
        given = decode(request.properties)
        self._ask("check", request.urn, given, self._state(request.urn, request.properties, context, {}), context)
        read = _refused_by_aws(context, request.urn, lambda rules: rules.create(kind, name, given))
        identity, state = self._state(request.urn, request.properties, context, read)
        self._ask("create", request.urn, given, (identity, state), context)
        _log("create", request.urn)
        if name in faults.get("unready", ()):
            _abort_unready(context, identity, state)
        return provider_pb2.CreateResponse(id=identity, properties=state)

    def Update(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        if request.preview:
            return provider_pb2.UpdateResponse(properties=_previewed(request))
        kind, name = _kind_and_name(request.urn)
        old, given, ignored = decode(request.olds), decode(request.news), list(request.ignoreChanges)
        self._ask("check", request.urn, given, self._state(request.urn, request.news, context, {}), context)
        read = _refused_by_aws(context, request.urn, lambda rules: rules.update(kind, name, old, given, ignored))
        if kind == TEMPLATE:
            read = {**read, LATEST: old[LATEST] + 1}
        identity, state = self._state(request.urn, request.news, context, read)
        self._ask("update", request.urn, given, (identity, state), context)
        _log("update", request.urn)
        return provider_pb2.UpdateResponse(properties=state)

    def Read(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        kind, name = _kind_and_name(request.urn)
        if not request.properties.fields and (found := _existing().get(f"{kind} {request.id}")):
            read = encode(found).struct_value
            return provider_pb2.ReadResponse(id=request.id, properties=read, inputs=read)
        response = provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)
        for rules in _rules(request.urn):
            if isinstance(rules, EksRules | StreamRules):
                for key, value in rules.read(kind, name, decode(request.inputs)).items():
                    response.properties.fields[key].CopyFrom(encode(value))
                    response.inputs.fields[key].CopyFrom(encode(value))
        return response

    def Delete(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        kind, name = _kind_and_name(request.urn)
        _refused_by_aws(context, request.urn, lambda rules: rules.delete(kind, name, decode(request.properties)))
        self._ask("delete", request.urn, decode(request.old_inputs), (request.id, request.properties), context)
        _log("delete", request.urn)
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        try:
            rules = _eks_rules()
            answer = rules.answer(request.tok, decode(request.args)) if rules else None
            answer = answer or self._read(request.tok, decode(request.args), context)
            answer = answer or self._answers(context).invoke(request.tok, decode(request.args), self._config)
        except UnansweredError as error:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, str(error))
        return provider_pb2.InvokeResponse(**{"return": encode(answer).struct_value})  # pyright: ignore[reportArgumentType]

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def _answers(self, context: grpc.ServicerContext) -> FakeAws:
        """Answers for the account and region that the provider is pinned to; one that is pinned to none is refused."""
        if self._package == "kubernetes":
            return KUBERNETES_ANSWERS
        accounts: list[str] = json.loads(self._config.get("allowedAccountIds", "[]"))
        if "region" not in self._config or not accounts:
            lacking = f"the {self._package} provider has no region or account: {self._config}"
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, lacking)
        return FakeAws(self._config["region"], accounts[0])

    def _ask(
        self,
        operation: str,
        urn: str,
        given: Mapping[str, Any],
        made: tuple[str, struct_pb2.Struct],
        context: grpc.ServicerContext,
    ) -> None:
        """Ask what stands for AWS, if the tests started it; the deployment fails where it refuses."""
        url = os.environ.get("STANDIN_ACCOUNTS")
        if self._package != "aws" or not url:
            return
        identity, state = made
        try:
            ask(url, operation, urn, str(self._config["region"]), given, {**decode(state), "id": identity})
        except RefusedError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))

    def _read(self, token: str, asked: Mapping[str, Any], context: grpc.ServicerContext) -> dict[str, Any] | None:
        """What a data source reads of the emulated account of the stack that is deployed."""
        url, stack = os.environ.get("STANDIN_ACCOUNTS"), os.environ.get("STANDIN_STACK")
        if self._package != "aws" or not url or not stack:
            return None
        try:
            return read(url, stack, str(self._config.get("region", "")), token, asked)
        except RefusedError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))

    def _state(
        self, urn: str, inputs: struct_pb2.Struct, context: grpc.ServicerContext, read: Mapping[str, Any]
    ) -> tuple[str, struct_pb2.Struct]:
        """The id of what was made, and its inputs with its computed outputs and what was read of it afterwards."""
        resource_type, name = _kind_and_name(urn)
        given = decode(inputs)
        answers = self._answers(context)
        computed = {**answers.outputs(resource_type, name, given), **_only_in_life(answers, resource_type, given)}
        identity = str(computed.pop("id"))
        state = struct_pb2.Struct()
        state.CopyFrom(inputs)
        for key, value in computed.items():
            if key not in given:
                state.fields[key].CopyFrom(encode(value))
        for key, value in read.items():
            state.fields[key].CopyFrom(encode(value))
        return identity, state


def _only_in_life(answers: FakeAws, resource_type: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Outputs of what pulumi-eks makes out of sight, which a plan never sees."""
    if resource_type != "aws:eks/cluster:Cluster":
        return {}
    cluster = answers.outputs("eks:index:Cluster", str(given["name"]), given)
    return {
        "endpoint": f"https://{given['name']}.eks.amazonaws.com",
        "certificateAuthority": {"data": "c3RhbmQtaW4="},
        "identities": [{"oidcs": [{"issuer": cluster["oidcProviderUrl"]}]}],
        "vpcConfig": {**cast(Mapping[str, Any], given["vpcConfig"]), "clusterSecurityGroupId": "sg-of-eks"},
    }


def _previewed(request: Any) -> struct_pb2.Struct:
    """What is known of an updated resource before the update: its inputs, and the outputs that it keeps."""
    known = struct_pb2.Struct()
    known.CopyFrom(request.news)
    computed = {*request.olds.fields} - {*request.old_inputs.fields, *request.news.fields}
    if _kind_and_name(request.urn)[0] == TEMPLATE:
        computed -= {LATEST}
    for key in computed:
        known.fields[key].CopyFrom(request.olds.fields[key])
    return known


def _difference(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> provider_pb2.DiffResponse:
    """What changes of a resource, and whether the provider would replace it for that."""
    changes = changes_of(before, after)
    replacing = {each.names[0] for each in changes if effect_of(kind, each) is Effect.REPLACES}
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if changes else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=sorted({each.names[0] for each in changes}),
        replaces=sorted(replacing),
        # The name of an object is in use until the object is deleted.
        deleteBeforeReplace=bool(replacing) and _keeps_its_name(before, after),
    )


def _keeps_its_name(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the program names an object of the cluster, and neither its name nor its namespace changes."""
    old, new = (cast(Mapping[str, Any], each.get("metadata") or {}) for each in (before, after))
    return bool(new.get("name")) and all(old.get(key) == new.get(key) for key in ("name", "namespace"))


def _read_of_group(state: Mapping[str, Any], news: Mapping[str, Any], ignored: Sequence[str]) -> dict[str, Any]:
    """What the real provider compares with: what it read last, and not the inputs of the last deployment."""
    sizes = {
        key: value if f"scalingConfig.{key}" in ignored else state["scalingConfig"][key]
        for key, value in cast(Mapping[str, Any], news["scalingConfig"]).items()
    }
    return {key: state[key] for key in news if key in state} | {"scalingConfig": sizes}


def _kind_and_name(urn: str) -> tuple[str, str]:
    return urn.split("::")[2].rpartition("$")[2], urn.rpartition("::")[2]


def _eks_rules() -> EksRules | None:
    path = os.environ.get("STANDIN_EKS")
    return EksRules(Path(path)) if path else None


def _rules(urn: str) -> Iterator[Rules]:
    """The services of the resource's account: each stack has an account of its own, but EKS is one for all."""
    eks = _eks_rules()
    if eks:
        yield eks
    stack = urn.split("::")[0].rpartition(":")[2]
    for variable, rules in _SERVICES.items():
        if folder := os.environ.get(variable):
            yield rules(Path(folder) / f"{stack}.json")


def _refused_by_aws(
    context: grpc.ServicerContext, urn: str, request: Callable[[Rules], dict[str, Any] | None]
) -> dict[str, Any]:
    """What AWS's services and the cluster answer to a request; the deployment fails where one refuses."""
    try:
        answers = [request(rules) or {} for rules in _rules(urn)]
    except RefusedError as error:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
    return {key: value for answer in answers for key, value in answer.items()}


def _faults() -> Mapping[str, Sequence[str]]:
    """The names of what the test wants `refused` or `unready` at its creation."""
    path = Path(os.environ.get("STANDIN_FAULTS", ""))
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _existing() -> Mapping[str, Mapping[str, Any]]:
    """What an import finds, by type and id: inputs by Pulumi's names."""
    path = Path(os.environ.get("STANDIN_EXISTING", ""))
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _abort_unready(context: grpc.ServicerContext, identity: str, state: struct_pb2.Struct) -> None:
    """Answer as a provider whose resource is there but not ready: the engine keeps it, and updates it next time.

    Source: pulumi/pulumi, pkg/resource/plugin/provider_plugin.go, parseError.
    """
    failed = provider_pb2.ErrorResourceInitFailed(id=identity, properties=state, reasons=[UNREADY])
    detail = any_pb2.Any()
    detail.Pack(failed)
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=UNREADY, details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, UNREADY)


def _log(operation: str, urn: str) -> None:
    if path := os.environ.get("STANDIN_LOG"):
        line = json.dumps({"operation": operation, "urn": urn}) + "\n"
        # One write each: several plugins share the file.
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(descriptor, line.encode())
        os.close(descriptor)


def main(package: str) -> None:
    """Serve until the engine ends the process."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(StandIn(package), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    main(sys.argv[1])
