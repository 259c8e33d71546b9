"""The pinned charts and Kustomize bases, and the versions in their repositories."""

import sys
from collections.abc import Iterator, Mapping

import components.facts.versions as versions
from components.facts.chart_support import ISTIO
from components.facts.versions import Chart, Upstream
from operations.registries import RegistryError, chart_versions, tags

from .pins import Pin, numbers


def chart_pins() -> list[Pin]:
    """Every chart, and the products with their own version that charts or bases install."""
    return [*_charts(), *_bases()]


def _charts() -> Iterator[Pin]:
    for chart in _pinned(Chart):
        end = chart.support_end
        yield Pin(
            f"{chart.name} chart",
            chart.version,
            end.day if end and not chart.release else None,
            expected=bool(end and end.expected),
        )
        if chart.release:
            ends = end.day if end else None
            yield Pin(chart.project.name, chart.release, ends, expected=bool(end and end.expected))


def _bases() -> Iterator[Pin]:
    for name, base in vars(versions).items():
        if isinstance(base, Upstream):
            yield Pin(f"{base.project.name} ({name})", base.release)
    end = ISTIO.end_of(versions.KUBEFLOW_ISTIO)
    ends = end.day if end else None
    yield Pin("Istio in Kubeflow", versions.KUBEFLOW_ISTIO, ends, expected=bool(end and end.expected))


def newest_charts() -> Mapping[str, str]:
    """The newest version of each chart, by its name in the list, without release candidates.

    A chart whose repository does not respond is left out, and named on standard error.
    """
    found: dict[str, str] = {}
    for chart in _pinned(Chart):
        try:
            offered = chart_versions(chart.repository, chart.reference) if chart.repository else tags(chart.reference)
        except RegistryError as error:
            print(f"versions: {chart.name} was not compared: {error}", file=sys.stderr)
            continue
        final = [each for each in offered if "-" not in each and numbers(each)]
        if final:
            found[f"{chart.name} chart"] = max(final, key=numbers)
    return found


def _pinned(kind: type[Chart]) -> Iterator[Chart]:
    yield from (each for each in vars(versions).values() if isinstance(each, kind))
