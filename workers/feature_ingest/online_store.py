"""The online store, written through Feast."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol, cast

from workers.feature_ingest.records import Row, UnavailableError
from workers.feature_ingest.rows import View


class OnlineStore(Protocol):
    """Where rows go."""

    def views(self, names: Sequence[str]) -> list[View]:
        """The feature views, as they are applied now.

        Raises:
            UnavailableError: the registry does not answer, or a view is not applied or cannot be written to.
        """
        ...

    def write(self, view: str, rows: Sequence[Row]) -> None:
        """Write rows. The store skips rows that are not newer than the stored one of their entity.

        Raises:
            UnavailableError: the store did not take all rows. Some may be written; to write them again does no harm.
        """
        ...


class FeastStore:
    """Feast with the configuration in a folder. Feast reads the registry again when its copy expires."""

    def __init__(self, folder: str):
        # Feast takes ten seconds to import, and the environment of the tests has no Feast.
        self._store = cast(Any, import_module("feast")).FeatureStore(repo_path=folder)
        self._frame = cast(Any, import_module("pandas"))

    def views(self, names: Sequence[str]) -> list[View]:
        """See OnlineStore."""
        try:
            applied = {view.name: view for view in self._store.list_all_feature_views(allow_cache=True)}
        except Exception as error:
            raise UnavailableError(f"Feast's registry: {error}") from error
        found = [_view(applied[name]) for name in names if name in applied]
        missing = [f"{name} is not applied; run `feast apply`" for name in names if name not in applied]
        if problems := [*missing, *(problem for view in found if (problem := view.problem()))]:
            raise UnavailableError("feature view " + "; ".join(problems))
        return found

    def write(self, view: str, rows: Sequence[Row]) -> None:
        """See OnlineStore. Rows are written in groups that have the same columns without a value.

        In a column with and without values, Feast 0.67 reads 64-bit integers as floats, which have 53 bits, and a
        missing time as the least number. A column without any value is right.
        """
        for group in same_gaps(rows):
            columns = {name: self._frame.Series([row[name] for row in group], dtype=object) for name in group[0]}
            try:
                self._store.write_to_online_store(view, self._frame.DataFrame(columns), allow_registry_cache=True)
            except Exception as error:
                # Rows have the types of the view, so what fails is not in them.
                raise UnavailableError(f"{view}: {type(error).__name__}: {error}") from error


def same_gaps(rows: Iterable[Row]) -> list[list[Row]]:
    """Rows in groups with the same columns without a value, in their order."""
    groups: dict[frozenset[str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[frozenset(name for name, value in row.items() if value is None)].append(row)
    return list(groups.values())


def _view(applied: Any) -> View:
    source = applied.batch_source
    mapping = cast(Mapping[str, str], source.field_mapping or {})
    columns: Mapping[str, str] = {feature: column for column, feature in mapping.items()}
    return View(
        name=applied.name,
        keys=_types(applied.entity_columns),
        features={columns.get(name, name): kind for name, kind in _types(applied.features).items()},
        timestamp=source.timestamp_field,
        created=source.created_timestamp_column or "",
    )


def _types(fields: Any) -> dict[str, str]:
    return {str(field.name): str(field.dtype.to_value_type().name) for field in fields}
