"""What exists in an account with given tags, by calls that only read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, cast

from planner.adoption.existing import Existing, without_secrets
from planner.adoption.readers import READERS, Call, Parts, Reader
from stacks.adopted import snake_case

GLOBAL_REGION: Final = "us-east-1"
"""Lists what belongs to no region, such as policies of IAM."""
_GONE = re.compile(r"NotFound|NoSuch|NonExistent|DoesNotExist|^404$")
_REFUSED = re.compile(r"AccessDenied|UnauthorizedOperation|AuthorizationError|^403$")
_EXPIRED = re.compile(r"ExpiredToken|InvalidClientToken|UnrecognizedClient|SignatureDoesNotMatch")
_LOGIN = "run `aws sso login`, or set AWS_PROFILE to a profile of ~/.aws/config"
_BUCKET = re.compile(r"arn:[^:]+:s3:::([^/]+)")
_ATTEMPTS = 10

_SETTINGS: Final[tuple[tuple[str, str, str, Mapping[str, str]], ...]] = (
    (
        "lifecycle_configuration",
        "get_bucket_lifecycle_configuration",
        "",
        {"rule": "Rules", "transition_default_minimum_object_size": "TransitionDefaultMinimumObjectSize"},
    ),
    (
        "logging",
        "get_bucket_logging",
        "LoggingEnabled",
        {"target_bucket": "TargetBucket", "target_prefix": "TargetPrefix"},
    ),
    (
        "object_lock_configuration",
        "get_object_lock_configuration",
        "ObjectLockConfiguration",
        {"object_lock_enabled": "ObjectLockEnabled", "rule": "Rule"},
    ),
    ("ownership_controls", "get_bucket_ownership_controls", "OwnershipControls", {"rule": "Rules"}),
    ("policy", "get_bucket_policy", "", {"policy": "Policy"}),
    (
        "public_access_block",
        "get_public_access_block",
        "PublicAccessBlockConfiguration",
        {
            "block_public_acls": "BlockPublicAcls",
            "block_public_policy": "BlockPublicPolicy",
            "ignore_public_acls": "IgnorePublicAcls",
            "restrict_public_buckets": "RestrictPublicBuckets",
        },
    ),
    ("replication_configuration", "get_bucket_replication", "ReplicationConfiguration", {"role": "Role"}),
    (
        "server_side_encryption_configuration",
        "get_bucket_encryption",
        "ServerSideEncryptionConfiguration",
        {"rule": "Rules"},
    ),
    ("versioning", "get_bucket_versioning", "", {"versioning_configuration": "@"}),
)
"""The settings of a bucket, which Terraform has as resources: the end of the type, the call, the result, attributes."""


class TagsError(ValueError):
    """AWS does not say what has the tags."""


def parsed_tags(text: str) -> dict[str, list[str]]:
    """The values of each tag in `team=ml,env=prod`; a tag without a value has any.

    Raises:
        TagsError: a part has no key.
    """
    found: dict[str, list[str]] = {}
    for part in text.split(","):
        key, mark, value = part.strip().partition("=")
        if not key:
            raise TagsError(f"tags: {part!r} is not KEY=VALUE, such as tags:team=ml,env=prod")
        found.setdefault(key, []).extend([value] if mark else [])
    return found


def read_tagged(tags: Mapping[str, Sequence[str]], region: str, account: str) -> list[Existing]:
    """The resources of the account that have all of the tags, in the region or in none.

    The address of each is its ARN. Credentials are found as by the AWS CLI. A setting of a bucket and an alias of a key
    have the ARN of the bucket or the key, and a word after `#`.

    Raises:
        TagsError: there are no credentials, they are of another account, or AWS refuses a call.
    """
    exceptions: Any = import_module("botocore.exceptions")
    try:
        return _Account(region).read(tags, account)
    except exceptions.ClientError as error:
        raise TagsError(_told(error)) from None
    except (exceptions.BotoCoreError, exceptions.HTTPClientError) as error:
        told = " ".join(str(error).split())
        raise TagsError(f"AWS cannot be asked ({told}); {_LOGIN}") from None


class _Account:
    """The account that the credentials are of."""

    def __init__(self, region: str):
        self._region = region
        self._session: Any = import_module("boto3").session.Session()
        self._exceptions: Any = import_module("botocore.exceptions")
        self._clients: dict[tuple[str, str], Any] = {}
        self._refused: list[str] = []

    def read(self, tags: Mapping[str, Sequence[str]], account: str) -> list[Existing]:
        actual = self._client("sts").get_caller_identity()["Account"]
        if actual != account:
            raise TagsError(
                f"the credentials are of the account {actual}, and environment.account of the stack is {account}; set "
                "AWS_PROFILE, or correct the account"
            )
        found = [each for arn, its_tags in self._tagged(tags).items() for each in self._resources(arn, its_tags)]
        if self._refused:
            raise TagsError(
                f"AWS refuses {len(self._refused)} calls, and without them no comparison is whole: "
                f"{'; '.join(sorted(self._refused))}. Allow them: the managed policy ReadOnlyAccess does"
            )
        return found

    def _client(self, service: str, region: str = "") -> Any:
        region = region or self._region
        if (service, region) not in self._clients:
            config: Any = import_module("botocore.config").Config(
                retries={"mode": "standard", "total_max_attempts": _ATTEMPTS}
            )
            self._clients[service, region] = self._session.client(service, region_name=region, config=config)
        return self._clients[service, region]

    def _tagged(self, tags: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
        """The tags of each resource, by its ARN."""
        filters = [{"Key": key, "Values": list(values)} for key, values in tags.items()]
        found: dict[str, dict[str, str]] = {}
        for region in dict.fromkeys((self._region, GLOBAL_REGION)):
            pages = self._client("resourcegroupstaggingapi", region).get_paginator("get_resources")
            for page in pages.paginate(TagFilters=filters):
                for each in page["ResourceTagMappingList"]:
                    arn = str(each["ResourceARN"])
                    if region == self._region or arn.split(":")[3] == "":
                        found.setdefault(arn, {tag["Key"]: tag["Value"] for tag in each["Tags"]})
        return found

    def _resources(self, arn: str, tags: dict[str, str]) -> Iterator[Existing]:
        if bucket := _BUCKET.fullmatch(arn):
            yield from self._bucket(arn, bucket[1], tags)
            return
        for reader in READERS:
            if identity := _id_of(reader, arn):
                attributes = self._read(reader, identity, arn)
                if attributes is not None:
                    known = {"arn": arn, "id": identity, reader.identity: identity, "tags_all": tags}
                    yield _existing(arn, reader.terraform, known | attributes)
                    for parts in reader.parts:
                        yield from self._parts(reader.service, parts, identity, arn)
                return
        yield Existing(arn, "", {"arn": arn})

    def _read(self, reader: Reader, identity: str, arn: str) -> dict[str, Any] | None:
        """The attributes of a resource; None of one that is gone."""
        found: dict[str, Any] = {}
        before: Mapping[str, Any] = {}
        for call in reader.calls:
            answer = self._ask(reader.service, call, identity, arn, before)
            if call is reader.calls[0]:
                if not answer or any(_is(value_at(answer, path), value) for path, value in reader.gone.items()):
                    return None
                before = answer
            found |= _named(call.attributes, answer or {})
        return found

    def _parts(self, service: str, parts: Parts, identity: str, arn: str) -> Iterator[Existing]:
        answer: Any = self._ask(service, parts.call, identity, arn, {})
        for each in answer or ():
            own = _named(parts.call.attributes, each)
            name = own[parts.identity]
            yield _existing(f"{arn}#{name}", parts.terraform, {"id": name, **own})

    def _ask(
        self, service: str, call: Call, identity: str, arn: str, before: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """The result of a call; None when there is nothing, or AWS refuses to say."""
        request = {name: _filled(each, identity, arn, before) for name, each in call.request.items()}
        try:
            answer = getattr(self._client(service), call.operation)(**request)
        except self._exceptions.ClientError as error:
            self._understand(error, arn)
            return None
        return value_at(answer, call.result, identity)

    def _bucket(self, arn: str, name: str, tags: dict[str, str]) -> Iterator[Existing]:
        exists = Call("head_bucket", {"Bucket": name}, "", {"bucket_region": "BucketRegion"})
        head = self._ask("s3", exists, name, arn, {})
        if head is None:
            return
        attributes: dict[str, Any] = {"arn": arn, "bucket": name, "id": name, "tags_all": tags}
        settings: list[Existing] = []
        for part, operation, result, names in _SETTINGS:
            found = self._ask("s3", Call(operation, {"Bucket": name}, result, names), name, arn, {})
            values = _named(names, found or {})
            if values and any(values.values()):
                own = {"id": name, "bucket": name, "region": head.get("BucketRegion"), **values}
                settings.append(_existing(f"{arn}#{part}", f"aws_s3_bucket_{part}", own))
        locked = any(each.type == "aws_s3_bucket_object_lock_configuration" for each in settings)
        yield _existing(
            arn, "aws_s3_bucket", attributes | _named(exists.attributes, head) | {"object_lock_enabled": locked}
        )
        yield from settings

    def _understand(self, error: Any, arn: str) -> None:
        """Take an error for what it says of the resource.

        Raises:
            ClientError: it is another one.
        """
        code = str(error.response.get("Error", {}).get("Code", ""))
        if _REFUSED.search(code):
            self._refused.append(f"{error.operation_name} of {arn}")
        elif not _GONE.search(code):
            raise error


def _filled(value: Any, identity: str, arn: str, before: Mapping[str, Any]) -> Any:
    """What is asked, with the id, the ARN and values of the first result."""
    if isinstance(value, Mapping):
        items = cast(Mapping[str, Any], value).items()
        return {name: _filled(each, identity, arn, before) for name, each in items}
    if isinstance(value, list):
        return [_filled(each, identity, arn, before) for each in cast(list[Any], value)]
    if not value.startswith("{"):
        return value
    path = value.strip("{}")
    return {"id": identity, "arn": arn}.get(path) or value_at(before, path)


def value_at(value: Any, path: str, identity: str = "") -> Any:
    """What a path leads to; None when the answer lacks it."""
    if path in ("", "@"):
        return {key: each for key, each in value.items() if key != "ResponseMetadata"}
    step, _, rest = path.partition(".")
    if step == "*":
        return [value_at(each, rest) for each in value or ()]
    name, _, key = step.removesuffix("]").partition("[")
    found: Any = None
    if isinstance(value, Mapping):
        found = cast(Mapping[str, Any], value).get(name)
    elif isinstance(value, list) and name.isdigit():
        found = next(iter(cast(list[Any], value)[int(name) :]), None)
    if key:
        items = cast(list[Mapping[str, Any]], found or [])
        found = next((each for each in items if each.get(key) == identity), None)
    return value_at(found, rest, identity) if rest and found is not None else found


def _named(attributes: Mapping[str, str], result: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of Terraform that a result holds."""
    found: dict[str, Any] = {}
    for name, path in attributes.items():
        if path.endswith("#"):
            found[name] = len(value_at(result, path[:-1]) or ())
            continue
        path, mark, expected = path.partition("=")
        value = value_at(result, path)
        if value is not None:
            found[name] = value == expected if mark else _snake(value)
    return found


def _snake(value: Any) -> Any:
    """An answer with the names of Terraform: KmsKey is kms_key."""
    if isinstance(value, Mapping):
        items = cast(Mapping[str, Any], value).items()
        return {_snake_name(key): _snake(each) for key, each in items}
    if isinstance(value, list):
        return [_snake(each) for each in cast(list[Any], value)]
    return value if isinstance(value, str | int | float | bool) else str(value)


def _snake_name(name: str) -> str:
    # SSEAlgorithm and KMSMasterKeyID have several capitals in a row.
    return snake_case(re.sub(r"[A-Z]+(?=[A-Z][a-z]|$)", lambda run: run[0].capitalize(), name)).strip("_")


def _is(value: Any, expected: str) -> bool:
    return value is not None if expected == "*" else value == expected


def _id_of(reader: Reader, arn: str) -> str:
    _, _, service, _, _, resource = (arn.split(":", 5) + [""] * 5)[:6]
    own, _, pattern = reader.arn.partition(":")
    found = re.fullmatch(pattern, resource) if service == own else None
    return found[1] if found else ""


def _existing(address: str, kind: str, attributes: Mapping[str, Any]) -> Existing:
    return Existing(address, kind, without_secrets(kind, attributes, frozenset()))


def _told(error: Any) -> str:
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = " ".join(str(error.response.get("Error", {}).get("Message", "")).split())
    if _EXPIRED.search(code):
        return f"AWS does not take the credentials ({code}); {_LOGIN}"
    if _REFUSED.search(code):
        return f"AWS refuses {error.operation_name} ({message}); allow it: the managed policy ReadOnlyAccess does"
    return f"{error.operation_name}: {code}: {message}"
