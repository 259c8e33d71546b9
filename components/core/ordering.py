"""Ordering that also applies to the children of a component."""

from typing import Any

import pulumi


def after(value: pulumi.Input[Any], *needed: pulumi.Input[str] | pulumi.Resource) -> pulumi.Output[Any]:
    """`value`, resolved after `needed` exists.

    The children of a component do not inherit its dependencies, but they wait for the arguments that they use. With
    resources in `needed`, the value stays known at preview; with an output, it is known when the output is.
    """
    waits = (each.urn if isinstance(each, pulumi.Resource) else each for each in needed)
    return pulumi.Output.all(value, *waits).apply(lambda known: known[0])
