"""Promote model versions from staging to production: `python -m operations.promote plan|open|stage|record|verify`."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from operations.flags import FlagParser

from ..lines import harmless, one_line
from .changes import Wanted, difference, planned, proposal, proven, staged
from .errors import PromotionError
from .github import Client, Clock, GithubError
from .model_file import ModelFile, model_file, read_model_file
from .overlay import Environment, Overlay, OverlayLocation, read_overlay
from .publish import head_of, propose
from .settings import PromotionSettings, read_settings
from .shapes import Anything, Pull
from .trees import CommitTree, LocalTree
from .verify import Verification, unfit, verify

CONTEXT = "promotion"
"""The name of the commit status that the ruleset requires."""

_EPILOG = """exit codes: 0 done, or may be merged; 1 refused, with the reason; 2 unknown: an argument is wrong, or
GitHub failed. Set GITHUB_TOKEN or GH_TOKEN to the token, and GITHUB_API_URL to the address of the API."""


def parser() -> argparse.ArgumentParser:
    """The arguments of every subcommand."""
    top = FlagParser(prog="python -m operations.promote", description=__doc__, epilog=_EPILOG)
    commands = top.add_subparsers(dest="command", required=True)

    def add(name: str, what: str, *, model: bool = True, remote: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=what, description=what)
        added.add_argument(
            "--root", type=Path, default=Path(), help="a checkout of the repository; default: this folder"
        )
        if model:
            added.add_argument("--file", type=Path, help="the model.yaml to read, instead of --team and --model")
            added.add_argument("--team", help="the team's folder in deploy/models")
            added.add_argument("--model", help="the model's folder in the team's")
        if remote:
            default = os.environ.get("GITHUB_REPOSITORY")
            added.add_argument("--repository", default=default, required=default is None, help="<owner>/<name>")
        return added

    add("plan", "Show what a promotion would change in production", remote=False)
    add("open", "Open the pull request that promotes the version that staging tested")
    stage = add("stage", "Open the pull request that deploys a new version to staging")
    stage.add_argument("--commit", required=True, help="the commit of the model's repository")
    stage.add_argument("--model-version", help="the last folder of the model's S3 URI; default: unchanged")
    stage.add_argument("--chart-version", help="the version of the model-service chart; default: unchanged")
    stage.add_argument("--image-digest", help="the digest of the model's own image; default: unchanged")
    record = add("record", "Open the pull request that records the result of staging's smoke test")
    record.add_argument("--tested", type=Path, help="a checkout with the overlay that was tested; default: --root")
    record.add_argument("--report", type=Path, required=True, help="the JSON report of operations.smoke")
    check = add("verify", "Check whether a pull request may be merged", model=False)
    check.add_argument("--pull-request", type=int, required=True, help="the number of the pull request")
    check.add_argument("--status", action="store_true", help=f"also set the commit status {CONTEXT}")
    return top


def run(
    arguments: list[str] | None = None, environ: Mapping[str, str] | None = None, clock: Clock | None = None
) -> int:
    """Run a subcommand and return its exit code."""
    top = parser()
    options = top.parse_args(arguments)
    if "file" in options and not (options.file or (options.team and options.model)):
        top.error("the model is missing; pass --file, or --team and --model")
    try:
        if options.command == "plan":
            return _plan(options)
        settings = read_settings(options.root)
        commands: dict[str, Callable[[Client, PromotionSettings, argparse.Namespace], int]] = {
            "open": _open,
            "stage": _stage,
            "record": _record,
            "verify": _verify,
        }
        with closing(_client(os.environ if environ is None else environ, clock)) as client:
            return commands[options.command](client, settings, options)
    except PromotionError as error:
        print(f"promote: refused: {harmless(str(error))}", file=sys.stderr)
        return 1
    except (GithubError, OSError) as error:
        print(f"promote: {harmless(str(error))}", file=sys.stderr)
        return 2


def _client(environ: Mapping[str, str], clock: Clock | None) -> Client:
    token = environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN")
    if not token:
        raise GithubError("GITHUB_TOKEN is not set; set it to a token with the permissions in docs/promotion.md")
    return Client(environ.get("GITHUB_API_URL") or "https://api.github.com", token, clock)


def _asked(options: argparse.Namespace) -> ModelFile:
    """The model that the arguments name."""
    if options.file:
        return read_model_file(options.file)
    return model_file({"team": options.team, "model": options.model}, "--team and --model")


def _plan(options: argparse.Namespace) -> int:
    asked = _asked(options)
    before, after = planned(LocalTree(options.root), asked.team, asked.model)
    print(
        harmless(difference(before.files(), after.files())) or "production already has the version that staging tested",
        end="",
    )
    return 0


def _open(client: Client, settings: PromotionSettings, options: argparse.Namespace) -> int:
    on = _newest(client, settings, options)
    asked = _asked(options)
    before, after = planned(on, asked.team, asked.model, fallback=LocalTree(options.root))
    staging = read_overlay(on, OverlayLocation(asked.team, asked.model, Environment.STAGING))
    if wrong := unfit(staging, settings):
        raise PromotionError("\n".join(wrong))
    known = {path: text for path in before.files() if (text := on.read(path)) is not None}
    return _publish(client, settings, options, on, "promote", known, before, after)


def _stage(client: Client, settings: PromotionSettings, options: argparse.Namespace) -> int:
    on = _newest(client, settings, options)
    asked = _asked(options)
    before = read_overlay(on, OverlayLocation(asked.team, asked.model, Environment.STAGING))
    wanted = Wanted(
        options.commit,
        options.model_version or asked.model_version,
        options.chart_version or asked.chart_version,
        options.image_digest,
    )
    return _publish(client, settings, options, on, "stage", before.files(), before, staged(before, wanted))


def _record(client: Client, settings: PromotionSettings, options: argparse.Namespace) -> int:
    asked = _asked(options)
    location = OverlayLocation(asked.team, asked.model, Environment.STAGING)
    on = _newest(client, settings, options)
    before = read_overlay(on, location)
    # The smoke test measured this overlay; staging may have changed since.
    if read_overlay(LocalTree(options.tested or options.root), location).digest() != before.digest():
        raise PromotionError(f"{location.folder} changed after the smoke test; run the smoke test again")
    after = proven(before, options.report.read_bytes(), settings.smoke)
    return _publish(client, settings, options, on, "record", before.files(), before, after)


def _newest(client: Client, settings: PromotionSettings, options: argparse.Namespace) -> CommitTree:
    head = head_of(client, options.repository, settings.base)
    if head is None:
        raise GithubError(f"{options.repository} has no branch {settings.base}, or the token cannot read it")
    return CommitTree(client, options.repository, head)


def _publish(
    client: Client,
    settings: PromotionSettings,
    options: argparse.Namespace,
    on: CommitTree,
    kind: str,
    known: Mapping[str, str],
    before: Overlay,
    after: Overlay,
) -> int:
    if known == after.files():
        print(f"nothing to do: {after.location.environment} already has this version")
        return 0
    pull = propose(client, options.repository, settings.base, on, proposal(kind, before, after))
    print(harmless(pull.html_url))
    return 0


def _verify(client: Client, settings: PromotionSettings, options: argparse.Namespace) -> int:
    if options.status:
        # An earlier result must not count while the pull request is verified again.
        head = client.get(f"repos/{options.repository}/pulls/{options.pull_request}", Pull).head.sha
        _set_status(client, options.repository, head, "pending", "verification is running")
    result = verify(client, options.repository, options.pull_request, settings)
    lines = [f"refused: {each}" for each in result.refusals] or [_summary(result)]
    if options.status:
        state = "failure" if result.refusals else "success"
        _set_status(client, options.repository, result.head, state, lines[0])
    print(harmless("\n".join([*([f"{result.what}:"] if result.refusals else []), *lines])))
    return 1 if result.refusals else 0


def _summary(result: Verification) -> str:
    approved = f", approved by {', '.join(result.approvers)}" if result.approvers else ""
    return f"{result.what}: may be merged{approved}"


def _set_status(client: Client, repository: str, commit: str, state: str, text: str) -> None:
    body = {"state": state, "context": CONTEXT, "description": one_line(text)[:140]}
    client.send("POST", f"repos/{repository}/statuses/{commit}", body, Anything)
