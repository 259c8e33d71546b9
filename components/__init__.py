"""Components of a machine-learning platform on AWS, each imported when it is first used. `__init__.pyi` lists them."""

import lazy_loader  # pyright: ignore[reportMissingTypeStubs]

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)  # pyright: ignore[reportUnknownVariableType]
