"""Components of a machine-learning platform on AWS, each imported when it is first used. `__init__.pyi` lists them."""

import sys
from typing import cast

import lazy_loader  # pyright: ignore[reportMissingTypeStubs]

_import, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # pyright: ignore[reportUnknownVariableType]


def __getattr__(name: str) -> object:
    """The component called `name`, or an error that proposes the nearest one."""
    from difflib import get_close_matches
    from importlib.util import find_spec

    if name in __all__:
        return _import(name)
    nearest = get_close_matches(name, cast(list[str], __all__), n=1)
    message = f"{__name__} has no {name}" + (f"; did you mean {nearest[0]}?" if nearest else "")
    # `from mlplatform import NodePol` drops an AttributeError with its message. The import of a folder needs one.
    from_import = sys._getframe(1).f_code.co_name == "_handle_fromlist"  # pyright: ignore[reportPrivateUsage]
    if nearest and from_import and not find_spec(f"{__name__}.{name}"):
        raise ImportError(message, name=__name__)
    raise AttributeError(message, name=name)
