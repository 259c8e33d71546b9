"""No code without a use: what only tests call belongs into `tests/support`, and what nothing calls is deleted."""

import ast
import gc
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import cast

ROOT = Path(__file__).parents[1]
FOLDERS = (
    *("components", "stacks", "resources", "policies", "pricing", "availability", "planner", "reports"),
    *("operations", "commands", "website"),
)
READ_BY_PEOPLE = {
    "VERSIONS_CHECKED": "the day on which a person last compared the versions",
    "POSTGRES_SUPPORT_ENDS": "the support ends that a person reads when raising a version",
}


def modules() -> dict[Path, ast.Module]:
    # A coroutine that is collected during a parse shows its traceback, which parses too: Python 3.11 ends there.
    gc.collect()
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if "_pb2" not in path.name]
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in [*paths, ROOT / "__main__.py"]}


def uses(module: ast.Module) -> Iterator[str]:
    """Every name that a module reads or imports, quoted types and `__all__` among them."""
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 100:
            yield from re.findall(r"\w+", node.value)


def definitions(module: ast.Module) -> Iterator[str]:
    """The module's own functions, classes and constants, but for functions that a decorator registers."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.decorator_list:
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def test_every_definition_is_used_outside_of_tests() -> None:
    found = modules()
    of_each = {path: Counter(uses(module)) for path, module in found.items()}
    everywhere = sum(of_each.values(), Counter[str]())
    unused = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, module in found.items()
        for name in definitions(module)
        # A private name counts in its own module only.
        if not (of_each[path] if name.startswith("_") else everywhere)[name]
        and not name.startswith("__")
        and name not in READ_BY_PEOPLE
    }
    assert unused == set()


def orphans(module: ast.Module) -> Iterator[int]:
    """The lines of texts that describe nothing: neither first in their block nor below an assignment."""
    for node in ast.walk(module):
        body = getattr(node, "body", None)
        for before, statement in pairwise(cast(list[ast.stmt], body) if isinstance(body, list) else []):
            match statement, before:
                case ast.Expr(ast.Constant(str())), ast.Assign() | ast.AnnAssign():
                    pass
                case ast.Expr(ast.Constant(str())), _:
                    yield statement.lineno
                case _:
                    pass


def test_every_docstring_describes_something() -> None:
    found = [f"{path.relative_to(ROOT)}:{line}" for path, module in modules().items() for line in orphans(module)]
    assert found == []
