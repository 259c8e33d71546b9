"""Every rule there is."""

import pkgutil
from importlib import import_module

import policies
from policies.engine.rule import STATED, Area, Rule


def _load() -> dict[str, Rule]:
    """Import every module of the package, so that it states its rules."""
    for module in pkgutil.iter_modules(policies.__path__):
        if not module.ispkg and module.name != "__main__":
            import_module(f"{policies.__name__}.{module.name}")
    areas = list(Area)
    ordered = sorted(STATED.values(), key=lambda rule: (areas.index(rule.area), rule.name))
    return {rule.name: rule for rule in ordered}


RULES = _load()
"""The rules by name, in the order of the documentation: by area, then by name."""
