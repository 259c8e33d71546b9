"""Runs a Pulumi program to its end against a made-up AWS account and hands back everything it registered.

    recording = run(lambda: Network("net", {"vpc_cidr": "10.0.0.0/16"}))
    assert recording.one("aws:ec2/vpc:Vpc").inputs["cidrBlock"] == "10.0.0.0/16"

The program has ended by the time `run` returns, so assertions are plain ones on what was recorded: none hides in an
`apply` that never runs. Each run has an event loop and Pulumi settings of its own, so none leaks into the next.
"""

import asyncio
import contextvars
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, cast

from google.protobuf import empty_pb2
from pulumi.runtime import Mocks
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, set_mocks
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.stack import run_pulumi_func

from planner.values import decode
from resources.resource import Resource

ACCOUNT = "123456789012"
REGION = "us-east-1"
PROJECT = "mlplatform"
STACK = "test"
STACK_TYPE = "pulumi:pulumi:Stack"
DEFAULT_TAGS = {"owner": "ml-platform"}

ZONES = {
    "us-east-1a": "use1-az6",
    "us-east-1b": "use1-az1",
    "us-east-1c": "use1-az2",
    "us-east-1d": "use1-az4",
    "us-east-1e": "use1-az3",
    "us-east-1f": "use1-az5",
}
"""Zone names and ids of the made-up account; use1-az3 is the one that can't hold an EKS control plane."""

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Recording(Mocks):
    """The made-up account, and what a program registered with it.

    `computed` adds outputs by resource type, `answers` adds or replaces replies by function token; either is a plain
    mapping, or a function of the resource's inputs or the call's arguments. With `preview` nothing that a deployment
    decides (ids, ARNs, addresses) is known.
    """

    def __init__(
        self,
        *,
        preview: bool = False,
        zones: Mapping[str, str] = ZONES,
        region: str = REGION,
        computed: Mapping[str, Answer | Mapping[str, Any]] | None = None,
        answers: Mapping[str, Answer | Mapping[str, Any]] | None = None,
    ):
        self.preview = preview
        self.region = region
        self.resources: list[Resource] = []
        self.calls: list[tuple[str, dict[str, Any], str]] = []
        """Functions called: token, arguments, provider."""
        self.registered_outputs: list[tuple[str, dict[str, Any]]] = []
        """Each `register_outputs`: the component's URN and what it registered."""
        self._zones = zones
        self._computed = {**self._known_outputs(), **(computed or {})}
        self._answers = {**self._known_answers(), **(answers or {})}

    def all(self, resource_type: str) -> list[Resource]:
        """The resources of a type, by name."""
        return sorted((each for each in self.resources if each.type == resource_type), key=lambda each: each.name)

    def one(self, resource_type: str, name: str | None = None) -> Resource:
        """The only resource of a type, or the one of that name."""
        found = [each for each in self.all(resource_type) if name in (None, each.name)]
        names = [each.name for each in self.all(resource_type)]
        assert len(found) == 1, f"{resource_type} {name or ''}: {len(found)} found among {names}"
        return found[0]

    def outputs(self, component: str) -> dict[str, Any]:
        """What the component of this name registered as its outputs, once."""
        found = [outputs for urn, outputs in self.registered_outputs if urn.endswith(f"::{component}")]
        assert len(found) == 1, f"{component} registered its outputs {len(found)} times"
        return found[0]

    def children(self, component: str) -> list[Resource]:
        """The resources whose parent is the component of this name."""
        return [each for each in self.resources if each.parent and each.parent.endswith(f"::{component}")]

    def call(self, args: MockCallArgs) -> Any:
        """Answer a provider function."""
        arguments = cast(dict[str, Any], args.args)  # pyright: ignore[reportUnknownMemberType]
        self.calls.append((args.token, arguments, args.provider))
        assert args.token in self._answers, f"no answer for {args.token}; give one in answers="
        return dict(_reply(self._answers[args.token], arguments))

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Answer a registration: the inputs, and unless this is a preview, an id and what AWS would add."""
        inputs = cast(dict[str, Any], args.inputs)  # pyright: ignore[reportUnknownMemberType]
        if self.preview or not (args.custom or args.typ in self._computed):
            return "", inputs
        module = args.typ.split(":")[1].split("/")[0]
        added = {
            "arn": f"arn:aws:{module}:{self.region}:{ACCOUNT}:{args.name}",
            "name": f"{args.name}-1a2b3c4",
            **_reply(self._computed.get(args.typ, {}), inputs),
        }
        # With the type in it: a subnet and its route table may share a name, and a test must tell them apart.
        return f"{args.name}:{args.typ.rpartition(':')[2]}", {**added, **inputs}

    def _known_outputs(self) -> dict[str, Answer | Mapping[str, Any]]:
        return {
            "aws:ec2/vpc:Vpc": {"defaultRouteTableId": "rtb-default"},
            "aws:acm/certificate:Certificate": _proofs,
            "aws:lb/loadBalancer:LoadBalancer": {
                "dnsName": f"serving-1.{self.region}.elb.amazonaws.com",
                "zoneId": "Z35SXDOTRQ7X7K",
            },
            "aws:route53/record:Record": lambda inputs: {"fqdn": inputs["name"]},
            "aws:ec2/eip:Eip": {"publicIp": "203.0.113.10"},
            "aws:cloudwatch/logGroup:LogGroup": lambda inputs: {
                "arn": f"arn:aws:logs:{self.region}:{ACCOUNT}:log-group:{inputs.get('name', 'generated')}"
            },
            "aws:ec2/launchTemplate:LaunchTemplate": {"latestVersion": 1},
            "aws:eks/nodeGroup:NodeGroup": {
                "nodeGroupName": "eks-node-group",
                "resources": [{"autoscalingGroups": [{"name": "eks-scaling-group"}]}],
            },
            "aws:rds/instance:Instance": {
                "masterUserSecrets": [{"secretArn": f"arn:aws:secretsmanager:{self.region}:{ACCOUNT}:secret:rds!db-1"}],
            },
            "aws:sqs/queue:Queue": {"url": f"https://sqs.{self.region}.amazonaws.com/{ACCOUNT}/interruptions"},
            "eks:index:Cluster": lambda inputs: {
                "kubeconfigJson": '{"current-context": "aws"}',
                "oidcIssuer": f"oidc.eks.{self.region}.amazonaws.com/id/{inputs['name']}",
            },
        }

    def _known_answers(self) -> dict[str, Answer | Mapping[str, Any]]:
        identity = {"accountId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:user/test", "userId": "A", "id": ACCOUNT}
        partition = {"partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws", "id": "aws"}
        return {
            "aws:index/getCallerIdentity:getCallerIdentity": identity,
            "aws:index/getDefaultTags:getDefaultTags": {"id": "default-tags", "tags": DEFAULT_TAGS},
            "aws:index/getPartition:getPartition": partition,
            "aws:index/getRegion:getRegion": {"region": self.region, "name": self.region, "id": self.region},
            "aws:index/getAvailabilityZones:getAvailabilityZones": self._offered,
            "aws:autoscaling/getAmiIds:getAmiIds": {"id": self.region, "names": [], "arns": []},
            "aws:ec2/getSubnet:getSubnet": self._subnet,
        }

    def _subnet(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """A subnet lies in the zone whose letter ends its id."""
        identity = arguments["id"]
        return {"id": identity, "availabilityZone": f"{self.region}{identity[-1]}"}

    def _offered(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        excluded = cast(list[str], arguments.get("excludeZoneIds") or [])
        zones = {name: zone_id for name, zone_id in self._zones.items() if zone_id not in excluded}
        return {"names": list(zones), "zoneIds": list(zones.values()), "id": self.region, "region": self.region}


def run(build: Callable[[], object], recording: Recording | None = None) -> Recording:
    """Run `build` as a Pulumi program until every registration is done, and hand back what it registered.

    What `build` raises is raised; a `recording` made beforehand then shows what had been registered by then.
    """
    recording = recording or Recording()
    contextvars.Context().run(_run, build, recording)
    return recording


class _Monitor(MockMonitor):
    """The SDK's mock monitor, which also notes what its `Mocks` never see: parents, dependencies, options, outputs."""

    def __init__(self, recording: Recording):
        super().__init__(recording)
        self._recording = recording

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        ancestors = parent.split("::")[2] if parent else STACK_TYPE
        qualified = type_ if ancestors == STACK_TYPE else f"{ancestors}${type_}"
        return f"urn:pulumi:{STACK}::{PROJECT}::{qualified}::{name}"

    def RegisterResource(self, request: Any) -> Any:
        if request.type != STACK_TYPE:
            self._recording.resources.append(self._resource(request))
        return super().RegisterResource(request)  # pyright: ignore[reportUnknownMemberType]

    def RegisterResourceOutputs(self, request: Any) -> empty_pb2.Empty:
        if not request.urn.endswith(f"::{PROJECT}-{STACK}"):
            self._recording.registered_outputs.append((request.urn, decode(request.outputs)))
        return empty_pb2.Empty()

    def _resource(self, request: resource_pb2.RegisterResourceRequest) -> Resource:
        return Resource(
            urn=self.make_urn(request.parent, request.type, request.name),
            type=request.type,
            name=request.name,
            parent=request.parent or None,
            custom=request.custom,
            provider=request.provider.rpartition("::")[0] or None,
            dependencies=sorted(request.dependencies),
            property_dependencies={key: sorted(value.urns) for key, value in request.propertyDependencies.items()},
            inputs=decode(request.object),
            protect=request.protect,
            retain_on_delete=request.retainOnDelete,
            ignore_changes=sorted(request.ignoreChanges),
        )


def _run(build: Callable[[], object], recording: Recording) -> None:
    loop = asyncio.new_event_loop()
    loop.set_default_executor(_Inline(max_workers=1))
    asyncio.set_event_loop(loop)

    def program() -> None:
        build()

    try:
        set_mocks(recording, PROJECT, STACK, preview=recording.preview, monitor=_Monitor(recording))
        loop.run_until_complete(run_pulumi_func(program))
    finally:
        unfinished = asyncio.all_tasks(loop)
        for task in unfinished:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*unfinished, return_exceptions=True))
        asyncio.set_event_loop(None)
        loop.close()


class _Inline(ThreadPoolExecutor):
    """Runs a call on the calling thread, which alone has the event loop that a resource reference needs."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - handed on, as an executor must
            future.set_exception(error)
        return future


def _reply(reply: Answer | Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    return reply(given) if callable(reply) else reply


def _proofs(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What ACM answers: a record for each name, in an order of its own, the same for a wildcard and its domain."""
    names = [inputs["domainName"], *inputs.get("subjectAlternativeNames", [])]
    options = [
        {
            "domainName": name,
            "resourceRecordName": f"_proof.{name.removeprefix('*.')}.",
            "resourceRecordType": "CNAME",
            "resourceRecordValue": f"_{name.removeprefix('*.')}.acm-validations.aws.",
        }
        for name in reversed(names)
    ]
    return {"domainValidationOptions": options}
