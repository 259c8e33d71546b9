"""Runs Helm on many sets of values of the chart model-service at once.

A start of Helm takes a tenth of a second, and a release a hundredth. So a chart of charts contains model-service once
for each set of values, under an alias of its own.
"""

import json
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[3] / "charts" / "model-service"
KUBERNETES = "1.36.0"

Values = Mapping[str, Any]
_PROBLEMS = """\
{{- range .Values.cases }}
---
problems: {{ include "model-service.problems" (dict "Values" .) | trim | splitList "\\n" | toJson }}
{{- end }}
"""


def helm(*arguments: str, given: object = None) -> subprocess.CompletedProcess[str]:
    """Run helm; `given` is its standard input, as JSON."""
    stdin = None if given is None else json.dumps(given)
    return subprocess.run(["helm", *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=300)


def template(values: Values, *options: str, chart: Path = CHART) -> subprocess.CompletedProcess[str]:
    """Render a chart with one set of values."""
    return helm("template", "r", str(chart), "--kube-version", KUBERNETES, "--values", "-", *options, given=values)


def rendered(models: Sequence[Values], folder: Path) -> list[list[dict[str, Any]]]:
    """The objects that the chart renders of each model."""
    told = _template_all(models, folder)
    assert told.returncode == 0, told.stderr
    objects: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for document in told.stdout.split("---\n# Source: ")[1:]:
        source, _, text = document.partition("\n")
        manifest = yaml.load(text, yaml.CSafeLoader)
        if manifest:
            objects[source.split("/")[2]].append(manifest)
    return [objects[alias] for alias in _aliases(models)]


def refused_by_schema(models: Sequence[Values], folder: Path) -> list[bool]:
    """Whether values.schema.json refuses each model."""
    told = _template_all(models, folder)
    refusing = set(re.findall(r"(?m)^(m\d+):$", told.stderr))
    assert bool(refusing) == ("values don't meet the specifications of the schema" in told.stderr), told.stderr
    return [alias in refusing for alias in _aliases(models)]


def problems_of(models: Sequence[Values], folder: Path) -> list[list[str]]:
    """What the chart refuses of each model beyond its schema, which must accept it."""
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    _chart_of_charts(folder, ["valid"])
    (folder / "templates").mkdir()
    (folder / "templates" / "problems.yaml").write_text(_PROBLEMS, encoding="utf-8")
    valid = yaml.safe_load((CHART / "ci" / "cpu-values.yaml").read_text(encoding="utf-8"))
    values = {"valid": valid, "cases": [defaults | dict(model) for model in models]}
    told = template(values, "--show-only", "templates/problems.yaml", chart=folder)
    assert told.returncode == 0, told.stderr
    return [[line for line in each["problems"] if line] for each in yaml.safe_load_all(told.stdout) if each]


def _template_all(models: Sequence[Values], folder: Path) -> subprocess.CompletedProcess[str]:
    aliases = _aliases(models)
    _chart_of_charts(folder, aliases)
    return template(dict(zip(aliases, models, strict=True)), chart=folder)


def _aliases(models: Sequence[Values]) -> list[str]:
    return [f"m{index}" for index, _ in enumerate(models)]


def _chart_of_charts(folder: Path, aliases: Sequence[str]) -> None:
    contained = [{"name": CHART.name, "version": "*", "alias": alias} for alias in aliases]
    about = {"apiVersion": "v2", "name": "batch", "version": "1.0.0", "dependencies": contained}
    folder.mkdir()
    (folder / "Chart.yaml").write_text(json.dumps(about), encoding="utf-8")
    shutil.copytree(CHART, folder / "charts" / CHART.name)
