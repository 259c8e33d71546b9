"""Imports point one way, and what another team imports stands alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ALLOWED = {
    "components": set[str](),
    "resources": set[str](),
    "pricing": {"resources", "components.facts"},
    # The target is a section of the config, as the budget is.
    "availability": {"resources", "components.facts", "pricing.spec"},
    # What is pinned, and what AWS offers.
    "operations": {"components.facts"},
    # What the cloud has beside the plan is priced as the plan is.
    "operations/drift": {"operations", "components.facts", "pricing", "resources"},
    # When the support of what is deployed ends is a fact of what is deployed.
    "policies": {
        "resources",
        "pricing",
        "availability",
        "components.facts",
        "components.core.repetition",
        "components.core.spec_errors",
    },
    # The cluster judges objects by the rules of the plan.
    "stacks": {"components", "pricing", "availability.target", "policies.engine.settings", "policies.engine.admission"},
    # From the components come facts of instance types, the errors of a wrong config, and what AWS answers. Their base
    # class tells which of them a warm plan can keep.
    "planner": {
        "stacks",
        "policies",
        "pricing",
        "availability",
        "resources",
        "components.facts",
        "components.core.spec",
        "components.core.component",
        "components.core.spec_errors",
        "components.testing",
        # All commands read their flags alike. Operations is the lowest layer with commands, and installs the least.
        "operations.flags",
    },
    # What people read is made of a plan, and nothing that plans knows it.
    "reports": {
        "planner",
        "pricing",
        "availability",
        "policies",
        "resources",
        "stacks",
        "components.facts",
        "components.core.spec",
        "components.core.spec_errors",
        "operations.flags",
    },
    # The command is one of stacks, but those behind it plan, and end as a plan does.
    "stacks/__main__.py": {"stacks", "commands.stacks", "planner.interruption"},
    # What people run for a first stack knows the whole house, and nothing of it knows them.
    "commands": {
        "stacks",
        "policies",
        "pricing",
        "planner",
        "resources",
        "components.core.spec",
        "components.facts",
        "operations.flags",
    },
    # The site is written from what the code says of itself.
    "website": {
        "components.__main__",
        "components.command_line",
        "policies.engine",
        "stacks.config",
        "commands.fields",
        "commands.init",
    },
    "__main__.py": {"stacks"},
    # Their images hold nothing else of the repository.
    "workers": set[str](),
}
HOUSE = {
    *(
        "components",
        "resources",
        "pricing",
        "availability",
        "operations",
        "policies",
        "stacks",
        "planner",
        "reports",
        "commands",
    ),
    "website",
    "workers",
    "tests",
}


SUBJECTS = {
    "facts": set[str](),
    "core": {"facts"},
    "network": {"core", "facts"},
    "cluster": {"core", "facts"},
    "data": {"core", "facts", "cluster"},
    "training": {"core", "facts", "cluster", "data"},
    "starter": {"core", "facts", "data"},
    "serving": {"core", "facts", "network", "cluster"},
    "delivery": {"core", "facts", "cluster"},
    "observability": {"core", "facts", "network", "cluster", "data", "serving"},
    "kubeflow": {"core", "facts", "network", "cluster", "serving", "delivery"},
    "recovery": {"core", "facts", "cluster", "data"},
    "access": {"core", "facts", "data"},
    "spend": {"core", "facts", "data"},
    # Other teams run their own tests with it. It knows web ACLs by their rules alone.
    "testing": {"facts", "network"},
}
"""The folders of `components` that each folder of `components` imports."""


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """The absolute modules that a file imports, with their lines; relative ones stay in the folder by nature."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module, node.lineno


def files(room: str) -> list[Path]:
    path = ROOT / room
    inner = {entry for each in ALLOWED if path in (entry := ROOT / each).parents}
    return (
        [path] if path.is_file() else sorted(each for each in path.rglob("*.py") if not inner & {each, *each.parents})
    )


@pytest.mark.parametrize("room", ALLOWED)
def test_imports_point_one_way(room: str) -> None:
    allowed = ALLOWED[room] | {room.removesuffix(".py").replace("/", ".")}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in files(room)
        for module, line in imports(path)
        if module.partition(".")[0] in HOUSE
        and not any(module == each or module.startswith(f"{each}.") for each in allowed)
    ]
    assert files(room)
    assert wrong == []


def test_components_import_each_other_relatively_alone() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files("components")
        for module, line in imports(path)
        if module.partition(".")[0] in HOUSE
    ]
    assert wrong == []


def subjects_imported(path: Path) -> Iterator[tuple[str, int]]:
    """The folders of `components` that a file of a component imports, with their lines."""
    folder = path.relative_to(ROOT / "components").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            modules = [node.module] if node.module else [alias.name for alias in node.names]
            start = folder[: len(folder) + 1 - node.level]
            yield from (((*start, *module.split("."))[0], node.lineno) for module in modules)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_subjects_of_components_import_one_way(subject: str) -> None:
    paths = files(f"components/{subject}")
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {imported}"
        for path in paths
        for imported, line in subjects_imported(path)
        if imported not in {subject, *SUBJECTS[subject]}
    ]
    assert paths
    assert wrong == []


def test_every_subject_of_components_is_listed() -> None:
    folders = {path.parent.name for path in (ROOT / "components").glob("*/__init__.py")}
    assert folders == SUBJECTS.keys()


def test_kms_keys_are_made_in_one_place() -> None:
    places = [path for path in files("components") if "aws.kms.Key(" in path.read_text(encoding="utf-8")]
    assert places == [ROOT / "components/core/kms.py"]


def test_resources_pricing_and_rules_import_no_pulumi() -> None:
    rules = [str(path.relative_to(ROOT)) for path in (ROOT / "policies").glob("*.py") if path.name != "__main__.py"]
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for room in ("resources", "pricing", "availability", *rules)
        for path in files(room)
        for module, line in imports(path)
        if module.startswith("pulumi")
    ]
    assert wrong == []


def test_the_program_is_short() -> None:
    assert len((ROOT / "__main__.py").read_text().splitlines()) < 40
