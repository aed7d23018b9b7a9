"""Making rows of system relations by column name, so that a producer cannot get their order or number wrong."""

from collections.abc import Callable
from typing import Any

import msgspec

from executor.catalog.system.relations import base_type, qualified
from executor.types.base import Stored

Row = tuple[Stored, ...]
_ZEROS: dict[str, Stored] = {"int8": 0, "int4": 0, "float8": 0.0, "bool": 0}


def maker(name: str, *, zeros: bool = False, **defaults: Stored) -> Callable[..., Row]:
    """A function from column values (by keyword) to a row of the relation "schema.name"; the others are NULL.

    zeros: numbers that are not given are 0, as the counters of the statistics views are.
    """
    places: dict[str, int] = {}
    template: list[Stored] = []

    def prepare() -> None:
        columns = qualified(name).columns
        places.update((column.name, i) for i, column in enumerate(columns))
        template.extend(_ZEROS.get(base_type(column.type).name) if zeros else None for column in columns)
        for column, value in defaults.items():
            template[places[column]] = value

    def make(**values: Stored) -> Row:
        if not template:  # not before the first row: reading the facts takes a while
            prepare()
        row = template.copy()
        for column, value in values.items():
            row[places[column]] = value
        return tuple(row)

    return make


def array(values: Any) -> str | None:
    """The stored form of an array or vector; None stays NULL."""
    return None if values is None else msgspec.json.encode(list(values)).decode()


def yes_no(value: object) -> str:
    """information_schema's boolean."""
    return "YES" if value else "NO"
