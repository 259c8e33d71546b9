"""The base of every component: it reads the arguments, registers the component and publishes its outputs."""

import inspect
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Generic, NoReturn

import pulumi

from .account import Account, account_of
from .spec import ArgsType, SpecError, SpecType, parse_args


class Component(pulumi.ComponentResource, Generic[ArgsType, SpecType]):
    """A component of the package `mlplatform`, registered as `mlplatform:index:<name of its class>`.

    The subclass declares its outputs as annotations, sets each in `__init__`, and ends with `self._publish()`.
    """

    def __init__(
        self,
        name: str,
        args: ArgsType,
        args_type: type[ArgsType],
        spec_type: type[SpecType],
        opts: pulumi.ResourceOptions | None,
    ):
        """Check `args`, a TypedDict of `args_type`, then register the component.

        Raises:
            SpecError: an argument is wrong or missing. Nothing has been registered then.
        """
        self._kind = args_type.__name__.removesuffix("Args")
        self._where = f"{self._kind}({name})"
        self._name, self._args = name, args
        self._spec = parse_args(spec_type, args, args_type, self._where)
        if problem := self._problem():
            self._refuse(problem)
        super().__init__(f"mlplatform:index:{self._kind}", name, self._priced_inputs(), opts)
        self._child = pulumi.ResourceOptions(parent=self)

    @cached_property
    def _account(self) -> Account:
        """Where the component's AWS provider deploys to."""
        return account_of(self)

    def _problem(self) -> str | None:
        """A problem that only several arguments show together. Checked before the component is registered."""
        return None

    def _priced_inputs(self) -> Mapping[str, Any]:
        """Plain values of the arguments that no child has and that its price needs, by their names in camel case."""
        return {}

    def _refuse(self, *problems: str) -> NoReturn:
        raise SpecError(self._where, list(problems))

    def _publish(self) -> None:
        """Register the outputs that the component declares; those of a subclass in another program are its own."""
        bases = type(self).__mro__
        first = [base.__name__ for base in bases].index(self._kind)
        declared = [name for base in bases[first : bases.index(Component)] for name in inspect.get_annotations(base)]
        self.register_outputs({name: getattr(self, name) for name in declared})
