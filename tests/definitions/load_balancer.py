"""Writes the definitions that the load balancer controller's release needs first, from the makers' file.

`python -m tests.definitions.load_balancer helm/aws-load-balancer-controller/crds/crds.yaml` keeps what the API server
works with: names, schemas, columns and subresources, without descriptions. Run it when the chart's version is raised.
"""

import json
import sys
from pathlib import Path

import yaml

from tests.support.components.definitions import without_descriptions

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "components" / "serving" / "serving_platform" / "load_balancer_definitions.json"


def main(source: Path) -> None:
    """Reads the makers' file and writes ours."""
    found = [each for each in yaml.safe_load_all(source.read_text(encoding="utf-8")) if each]
    definitions = [
        {
            "apiVersion": each["apiVersion"],
            "kind": each["kind"],
            "metadata": {"name": each["metadata"]["name"]},
            "spec": without_descriptions(each["spec"]),
        }
        for each in found
    ]
    WRITTEN.write_text(json.dumps(definitions, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
