"""The training data of a model: Parquet files of S3, or an artifact of MLflow."""

from importlib import import_module
from pathlib import Path
from typing import Any, cast

from workers.model_quality.job.storage import Storage, UnavailableError, address
from workers.model_quality.settings import ColumnKind, ModelSettings

MOST_ROWS = 200_000
"""Rows of training data that are read: the first ones, which are enough to know a distribution."""
Frame = Any
"""A DataFrame of pandas, which has no types here."""


class BadReferenceError(Exception):
    """The training data are missing, or do not have the columns of the settings. A new attempt does not help."""


def reference_rows(storage: Storage, model: ModelSettings, folder: Path) -> Frame:
    """The columns of the settings in the training data.

    Raises:
        BadReferenceError: there are no such data, or a column is missing or has a wrong type.
        UnavailableError: S3 or MLflow does not answer.
    """
    on_s3 = model.reference.startswith("s3://")
    files = parquet_files(storage, model.reference, folder) if on_s3 else _from_mlflow(model.reference, folder)
    if not files:
        raise BadReferenceError(f"reference = {model.reference!r}: has no Parquet file; write one")
    rows = read_parquet(files, [column.name for column in model.columns], model.reference)
    if not len(rows):
        raise BadReferenceError(f"reference = {model.reference!r}: has no rows; write the training data")
    pandas = cast(Any, import_module("pandas"))
    for column in model.columns:
        values = rows[column.name]
        if column.kind is ColumnKind.NUMBER:
            numbers = pandas.to_numeric(values, errors="coerce").astype("float64")
            if numbers.isna().sum() > values.isna().sum():
                raise BadReferenceError(
                    f"reference = {model.reference!r}: column {column.name} has values that are not numbers"
                )
            rows[column.name] = numbers
        else:
            rows[column.name] = texts(values)
        if rows[column.name].isna().all():
            raise BadReferenceError(f"reference = {model.reference!r}: column {column.name} has no values")
    return rows


def texts(values: Any) -> Any:
    """Categories as text, without a fraction where whole numbers became floats because some are missing."""
    whole = values.dtype.kind == "f" and bool((values.dropna() % 1 == 0).all())
    read = values.astype("Int64") if whole else values
    return read.map(str, na_action="ignore").astype(object).where(read.notna(), None)


def read_parquet(files: list[Path], columns: list[str], place: str) -> Frame:
    """Some columns of Parquet files, of no more than `MOST_ROWS` rows.

    Raises:
        BadReferenceError: a file is not Parquet, or lacks a column.
    """
    parquet, pandas = cast(Any, import_module("pyarrow.parquet")), cast(Any, import_module("pandas"))
    parts: list[Frame] = []
    left = MOST_ROWS
    for path in files:
        try:
            file = parquet.ParquetFile(path)
        except (OSError, ValueError) as error:
            raise BadReferenceError(f"{place}: {path.name} is not a Parquet file: {error}") from error
        if missing := [name for name in columns if name not in file.schema_arrow.names]:
            has = ", ".join(file.schema_arrow.names[:50])
            raise BadReferenceError(f"{place}: {path.name} has no column {', '.join(missing)}; it has {has}")
        for batch in file.iter_batches(batch_size=65_536, columns=columns):
            parts.append(batch.slice(0, left).to_pandas())
            left -= len(parts[-1])
            if left <= 0:
                return pandas.concat(parts, ignore_index=True)
    return pandas.concat(parts, ignore_index=True) if parts else pandas.DataFrame(columns=columns)


def parquet_files(storage: Storage, uri: str, folder: Path, most: int = 100) -> list[Path]:
    """The Parquet files of a folder of S3, or the one that `uri` names, in `folder`.

    Raises:
        UnavailableError: S3 does not answer.
    """
    bucket, prefix = address(uri)
    keys = [key for key in storage.keys(bucket, prefix) if key.endswith(".parquet")]
    files: list[Path] = []
    for number, key in enumerate(keys[:most]):
        files.append(folder / f"{number}.parquet")
        storage.fetch(bucket, key, files[-1])
    return files


def _from_mlflow(uri: str, folder: Path) -> list[Path]:
    mlflow = cast(Any, import_module("mlflow"))
    try:
        found = Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=str(folder)))
    except mlflow.exceptions.MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE", "NOT_FOUND"):
            raise BadReferenceError(f"reference = {uri!r}: {error.message}") from error
        raise UnavailableError(f"MLflow, {uri}: {error.message}") from error
    except OSError as error:
        raise BadReferenceError(f"reference = {uri!r}: {error}") from error
    return [found] if found.is_file() else sorted(found.rglob("*.parquet"))
