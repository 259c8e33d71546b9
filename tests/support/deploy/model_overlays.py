"""The overlays of models in the GitOps tree, and what kustomize and Helm render of them."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from operations.promote.overlay import Environment, OverlayLocation
from tests.support.programs import require

ROOT = Path(__file__).parents[3]
MODELS = ROOT / "deploy" / "models"
PLACES = [
    OverlayLocation(path.parts[-4], path.parts[-3], Environment(path.parts[-1]))
    for path in sorted(MODELS.glob("*/*/overlays/*"))
]


def rendered(location: OverlayLocation, folder: Path) -> list[dict[str, Any]]:
    require("kustomize", "helm")
    shutil.copytree(MODELS / location.team / location.model, folder / location.model)
    overlay = folder / location.model / "overlays" / location.environment
    chart = ROOT / "charts" / "model-service"
    version = yaml.safe_load((chart / "Chart.yaml").read_text())["version"]
    shutil.copytree(chart, overlay / "charts" / f"model-service-{version}" / "model-service")
    built = subprocess.run(
        ["kustomize", "build", "--enable-helm", str(overlay)], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return list(yaml.safe_load_all(built.stdout))
