"""The figures as a table, and the aims that they are held against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.measure import Sample, middle, ratio
from tests.bench.peers import CDK, CHECKOV

BASE, PROD, STAGING = "import pulumi", "plan of prod", "plan of staging"
BARE = "resources of prod, bare"
"""The least that the SDK does for as many resources with the same inputs."""

REPORT = "report of {}"

IMPORTS, PROGRAM, COST, POLICIES, TOTAL = "start and imports", "program", "cost", "policies", "total"
"""The stages of a plan, and all of it."""

REFERENCE = 0.16
"""CPU seconds that `import pulumi` takes on the machine for which a resource's milliseconds are aimed at."""

HEADER = ("case", "resources", "CPU s", f"times {BASE}", "memory MiB")


@dataclass(frozen=True)
class Aim:
    """Something that should hold, and what was measured. Times, shares and slopes alike are better when smaller."""

    what: str
    measured: float
    limit: float
    unit: str = ""

    def __str__(self) -> str:
        verdict = "holds" if self.measured <= self.limit else "MISSED"
        return f"{self.what}: {self.measured:.2f}{self.unit} (at most {self.limit:g}{self.unit}): {verdict}"


def rows(samples: Mapping[str, Sequence[Sample]], counts: Mapping[str, int]) -> list[tuple[str, ...]]:
    """A row of the table for each case."""
    found: list[tuple[str, ...]] = []
    for name, runs in samples.items():
        cost = middle(runs)
        times = f"{ratio(runs, samples[BASE]):.1f}"
        found.append((name, f"{counts[name]:,}" if name in counts else "", f"{cost.cpu:.2f}", times, f"{cost.rss:.0f}"))
    return found


def aims(
    samples: Mapping[str, Sequence[Sample]], counts: Mapping[str, int], synthetic: Sequence[str], share: float
) -> list[Aim]:
    """What a plan should cost at most. `synthetic` names stacks of rising size, `share` is that of the policy stage."""
    both = [
        Sample(one.cpu + other.cpu, max(one.rss, other.rss))
        for one, other in zip(samples[CDK], samples[CHECKOV], strict=True)
    ]
    found = [
        Aim("plan of prod, times import pulumi", ratio(samples[PROD], samples[BASE]), 6.5),
        Aim("policies' share of the plan of prod", 100 * share, 5, " %"),
        Aim(f"plan of prod, share of {CDK} and {CHECKOV}", 100 * ratio(samples[PROD], both), 33.3, " %"),
    ]
    return found + _slopes([middle(samples[name]) for name in synthetic], [counts[name] for name in synthetic], samples)


def _slopes(costs: Sequence[Sample], sizes: Sequence[int], samples: Mapping[str, Sequence[Sample]]) -> list[Aim]:
    """What a resource costs beyond the fixed cost, from stacks of rising size."""
    if len(costs) < 3:
        return []
    steps = [
        (after.cpu - before.cpu) / (more - fewer)
        for before, after, fewer, more in zip(costs, costs[1:], sizes, sizes[1:], strict=False)
    ]
    more = sizes[-1] - sizes[0]
    here = 1000 * (costs[-1].cpu - costs[0].cpu) / more
    speed = middle(samples[BASE]).cpu / REFERENCE
    return [
        Aim(
            f"CPU of a resource beyond the fixed cost, {here:.2f} ms here; where {BASE} takes {REFERENCE} s",
            here / speed,
            0.8,
            " ms",
        ),
        Aim("memory of a resource beyond the fixed cost", (costs[-1].rss - costs[0].rss) / more, 0.2, " MiB"),
        Aim("CPU of a resource of the largest stacks, times that of the smallest", steps[-1] / steps[0], 1.2),
    ]


def show(table: Sequence[tuple[str, ...]], markdown: bool) -> None:
    """Print the table, for a terminal or for docs/speed.md."""
    if markdown:
        for row in (HEADER, ("---", *["---:"] * (len(HEADER) - 1)), *table):
            print(f"| {' | '.join(row)} |")
        return
    widths = [max(len(row[column]) for row in (HEADER, *table)) for column in range(len(HEADER))]
    for name, *figures in (HEADER, *table):
        print(
            name.ljust(widths[0]),
            *(figure.rjust(width) for figure, width in zip(figures, widths[1:], strict=True)),
            sep="  ",
        )
