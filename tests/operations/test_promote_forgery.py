"""Production runs what staging tested: attacks on overlays and smoke tests, which two approvals do not excuse."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.promote.changes import staged
from operations.promote.command import run
from operations.promote.overlay import Environment, OverlayLocation, read_overlay
from operations.promote.trees import LocalTree
from operations.smoke.__main__ import main as smoke
from tests.support.operations.github import Files, GitHub
from tests.support.operations.promotion import (
    BASE,
    PROD,
    ROOT,
    RULES,
    STAGING,
    WANTED,
    Output,
    again,
    approved,
    github_with,
    of_model,
    opened,
    own_files,
    promote,
    refused,
    report_text,
    repository_files,
    verified,
    write,
)
from tests.support.programs import needs

pytestmark = needs("kustomize")

KUSTOMIZATION = PROD + "kustomization.yaml"
OTHER = "mallory/scorer@sha256:" + "a" * 64
POD = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: other}}\nspec: {{containers: [{{name: a, image: {OTHER}}}]}}\n"
SERVED = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: other}\nspec: {}\n"
VOLUME = (
    "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: other}\nspec:\n  jobTemplate:\n    spec: {template: {spec: "
    f"{{volumes: [{{name: a, image: {{reference: {OTHER}}}}}]}}}}}}\n"
)


def text(path: str) -> str:
    return (ROOT / path).read_text()


def more(addition: str) -> Files:
    """Production's kustomization.yaml with another field."""
    return {KUSTOMIZATION: f"{text(KUSTOMIZATION)}{addition}\n"}


def instead(old: str, new: str, path: str = KUSTOMIZATION) -> Files:
    assert old in text(path)
    return {path: text(path).replace(old, new)}


def resource(name: str, content: str) -> Files:
    return {**instead("- scorer-route.yaml", f"- scorer-route.yaml\n  - {name}"), PROD + name: content}


ATTACKS: list[tuple[str, Files, str]] = [
    ("a patch of the image", more("patches: [{path: p.yaml}]") | {PROD + "p.yaml": POD}, "patches ="),
    ("a JSON patch", more("patchesJson6902: []"), "patchesJson6902 ="),
    ("a strategic merge", more("patchesStrategicMerge: [scorer-route.yaml]"), "patchesStrategicMerge ="),
    ("a component", more("components: [../../component]"), "components ="),
    ("a transformer", more("transformers: [scorer-route.yaml]"), "transformers ="),
    ("a generator", more("generators: [scorer-route.yaml]"), "generators ="),
    ("a replacement", more("replacements: []"), "replacements ="),
    ("a prefix", more("namePrefix: other-"), "namePrefix ="),
    ("a folder of charts", more("helmGlobals: {chartHome: ../../charts}"), "helmGlobals ="),
    ("an old field of charts", more("helmChartInflationGenerator: []"), "helmChartInflationGenerator ="),
    (
        "values in the line",
        instead("valuesFile: values.yaml", "valuesFile: values.yaml\n    valuesInline: {a: 1}"),
        "valuesInline",
    ),
    (
        "more values",
        instead("valuesFile: values.yaml", "valuesFile: values.yaml\n    additionalValuesFiles: [a]"),
        "additionalValuesFiles",
    ),
    ("other values", instead("valuesFile: values.yaml", "valuesFile: ../staging/values.yaml"), "valuesFile"),
    (
        "another repository",
        instead("oci://111122223333.dkr", "oci://666677778888.dkr"),
        "charts may only come from oci://1111",
    ),
    ("another chart", instead("- name: model-service", "- name: model-servise"), "helmCharts.0.name"),
    ("another release", instead("releaseName: fraud", "releaseName: ranking"), "releaseName is ranking, not fraud"),
    ("another namespace", instead("namespace: risk", "namespace: search"), "namespace is search, not risk"),
    (
        "a file of staging",
        instead("- scorer-route.yaml", "- ../staging/scorer-route.yaml"),
        "no path may leave the overlay",
    ),
    ("a folder of staging", instead("- scorer-route.yaml", "- ../staging/extra"), "no path may leave the overlay"),
    ("another model's base", instead("../../base", "../../../../search/ranking/base"), "no path may leave the overlay"),
    ("an address", instead("- scorer-route.yaml", "- https://mallory.example/a.yaml"), "no path may leave the overlay"),
    ("an absolute path", instead("- scorer-route.yaml", "- /etc/passwd"), "no path may leave the overlay"),
    (
        "an image that fits nothing",
        instead("- name: fraud-scorer\n    newName", "- name: fraud-scorrer\n    newName"),
        "images.0 fits no container",
    ),
    (
        "an image as expression",
        instead("- name: fraud-scorer\n    newName", "- name: .*\n    newName"),
        "images.0.name",
    ),
    ("a tag beside the digest", instead("    digest: sha256", "    newTag: latest\n    digest: sha256"), "newTag"),
    ("a pod of its own", resource("other.yaml", POD), f"Pod other runs {OTHER}"),
    ("a model of its own", resource("other.yaml", SERVED), "InferenceService other serves a model"),
    ("an image as volume", resource("other.yaml", VOLUME), f"CronJob other runs {OTHER}"),
    ("no base", instead("  - ../../base\n", ""), "kustomize cannot build it"),
    (
        "a chart beside it",
        {PROD + "charts/model-service-0.5.0/model-service/Chart.yaml": "name: a\n"},
        "is not named in `resources`",
    ),
    (
        "Argo CD's overrides",
        {PROD + ".argocd-source-fraud.yaml": "kustomize: {images: [a=b]}\n"},
        "is not named in `resources`",
    ),
    ("a key twice", more("resources: [scorer-route.yaml]"), "resources is duplicated"),
    (
        "a canary",
        {PROD + "values.yaml": text(PROD + "values.yaml") + "canary: {modelUri: s3://a-b/fraud/9/, percent: 50}\n"},
        "canary: staging has no valid smoke test",
    ),
]


def change(github: GitHub, files: Files) -> int:
    """A pull request with these files that two seniors approved."""
    github.push("attack", {**files})
    number = github.open("attack")
    again(github, number)
    return number


@pytest.mark.parametrize(("files", "said"), [each[1:] for each in ATTACKS], ids=[each[0] for each in ATTACKS])
def test_verify_refuses_what_release_yaml_does_not_say(files: Files, said: str, capsys: Output) -> None:
    with github_with() as github:
        assert said in refused(github, change(github, files), capsys)


def test_verify_takes_an_object_of_the_team_in_production() -> None:
    with github_with() as github:
        files = resource("limits.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: limits}\ndata: {a: b}\n")
        assert verified(github, change(github, files)) == 0


def test_verify_refuses_a_canary_that_staging_did_not_test(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        opened(github, tmp_path)
        values = github.files()[PROD + "values.yaml"]
        canary = "canary: {{modelUri: s3://ml-prod-models-111122223333/fraud/{}/, percent: 5}}\n"
        assert "may only run the version that staging tested" in refused(
            github, change(github, {PROD + "values.yaml": values + canary.format(99)}), capsys
        )
        assert verified(github, change(github, {PROD + "values.yaml": values + canary.format(32)})) == 0


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (BASE + "scorer.yaml", "cpu: 250m", "cpu: 500m"),
        (STAGING + "scorer-route.yaml", "timeout: 60s", "timeout: 1s"),
        (STAGING + "values.yaml", "minimum: 1", "minimum: 2"),
        (STAGING + "kustomization.yaml", "kubeVersion: 1.36.0", "kubeVersion: 1.35.0"),
        (STAGING + "smoke.yaml", "maximumMilliseconds: 100", "maximumMilliseconds: 101"),
    ],
)
def test_change_of_anything_rendered_needs_a_new_smoke_test(
    path: str, old: str, new: str, tmp_path: Path, capsys: Output
) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        assert verified(github, number) == 0
        found = github.files()[path]
        assert old in found
        github.push("main", {path: found.replace(old, new)})
        assert "changed after the smoke test" in refused(github, number, capsys)


def test_digest_does_not_depend_on_the_form_of_yaml(tmp_path: Path) -> None:
    location = OverlayLocation("risk", "fraud", Environment.STAGING)
    files = repository_files()
    before = read_overlay(LocalTree(ROOT), location)
    for path in (BASE + "scorer-network.yaml", STAGING + "scorer-route.yaml"):
        files[path] = yaml.safe_dump_all(list(yaml.safe_load_all(files[path])))
    assert read_overlay(LocalTree(write(tmp_path, files)), location).digest() == before.digest()


@pytest.mark.parametrize("file", ["other.yaml", "kustomization.yaml"])
def test_base_may_only_name_its_own_files(file: str, tmp_path: Path, capsys: Output) -> None:
    path = BASE + "kustomization.yaml"
    files = repository_files() | {path: text(path).replace("- scorer.yaml", f"- ../overlays/staging/{file}")}
    assert run(["plan", *of_model(), "--root", str(write(tmp_path, files))], {}) == 1
    assert "it is not a file of this folder" in capsys.readouterr().err


def test_stage_refuses_what_a_promotion_would_refuse(capsys: Output) -> None:
    with github_with() as github:
        path = STAGING + "kustomization.yaml"
        github.push("main", {path: github.files()[path] + "namePrefix: x-\n"})
        assert promote(github, "stage", *of_model(), "--commit", "c" * 40) == 1
        assert "namePrefix = 'x-': it is not allowed here" in capsys.readouterr().err


def test_command_without_kustomize_says_so_and_stops(
    tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlay = staged(read_overlay(LocalTree(ROOT), OverlayLocation("risk", "fraud", Environment.STAGING)), WANTED)
    root = write(tmp_path, {**repository_files(), **overlay.files()})
    # What was rendered before is known; an object of its own makes this overlay new.
    base = root / BASE / "scorer.yaml"
    base.write_text(base.read_text().replace("250m", "300m"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(["plan", *of_model(), "--root", str(root)], {}) == 2
    assert "kustomize is not on PATH, so no overlay can be rendered; install kustomize 5" in capsys.readouterr().err


SMOKE = STAGING + "smoke.yaml"
EASY: list[tuple[str, dict[str, Any], str]] = [
    (
        "own server",
        {"url": "https://mallory.example.com"},
        "url = 'https://mallory.example.com': it must be https://fraud",
    ),
    ("similar name", {"url": "https://fraud.models.staging.example.com.mallory.io"}, "url = "),
    ("another port", {"url": "https://fraud.models.staging.example.com:8443"}, "url = "),
    ("another model", {"model": "ranking"}, "model = 'ranking': it must be fraud"),
    ("two requests", {"latency": {"requests": 2, "percentile": 50, "maximumMilliseconds": 9}}, "latency.requests = 2"),
    ("the median", {"latency": {"requests": 99, "percentile": 50, "maximumMilliseconds": 9}}, "percentile = 50"),
    ("all day", {"latency": {"requests": 99, "percentile": 95, "maximumMilliseconds": 9e9}}, "maximumMilliseconds = 9"),
    ("any failure", {"errorBudgetPercent": 99.9}, "errorBudgetPercent = 99.9: it must be at most 1"),
    ("old certificate", {"certificateDays": 0}, "certificateDays = 0: it must be at least 7"),
    ("no firewall", {"firewall": {"enforced": False}}, "firewall.enforced = false: the stack's firewall has True"),
    ("any method", {"firewall": {"allowedMethods": ["GET", "TRACE"]}}, "firewall.allowedMethods"),
    (
        "a secret",
        {"headersFromEnvironment": {"X-A": "ACTIONS_RUNTIME_TOKEN"}},
        "headersFromEnvironment.X-A = ",
    ),
    ("two faults", {"url": "https://a.example.com", "errorBudgetPercent": 2}, "2 problems"),
]
every_easy_test = pytest.mark.parametrize(
    ("fields", "said"), [each[1:] for each in EASY], ids=[each[0] for each in EASY]
)


def easier(fields: dict[str, Any]) -> str:
    return yaml.safe_dump(yaml.safe_load(text(SMOKE)) | fields)


def recorded(github: GitHub, root: Path, report: str) -> int:
    """Record a report of the smoke test of main."""
    github.login = "mlplatform-recorder[bot]"
    write(root, own_files(github))
    (root / "report.json").write_text(report)
    arguments = ["--report", str(root / "report.json"), "--root", str(root)]
    return promote(github, "record", *of_model(), *arguments)


@every_easy_test
def test_record_refuses_a_smoke_test_that_is_too_easy(
    fields: dict[str, Any], said: str, tmp_path: Path, capsys: Output
) -> None:
    with github_with() as github:
        github.push("main", {SMOKE: easier(fields)})
        report = report_text(github.files()[STAGING + "release.yaml"], smoke=easier(fields))
        assert recorded(github, tmp_path, report) == 1
        assert said in capsys.readouterr().err


@every_easy_test
def test_smoke_test_calls_nothing_if_it_breaks_the_rules(
    fields: dict[str, Any], said: str, tmp_path: Path, capsys: Output
) -> None:
    config = tmp_path / "smoke.yaml"
    config.write_text(easier(fields))
    arguments = ["--config", str(config), "--release", str(ROOT / STAGING / "release.yaml"), "--model", "fraud"]
    arguments += ["--rules", str(ROOT / "deploy/github/promotion.yaml"), "--json", str(tmp_path / "report.json")]
    assert smoke(arguments, {"ACTIONS_RUNTIME_TOKEN": "s3cret"}) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "report.json").exists()


def test_verify_judges_an_earlier_smoke_test_by_the_rules_of_today(tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        number = approved(github, tmp_path)
        file = write(tmp_path / "stricter", {}) / "deploy" / "github" / "promotion.yaml"
        file.write_text(file.read_text().replace("minimumRequests: 50", "minimumRequests: 500"))
        assert verified(github, number, "--root", str(tmp_path / "stricter")) == 1
        assert "latency.requests = 100: it must be at least 500; raise it" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("https://fraud.models.staging.example.com", "https://mallory.example.com", "the report is of https://mallory"),
        ('"config_digest": "sha256:', '"config_digest": "sha256:0', "of another deploy/models"),
    ],
)
def test_record_refuses_a_report_of_another_test(old: str, new: str, said: str, tmp_path: Path, capsys: Output) -> None:
    with github_with() as github:
        report = report_text(github.files()[STAGING + "release.yaml"])
        key = "configDigest" if "configDigest" in report else "config_digest"
        old, new = old.replace("config_digest", key), new.replace("config_digest", key)
        assert old in report
        forged = re.sub(r"sha256:0([0-9a-f]{63})[0-9a-f]", r"sha256:0\1", report.replace(old, new))
        assert recorded(github, tmp_path, forged) == 1
        assert said in capsys.readouterr().err


def test_rules_name_the_domain_of_the_models_of_staging() -> None:
    stack = yaml.safe_load(text("Pulumi.staging.yaml"))["config"]["mlplatform:modelServing"]
    assert RULES.domain == stack["domain"]
    assert {f"firewall.{name}" for name in stack["firewall"]} & {
        f"firewall.{name}" for name in RULES.firewall.model_dump(by_alias=True)
    } == set()
