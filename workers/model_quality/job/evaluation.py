"""The comparison of a window with training data: drift and data quality by Evidently, and quality against labels.

Evidently computes the distances, counts the values and draws the page. It refuses columns without any value, so those
are judged here.
"""

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from workers.model_quality.job.reference import BadReferenceError, Frame, texts
from workers.model_quality.job.window import Logged
from workers.model_quality.settings import ColumnKind, ColumnSettings, DriftTest, ModelSettings

MOST_CATEGORIES = 100
"""Categories of a column that are compared one by one. The rarer ones of the reference are compared as one."""
OTHER = "(other)"


@dataclass(frozen=True)
class Labels:
    """True values by the id of their prediction."""

    by_id: Mapping[str, Any]


@dataclass(frozen=True)
class Evaluation:
    """What was found, and the page that shows it."""

    findings: dict[str, Any]
    page: bytes


@dataclass(frozen=True)
class _Measure:
    column: str
    name: str
    metric: Any


def evaluate(model: ModelSettings, reference: Frame, logged: Logged, labels: Labels | None, folder: Path) -> Evaluation:
    """Compare the predictions of a window with the training data.

    A column with fewer values than the model's minimum of rows is not compared, but its missing values count.
    """
    current = _frame(model, logged)
    compared = [each for each in model.columns if int(current[each.name].notna().sum()) >= model.minimum_rows]
    measures = list(_measures(model, compared, reference))
    values, page = _measured(measures, model, reference, current, folder)
    columns = {
        each.name: _column(each, model, reference, current, logged, values.get(each.name, {})) for each in model.columns
    }
    features = [columns[each.name] for each in compared if not each.output]
    drifted = sum(bool(each["drifted"]) for each in features)
    share = drifted / len(features) if features else 0.0
    of_outputs = any(columns[each.name]["drifted"] for each in compared if each.output)
    findings: dict[str, Any] = {
        "columns": columns,
        "drift_share": share,
        "drifted": bool(of_outputs or (features and share >= model.drift_share)),
        "bad": any(each["bad"] for each in columns.values()),
    }
    if model.labels and labels:
        findings["performance"] = _performance(model, current, logged, labels)
    return Evaluation(findings, page)


def _frame(model: ModelSettings, logged: Logged) -> Frame:
    """The predictions as a frame. A column that no record has is without values, and counts as missing."""
    pandas = cast(Any, import_module("pandas"))
    columns: dict[str, Any] = {}
    for column in model.columns:
        values = logged.columns.get(column.name) or [None] * logged.rows
        if column.kind is ColumnKind.NUMBER:
            # Text in old records, from when the column was a category.
            columns[column.name] = pandas.to_numeric(pandas.Series(values, dtype=object), errors="coerce").astype(
                "float64"
            )
        else:
            columns[column.name] = texts(pandas.Series(values, dtype=object))
    return pandas.DataFrame(columns)


def _measures(model: ModelSettings, compared: Sequence[ColumnSettings], reference: Frame) -> Iterator[_Measure]:
    found = cast(Any, import_module("evidently.metrics"))
    for column in compared:
        name = column.name
        method = _method(model.test, column.kind)
        yield _Measure(name, "score", found.ValueDrift(column=name, method=method, threshold=model.threshold))
        yield _Measure(name, "missing", found.MissingValueCount(column=name))
        if column.kind is ColumnKind.CATEGORY:
            known = list(column.categories) or sorted(reference[name].dropna().unique())
            yield _Measure(name, "new_category", found.OutListValueCount(column=name, values=[*known, OTHER]))
        elif column.minimum is not None or column.maximum is not None:
            left = column.minimum if column.minimum is not None else -1.7e308
            right = column.maximum if column.maximum is not None else 1.7e308
            yield _Measure(name, "out_of_range", found.OutRangeValueCount(column=name, left=left, right=right))


def _method(test: DriftTest, kind: ColumnKind) -> str:
    if test is DriftTest.P_VALUE:
        return "ks" if kind is ColumnKind.NUMBER else "chisquare"
    return str(test)


def _measured(
    measures: Sequence[_Measure], model: ModelSettings, reference: Frame, current: Frame, folder: Path
) -> tuple[dict[str, dict[str, float]], bytes]:
    """The value of each measure by column and name, and Evidently's page."""
    if not measures:
        return {}, b"<!doctype html><title>Model quality</title><p>No column has enough values to be compared.</p>"
    evidently: Any = import_module("evidently")
    known = {each.name for each in model.columns} & {each.column for each in measures}
    definition = evidently.DataDefinition(
        numerical_columns=[
            each.name for each in model.columns if each.name in known and each.kind is ColumnKind.NUMBER
        ],
        categorical_columns=[
            each.name for each in model.columns if each.name in known and each.kind is ColumnKind.CATEGORY
        ],
    )
    reference, current = _grouped(model, reference[sorted(known)], current[sorted(known)])
    with warnings.catch_warnings():
        # It divides by the number of values of groups that may be empty.
        warnings.simplefilter("ignore", RuntimeWarning)
        made = evidently.Report([each.metric for each in measures]).run(
            evidently.Dataset.from_pandas(current, definition), evidently.Dataset.from_pandas(reference, definition)
        )
    values: dict[str, dict[str, float]] = {}
    for measure, result in zip(measures, made.dict()["metrics"], strict=True):
        value = result["value"]
        share: Any = cast(dict[str, Any], value)["share"] if isinstance(value, dict) else value
        number = float(share)
        values.setdefault(measure.column, {})[measure.name] = number
    path = folder / "report.html"
    made.save_html(str(path))
    return values, path.read_bytes()


def _grouped(model: ModelSettings, reference: Frame, current: Frame) -> tuple[Frame, Frame]:
    """Both frames, whose columns with very many categories have the rare ones as one: noise would look like drift."""
    reference, current = reference.copy(), current.copy()
    for column in model.columns:
        if column.name not in reference or column.kind is ColumnKind.NUMBER:
            continue
        counts = reference[column.name].value_counts()
        rare = set(counts.index[MOST_CATEGORIES:])
        # A value that is not valid stays, so that it is counted.
        rare &= set(column.categories) or rare
        for rows in (reference, current) if rare else ():
            rows[column.name] = rows[column.name].where(~rows[column.name].isin(rare), OTHER)
    return reference, current


def _column(
    column: ColumnSettings,
    model: ModelSettings,
    reference: Frame,
    current: Frame,
    logged: Logged,
    measured: Mapping[str, float],
) -> dict[str, Any]:
    """What was found of a column. `score` and `drifted` are None where it was not compared."""
    score = measured.get("score")
    # A test may have no result, as chi-squared of a single category.
    score = score if score is None or math.isfinite(score) else None
    drifted = None
    if score is not None:
        drifted = score < model.threshold if model.test is DriftTest.P_VALUE else score >= model.threshold
    missing = float(current[column.name].isna().mean())
    shares = {
        "missing": missing,
        "invalid": logged.invalid.get(column.name, 0) / logged.rows,
        "out_of_range": measured.get("out_of_range"),
        "new_category": measured.get("new_category"),
    }
    usual = {"missing": float(reference[column.name].isna().mean())}
    bad = [
        problem
        for problem, share in shares.items()
        if share is not None and share - usual.get(problem, 0.0) > model.problem_share
    ]
    absent = column.name not in logged.columns
    return {"score": score, "drifted": drifted, **shares, "bad": bool(bad), "problems": bad, "absent": absent}


def _performance(model: ModelSettings, current: Frame, logged: Logged, labels: Labels) -> dict[str, Any]:
    """The error or the accuracy of predictions whose label has come. Only requests with one row have one label."""
    wanted = model.labels
    column = next((each for each in model.columns if wanted and each.name == wanted.prediction), None)
    if not (wanted and column):
        raise BadReferenceError("labels.prediction: names no column")
    repeated = {id_ for id_, after in zip(logged.ids, logged.ids[1:], strict=False) if id_ == after}
    pairs = [
        (predicted, labels.by_id[id_])
        for id_, predicted in zip(logged.ids, current[column.name].tolist(), strict=True)
        if id_ in labels.by_id and id_ not in repeated and predicted is not None and predicted == predicted
    ]
    found: dict[str, Any] = {"labelled": len(pairs), "labelled_share": len(pairs) / logged.rows}
    if len(pairs) < model.minimum_rows:
        return {**found, "bad": None}
    if column.kind is ColumnKind.CATEGORY:
        accuracy = sum(predicted == str(label) for predicted, label in pairs) / len(pairs)
        return {**found, "accuracy": accuracy, "bad": wanted.minimum is not None and accuracy < wanted.minimum}
    try:
        error = sum(abs(predicted - float(label)) for predicted, label in pairs) / len(pairs)
    except (TypeError, ValueError) as wrong:
        raise BadReferenceError(f"labels.uri = {wanted.uri!r}: a label is not a number: {wrong}") from wrong
    return {**found, "mean_absolute_error": error, "bad": wanted.maximum is not None and error > wanted.maximum}
