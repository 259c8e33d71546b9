"""What the usage section says of single parts of the stack by name, and whether the stack has what it names."""

import math
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pricing.usage import BucketUsage, Usage

ANY_BUCKET = "*"
"""Names every bucket without an entry of its own."""


class NamedUsage:
    """Finds entries of the usage section by name, and remembers which were found."""

    def __init__(self, usage: Usage):
        self._sections: Mapping[str, tuple[str, Mapping[str, Any]]] = {
            "averageNodes": ("pool", usage.average_nodes),
            "cacheGb": ("cache", usage.cache_gb),
            "buckets": ("bucket", usage.buckets),
            "batch.machineHours": ("compute environment", usage.batch.machine_hours),
            "backup.storedGb": ("store with a backup", usage.backup.stored_gb),
        }
        self._known: dict[str, set[str]] = {section: set() for section in self._sections}
        self._used: dict[str, set[str]] = {section: set() for section in self._sections}
        self._out_of_bounds: dict[str, str] = {}

    def average_nodes(self, names: Iterable[str | None], least: float = 0, most: float = math.inf) -> float | None:
        """The average nodes of the pool with one of `names`, of which the first is the shortest.

        A pool is never counted with fewer than the `least` nodes that always run, or with more than the `most` nodes
        that its maximum allows on average.
        """
        key = self._find("averageNodes", names)
        if key is None:
            return None
        nodes: float = self._sections["averageNodes"][1][key]
        if nodes < least:
            self._out_of_bounds[key] = (
                f"usage.averageNodes.{key} = {nodes:g}: {least:g} nodes of this pool always run; write {least:g} or "
                "more, or lower the pool's minimum or the minimums of its models"
            )
        elif nodes > most:
            self._out_of_bounds[key] = (
                f"usage.averageNodes.{key} = {nodes:g}: the pool's maximum allows {most:g} nodes on average over the "
                f"month; write {most:g} or less, or raise the maximum"
            )
        return max(min(nodes, most), least)

    def cache_gigabytes(self, names: Iterable[str | None]) -> float | None:
        """The data in GB that the cache with one of `names` holds."""
        key = self._find("cacheGb", names)
        return None if key is None else self._sections["cacheGb"][1][key]

    def backup_gigabytes(self, names: Iterable[str | None]) -> float | None:
        """The recovery points in GB of the store with one of `names`."""
        key = self._find("backup.storedGb", names)
        return None if key is None else self._sections["backup.storedGb"][1][key]

    def machine_hours(self, names: Iterable[str | None], most: float = math.inf) -> float | None:
        """The machine hours of the compute environment with one of `names`, of which the first is the shortest.

        An environment is never counted with more than the `most` hours that its limit of vCPUs allows in a month.
        """
        key = self._find("batch.machineHours", names)
        if key is None:
            return None
        hours: float = self._sections["batch.machineHours"][1][key]
        if hours > most:
            self._out_of_bounds[f"batch.{key}"] = (
                f"usage.batch.machineHours.{key} = {hours:g}: maximumVcpus of the environment allows {most:g} machine "
                f"hours a month; write {most:g} or less, or raise maximumVcpus"
            )
        return min(hours, most)

    def bucket(self, component: str) -> BucketUsage | None:
        """The use of the bucket of a component, by the end of the component's name; else that of `*`."""
        key = self._find("buckets", [component.rpartition("-")[2], component])
        return self._sections["buckets"][1].get(ANY_BUCKET if key is None else key)

    def faults(self) -> tuple[str, ...]:
        """Entries that name nothing of the stack, or that are too low or too high: field, value and remedy of each."""
        return (*self._unused(), *(self._out_of_bounds[key] for key in sorted(self._out_of_bounds)))

    def _find(self, section: str, names: Iterable[str | None]) -> str | None:
        stated = [name for name in names if name]
        self._known[section].update(stated[:1])
        key = entry_for(self._sections[section][1], *stated)
        if key is not None:
            self._used[section].add(key)
        return key

    def _unused(self) -> Iterator[str]:
        for section, (kind, entries) in self._sections.items():
            known = sorted(self._known[section])
            for key in sorted(set(entries) - self._used[section] - {ANY_BUCKET}):
                value = entries[key]
                fields = value.model_dump(by_alias=True, exclude_unset=True) if isinstance(value, BucketUsage) else None
                shown = f"{value:g}" if fields is None else str(fields)
                near = get_close_matches(key, known, n=1, cutoff=0.4)
                hint = f"; did you mean {near[0]}?" if near else ""
                there = (
                    f"name one of {', '.join(known)}, or remove it" if known else f"the stack has no {kind}; remove it"
                )
                yield f"usage.{section}.{key} = {shown}: no {kind} of the stack has this name; {there}{hint}"


def entry_for(entries: Iterable[str], *names: str | None) -> str | None:
    """The longest of `entries` that is one of `names`, or the end of one after a hyphen."""
    fitting = [entry for entry in entries if any(name and f"-{name}".endswith(f"-{entry}") for name in names)]
    return max(fitting, key=len, default=None)
