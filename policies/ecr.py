"""Repositories of container images, and the templates by which ECR makes some of them."""

from collections.abc import Iterator
from typing import Any

from policies.engine.checks import must_be, requires
from policies.engine.frameworks import finops, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, is_set, read, text
from resources.resource import UNKNOWN, Resource

REPOSITORY = "aws:ecr/repository:Repository"
TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"
_LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
_SCANNING = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"

requires(
    REPOSITORY,
    "imageTagMutability",
    "IMMUTABLE",
    "allows a tag to be overwritten: imageTagMutability is {value}",
    name="repository-immutability",
    title="Image tags are immutable",
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("ECR.2"), well_architected("SEC11-BP06")],
    remediation="Set imageTagMutability to IMMUTABLE, without exclusions; push what is new under a new tag.",
)


@rule(
    "repository-encryption",
    "Repositories are encrypted with a customer key",
    (REPOSITORY, TEMPLATE),
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC08-BP02"), well_architected("SEC08-BP01")],
    remediation="Set encryptionConfigurations with encryptionType KMS and a kmsKey of the account before the first "
    "deployment, or use ImageRegistry.",
    field="encryptionConfigurations",
)
def _encryption(resource: Resource, _: Stack) -> Iterator[Result]:
    encryption = read(resource.inputs, "encryptionConfigurations", 0)
    kind = text(read(encryption, "encryptionType"))
    if kind is UNKNOWN:
        yield Undecided("encryptionConfigurations")
    elif kind not in ("KMS", "KMS_DSSE") or not is_set(read(encryption, "kmsKey")):
        yield Finding("is encrypted with a key of AWS only; this can only be set when a repository is created")


@rule(
    "repository-lifecycle",
    "Repositories of images have a lifecycle",
    (REPOSITORY, TEMPLATE),
    needs_stack=True,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=[security_hub("ECR.3"), finops("Workload Optimization")],
    remediation="Add a LifecyclePolicy that expires untagged images and old releases; set lifecyclePolicy of a "
    "template.",
    field="policy of the repository's LifecyclePolicy",
)
def _lifecycle(resource: Resource, stack: Stack) -> Iterator[Result]:
    if resource.type == TEMPLATE:
        if not is_set(read(resource.inputs, "lifecyclePolicy")):
            yield Finding("creates repositories that keep every image forever")
    elif not stack.referrers(resource, "repository", _LIFECYCLE):
        if stack.once(_has_lifecycle_of_unknown_repository):
            yield Undecided("repository of a lifecycle policy")
        else:
            yield Finding("keeps every image forever")


def _has_lifecycle_of_unknown_repository(stack: Stack) -> bool:
    return any(
        not policy.property_dependencies.get("repository") and read(policy.inputs, "repository") is UNKNOWN
        for policy in stack.of_type(_LIFECYCLE)
    )


@rule(
    "repository-scanning",
    "Repositories scan images on push",
    REPOSITORY,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("ECR.1"), well_architected("SEC06-BP01")],
    remediation="Set imageScanningConfiguration.scanOnPush, or let the registry's scanning configuration scan * on "
    "push or continuously, as ImageRegistry does.",
    field="imageScanningConfiguration.scanOnPush",
)
def _scanning(repository: Resource, stack: Stack) -> Iterator[Result]:
    if not stack.once(_registry_scans_all):
        yield from must_be(
            repository.inputs, "imageScanningConfiguration.scanOnPush", True, "does not scan images when they arrive"
        )


def _registry_scans_all(stack: Stack) -> bool:
    return any(
        _scans_all(each) for registry in stack.of_type(_SCANNING) for each in elements(read(registry.inputs, "rules"))
    )


def _scans_all(scanning_rule: Any) -> bool:
    filters = [read(each, "filter") for each in elements(read(scanning_rule, "repositoryFilters"))]
    return read(scanning_rule, "scanFrequency") in ("SCAN_ON_PUSH", "CONTINUOUS_SCAN") and "*" in filters
