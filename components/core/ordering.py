"""Order that reaches the children of a component."""

from typing import Any

import pulumi


def after(value: pulumi.Input[Any], *needed: pulumi.Input[str] | pulumi.Resource) -> pulumi.Output[Any]:
    """`value`, which whoever reads it gets only once `needed` exist: a component's dependencies don't reach its
    children, those of its arguments do.

    Behind resources it stays known before the deployment; behind an output it is known when that is.
    """
    waits = (one.urn if isinstance(one, pulumi.Resource) else one for one in needed)
    return pulumi.Output.all(value, *waits).apply(lambda known: known[0])
