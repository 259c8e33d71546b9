"""The Helm chart of ModelService, from the same objects and the same spec.

`python -m components.model_service.chart` writes it; nothing in its folder is written by hand but `ci/`,
the values that it is tried with.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any

from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from .helm import Writer
from .objects import PARTS
from .spec import ModelServiceSpec
from .terms import CHECKS, DERIVED

FOLDER = "charts/model-service"
VERSION = "0.3.0"
_WRITTEN = "# Written by `python -m components.model_service.chart`; change components/model_service instead.\n"


def chart_files() -> dict[str, str]:
    """Every file of the chart but `ci/`, by its path in the chart's folder."""
    writer = Writer(ModelServiceSpec, DERIVED)
    checks = (writer.refusal(check.wrong, check.sentence, check.each, check.item) for check in CHECKS)
    files = {
        "Chart.yaml": _WRITTEN + _about(),
        "values.yaml": _WRITTEN + "".join(_defaults()),
        "values.schema.json": json.dumps(_schema(), indent=2) + "\n",
        "templates/checks.yaml": _WRITTEN + "".join(checks),
    }
    return files | {f"templates/{part.file}.yaml": _WRITTEN + writer.template(part.test, part.tree) for part in PARTS}


def _about() -> str:
    return f"""\
apiVersion: v2
name: model-service
description: A model behind the serving platform's gateway, with its autoscaler and canary
type: application
version: {VERSION}
appVersion: {VERSION}
kubeVersion: ">=1.33.0-0"
"""


def _schema() -> dict[str, Any]:
    """The spec's schema; what has a default is required, for the chart's own values give it.

    So that no `field: null` takes a default away, which Helm would let it.
    """
    schema = ModelServiceSpec.model_json_schema(by_alias=True)
    optional = [to_camel(name) for name, field in ModelServiceSpec.model_fields.items() if field.default is None]
    properties: dict[str, Any] = schema["properties"]
    schema["required"] = [name for name in properties if name not in optional]
    # What Helm hands to each chart that another one contains.
    properties["global"] = {"type": "object"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _defaults() -> Iterator[str]:
    for name, field in ModelServiceSpec.model_fields.items():
        yield "\n" + "".join(f"# {line}\n" for line in wrap(field.description or "", 118))
        yield f"{_default(to_camel(name), field)}\n"


def _default(name: str, field: FieldInfo) -> str:
    if field.is_required():
        return f"# {name}: is required"
    default = to_jsonable_python(field.get_default(call_default_factory=True))
    return f"# {name}: is left out" if default is None else f"{name}: {json.dumps(default)}"


def write(folder: Path) -> None:
    """Write the chart to `folder`, and take away the templates that it has no more."""
    files = chart_files()
    for old in (folder / "templates").glob("*"):
        if f"templates/{old.name}" not in files:
            old.unlink()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else FOLDER))
