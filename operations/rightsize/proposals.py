"""What a pool could be instead, and what that would save. Nothing is proposed below a peak with its headroom."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from components.facts.instances import InstanceType, instance_type

from .fleet import Fleet, Gpu, Model, Pool
from .prices import Prices
from .prometheus import STEP

_HOURS_A_MONTH = 730
_MOST_SHARES = 16
"""The most shares of a GPU in the configurations of the device plugin."""
_BUSY_PERCENT = 1
"""From here on a GPU works in a step."""
_WORTH_IT = 0.05
"""The share of a pool's cost that a schedule must save to be proposed."""
_PROFILE = re.compile(r"(\d)g\.(\d+)gb")
_MIB_A_GB = 1e9 / 2**20
_LEAST_REPLICAS = 2


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of a pool or a model, why it is safe, and the USD a month that it saves, None where not known."""

    subject: str
    what: str
    why: str
    monthly: float | None


def propose(fleet: Fleet, prices: Prices, headroom: float) -> tuple[list[Proposal], list[str]]:
    """The proposals, largest saving first, and what is not known. `headroom` is a share: 0.25 adds a quarter to a peak.

    Proposals of one pool exclude each other where both change its nodes: take one, and measure again.
    """
    found: list[Proposal] = []
    unknown = list(fleet.unknown)
    for pool in fleet.pools:
        hourly = prices.hourly(pool.kind.name, spot=pool.spot)
        if hourly is None:
            unknown.append(f"{pool.name}: {pool.kind.name} has no price in the table, so its savings are not known")
        for results in (
            _sharing(fleet, pool, hourly, headroom),
            _smaller(fleet, pool, hourly, prices, headroom),
            _schedule(fleet, pool, hourly, headroom),
        ):
            for result in results:
                (found if isinstance(result, Proposal) else unknown).append(result)  # type: ignore[arg-type]
    found += [proposal for model in fleet.models for proposal in _replicas(model, headroom)]
    return sorted(found, key=lambda each: (-(each.monthly or 0), each.subject)), unknown


def _cost(fleet: Fleet, nodes: Iterable[float], hourly: float | None) -> float | None:
    """USD a month of so many nodes in each step of the window."""
    hours = sum(nodes) * STEP / 3600
    return None if hourly is None else hours * hourly * _HOURS_A_MONTH / (fleet.window.days * 24)


def _sharing(fleet: Fleet, pool: Pool, hourly: float | None, headroom: float) -> Iterator[Proposal | str]:
    """Several pods on a GPU, where the busiest GPU has room for them."""
    if not pool.kind.has_nvidia:
        return
    if not pool.gpus or not all(gpu.busy and gpu.used_mib for gpu in pool.gpus):
        yield f"{pool.name}: DCGM's series of some GPUs are missing, so sharing cannot be judged"
        return
    work, memory = _peak(gpu.busy for gpu in pool.gpus), _peak(gpu.used_mib for gpu in pool.gpus)
    if work < _BUSY_PERCENT:
        yield f"{pool.name}: its GPUs did not work in the window, so what pods need of them is not known"
        return
    work, memory = work * (1 + headroom), memory * (1 + headroom)
    setting, shares = _best_sharing(pool.kind, work, memory)
    if shares < 2:
        return
    each = pool.kind.accelerators
    after = [math.ceil(math.ceil(_present(pool.gpus, time) / shares) / each) for time in fleet.window.times]
    saved = [pool.running(time) - nodes for time, nodes in zip(fleet.window.times, after, strict=True)]
    if sum(saved) > 0:
        why = (
            f"with headroom, what runs on a GPU now needs at most {work:.0f} % of its time and {memory:,.0f} of "
            f"{pool.kind.accelerator_memory_mib:,} MiB"
        )
        yield Proposal(pool.name, f"sharing: {{{setting}}}", why, _cost(fleet, saved, hourly))


def _best_sharing(kind: InstanceType, work: float, memory: float) -> tuple[str, int]:
    """The setting with the most shares that hold `work` percent and `memory` MiB each: MIG where the GPU has it."""
    fitting = int(min(100 / work, kind.accelerator_memory_mib / memory, _MOST_SHARES))
    slices = max((int(found[1]) for name in kind.mig_profiles if (found := _PROFILE.match(name))), default=0)
    fits = {
        profile: count
        for profile, count in kind.mig_profiles.items()
        if (found := _PROFILE.match(profile))
        and int(found[1]) / slices * 100 >= work
        and int(found[2]) * _MIB_A_GB >= memory
    }
    most = max(fits, key=lambda profile: fits[profile], default="")
    # Hardware separates the instances of MIG, which MPS does not.
    return (f"migProfile: {most}", fits[most]) if most and fits[most] > 1 else (f"mps: {fitting}", fitting)


def _present(gpus: Iterable[Gpu], time: int) -> int:
    return sum(time in gpu.used_mib for gpu in gpus)


def _peak(points: Iterable[object]) -> float:
    return max((value for each in points for value in each.values()), default=0.0)  # type: ignore[attr-defined]


def _smaller(
    fleet: Fleet, pool: Pool, hourly: float | None, prices: Prices, headroom: float
) -> Iterator[Proposal | str]:
    """The cheapest type with the same GPUs, or without any, that holds the peaks of CPU and memory of a node."""
    if not all(node.cores and node.memory_mib for node in pool.nodes):
        yield f"{pool.name}: the node exporter's series of some nodes are missing, so smaller types cannot be judged"
        return
    cores = _peak(node.cores for node in pool.nodes) * (1 + headroom)
    memory = _peak(node.memory_mib for node in pool.nodes) * (1 + headroom)
    if hourly is None:
        return
    fitting = [
        (price, kind)
        for name in prices.on_demand
        if (kind := instance_type(name))
        and (price := prices.hourly(name, spot=pool.spot))
        and price < hourly
        and _is_alike(pool.kind, kind)
        and kind.vcpus >= cores
        and kind.memory_mib >= memory
    ]
    if not fitting:
        return
    price, kind = min(fitting, key=lambda each: (each[0], each[1].name))
    why = (
        f"with headroom a node needs at most {cores:.1f} vCPUs and {memory:,.0f} MiB; check that the pods' requests fit"
    )
    if kind.nvme_gb < pool.kind.nvme_gb:
        why += f", and its local disk: {kind.nvme_gb} GB instead of {pool.kind.nvme_gb}"
    monthly = _cost(fleet, map(pool.running, fleet.window.times), hourly - price)
    yield Proposal(pool.name, f"instanceTypes: [{kind.name}] instead of {pool.kind.name}", why, monthly)


def _is_alike(one: InstanceType, other: InstanceType) -> bool:
    """Whether the pods of one run on the other: the same architecture and GPUs. Burstable types are left out."""
    return (
        one.architecture == other.architecture
        and other.current
        and other.category != "t"
        and (one.accelerator, one.accelerators) == (other.accelerator, other.accelerators)
        and one.accelerator_memory_mib == other.accelerator_memory_mib
    )


def _schedule(fleet: Fleet, pool: Pool, hourly: float | None, headroom: float) -> Iterator[Proposal | str]:
    """The hours of the day outside of which fewer nodes are needed, where they are the same on all days."""
    needed = _needed(fleet, pool, headroom)
    if needed is None:
        return
    size = max(map(pool.running, fleet.window.times))
    peaks = [0] * 24
    for time, nodes in needed.items():
        peaks[_hour(time)] = max(peaks[_hour(time)], min(nodes, size))
    before = sum(map(pool.running, fleet.window.times))
    best: tuple[int, int, int, int] | None = None
    for start in range(24):
        for length in range(24):
            hours = {(start + each) % 24 for each in range(length)}
            base = max(peaks[hour] for hour in range(24) if hour not in hours)
            saved = sum(max(0, pool.running(time) - base) for time in needed if _hour(time) not in hours)
            if best is None or saved > best[0]:
                best = (saved, base, start, (start + length) % 24)
    if best is None or best[0] < _WORTH_IT * before:
        return
    saved, base, start, end = best
    more = max(0, max(peaks) - base)
    hours = f'start: "{start:02d}:00", end: "{end:02d}:00", timeZone: Etc/UTC'
    what = f"minimum: {base}" + (f", schedules: [{{additionalNodes: {more}, {hours}}}]" if more else "")
    when = f"outside of {start:02d}:00 to {end:02d}:00 UTC" if more else "at all hours"
    why = f"{when} at most {base} nodes are needed with headroom, on every day of the window"
    yield Proposal(pool.name, what, why, _cost(fleet, [saved], hourly))


def _needed(fleet: Fleet, pool: Pool, headroom: float) -> dict[int, int] | None:
    """The nodes that are needed in each step with headroom; None where that is not recorded."""
    if pool.kind.has_nvidia:
        if not pool.gpus or not all(gpu.busy for gpu in pool.gpus):
            return None
        working = {
            time: len({gpu.node for gpu in pool.gpus if gpu.busy.get(time, 0) >= _BUSY_PERCENT})
            for time in fleet.window.times
        }
        return {time: math.ceil(nodes * (1 + headroom)) for time, nodes in working.items()}
    if not all(node.cores and node.memory_mib for node in pool.nodes):
        return None
    found: dict[int, int] = {}
    for time in fleet.window.times:
        cores = sum(node.cores.get(time, 0) for node in pool.nodes) / pool.kind.vcpus
        memory = sum(node.memory_mib.get(time, 0) for node in pool.nodes) / pool.kind.memory_mib
        found[time] = math.ceil(max(cores, memory) * (1 + headroom))
    return found


def _hour(time: int) -> int:
    # The step ends at its time.
    return datetime.fromtimestamp(time - STEP, UTC).hour


def _replicas(model: Model, headroom: float) -> Iterator[Proposal]:
    """A lower minimum of replicas, where fewer would have answered what came while there were the fewest.

    A replica can answer what one has answered at the busiest time. Above its minimum, the autoscaler adds replicas.
    """
    loads = {time: rate / model.replicas[time] for time, rate in model.rate.items() if model.replicas.get(time)}
    proven = max(loads.values(), default=0.0)
    if proven <= 0:
        return
    least = min(model.replicas[time] for time in loads)
    quiet = max(model.rate[time] for time in loads if model.replicas[time] == least)
    needed = max(_LEAST_REPLICAS, math.ceil(quiet * (1 + headroom) / proven))
    if needed < least:
        why = (
            f"at the minimum at most {quiet:.1f} requests a second came, and a replica has answered {proven:.1f}; a "
            "node and its cost leave with its last pod"
        )
        yield Proposal(model.name, f"minimum replicas: {needed} instead of {least:g}", why, None)
