"""ImageRegistry: ECR repositories of each team, and pull-through caches."""

from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.account import Account
from ...core.component import Component
from ...core.iam import registry_trust
from ...core.kms import encryption_key
from ...core.named_outputs import by_name
from ...facts.regions import dns_suffix, other_partition
from .policies import cache_lifecycle, cache_policy, creation_permissions, import_policy, team_lifecycle, team_policy
from .spec import ImageRegistryArgs, ImageRegistrySpec, ImageScanning, ImageTeamSpec, UpstreamSpec

_EVERY_REPOSITORY = [{"filter": "*", "filter_type": "WILDCARD"}]
_SCAN = {
    ImageScanning.BASIC: ("BASIC", "SCAN_ON_PUSH"),
    ImageScanning.ENHANCED: ("ENHANCED", "CONTINUOUS_SCAN"),
}


class ImageRegistry(Component[ImageRegistryArgs, ImageRegistrySpec]):
    """Repositories `<team>/<image>`. Only a team's pipeline pushes to them, and the account's nodes pull from them.

    Tags are immutable, every image is scanned on push, and one rotating key encrypts all images. The registry caches
    images of the upstreams, encrypted with the same key. An account has one registry in a region, with one
    configuration of scanning and replication, so use one ImageRegistry for all stacks in an account and region.
    """

    registry_url: pulumi.Output[str]
    """The registry's host."""
    repository_urls: pulumi.Output[dict[str, str]]
    """The URL of each repository, by `<team>/<image>`, resolved after the repository's policy exists."""
    upstream_urls: pulumi.Output[dict[str, str]]
    """The prefix of cached images, by the name of the upstream registry that it replaces."""
    key_arn: pulumi.Output[str]
    """The key that encrypts the images."""

    def __init__(self, name: str, args: ImageRegistryArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, ImageRegistryArgs, ImageRegistrySpec, opts)
        spec = self._spec
        if problems := account_problems(spec, self._account):
            self._refuse(*problems)
        self._kept = pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection)
        key = self._key(f"{name}-key")
        copy_keys = {region: self._key(f"{name}-{region}-key", region) for region in spec.replica_regions}
        self._scanning()
        named = [(team, image) for team in spec.teams for image in team.images]
        urls = {f"{team.team}/{image}": self._repository(team, image, key) for team, image in named}
        if spec.upstreams or copy_keys:
            creator = self._creator([key, *copy_keys.values()])
            caches = [self._cache(each, key, creator) for each in spec.upstreams]
            self._copies(copy_keys, creator)
        else:
            caches = []
        if caches:
            self._imports(args.get("node_role_arns", []))
        host = registry_host(self._account)
        self.registry_url = pulumi.Output.from_input(host)
        self.repository_urls = by_name(urls)
        self.upstream_urls = pulumi.Output.all(*(cache.id for cache in caches)).apply(
            lambda _: {each.registry: f"{host}/{each.cache_prefix}" for each in spec.upstreams}
        )
        self.key_arn = key.arn
        self._publish()

    def _key(self, name: str, region: str | None = None) -> aws.kms.Key:
        return encryption_key(name, "Container images", self._account, self._kept, region=region)

    def _scanning(self) -> None:
        kind, frequency = _SCAN[self._spec.scanning]
        rule: Any = {"scan_frequency": frequency, "repository_filters": _EVERY_REPOSITORY}
        aws.ecr.RegistryScanningConfiguration(f"{self._name}-scanning", scan_type=kind, rules=[rule], opts=self._child)

    def _repository(self, team: ImageTeamSpec, image: str, key: aws.kms.Key) -> pulumi.Output[str]:
        """A repository with its policy and lifecycle. Returns its URL."""
        # The slash keeps names unique, such as a-b/c and a/b-c: teams and images have no slash.
        role = f"{self._name}-{team.team}/{image}"
        repository = aws.ecr.Repository(
            f"{role}-repository",
            name=f"{team.team}/{image}",
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": key.arn}],
            force_delete=False,
            tags={"team": team.team},
            opts=self._kept,
        )
        policy = aws.ecr.RepositoryPolicy(
            f"{role}-policy",
            repository=repository.name,
            policy=team_policy(self._account, self._spec.reader_accounts, team),
            opts=self._child,
        )
        aws.ecr.LifecyclePolicy(
            f"{role}-lifecycle", repository=repository.name, policy=team_lifecycle(self._spec), opts=self._child
        )
        return pulumi.Output.all(repository.repository_url, policy.id).apply(lambda known: known[0])

    def _creator(self, keys: list[aws.kms.Key]) -> pulumi.Output[str]:
        """The role with which ECR creates encrypted repositories, resolved after it has its permissions."""
        prefixes = [each.cache_prefix for each in self._spec.upstreams]
        if self._spec.replica_regions:
            prefixes += [team.team for team in self._spec.teams]
        role = aws.iam.Role(f"{self._name}-creation-role", assume_role_policy=registry_trust(), opts=self._child)
        permissions = pulumi.Output.all(*(key.arn for key in keys)).apply(
            lambda arns: creation_permissions(self._account, prefixes, arns)
        )
        grant = aws.iam.RolePolicy(
            f"{self._name}-creation-policy", role=role.name, policy=permissions, opts=self._child
        )
        return pulumi.Output.all(role.arn, grant.id).apply(lambda known: known[0])

    def _cache(self, each: UpstreamSpec, key: aws.kms.Key, creator: pulumi.Output[str]) -> aws.ecr.PullThroughCacheRule:
        """A pull-through cache, and the template of its repositories: encrypted, with immutable tags by default."""
        prefix = each.cache_prefix
        template = aws.ecr.RepositoryCreationTemplate(
            f"{self._name}-{prefix}-cache-template",
            prefix=prefix,
            applied_fors=["PULL_THROUGH_CACHE"],
            image_tag_mutability="MUTABLE" if each.moving_tags else "IMMUTABLE",
            repository_policy=cache_policy(self._account, self._spec.reader_accounts),
            lifecycle_policy=cache_lifecycle(self._spec),
            opts=self._child,
            **self._template_settings(creator, key),
        )
        return aws.ecr.PullThroughCacheRule(
            f"{self._name}-{prefix}-cache",
            ecr_repository_prefix=prefix,
            upstream_registry_url=each.host,
            credential_arn=each.credential_arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[template]),
        )

    def _copies(self, keys: dict[str, aws.kms.Key], creator: pulumi.Output[str]) -> None:
        """Copies of the teams' images in other regions, in repositories with the same policy."""
        if not keys:
            return
        templates = [
            aws.ecr.RepositoryCreationTemplate(
                f"{self._name}-{team.team}-{region}-template",
                prefix=team.team,
                applied_fors=["REPLICATION"],
                image_tag_mutability="IMMUTABLE",
                repository_policy=team_policy(self._account, self._spec.reader_accounts, team),
                lifecycle_policy=team_lifecycle(self._spec),
                region=region,
                opts=self._child,
                **self._template_settings(creator, key),
            )
            for region, key in keys.items()
            for team in self._spec.teams
        ]
        rule: Any = {
            "destinations": [{"region": region, "registry_id": self._account.id} for region in keys],
            "repository_filters": [
                {"filter": f"{team.team}/", "filter_type": "PREFIX_MATCH"} for team in self._spec.teams
            ],
        }
        aws.ecr.ReplicationConfiguration(
            f"{self._name}-replication",
            replication_configuration={"rules": [rule]},
            opts=pulumi.ResourceOptions(parent=self, depends_on=templates),
        )

    def _template_settings(self, creator: pulumi.Output[str], key: aws.kms.Key) -> dict[str, Any]:
        """The key, role and tags of a template. ECR does not apply the provider's default tags."""
        return {
            "custom_role_arn": creator,
            "encryption_configurations": [{"encryption_type": "KMS", "kms_key": key.arn}],
            "resource_tags": aws.get_default_tags_output(opts=pulumi.InvokeOptions(parent=self)).tags,
        }

    def _imports(self, node_role_arns: pulumi.Input[list[str]]) -> None:
        """Lets nodes and the teams' pipelines import images into the caches."""
        prefixes = [each.cache_prefix for each in self._spec.upstreams]
        pipelines = sorted({role for team in self._spec.teams for role in team.pipeline_role_arns})
        policy = pulumi.Output.from_input(node_role_arns).apply(
            lambda nodes: import_policy(self._account, prefixes, [*nodes, *pipelines])
        )
        aws.ecr.RegistryPolicy(f"{self._name}-registry-policy", policy=policy, opts=self._child)


def registry_host(account: Account) -> str:
    """The host of an account's registry in its region."""
    return f"{account.id}.dkr.ecr.{account.region}.{dns_suffix(account.region)}"


def account_problems(spec: ImageRegistrySpec, account: Account) -> list[str]:
    """A sentence for each value that is wrong in this account and region."""
    found: list[str] = []
    if account.region in spec.replica_regions:
        found.append(f"replicaRegions = {account.region!r}: it is the registry's region; choose another one")
    found += [
        f"replicaRegions = {region!r}: {problem}"
        for region in spec.replica_regions
        if (problem := other_partition(account.region, region))
    ]
    if account.id in spec.reader_accounts:
        found.append(f"readerAccounts = {account.id!r}: the registry's account may always pull; remove it")
    here = account.arn("secretsmanager", "secret:")
    found += [
        f"credentialArn of {each.registry} = {each.credential_arn!r}: ECR reads only secrets of the registry's account "
        f"and region, {account.id} in {account.region}"
        for each in spec.upstreams
        if each.credential_arn and not each.credential_arn.startswith(here)
    ]
    return found
