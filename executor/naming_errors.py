"""Where a stored value stood that is none of its column's type: told with the error, for tables made by other programs."""

from executor.analysis import Column
from executor.catalog.model import Catalog
from executor.errors import SqlError
from executor.types.base import Encoder, Stored


def naming(catalog: Catalog, column: Column, encode: Encoder) -> Encoder:
    """The encoder; for a column of a table made elsewhere, one that names column and table in its errors."""
    relation = catalog.relations_by_oid.get(column.table_oid) if column.table_oid else None
    if relation is None or not relation.made_elsewhere:
        return encode
    name = relation.by_number[column.attribute].name

    def encode_or_tell(value: Stored) -> bytes:
        try:
            return encode(value)
        except SqlError as error:
            raise type(error)(f'{error.message}, in column "{name}" of table "{relation.name}"', schema=relation.schema,
                              table=relation.name, column=name) from None

    return encode_or_tell
