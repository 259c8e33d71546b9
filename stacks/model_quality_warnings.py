"""Delivered models whose overlay and the section `modelQuality` do not fit together.

Argo CD reads overlays from its repository. These checks can read only the folder `deploy` of this program.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import yaml

from stacks.config import StackConfig
from stacks.config_warning import ConfigWarning
from stacks.model_quality_problems import lacking_side


def overlay_warnings(config: StackConfig, deploy: Path) -> Iterator[ConfigWarning]:
    """Watched models whose overlay logs nothing or one side, and models that log without being watched."""
    if not (config.model_serving and config.delivery):
        return
    delivered = sorted({(each.namespace, each.name) for each in config.model_serving.delivered_models})
    files = {key: f"{config.delivery.overlay_of(*key)}/values.yaml" for key in delivered}
    logged = {key: mode for key, file in files.items() if (mode := _mode(deploy.parent / file)) is not None}
    watched = config.model_quality.models if config.model_quality else ()
    for index, model in enumerate(watched):
        key = (model.namespace, model.name)
        if key not in logged:
            continue
        mode, at = logged[key], f"modelQuality.models[{index}]"
        if not mode:
            yield ConfigWarning(
                f"{at}.name",
                model.name,
                f"The overlay {files[key]} has no predictionLogs, so no prediction of the model is logged.",
                "Write predictionLogs: {mode: all} there.",
            )
        elif lacking := lacking_side(model, mode):
            why = f"The overlay {files[key]} logs with mode {mode}, so {lacking} are always missing."
            yield ConfigWarning(f"{at}.{lacking}", model.name, why, f"Write mode: all there, or remove {lacking}.")
    known = {(each.namespace, each.name) for each in watched}
    for index, model in enumerate(config.model_serving.delivered_models):
        key = (model.namespace, model.name)
        if logged.get(key) and key not in known:
            yield ConfigWarning(
                f"modelServing.deliveredModels[{index}].name",
                model.name,
                f"The overlay {files[key]} has predictionLogs, and modelQuality.models does not list the "
                "model. Its events are refused.",
                "Add the model to modelQuality.models, or remove predictionLogs.",
            )


def _mode(values: Path) -> str | None:
    """What a model's overlay logs: empty without logs, None without an overlay that can be read."""
    try:
        found: Any = yaml.safe_load(values.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return None
    logs: Any = cast(Mapping[str, Any], found).get("predictionLogs") if isinstance(found, Mapping) else None
    return str(cast(Mapping[str, Any], logs).get("mode", "")) if isinstance(logs, Mapping) else ""
