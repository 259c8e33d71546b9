"""Recorded series, read from the HTTP API of Prometheus.

Source: Prometheus documentation, "HTTP API", range queries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import httpx

from .errors import RightsizeError

STEP = 300
"""Seconds between two points. A range query has at most 11,000 points, which are 38 days."""
_DAY = 86_400
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Window:
    """The time that is read, in seconds since 1970 UTC; `end` is a multiple of a step."""

    end: int
    days: int

    @property
    def times(self) -> range:
        """The time of each point. A point stands for the step before it."""
        return range(self.end - self.days * _DAY + STEP, self.end + 1, STEP)


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its labels, and its values by time."""

    labels: Mapping[str, str]
    values: Mapping[int, float]


class Prometheus:
    """A server that answers range queries at `address`."""

    def __init__(self, address: str):
        self._address = address.rstrip("/")

    def read(self, query: str, window: Window) -> list[Series]:
        """What the query returns at each point of the window.

        Raises:
            RightsizeError: when the server cannot be reached or refuses the query.
        """
        times = window.times
        asked = {"query": query, "start": str(times[0]), "end": str(times[-1]), "step": str(STEP)}
        try:
            answer = httpx.post(f"{self._address}/api/v1/query_range", data=asked, timeout=_SECONDS)
            content = cast(object, answer.json())
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            why = f"cannot be read ({error}); check the address"
            raise RightsizeError(f"--prometheus {self._address}: {why}") from error
        if not isinstance(content, dict) or "data" not in content:
            why = cast(dict[str, Any], content).get("error") if isinstance(content, dict) else None
            raise RightsizeError(f"--prometheus {self._address}: refuses {query!r}: {why or answer.status_code}")
        found: list[Any] = cast(Any, content)["data"]["result"]
        return [
            Series(each["metric"], {round(float(time)): float(value) for time, value in each["values"]})
            for each in found
        ]
