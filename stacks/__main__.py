"""`make schema`: writes the JSON Schema of stack files, so that editors complete and check them.

With arguments, one of the commands `init`, `list` and `explain`.
"""

import json
import sys
from pathlib import Path
from typing import Any

from planner.interruption import end_at_once, run

if __name__ == "__main__":
    end_at_once()

from stacks.config import NAMESPACE, StackConfig

SCHEMA = Path(__file__).parent.parent / "docs" / "stack.schema.json"


def stack_schema() -> dict[str, Any]:
    """The JSON Schema of a `Pulumi.<stack>.yaml`."""
    config = StackConfig.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
    sections: dict[str, Any] = {f"{NAMESPACE}:{key}": value for key, value in config["properties"].items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A stack of mlplatform",
        "description": config["description"],
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": sections,
                "required": [f"{NAMESPACE}:{key}" for key in config["required"]],
                # Keys of other namespaces belong to Pulumi's providers.
                "patternProperties": {f"^(?!{NAMESPACE}:)[^:]+:.+$": {}},
                "additionalProperties": False,
            },
            "secretsprovider": {"type": "string"},
            "encryptedkey": {"type": "string"},
            "encryptionsalt": {"type": "string"},
            "environment": {},
        },
        "additionalProperties": False,
        "$defs": config["$defs"],
    }


if __name__ == "__main__":
    if sys.argv[1:]:
        from commands.stacks import main, tune_process

        tune_process()
        sys.exit(run(lambda: main(sys.argv[1:])))
    SCHEMA.parent.mkdir(exist_ok=True)
    SCHEMA.write_text(json.dumps(stack_schema(), indent=1) + "\n", encoding="utf-8")
    print(f"written to {SCHEMA}")
