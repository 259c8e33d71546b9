"""Collections of Amazon OpenSearch Serverless: encryption, network and standby replicas."""

from collections.abc import Iterator

from policies.engine.checks import forbids, in_production
from policies.engine.frameworks import well_architected
from policies.engine.rule import Area, Condition, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, flag, is_set, json_value, read
from resources.resource import UNKNOWN, Resource

COLLECTION = "aws:opensearch/serverlessCollection:ServerlessCollection"
SECURITY_POLICY = "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy"

forbids(
    COLLECTION,
    "standbyReplicas",
    "DISABLED",
    "has no standby in another zone, because standbyReplicas is DISABLED",
    name="collection-standby",
    title="In production, collections have standby replicas",
    when=in_production,
    area=Area.RELIABILITY,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[well_architected("REL10-BP01")],
    remediation="Set standbyReplicas to ENABLED. It cannot be changed later, and doubles the least price.",
)


def _of_type(kind: str) -> Condition:
    def matches(policy: Resource, _: Stack) -> bool:
        return policy.inputs.get("type") == kind

    return matches


@rule(
    "collection-private",
    "Collections are reached through VPC endpoints alone",
    SECURITY_POLICY,
    when=_of_type("network"),
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC05-BP02")],
    remediation="Set AllowFromPublic to false, and name the endpoint in SourceVPCEs.",
    field="policy",
)
def _private(policy: Resource, _: Stack) -> Iterator[Result]:
    document = json_value(policy.inputs.get("policy"))
    if document is UNKNOWN:
        yield Undecided("policy")
        return
    for each in elements(document):
        if flag(read(each, "AllowFromPublic")) is not False:
            yield Finding("lets the internet reach a collection, because AllowFromPublic is not false")


@rule(
    "collection-encryption",
    "Collections are encrypted with a customer key",
    SECURITY_POLICY,
    when=_of_type("encryption"),
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC08-BP02")],
    remediation="Set AWSOwnedKey to false and KmsARN to a key. The key cannot be changed after the collection exists.",
    field="policy",
)
def _encrypted(policy: Resource, _: Stack) -> Iterator[Result]:
    document = json_value(policy.inputs.get("policy"))
    if document is UNKNOWN:
        yield Undecided("policy")
    elif not is_set(read(document, "KmsARN")):
        yield Finding("is encrypted with a key of AWS, because KmsARN is absent")
