"""Every case of the files in `tests/policies/cases`."""

import pkgutil
from importlib import import_module
from pathlib import Path

from tests.support.policies.cases import Case

FOLDER = Path(__file__).parents[2] / "policies" / "cases"
CASES_BY_MODULE: dict[str, list[Case]] = {
    module.name: import_module(f"tests.policies.cases.{module.name}").CASES
    for module in pkgutil.iter_modules([str(FOLDER)])
}
CASES = [case for cases in CASES_BY_MODULE.values() for case in cases]
