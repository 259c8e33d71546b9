"""Exceeds the firewall's rate limit. The firewall then blocks the caller, so this check is optional and comes last."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ..settings import fault
from .clock import Clock
from .config import FirewallConfig
from .firewall import judge_refusal
from .rest import CallError, Response, Rest

WORKERS = 8
"""Concurrent requests: enough for more than a thousand a minute over a wide network."""
MOST_FAILURES = 100
"""The number of failed calls that ends the attempt."""


@dataclass
class _Tally:
    sent: int = 0
    failures: list[str] = field(default_factory=list[str])
    refusal: Response | None = None
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, outcome: Response | CallError) -> None:
        """Count one outcome; the first refusal ends the attempt."""
        with self.lock:
            self.sent += 1
            if isinstance(outcome, CallError):
                self.failures.append(str(outcome))
                if len(self.failures) >= MOST_FAILURES:
                    self.over.set()
            elif outcome.status == 429 and self.refusal is None:
                self.refusal = outcome
                self.over.set()


def exceed(
    rest: Rest, path: str, firewall: FirewallConfig, clock: Clock, workers: int = WORKERS
) -> tuple[list[str], dict[str, int]]:
    """Request `path` until the firewall blocks. Returns what is wrong, and the number of requests."""
    tally = _Tally()
    patience = firewall.window_seconds + firewall.patience_seconds
    deadline = clock.seconds() + patience

    def work() -> None:
        while not tally.over.is_set() and clock.seconds() < deadline:
            try:
                tally.take(rest.call("GET", path))
            except CallError as error:
                tally.take(error)

    with ThreadPoolExecutor(workers) as pool:
        for task in [pool.submit(work) for _ in range(workers)]:
            task.result()
    return _faults(tally, firewall, patience), {"requests": tally.sent}


def _faults(tally: _Tally, firewall: FirewallConfig, patience: int) -> list[str]:
    if tally.refusal:
        return judge_refusal(tally.refusal, 429, {"retry-after": str(firewall.window_seconds)})
    if tally.over.is_set():
        remedy = f"the attempt ended; the first failure was: {tally.failures[0]}"
        return [fault("failed calls", len(tally.failures), remedy)]
    per_window = round(tally.sent * firewall.window_seconds / patience)
    limit = firewall.requests_per_window
    remedy = (
        "check that the firewall blocks and has this limit"
        if per_window > limit
        else "the caller is too slow to exceed it; run this from a nearer network"
    )
    text = f"none was refused with 429 in {patience} s, but firewall.requestsPerWindow is {limit}; {remedy}"
    return [fault("requests in a window", per_window, text)]
