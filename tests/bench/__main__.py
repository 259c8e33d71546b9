"""`python -m tests.bench`: what a plan costs, beside importing Pulumi alone and beside other tools."""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import ROOT, BenchError, Case, environment, measure
from tests.bench.peers import peer_resources, peers
from tests.bench.report import BARE, BASE, POLICIES, PROD, REPORT, STAGING, TOTAL, aims, rows, show
from tests.bench.synthetic import STACK, write_project

SIZES = (300, 2400, 10000)


def main() -> int:
    """Measure and print. Returns 1 when something that is measured fails."""
    options = _parser().parse_args()
    try:
        with TemporaryDirectory() as folder:
            _bench(Path(folder), options)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description="Measure planning in whole processes.")
    parser.add_argument("--runs", type=int, default=5, help="how often each case is run; the medians are printed")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="synthetic stacks, by their resources")
    parser.add_argument("--markdown", action="store_true", help="print the table as in docs/speed.md")
    return parser


def _bench(folder: Path, options: argparse.Namespace) -> None:
    made = folder / "cdk.out"
    made.mkdir()
    projects = {f"synthetic stack of {size:,}": write_project(folder, size) for size in options.sizes}
    plans = [_plan(PROD, "prod", folder), _plan(STAGING, "staging", folder)]
    plans += [_plan(name, STACK, folder, project) for name, project in projects.items()]
    bare = Case(BARE, [sys.executable, "-m", "tests.bench.bare", str(_out(folder, PROD))])
    reports = [_report(name, folder, project) for name, project in list(projects.items())[-1:]]
    others = peers(made)
    samples = measure(
        [Case(BASE, [sys.executable, "-c", "import pulumi"]), *plans, bare, *reports, *others], options.runs, _progress
    )
    _progress("")
    counts = {case.name: len(json.loads(_out(folder, case.name).read_text())["resources"]) for case in plans}
    counts |= {BARE: counts[PROD]} | {REPORT.format(name): counts[name] for name in list(projects)[-1:]}
    counts |= dict.fromkeys((case.name for case in others), peer_resources(made))
    stages = [_stages(folder) for _ in range(options.runs)]
    show(rows(samples, counts), options.markdown)
    middle = sorted(stages, key=lambda each: each[POLICIES] / each[TOTAL])[len(stages) // 2]
    print("\nstages of the plan of prod, CPU s:", ", ".join(f"{name} {spent:.3f}" for name, spent in middle.items()))
    for aim in aims(samples, counts, list(projects), middle[POLICIES] / middle[TOTAL]):
        print(aim)


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _plan(name: str, stack: str, folder: Path, root: Path = ROOT) -> Case:
    return Case(name, [sys.executable, "-m", "planner", *_arguments(stack, root, _out(folder, name))])


def _report(name: str, folder: Path, root: Path) -> Case:
    command = [sys.executable, "-m", "reports", STACK, "--root", str(root), "--out", str(folder / "report.html")]
    return Case(REPORT.format(name), command)


def _arguments(stack: str, root: Path, out: Path) -> list[str]:
    return [stack, "--root", str(root), "--out", str(out), "--quiet"]


def _out(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"


def _stages(folder: Path) -> dict[str, float]:
    """The CPU seconds of each stage of the plan of prod, measured inside one more process."""
    command = [sys.executable, "-m", "tests.bench.stages", *_arguments("prod", ROOT, _out(folder, "stages"))]
    ran = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True)
    if ran.returncode:
        raise BenchError(f"{' '.join(command)} ended with {ran.returncode}\n{ran.stderr[-2000:]}")
    return json.loads(ran.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
