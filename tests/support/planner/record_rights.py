"""Records what the service accounts of every chart may do in Kubernetes, from the charts rendered with our values.

`python -m tests.support.planner.record_rights FOLDER` renders each release of every stack from FOLDER/<chart> with Helm
and writes `chart_rights.yaml`. Run it after a chart's version was raised, or one of the values that decide its rights.
"""

import argparse
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from resources.resource import Resource
from tests.support.planner.chart_rights import FILE, RELEASE, SEPARATOR, bound, chart_of, plain
from tests.support.planner.plans import STACKS, of_type, plan_of


def main(folder: Path) -> None:
    """Renders every release once for each set of values, and writes what it found."""
    found: dict[str, dict[str, Any]] = {}
    for stack in STACKS:
        for release in of_type(plan_of(stack), RELEASE):
            values = plain(release.inputs["values"])
            rights = _rights(folder, release, values)
            variants = found.setdefault(chart_of(release), {"version": release.inputs["version"], "variants": []})
            known = [each for each in variants["variants"] if each["rights"] == rights]
            if known:
                known[0]["stacks"].append(stack)
                continue
            deciding = dict(_deciding(folder, release, values, rights))
            variants["variants"].append({"stacks": [stack], "deciding": deciding, "rights": rights})
            print(stack, chart_of(release), list(deciding))
    FILE.write_text(yaml.safe_dump(found, width=120, default_flow_style=None), encoding="utf-8")


def _deciding(
    folder: Path, release: Resource, values: Mapping[str, Any], rights: object, *above: str
) -> Iterator[tuple[str, Any]]:
    """Our values without which the release's rights are others, by their paths; each rendered without it."""
    here: Any = values
    for part in above:
        here = here[part]
    for key, value in here.items():
        if not _decides(folder, release, values, (*above, key), rights):
            continue
        if isinstance(value, dict) and value:
            yield from _deciding(folder, release, values, rights, *above, key)
        else:
            yield SEPARATOR.join((*above, key)), value


def _decides(folder: Path, release: Resource, values: Mapping[str, Any], path: Sequence[str], rights: object) -> bool:
    changed = json.loads(json.dumps(values))
    place = changed
    for part in path[:-1]:
        place = place[part]
    del place[path[-1]]
    try:
        return _rights(folder, release, changed) != rights
    except subprocess.CalledProcessError:
        # The chart needs this value to be rendered at all.
        return False


def rights_of_release(chart: Path, name: str, namespace: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What each subject of a chart's bindings may do, by namespace/account, with the chart rendered by Helm."""
    return bound(list(_rendered(chart, name, namespace, values)), namespace)


def _rights(folder: Path, release: Resource, values: Mapping[str, Any]) -> dict[str, Any]:
    chart = folder / chart_of(release)
    return rights_of_release(chart, str(release.inputs["name"]), str(release.inputs["namespace"]), values)


def _rendered(chart: Path, name: str, namespace: str, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "values.json"
        file.write_text(json.dumps(values), encoding="utf-8")
        command = ["helm", "template", name, str(chart), "--namespace", namespace, "--values", str(file)]
        done = subprocess.run([*command, "--kube-version", "1.35.0"], capture_output=True, text=True, check=True)
    for each in yaml.load_all(done.stdout, yaml.CSafeLoader):
        if each and each.get("kind") == "List":
            yield from each["items"]
        elif each:
            yield each


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.support.planner.record_rights", description=__doc__)
    parser.add_argument("folder", type=Path, help="the charts' sources, one folder a chart")
    main(parser.parse_args().folder)
