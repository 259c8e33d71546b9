"""Writes the first file of a stack, from flags or from answers at a terminal: `python -m stacks init acme`."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from commands.existing import SUBNET_TIERS, FormError, add_flags, checked, existing, subnets, vpc
from commands.stack_files import project_root, stack_file, stack_names
from commands.wishes import Wishes
from components.core.spec import SpecError
from components.facts.instances import instance_type, known_types, lacking
from components.facts.names import DNS_NAME_PATTERN
from components.facts.regions import known_regions
from operations.flags import FlagParser
from planner.interruption import is_interruption, say_interrupted
from planner.stackfile import StackFileError
from policies.engine.settings import EnvironmentKind
from pricing.table import load_table, regions
from stacks.placeholders import PLACEHOLDER, PLACEHOLDER_ACCOUNT, placeholders

WRITTEN, REFUSED, WRONG = 0, 1, 2

_NAME = re.compile(r"[a-z]([a-z0-9]|-(?!-)){0,18}[a-z0-9]")
_PARTS = ("feature_store", "models", "training", "kubeflow", "starter")
_OPEN_PARTS = ("models", "kubeflow", "starter")
"""The parts with a name in DNS and a load balancer or machine on the internet."""

_APART = (
    ("kubeflow", "models", "both install Istio in the cluster"),
    *(("starter", part, "it is one machine without a cluster") for part in ("feature_store", "models", "kubeflow")),
)
"""Two parts that one stack cannot have, and why."""

_USERS = {
    "email": ("--kubeflow", "--starter", "--kind production"),
    "domain": ("--models", "--kubeflow", "--starter"),
    "repository": ("--kubeflow",),
    "buckets": ("--feature-store", "--models", "--training", "--kubeflow", "--starter"),
}
"""What uses the value of a flag."""

_EPILOG = """\
exit codes:
  0    the file is written, and it plans without a violation
  1    the budget does not hold the stack, or the stack violates a mandatory
       rule; nothing is written
  2    a value is wrong; nothing is written
  130  interrupted; nothing is written
"""


class WishError(ValueError):
    """A wrong flag or answer; the message has the flag, its value and the remedy."""


def parser(prog: str = "python -m stacks init") -> argparse.ArgumentParser:
    """The flags of the command."""
    found = FlagParser(
        prog=prog,
        description="Write Pulumi.<name>.yaml, the file of a new stack. At a terminal, asks for\nwhat is missing.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument("name", nargs="?", help="the stack's name, such as acme")
    found.add_argument("--kind", metavar="KIND", help=f"{', '.join(EnvironmentKind)}; production has stricter rules")
    found.add_argument("--region", help=f"an AWS region with prices: {', '.join(regions())}")
    found.add_argument("--gpus", metavar="TYPES", help="instance types with GPUs, such as g6.xlarge,g5.xlarge")
    found.add_argument("--budget", metavar="USD", help="the most that the stack may cost a month, in USD")
    found.add_argument("--account", help="the AWS account, 12 digits")
    found.add_argument("--owner", help="the team that owns the stack")
    found.add_argument("--cost-center", help="the cost center that pays")
    found.add_argument("--email", help="who is told of alarms and costs; used in production, --kubeflow, --starter")
    found.add_argument("--domain", help="a Route 53 zone of the account; used with --models, --kubeflow, --starter")
    found.add_argument("--repository", help="your clone's https address; Argo CD reads it; used with --kubeflow")
    found.add_argument("--feature-store", action="store_true", help="buckets, catalog, online store and PostgreSQL")
    found.add_argument("--models", action="store_true", help="model serving; includes the feature store")
    found.add_argument("--training", action="store_true", help="training jobs on AWS Batch; includes the feature store")
    found.add_argument("--kubeflow", action="store_true", help="Kubeflow for one team; includes the feature store")
    found.add_argument("--starter", action="store_true", help="one machine with Docker Compose instead of a cluster")
    add_flags(found)
    return found


def main(arguments: Sequence[str] | None = None, prog: str = "python -m stacks init") -> int:
    """Write the file of a new stack, and plan it."""
    options = parser(prog).parse_args(arguments)
    try:
        return _init(options, prog)
    # The SDK may raise another error from the interruption.
    except BaseException as error:
        if isinstance(error, EOFError) or is_interruption(error):
            return say_interrupted("\ninit: interrupted; nothing was written")
        raise


def _init(options: argparse.Namespace, prog: str) -> int:
    root = project_root()
    try:
        given: dict[str, Any] = {key: value for key, value in vars(options).items() if value not in (None, False)}
        if sys.stdin.isatty():
            given = _asked(given)
        wishes = _wishes(root, given)
    except (WishError, FormError) as error:
        print(f"init: {error}", file=sys.stderr)
        return WRONG
    return _write(root, wishes, _command(prog, given))


def _write(root: Path, wishes: Wishes, command: Sequence[str]) -> int:
    # A wrong flag is answered before the components are imported.
    from commands.first_plan import BudgetError, fitting, refusal
    from commands.stack_sections import sections
    from commands.stack_yaml import stack_yaml

    path = root / f"Pulumi.{wishes.name}.yaml"
    try:
        found = fitting(root, wishes, datetime.now(UTC).date())
        if found.plan.violations:
            print(f"init: {refusal(found.plan.violations)}\nNothing was written.", file=sys.stderr)
            return REFUSED
        own = sections(found.wishes)
        with path.open("x", encoding="utf-8") as file:
            file.write(stack_yaml(own, command))
    except BudgetError as error:
        print(f"init: {error}\nNothing was written.", file=sys.stderr)
        return REFUSED
    except (SpecError, StackFileError) as error:
        print(f"init: {error}", file=sys.stderr)
        return WRONG
    except FileExistsError:
        print(f"init: {path.name} exists; init never overwrites a file. Choose another name", file=sys.stderr)
        return WRONG
    except OSError as error:
        print(f"init: {path} cannot be written: {error.strerror}", file=sys.stderr)
        return WRONG
    cost = found.plan.estimate.monthly
    print(f"written to {path.name}: {len(found.plan.resources)} resources,")
    print(f"{cost:,.2f} of {wishes.budget:,.2f} USD a month, every mandatory policy holds")
    if found.wishes.gpu_nodes < wishes.gpu_nodes:
        print("With two GPU nodes it would exceed the budget, so it has at most one.")
    if missing := list(placeholders(own)):
        print("\nReplace before you deploy; planning works without it:")
        for field, value in missing:
            print(f"  {field} = {value}")
    print(f"\nNext: make plan STACK={wishes.name}")
    return WRITTEN


def _wishes(root: Path, given: dict[str, Any]) -> Wishes:
    """What the flags ask for.

    Raises:
        WishError: a flag is missing or wrong.
    """
    needed = {"name": "a name", "kind": "--kind", "region": "--region", "budget": "--budget"}
    if missing := [flag for key, flag in needed.items() if key not in given]:
        raise WishError(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing; give "
                        f"{'it' if len(missing) == 1 else 'them'}, or run this at a terminal, which asks")  # fmt: skip
    _fit_together([part for part in _PARTS if given.get(part)])
    region = _region(given["region"])
    name = _name(root, given["name"])
    gpus = _gpus(given.get("gpus", ""), region)
    if given.get("starter"):
        _fit_jobs(gpus)
    named = existing(given, [part for part in _OPEN_PARTS if given.get(part)])
    if "domain" in given:
        _domain(given["domain"])
    if given.get("starter") and named.cluster:
        raise WishError(f"--cluster = {given['cluster']}: --starter has no cluster; leave out one of them")
    kind = _kind(given["kind"])
    _fit_uses(given, kind)
    own = {
        key: given[key] for key in ("owner", "cost_center", "email", "domain", "repository", *_PARTS) if key in given
    }
    return Wishes(
        name=name,
        kind=kind,
        region=region,
        budget=_budget(given["budget"]),
        gpus=gpus,
        account=_account(given.get("account", PLACEHOLDER_ACCOUNT)),
        vpc_cidr=named.vpc_cidr or _free_range(root),
        existing=named,
        **own,
    )


def _fit_together(parts: Sequence[str]) -> None:
    for first, other, why in _APART:
        if first in parts and other in parts:
            raise WishError(
                f"--{_flag(other)}: does not go with --{_flag(first)}, because {why}; leave out one of them"
            )


def _fit_uses(given: dict[str, Any], kind: EnvironmentKind) -> None:
    """Refuse a flag that nothing of the stack uses: its value would not be in the file."""
    chosen = {f"--kind {kind}", *(f"--{_flag(part)}" for part in _PARTS if given.get(part))}
    for key, users in _USERS.items():
        if key in given and not chosen & {*users}:
            raise WishError(f"--{_flag(key)} = {given[key]}: is used only with {' or '.join(users)}; add "
                            f"{'one of them' if len(users) > 1 else 'it'}, or leave out --{_flag(key)}")  # fmt: skip


def _flag(part: str) -> str:
    return part.replace("_", "-")


def _name(root: Path, value: str) -> str:
    if not _NAME.fullmatch(value):
        raise WishError(f"name = {value!r}: must be 2 to 20 small letters, digits and single hyphens, and begin with a "
                        "letter; write for example acme")  # fmt: skip
    if (root / f"Pulumi.{value}.yaml").exists():
        raise WishError(
            f"name = {value}: Pulumi.{value}.yaml exists; init never overwrites a file; choose another name"
        )
    return value


def _kind(value: str) -> EnvironmentKind:
    if value not in [*EnvironmentKind]:
        raise WishError(
            f"--kind = {value!r}: must be {', '.join(EnvironmentKind)}{_similar(value, [*EnvironmentKind])}"
        )
    return EnvironmentKind(value)


def _region(value: str) -> str:
    if value in regions():
        return value
    if value in known_regions():
        raise WishError(f"--region = {value}: there are no prices of this region, so no budget can be judged; run "
                        f"`make prices REGION={value}` first, or write {', '.join(regions())}")  # fmt: skip
    raise WishError(f"--region = {value!r}: is not an AWS region; write {', '.join(regions())}"
                    f"{_similar(value, list(known_regions()))}")  # fmt: skip


def _budget(value: str) -> float:
    try:
        found = float(value)
    except ValueError:
        found = 0.0
    if not 1 <= found <= 1e9:
        raise WishError(f"--budget = {value!r}: must be a number of USD a month, from 1 on; write for example 1500")
    return round(found, 2)


def _account(value: str) -> str:
    if not re.fullmatch(r"[0-9]{12}", value):
        raise WishError(f"--account = {value!r}: must be the 12 digits of an AWS account, without hyphens")
    return value


def _domain(value: str) -> str:
    if not re.fullmatch(DNS_NAME_PATTERN, value):
        raise WishError(f"--domain = {value!r}: is not the name of a DNS zone; write small letters, digits and hyphens "
                        "between dots, such as ml.example.com")  # fmt: skip
    return value


def _gpus(value: str, region: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(each for each in re.split(r"[,\s]+", value) if each))
    prices = load_table(region)
    for name in names:
        found = instance_type(name)
        if not found or not found.accelerators:
            with_gpus = [each for each in known_types() if cast(Any, instance_type(each)).accelerators]
            what = "has no GPU" if found else "is not an EC2 instance type"
            similar = "" if found else _similar(name, with_gpus)
            raise WishError(f"--gpus = {name}: {what}; write for example g6.xlarge{similar}")
        if problem := lacking([name], region):
            raise WishError(f"--gpus = {name}: {problem}")
        if not prices.find("ec2", name):
            priced = [sku for sku in prices.skus("ec2") if (each := instance_type(sku)) and each.accelerators]
            raise WishError(f"--gpus = {name}: has no price in {region}, so no budget can be judged; priced: "
                            f"{', '.join(get_close_matches(name, priced, n=5, cutoff=0))}")  # fmt: skip
    return names


def _fit_jobs(gpus: Sequence[str]) -> None:
    for name in gpus:
        if not cast(Any, instance_type(name)).has_nvidia:
            raise WishError(f"--gpus = {name}: jobs of --starter run on AWS Batch, which cannot request its "
                            "accelerators; write for example g6.xlarge")  # fmt: skip


def _free_range(root: Path) -> str:
    """A range for the network that no other stack of the project uses."""
    used = {stack_file(root, name).sections.get("network", {}).get("vpcCidr") for name in stack_names(root)}
    return next(cidr for second in range(50, 256) if (cidr := f"10.{second}.0.0/16") not in used)


def _similar(value: str, known: list[str]) -> str:
    near = get_close_matches(value, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    """`given` with answers to what is missing. An empty answer takes the value in brackets."""
    answers = dict(given)

    def ask(key: str, question: str, usual: str, check: Callable[[str], object] = str) -> None:
        while key not in answers:
            answer = input(f"{question} [{usual}]: ").strip() or usual
            try:
                check(answer)
            except (WishError, FormError) as error:
                print(f"  {error}")
            else:
                answers[key] = answer

    root = project_root()
    ask("name", "Name of the stack", "dev", lambda value: _name(root, value))
    ask("kind", f"Kind ({', '.join(EnvironmentKind)})", "development", _kind)
    ask("region", f"Region ({', '.join(regions())})", "us-east-1", _region)
    ask("gpus", "Instance types with GPUs, or none", "none", lambda value: _gpus(_none(value), answers["region"]))
    answers["gpus"] = _none(answers["gpus"])
    ask("budget", "Budget in USD a month", "1500", _budget)
    if not any(part in answers for part in _PARTS):
        ask("parts", f"Parts ({', '.join(map(_flag, _PARTS))}), or none", "none", _parts)
        answers |= dict.fromkeys(_parts(answers.pop("parts")), True)
    ask("vpc", "Existing VPC as id:range, or none to make one", "none", lambda value: checked(vpc)(_none(value)))
    if answers["vpc"] == "none":
        del answers["vpc"]
    else:
        for tier in SUBNET_TIERS:
            usual = "none" if tier != "private_subnets" else ""
            question = f"Its {tier.replace('_', ' ')} as id:zone:range,…"
            ask(tier, question, usual, lambda value, tier=tier: checked(subnets, tier)(_none(value)))
            if answers[tier] in ("none", ""):
                del answers[tier]
    ask("account", "AWS account, or enter to fill it in later", PLACEHOLDER_ACCOUNT, _account)
    ask("owner", "Team that owns the stack", PLACEHOLDER)
    ask("cost_center", "Cost center that pays", PLACEHOLDER)
    parts = {part for part in _PARTS if answers.get(part)}
    if parts & {*_OPEN_PARTS}:
        ask("domain", "Route 53 zone of the account", f"{PLACEHOLDER}.example.com", _domain)
    if "kubeflow" in parts:
        ask("repository", "Address of your clone, which Argo CD reads", Wishes.repository)
    if answers["kind"] == EnvironmentKind.PRODUCTION or parts & {"kubeflow", "starter"}:
        ask("email", "Address that is told of alarms and costs", f"{PLACEHOLDER}@example.com")
    return answers


def _none(value: str) -> str:
    return "" if value == "none" else value


def _parts(value: str) -> list[str]:
    found = [each.replace("-", "_") for each in re.split(r"[,\s]+", _none(value)) if each]
    for part in found:
        if part not in _PARTS:
            raise WishError(f"{_flag(part)} is not a part; write {', '.join(map(_flag, _PARTS))}")
    _fit_together(found)
    return found


def _command(prog: str, given: dict[str, Any]) -> list[str]:
    """The words of the call that writes the same file again."""
    words = [*prog.split(), str(given["name"])]
    for key, value in given.items():
        if key != "name" and value != "":
            flag = f"--{_flag(key)}"
            words += [flag] if value is True else [flag, str(value)]
    return words


if __name__ == "__main__":
    sys.exit(main())
