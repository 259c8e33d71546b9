"""From a stack's name to its plan."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from availability.delivered import delivered_models
from availability.prediction import availability_of
from components.core.spec import SpecError
from components.testing.fake_aws import FakeAws
from planner.evaluation import Evaluate, Evaluation, evaluate_program
from planner.gates import gates
from planner.laxer_settings import laxer_settings
from planner.plan import Plan
from planner.prerequisites import prerequisites
from planner.quotas.required import quotas
from planner.shared_names import shared_names
from planner.stackfile import StackFile, StackFileError, read_stack_file
from policies.engine.evaluate import Context, Judgments, evaluate
from policies.engine.exceptions import EXCEPTIONS_FILE, PolicyException, load_exceptions
from policies.engine.registry import RULES
from pricing.budget import idle_names
from pricing.estimate import estimate
from pricing.lines import Estimate
from pricing.table import regions
from pricing.usage import Usage
from resources.resource import Resource
from stacks.adopted import FOLDER, adopted_path, read_adopted
from stacks.config import StackConfig, parse_config
from stacks.config_warning import ConfigWarning
from stacks.metrics_costs import metrics_decisions
from stacks.placeholders import is_placeholder, placeholders
from stacks.sizing import decisions
from stacks.stream_costs import engine_decisions
from stacks.traces_costs import traces_decisions
from stacks.unusual_choices import unusual_choices
from stacks.warnings import warnings

_ROOT = Path(__file__).parents[1]


def build_plan(root: Path, stack: str, *, today: date, on_resource: Callable[[Resource], None] | None = None) -> Plan:
    """Evaluate the stack of the project in `root`, price it and judge it as of `today`.

    Raises:
        StackFileError: when the stack's file or the program is missing, or the file is no YAML.
        SpecError: when its config is wrong, naming each field; so are names in `usage` that nothing has.
        PolicyError: when a level or an exception names what doesn't exist.
    """
    return plan_of(root, read_stack_file(root, stack), today=today, on_resource=on_resource)


def plan_of(
    root: Path,
    stack_file: StackFile,
    *,
    today: date,
    on_resource: Callable[[Resource], None] | None = None,
    run: Evaluate | None = None,
    judgments: Judgments | None = None,
) -> Plan:
    """The plan of a stack whose file has been read, or is not written yet.

    A process that plans again and again has an `evaluate_program` of its own, `run`, and `judgments`.

    Raises:
        StackFileError: when the program is missing.
        SpecError: when the config is wrong, naming each field; so are names in `usage` that nothing has.
        PolicyError: when a level or an exception names what doesn't exist.
    """
    # Read here as well as by the program: a wrong config is told apart from a failing program.
    try:
        config = parse_config(stack_file.config)
    except SpecError as error:
        raise SpecError(stack_file.path.name, error.problems) from None
    environment = config.environment
    answers = FakeAws(environment.region, environment.account)
    program = root / "__main__.py"
    if not program.is_file():
        raise StackFileError(f"{program} does not exist; run this in the project's folder")
    evaluation = (run or evaluate_program)(program, stack_file, answers, on_resource)
    plan = assess(stack_file, config, evaluation, today=today, judgments=judgments)
    return replace(plan, warnings=(*_adopted(root, stack_file.name), *plan.warnings))


def assess(
    stack_file: StackFile,
    config: StackConfig,
    evaluation: Evaluation,
    *,
    today: date,
    judgments: Judgments | None = None,
) -> Plan:
    """Price and judge what the program of a stack registered.

    Raises:
        SpecError: when `usage` names what the stack does not have.
        PolicyError: when a level or an exception names what doesn't exist.
    """
    environment, usage = config.environment, config.usage

    def estimated(assumed: Usage) -> Estimate:
        return estimate(evaluation.resources, region=environment.region, usage=assumed, today=today)

    cost = estimated(usage)
    if cost.faults:
        raise SpecError(stack_file.path.name, list(cost.faults))
    exceptions = load_exceptions(RULES)
    own_exceptions = [each for each in exceptions if not each.names_other_stack(stack_file.name)]
    costs: Counter[str] = Counter()
    for line in cost.lines:
        costs[line.urn] += line.monthly  # pyright: ignore[reportArgumentType] - a Counter adds floats as well
    delivered = delivered_models(evaluation.resources, _ROOT)
    predicted = availability_of(evaluation.resources, delivered=delivered, costs=costs)
    context = Context(
        environment=environment,
        settings=config.policies,
        budget=config.cost,
        usage=usage,
        today=today,
        exceptions=exceptions,
        estimate=cost,
        target=config.availability,
        availability=predicted,
    )
    return Plan(
        project=stack_file.project,
        stack=stack_file.name,
        resources=evaluation.resources,
        outputs=evaluation.outputs,
        budget=config.cost,
        estimate=cost,
        verdicts=evaluate(evaluation.resources, context, judgments),
        quotas=quotas(evaluation.resources, config),
        choices=unusual_choices(config),
        decisions=(
            *decisions(config.feature_store, environment.region),
            *engine_decisions(config.event_stream, environment.region),
            *metrics_decisions(config),
            *traces_decisions(config),
        ),
        warnings=(
            *_of_prices(config, cost),
            *warnings(config),
            *shared_names(stack_file),
            *laxer_settings(config, stack_file.name, cost, estimated),
        ),
        prerequisites=prerequisites(evaluation.resources, _zones(config)),
        gates=gates(
            environment.kind,
            config.policies,
            config.cost,
            usage,
            own_exceptions,
            config.availability,
        ),
        placeholders=(
            *placeholders(config.model_dump(by_alias=True, exclude_unset=True)),
            *_unapproved(own_exceptions),
        ),
        usage=usage,
        today=today,
        availability=predicted,
        target=config.availability,
    )


def _unapproved(exceptions: Iterable[PolicyException]) -> Iterator[tuple[str, str]]:
    """How many exceptions have a placeholder in place of the approver, as a field and its value; nothing for none."""
    waiting = [each for each in exceptions if is_placeholder(each.approved_by)]
    if waiting:
        entries = "1 entry" if len(waiting) == 1 else f"{len(waiting)} entries"
        yield f"approvedBy of {entries} in policies/{EXCEPTIONS_FILE.name}", waiting[0].approved_by


def _zones(config: StackConfig) -> list[str]:
    """The names of the Route 53 zones that the config takes as given."""
    sections = (config.model_serving, config.kubeflow, config.starter)
    return [section.zone_name for section in sections if section]


def _adopted(root: Path, stack: str) -> Iterator[ConfigWarning]:
    """What the stack takes over instead of making it."""
    path = adopted_path(root, stack)
    rows = read_adopted(path)
    if rows:
        retained = sum(len(each.retain) for each in rows)
        yield ConfigWarning(
            f"{FOLDER}/{path.name}",
            f"{len(rows)} resources",
            f"They exist already: the first `pulumi up` imports them, and {retained} of their inputs keep their value.",
            "Compare `pulumi preview` with docs/adopt.md: it must replace and delete none of them.",
        )


def _of_prices(config: StackConfig, cost: Estimate) -> Iterator[ConfigWarning]:
    region = config.environment.region
    if region not in regions():
        yield ConfigWarning(
            "environment.region",
            region,
            f"There is no price table of {region}, so the plan has no cost and the budget cannot be judged.",
            f"Run `make prices REGION={region}`. It reads AWS's public price files and needs no account.",
        )
    for name in idle_names(cost, config.cost):
        why = "Nothing in the stack lacks this price."
        yield ConfigWarning(f"cost.unpriced.{name}", config.cost.unpriced[name], why, "Remove the name.")
