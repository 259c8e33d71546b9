"""`python -m reports.access STACK`: who may do what on a resource, and what reaches a store, without an account."""

import argparse
import sys
from collections.abc import Sequence

from planner.printable import printable
from reports.access.kubernetes import who_may
from reports.access.network import reaches
from reports.access.who_can import UnknownResource, lines, who_can
from reports.stack_plan import FINE, NOTHING, WRONG, answered, planned, stack_parser
from resources.index import ResourceIndex


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer one question. The exit code is 0 if there are answers, 1 if there are none, and 2 for a wrong question."""
    parser = stack_parser("access", "Say who may do an action, or what reaches a store.")
    question = parser.add_mutually_exclusive_group(required=True)
    question.add_argument("--who-can", metavar="ACTION", help="an action of AWS, such as s3:GetObject; needs --on")
    question.add_argument("--who-may", metavar="ACTION", help="an action of Kubernetes, such as 'get secrets'")
    question.add_argument("--reaches", metavar="STORE", help="a store, or all of a kind: database, cache, kafka")
    parser.add_argument(
        "--on", metavar="RESOURCE", help="a resource by its name or ARN, such as a bucket or a folder of it"
    )
    parser.add_argument("--in", dest="namespace", default="", help="the namespace of --who-may; else the whole cluster")
    options = parser.parse_args(arguments)
    if options.who_can and not options.on:
        parser.error("--who-can needs --on RESOURCE, such as --on ml-prod-training-111122223333")
    return answered(lambda: _answer(options), options.root.resolve())


def _answer(options: argparse.Namespace) -> int:
    index = ResourceIndex(planned(options).plan.resources)
    try:
        if options.who_can:
            text = list(lines(who_can(index, options.who_can, options.on)))
        elif options.who_may:
            subjects = who_may(index, options.who_may, options.namespace)
            text = [f"{each.kind} {each.name}\n    by {each.evidence}" for each in subjects]
        else:
            found = reaches(index, options.reaches)
            text = [
                line
                for each in found
                for line in (
                    f"{each.store}, port {each.port}: {each.source}",
                    *(f"    {evidence}" for evidence in each.evidence),
                )
            ]
    except UnknownResource as error:
        print(error, file=sys.stderr)
        return WRONG
    print(printable("\n".join(text)) if text else "none")
    return FINE if text else NOTHING
