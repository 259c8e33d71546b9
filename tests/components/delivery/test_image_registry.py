"""Images of a team are pushed by its pipeline alone, stay what they are, and can be had in a second region."""

import json
from typing import Any

import pytest

from components.core.spec import SpecError, parse
from components.delivery.image_registry.image_registry import ImageRegistry
from components.delivery.image_registry.policies import team_lifecycle
from components.delivery.image_registry.spec import ImageRegistrySpec
from components.delivery.image_registry.upstreams import UPSTREAMS
from policies.engine.evaluate import evaluate
from resources.resource import Resource
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, DEFAULT_TAGS, REGION, Recording, run
from tests.support.policies.cases import context

REPOSITORY = "aws:ecr/repository:Repository"
TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"
CACHE = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"
KEY = "aws:kms/key:Key"
FRAUD = f"arn:aws:iam::{ACCOUNT}:role/fraud-pipeline"
SEARCH = f"arn:aws:iam::{ACCOUNT}:role/ci/search"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:ecr-pullthroughcache/github-AbCdEf"
TEAMS = [
    {"team": "fraud", "images": ["scorer", "trainer"], "pipeline_role_arns": [FRAUD]},
    {"team": "search", "images": ["ranker"], "pipeline_role_arns": [SEARCH]},
]
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"


def registry(preview: bool = False, **config: Any) -> Recording:
    args: Any = {"teams": TEAMS, **config}
    return run(lambda: ImageRegistry("images", args), Recording(preview=preview, default_tags=DEFAULT_TAGS))


def statements(document: str) -> dict[str, dict[str, Any]]:
    return {each["Sid"]: each for each in json.loads(document)["Statement"]}


def policy_of(found: Recording, repository: str) -> dict[str, dict[str, Any]]:
    name = f"images-{repository}-policy"
    return statements(found.one("aws:ecr/repositoryPolicy:RepositoryPolicy", name).inputs["policy"])


def may(document: dict[str, dict[str, Any]], role: str, action: str) -> bool:
    """Whether an identity that its own account lets do everything may do this, as AWS evaluates a resource's policy."""
    verdicts = set[str]()
    for statement in document.values():
        condition = statement.get("Condition", {})
        meets = {"ArnEquals": True, "ArnNotEquals": False}
        holds = all((role in test["aws:PrincipalArn"]) is meets[operator] for operator, test in condition.items())
        principal = statement["Principal"]
        account = role.split(":")[4]
        meant = principal in ("*", {"AWS": "*"}) or f"arn:aws:iam::{account}:root" in principal["AWS"]
        if holds and meant and action in statement["Action"]:
            verdicts.add(statement["Effect"])
    return verdicts == {"Allow"}


def test_images_are_encrypted_scanned_immutable_and_kept() -> None:
    found = registry()
    key = found.one(KEY)
    assert key.inputs["enableKeyRotation"]
    repositories = found.all(REPOSITORY)
    assert {each.inputs["name"] for each in repositories} == {"fraud/scorer", "fraud/trainer", "search/ranker"}
    for each in repositories:
        assert each.inputs["imageTagMutability"] == "IMMUTABLE"
        assert each.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
        [encryption] = each.inputs["encryptionConfigurations"]
        assert encryption == {"encryptionType": "KMS", "kmsKey": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key.name}"}
        assert each.inputs["forceDelete"] is False
        assert each.protect
    assert key.protect


def test_names_of_teams_and_images_never_run_into_each_other() -> None:
    teams = [{**TEAMS[0], "team": "ml-ops", "images": ["api"]}, {**TEAMS[0], "team": "ml", "images": ["ops-api"]}]
    found = registry(teams=teams)
    assert len({each.urn for each in found.resources}) == len(found.resources)


def test_protection_can_be_lifted() -> None:
    found = registry(deletion_protection=False, replica_regions=["us-west-2"])
    assert not any(each.protect for each in found.resources)


def test_each_repository_has_its_url() -> None:
    outputs = registry().outputs("images")
    assert outputs["registry_url"] == HOST
    assert outputs["repository_urls"] == {
        name: f"{HOST}/{name}" for name in ("fraud/scorer", "fraud/trainer", "search/ranker")
    }
    assert outputs["upstream_urls"] == {}


def test_a_repository_is_pushed_to_by_its_teams_pipeline_alone() -> None:
    found = registry()
    administrator = f"arn:aws:iam::{ACCOUNT}:role/administrator"
    for repository, own, other in (("fraud/scorer", FRAUD, SEARCH), ("search/ranker", SEARCH, FRAUD)):
        document = policy_of(found, repository)
        assert may(document, own, "ecr:PutImage")
        assert may(document, own, "ecr:CompleteLayerUpload")
        assert not may(document, other, "ecr:PutImage")
        assert not may(document, administrator, "ecr:PutImage")
        for puller in (own, other, administrator):
            assert may(document, puller, "ecr:BatchGetImage")
        assert not may(document, f"arn:aws:iam::{'9' * 12}:role/stranger", "ecr:BatchGetImage")


def test_a_pipeline_can_not_take_a_tag_back() -> None:
    denied = policy_of(registry(), "fraud/scorer")["PipelineTakesNothingBack"]
    assert denied["Effect"] == "Deny"
    assert denied["Condition"] == {"ArnEquals": {"aws:PrincipalArn": [FRAUD]}}
    assert "ecr:BatchDeleteImage" in denied["Action"]


def test_other_accounts_pull_where_they_are_named() -> None:
    document = policy_of(registry(reader_accounts=["999999999999"]), "fraud/scorer")
    stranger = "arn:aws:iam::999999999999:role/node"
    assert may(document, stranger, "ecr:GetDownloadUrlForLayer")
    assert not may(document, stranger, "ecr:PutImage")


def test_the_whole_registry_is_scanned_in_the_way_that_is_asked() -> None:
    kind = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
    every = [{"filter": "*", "filterType": "WILDCARD"}]
    for scanning, told in (("basic", ("BASIC", "SCAN_ON_PUSH")), ("enhanced", ("ENHANCED", "CONTINUOUS_SCAN"))):
        inputs = registry(scanning=scanning).one(kind).inputs
        [rule] = inputs["rules"]
        assert (inputs["scanType"], rule["scanFrequency"], rule["repositoryFilters"]) == (*told, every)


def survivors(rules: list[dict[str, Any]], images: dict[str, tuple[list[str], int]], today: int) -> set[str]:
    """What ECR keeps of images by their tags and the day of their push; the first rule that selects one judges it."""
    kept, judged = set(images), set[str]()
    for rule in sorted(rules, key=lambda each: each["rulePriority"]):
        chosen = rule["selection"]
        status, patterns = chosen["tagStatus"], chosen.get("tagPatternList", [])
        selected = [
            image
            for image, (tags, _) in images.items()
            if image not in judged
            and (status == "any" or (status == "tagged") == bool(tags))
            and all(any(tag.startswith(pattern.rstrip("*")) for tag in tags) for pattern in patterns)
        ]
        judged.update(selected)
        newest = sorted(selected, key=lambda image: -images[image][1])
        if chosen["countType"] == "imageCountMoreThan":
            kept.difference_update(newest[chosen["countNumber"] :])
        else:
            kept.difference_update(each for each in newest if today - images[each][1] > chosen["countNumber"])
    return kept


def test_old_builds_go_and_releases_stay_by_number() -> None:
    spec = parse(
        ImageRegistrySpec,
        {"teams": TEAMS, "untaggedDays": 3, "buildDays": 14, "releaseTags": ["v*", "prod-*"], "releasesKept": 2},
        "registry",
    )
    rules = json.loads(team_lifecycle(spec))["rules"]
    images: dict[str, tuple[list[str], int]] = {
        "v1": (["v1"], 1),
        "v2": (["v2"], 2),
        "v3, a commit as well": (["v3", "3f2a"], 3),
        "old promotion": (["prod-1"], 1),
        "old commit": (["aa11"], 70),
        "new commit": (["bb22"], 95),
        "lost its tag": ([], 90),
        "just lost its tag": ([], 99),
    }
    assert survivors(rules, images, today=100) == {
        "v2",
        "v3, a commit as well",
        "old promotion",
        "new commit",
        "just lost its tag",
    }
    # ECR refuses a rule for any tag that isn't the last.
    assert [each["selection"]["tagStatus"] for each in rules].index("any") == len(rules) - 1


def test_builds_stay_unless_days_are_named() -> None:
    rules = json.loads(team_lifecycle(parse(ImageRegistrySpec, {"teams": TEAMS}, "registry")))["rules"]
    assert "old commit" in survivors(rules, {"old commit": (["aa11"], 1)}, today=1000)


def cached(**upstream: Any) -> Recording:
    return registry(upstreams=[upstream])


def test_images_of_an_upstream_are_encrypted_and_their_tags_stay() -> None:
    found = registry(upstreams=[{"registry": "quay.io"}, {"registry": "ghcr.io", "credential_arn": SECRET}])
    rules = {each.inputs["ecrRepositoryPrefix"]: each for each in found.all(CACHE)}
    assert set(rules) == {"quay", "github"}
    assert rules["github"].inputs["upstreamRegistryUrl"] == "ghcr.io"
    assert rules["github"].inputs["credentialArn"] == SECRET
    assert "credentialArn" not in rules["quay"].inputs
    for each in found.all(TEMPLATE):
        assert each.inputs["appliedFors"] == ["PULL_THROUGH_CACHE"]
        assert each.inputs["imageTagMutability"] == "IMMUTABLE"
        [encryption] = each.inputs["encryptionConfigurations"]
        assert encryption["kmsKey"].endswith(found.one(KEY).name)
        assert each.inputs["resourceTags"] == DEFAULT_TAGS
        # A repository that was made before its template stays as it was made.
        assert each.urn in rules[each.inputs["prefix"]].dependencies
    assert found.outputs("images")["upstream_urls"] == {"quay.io": f"{HOST}/quay", "ghcr.io": f"{HOST}/github"}


def test_docker_hub_is_asked_where_it_answers() -> None:
    found = cached(registry="docker.io", prefix="hub", credential_arn=SECRET)
    inputs = found.one(CACHE).inputs
    assert (inputs["upstreamRegistryUrl"], inputs["ecrRepositoryPrefix"]) == ("registry-1.docker.io", "hub")


def test_tags_follow_their_upstream_where_that_is_asked() -> None:
    assert cached(registry="quay.io", moving_tags=True).one(TEMPLATE).inputs["imageTagMutability"] == "MUTABLE"


def test_ecr_makes_repositories_of_our_prefixes_alone() -> None:
    found = registry(upstreams=[{"registry": "quay.io"}], replica_regions=["us-west-2"])
    role = found.one("aws:iam/role:Role")
    assert json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]["Principal"] == {"Service": "ecr.amazonaws.com"}
    permissions = statements(found.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    prefixes = {each.rpartition("repository/")[2] for each in permissions["Repositories"]["Resource"]}
    assert prefixes == {"quay/*", "fraud/*", "search/*"}
    keys = {each.name for each in found.all(KEY)}
    assert {each.rpartition("key/")[2] for each in permissions["Keys"]["Resource"]} == keys
    assert len(keys) == 2
    [grant] = [each.urn for each in found.all("aws:iam/rolePolicy:RolePolicy")]
    assert all(grant in each.property_dependencies["customRoleArn"] for each in found.all(TEMPLATE))


def test_nodes_and_pipelines_may_fill_the_cache_and_no_one_else() -> None:
    node, stranger = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("node", "stranger"))
    found = registry(upstreams=[{"registry": "quay.io"}], node_role_arns=[node])
    policy = found.one("aws:ecr/registryPolicy:RegistryPolicy").inputs["policy"]
    cached = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/quay/project/image"
    for action in ("ecr:CreateRepository", "ecr:BatchImportUpstreamImage"):
        for role in (node, FRAUD, SEARCH):
            assert allows(policy, action, cached, aws_principalarn=role)
        assert not allows(policy, action, cached, aws_principalarn=stranger)
        assert not allows(policy, action, cached.replace("quay/", "fraud/"), aws_principalarn=node)
    assert not allows(policy, "ecr:PutImage", cached, aws_principalarn=node)
    assert not registry(node_role_arns=[node]).all("aws:ecr/registryPolicy:RegistryPolicy")


def test_no_policy_of_ecr_names_a_role_as_its_principal() -> None:
    # ECR refuses a principal that does not exist, such as a role that was made a second ago.
    node = f"arn:aws:iam::{ACCOUNT}:role/node"
    found = registry(
        upstreams=[{"registry": "quay.io"}],
        node_role_arns=[node],
        replica_regions=["us-west-2"],
        reader_accounts=["9" * 12],
    )
    documents = [
        each.inputs[key] for each in found.resources for key in ("policy", "repositoryPolicy") if key in each.inputs
    ]
    ours = [each for each in documents if "ecr:" in each and "Principal" in each]
    assert len(ours) >= 5
    assert [
        each for each in ours for stated in json.loads(each)["Statement"] if ":role/" in str(stated["Principal"])
    ] == []


def test_second_copies_are_as_closed_as_the_first() -> None:
    found = registry(replica_regions=["us-west-2", "eu-west-1"])
    [rule] = found.one("aws:ecr/replicationConfiguration:ReplicationConfiguration").inputs["replicationConfiguration"][
        "rules"
    ]
    assert rule["destinations"] == [{"region": region, "registryId": ACCOUNT} for region in ("us-west-2", "eu-west-1")]
    # "fraud/" and not "fraud": another team's name may begin so.
    assert [each["filter"] for each in rule["repositoryFilters"]] == ["fraud/", "search/"]
    templates = found.all(TEMPLATE)
    assert len(templates) == 4
    for each in templates:
        assert each.inputs["appliedFors"] == ["REPLICATION"]
        assert each.inputs["imageTagMutability"] == "IMMUTABLE"
        assert key_region(found, each) == each.inputs["region"]
        own, other = (FRAUD, SEARCH) if each.inputs["prefix"] == "fraud" else (SEARCH, FRAUD)
        document = statements(each.inputs["repositoryPolicy"])
        assert may(document, own, "ecr:PutImage")
        assert not may(document, other, "ecr:PutImage")


def key_region(found: Recording, template: Resource) -> str:
    [encryption] = template.inputs["encryptionConfigurations"]
    return found.one(KEY, encryption["kmsKey"].rpartition("key/")[2]).inputs["region"]


def test_without_upstreams_and_copies_ecr_needs_no_role() -> None:
    found = registry()
    for kind in ("aws:iam/role:Role", TEMPLATE, CACHE, "aws:ecr/replicationConfiguration:ReplicationConfiguration"):
        assert not found.all(kind)


def test_no_rule_has_anything_against_it() -> None:
    found = registry(upstreams=[{"registry": "quay.io"}], replica_regions=["us-west-2"])
    # Tags are a provider's, which a component alone has not.
    said = [each for each in evaluate(found.resources, context()) if each.policy != "required-tags"]
    assert [(each.policy, each.urn.rpartition("::")[2], each.message) for each in said] == []


def test_a_preview_knows_nothing_of_aws_and_still_plans() -> None:
    config: dict[str, Any] = {"upstreams": [{"registry": "quay.io"}], "replica_regions": ["us-west-2"]}
    planned, made = registry(preview=True, **config), registry(**config)
    assert {each.name for each in planned.resources} == {each.name for each in made.resources}


def broken(**team: Any) -> dict[str, Any]:
    return {"teams": [{**TEAMS[0], **team}]}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"teams": []}, r"teams = \[\]: .*at least 1"),
        (broken(team="Fraud"), r"teams\[0\]\.team = 'Fraud'"),
        (broken(images=["scorer/v2"]), r"teams\[0\]\.images\[0\] = 'scorer/v2'"),
        (broken(images=["a1", "a1"]), r"teams\[0\].images = 'a1': it is listed twice; list it once"),
        (broken(pipeline_role_arns=[]), r"pipeline_?[rR]ole_?[aA]rns = \[\]"),
        (broken(pipeline_role_arns=["fraud"]), r"pipeline_?[rR]ole_?[aA]rns\[0\] = 'fraud'"),
        ({"teams": [TEAMS[0], TEAMS[0]]}, r"teams = 'fraud': it is listed twice; list it once"),
        ({"upstreams": [{"registry": "nvcr.io"}]}, r"ECR cannot cache nvcr\.io; write one of .*quay\.io"),
        ({"upstreams": [{"registry": "ghcr.oi"}]}, r"did you mean ghcr\.io\?"),
        ({"upstreams": [{"registry": "ghcr.io"}]}, "upstreams\\[0\\].credentialArn = null: ghcr.io needs credentials"),
        (
            {"upstreams": [{"registry": "acme.azurecr.io"}]},
            "upstreams\\[0\\].credentialArn = null: acme.azurecr.io needs credentials",
        ),
        ({"upstreams": [{"registry": "quay.io", "credential_arn": SECRET}]}, r"quay\.io takes no credentials"),
        (
            {"upstreams": [{"registry": "ghcr.io", "credential_arn": SECRET.replace("ecr-pullthroughcache/", "")}]},
            r"credential_?[aA]rn = ",
        ),
        (
            {"upstreams": [{"registry": "ghcr.io", "credential_arn": SECRET.replace(REGION, "eu-west-1")}]},
            r"credentialArn of ghcr\.io = .*ECR reads only secrets of the registry's account and region",
        ),
        (
            {"upstreams": [{"registry": "quay.io", "prefix": "fraud"}]},
            r"upstreams = 'fraud': a team or another upstream has this prefix",
        ),
        ({"release_tags": ["*a*b*c*d*"]}, r"release_?[tT]ags\[0\] = "),
        ({"releases_kept": 0}, r"releases_?[kK]ept = 0"),
        ({"replica_regions": [REGION]}, rf"replicaRegions = '{REGION}': it is the registry's region"),
        (
            {"replica_regions": ["cn-north-1"]},
            r"replicaRegions = 'cn-north-1': .* AWS does not copy between partitions",
        ),
        (
            {"replica_regions": ["us-west-2", "us-west-2"]},
            r"replicaRegions = 'us-west-2': it is listed twice; list it once",
        ),
        ({"reader_accounts": [ACCOUNT]}, rf"readerAccounts = '{ACCOUNT}': the registry's account may always pull"),
        ({"scanning": "deep"}, r"scanning = 'deep': allowed: basic, enhanced"),
    ],
)
def test_what_ecr_would_refuse_is_refused_before_anything_is_made(config: dict[str, Any], message: str) -> None:
    recording = Recording()
    args: Any = {"teams": TEAMS, **config}
    with pytest.raises(SpecError, match=message):
        run(lambda: ImageRegistry("images", args), recording)
    assert not [each for each in recording.resources if each.custom]


@pytest.mark.parametrize("name", UPSTREAMS)
def test_every_upstream_says_whether_it_wants_credentials(name: str) -> None:
    given = {"credentialArn": SECRET} if UPSTREAMS[name].credentials else {}
    spec = parse(ImageRegistrySpec, {"teams": TEAMS, "upstreams": [{"registry": name, **given}]}, "registry")
    assert spec.upstreams[0].host
