"""The document that the collector and the job read: `workers/model_quality/settings.py` describes it."""

import json
from typing import Any

from .spec import LoggedColumnSpec, ModelQualitySpec, MonitoredModelSpec


def settings_document(spec: ModelQualitySpec) -> str:
    """The models and their columns as JSON. It contains no secret."""
    return json.dumps({"bucket": spec.bucket, "models": [_model(each) for each in spec.models]}, indent=1)


def _model(model: MonitoredModelSpec) -> dict[str, Any]:
    labels = model.labels
    return {
        "namespace": model.namespace,
        "name": model.name,
        "columns": [
            *(_column(each, output=False) for each in model.features),
            *(_column(each, output=True) for each in model.predictions),
        ],
        "reference": model.reference,
        "experiment": model.experiment or model.name,
        "sample_percent": model.sample_percent,
        "window_hours": model.window_hours,
        "minimum_rows": model.minimum_rows,
        "test": str(model.test),
        "threshold": model.threshold,
        "drift_share": model.drift_share,
        "problem_share": model.problem_share,
        "late_after_hours": model.late_hours,
        **(
            {
                "labels": {
                    "uri": labels.uri,
                    "prediction": labels.prediction,
                    "minimum": labels.minimum_accuracy,
                    "maximum": labels.maximum_error,
                }
            }
            if labels
            else {}
        ),
    }


def _column(column: LoggedColumnSpec, *, output: bool) -> dict[str, Any]:
    return {
        "name": column.name,
        "kind": str(column.kind),
        "tensor": column.tensor or column.name,
        "index": column.index,
        "output": output,
        "minimum": column.minimum,
        "maximum": column.maximum,
        "categories": list(column.categories),
    }
