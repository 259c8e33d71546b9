"""Amazon Managed Service for Prometheus and Grafana: encryption, logs, limits and sign-in."""

from collections.abc import Iterator
from typing import Any

from policies.engine.checks import SET, requires
from policies.engine.frameworks import finops, well_architected
from policies.engine.rule import Area, Finding, InCluster, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, read, text
from resources.resource import UNKNOWN, Resource

WORKSPACE = "aws:amp/workspace:Workspace"
CONFIGURATION = "aws:amp/workspaceConfiguration:WorkspaceConfiguration"
_WORKLOADS = ("kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet")

requires(
    WORKSPACE,
    "loggingConfiguration.logGroupArn",
    SET,
    "keeps no logs of its rules and its Alertmanager, because loggingConfiguration.logGroupArn is absent",
    name="prometheus-logs",
    title="Prometheus workspaces log failures of rules and alerts",
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC04-BP01")],
    remediation="Set loggingConfiguration.logGroupArn to a log group, with :* at its end. Only these logs show a rule "
    "that fails, and an alert that SNS refuses.",
)
requires(
    WORKSPACE,
    "kmsKeyArn",
    SET,
    "is encrypted with a key of AWS, because kmsKeyArn is absent",
    name="prometheus-encryption",
    title="Prometheus workspaces are encrypted with a customer key",
    area=Area.SECURITY,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[well_architected("SEC08-BP02")],
    remediation="Set kmsKeyArn. It cannot be set later, and the managed scraper cannot write to such a workspace.",
)
requires(
    CONFIGURATION,
    "limitsPerLabelSets",
    SET,
    "accepts as many series as the account's quota, because limitsPerLabelSets is absent",
    name="prometheus-series-limit",
    title="Prometheus workspaces limit their active series",
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[finops("Anomaly Management"), well_architected("COST02-BP05")],
    remediation="Set limitsPerLabelSets with an empty label set and maxSeries. A label with too many values then costs "
    "no more than that.",
)


_SIGN_IN = {"GF_AUTH_GENERIC_OAUTH_ENABLED": "true", "GF_AUTH_DISABLE_LOGIN_FORM": "true"}


def _open_grafana() -> str:
    """The CEL expression of what `grafana-sign-in` finds in a workload."""
    pods = "object.spec.template.spec.containers.filter(c, c.image.contains('grafana/grafana'))"

    def has_variable(name: str) -> str:
        return f"c.?env.orValue([]).exists(e, e.name == '{name}' && e.?value.orValue('') == 'true')"

    own_users = [
        f"({' && '.join([*map(has_variable, list(_SIGN_IN)[:index]), f'!{has_variable(name)}'])} ? "
        f"['has its own users, because {name} is not {wanted}'] : [])"
        for index, (name, wanted) in enumerate(_SIGN_IN.items())
    ]
    anonymous = "GF_AUTH_ANONYMOUS_ENABLED"
    shown = f"({has_variable(anonymous)} ? ['shows its dashboards to everyone, because {anonymous} is true'] : [])"
    return f"{pods}.map(c, {' + '.join([*own_users, shown])}).flatten()"


def _is_grafana(workload: Resource, _: Stack) -> bool:
    return any(_of_grafana(container) for container in _containers(workload))


@rule(
    "grafana-sign-in",
    "Grafana lets nobody in without a sign-in",
    _WORKLOADS,
    when=_is_grafana,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC03-BP07")],
    remediation="Set GF_AUTH_GENERIC_OAUTH_ENABLED to true, GF_AUTH_DISABLE_LOGIN_FORM to true, and do not set "
    "GF_AUTH_ANONYMOUS_ENABLED to true.",
    field="spec.template.spec.containers",
    in_cluster=[InCluster(resources={"apps/v1": ["deployments", "statefulsets"]}, found=_open_grafana())],
)
def _signed_in(workload: Resource, _: Stack) -> Iterator[Result]:
    for container in _containers(workload):
        if not _of_grafana(container):
            continue
        settings = {text(read(each, "name")): read(each, "value") for each in elements(read(container, "env"))}
        for name, value in _SIGN_IN.items():
            found = settings.get(name)
            if found is UNKNOWN:
                yield Undecided(f"{name} is not known yet")
            elif found != value:
                yield Finding(f"has its own users, because {name} is not {value}")
                break
        if settings.get("GF_AUTH_ANONYMOUS_ENABLED") == "true":
            yield Finding("shows its dashboards to everyone, because GF_AUTH_ANONYMOUS_ENABLED is true")


def _containers(workload: Resource) -> list[Any]:
    return elements(read(workload.inputs, "spec", "template", "spec", "containers"))


def _of_grafana(container: Any) -> bool:
    image = read(container, "image")
    return isinstance(image, str) and "grafana/grafana" in image
