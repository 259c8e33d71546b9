"""Cases of the rules in policies/ecr.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, of_input, passes, unknown

REPOSITORY = "aws:ecr/repository:Repository"
TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"
KEY = "arn:aws:kms:us-east-1:123456789012:key/k"


def repository(**inputs: Any) -> Resource:
    return make(REPOSITORY, {"name": "fraud/scorer", **inputs}, name="scorer")


def scanning(frequency: Any, name: Any = "*") -> Resource:
    rule = {"scanFrequency": frequency, "repositoryFilters": [{"filter": name, "filterType": "WILDCARD"}]}
    return make("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration", {"rules": [rule]})


def encrypted(kind: Any, key: Any = KEY, of: str = REPOSITORY) -> Resource:
    return make(of, {"encryptionConfigurations": [{"encryptionType": kind, "kmsKey": key}]})


def lifecycle(of: Any = UNKNOWN, *targets: Resource) -> Resource:
    inputs = {"repository": of, "policy": "{}"}
    return make("aws:ecr/lifecyclePolicy:LifecyclePolicy", inputs, refers={"repository": targets} if targets else {})


CASES = [
    passes("repository-lifecycle", repository(), lifecycle("fraud/scorer")),
    passes("repository-lifecycle", repository(name=UNKNOWN), lifecycle(UNKNOWN, repository())),
    passes("repository-lifecycle", make(TEMPLATE, {"lifecyclePolicy": "{}"})),
    fails("repository-lifecycle", repository(), lifecycle("fraud/trainer"), found="keeps every image forever"),
    fails("repository-lifecycle", make(TEMPLATE), found="creates repositories that keep every image"),
    fails("repository-lifecycle", repository(), kind="absent", found="keeps every image forever"),
    unknown("repository-lifecycle", repository(), lifecycle(), undecided="repository of a lifecycle policy"),
    unknown(
        "repository-lifecycle", repository(name=UNKNOWN), lifecycle(), undecided="repository of a lifecycle policy"
    ),
    fails("repository-lifecycle", repository(name={}), lifecycle({}), found="keeps every image forever"),
    passes("repository-encryption", encrypted("KMS")),
    passes("repository-encryption", encrypted("KMS", UNKNOWN, of=TEMPLATE)),
    fails("repository-encryption", encrypted("AES256", None), found="a key of AWS only"),
    fails("repository-encryption", encrypted("KMS", None), found="a key of AWS only"),
    fails("repository-encryption", encrypted("AES256", None, of=TEMPLATE), found="a key of AWS only"),
    fails("repository-encryption", repository(), kind="absent", found="a key of AWS only"),
    unknown("repository-encryption", encrypted(UNKNOWN), undecided="encryptionConfigurations"),
    *of_input(
        "repository-immutability",
        repository,
        "imageTagMutability",
        "IMMUTABLE",
        "MUTABLE",
        "is MUTABLE",
        absent="absent",
    ),
    fails(
        "repository-immutability",
        repository(imageTagMutability="IMMUTABLE_WITH_EXCLUSION"),
        found="is IMMUTABLE_WITH_EXCLUSION",
    ),
    passes("repository-scanning", repository(imageScanningConfiguration={"scanOnPush": True})),
    passes("repository-scanning", repository(), scanning("SCAN_ON_PUSH")),
    passes("repository-scanning", repository(), scanning("CONTINUOUS_SCAN")),
    fails("repository-scanning", repository(imageScanningConfiguration={"scanOnPush": False}), found="does not scan"),
    fails("repository-scanning", repository(), scanning("MANUAL"), found="does not scan"),
    fails("repository-scanning", repository(), scanning("SCAN_ON_PUSH", "search/*"), found="does not scan"),
    fails("repository-scanning", repository(), kind="absent", found="does not scan"),
    unknown(
        "repository-scanning",
        repository(imageScanningConfiguration={"scanOnPush": UNKNOWN}),
        undecided="imageScanningConfiguration.scanOnPush",
    ),
]
