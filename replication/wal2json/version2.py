"""wal2json's format-version 2: one object for each change, and for the beginning and the end of each transaction."""

from collections.abc import Callable, Iterator
from enum import Enum

from replication import decoded
from replication.decoded import Column, Relation, Values
from replication.output import Output, Surroundings
from replication.printing import format_time
from replication.wal2json.options import JsonOptions
from replication.wal2json.values import (
    has_identity,
    has_pk,
    in_identity,
    is_refused,
    origin_number,
    quote,
    quote_type,
    render,
    type_name,
)
from storage.logged import format_lsn


class Part(Enum):
    """Which columns of a row are told: all of the new one, those that identified the old one, the primary key's."""

    CHANGE = "columns"
    IDENTITY = "identity"
    PK = "pk"


class Version2:
    """The plugin."""

    is_text = True
    binary = False
    publications = None
    messages = True

    def __init__(self, options: JsonOptions, surroundings: Surroundings) -> None:
        self._options = options
        self._zone = surroundings.zone

    def transaction(self, transaction: decoded.Transaction) -> Iterator[Output]:
        """An object for each change."""
        if is_refused(transaction, self._options):
            return
        xid, lsn, end = transaction.xid, transaction.safe_lsn, transaction.end_lsn
        if self._options.include_transaction:
            yield Output(lsn, xid, self._boundary("B", transaction).encode())
        for change in transaction.changes:
            for text in TELLERS[type(change)](self, change, transaction):
                yield Output(lsn, xid, text.encode())
        if self._options.include_transaction:
            yield Output(end, xid, self._boundary("C", transaction).encode())

    def message(self, message: decoded.Message) -> Iterator[Output]:
        """An object."""
        for text in self.told_message(message, None):
            yield Output(message.lsn, 0, text.encode())

    def _boundary(self, action: str, transaction: decoded.Transaction) -> str:
        end = f',"nextlsn":"{format_lsn(transaction.end_lsn)}"' if self._options.include_lsn else ""
        return f"{{{self._head(action, transaction, transaction.lsn)}{end}}}"

    def _head(self, action: str, transaction: decoded.Transaction | None, lsn: int) -> str:
        """What begins each object. Without a transaction, what is known of it is null."""
        options = self._options
        pieces = [f'"action":"{action}"']
        if options.include_xids:
            pieces.append(f'"xid":{"null" if transaction is None else transaction.xid}')
        if options.include_timestamp:
            shown = "null" if transaction is None else f'"{format_time(transaction.committed_at, self._zone)}"'
            pieces.append(f'"timestamp":{shown}')
        if options.include_origin:
            pieces.append(f'"origin":{"null" if transaction is None else origin_number(transaction.origin)}')
        if options.include_lsn:
            pieces.append(f'"lsn":"{format_lsn(lsn)}"')
        return ",".join(pieces)

    def _change(self, action: str, relation: Relation, transaction: decoded.Transaction, parts: list[str]) -> Iterator[str]:
        schema = f',"schema":{quote(relation.schema)}' if self._options.include_schemas else ""
        content = "".join(f",{part}" for part in parts)
        yield f'{{{self._head(action, transaction, transaction.lsn)}{schema},"table":{quote(relation.name)}{content}}}'

    def _tells(self, action: str, relation: Relation) -> bool:
        return action in self._options.actions and self._options.tells_of(relation.schema, relation.name)

    def told_insert(self, change: decoded.Insert, transaction: decoded.Transaction) -> Iterator[str]:
        """The new row."""
        relation = change.relation
        if self._tells("insert", relation):
            parts = [self._row(relation, change.new, Part.CHANGE), *self._pk(relation, change.new)]
            yield from self._change("I", relation, transaction, parts)

    def told_update(self, change: decoded.Update, transaction: decoded.Transaction) -> Iterator[str]:
        """The new row and what identified the old one; nothing if nothing does."""
        relation, before = change.relation, change.new if change.old is None else change.old
        if self._tells("update", relation) and (change.old is not None or has_identity(relation)):
            parts = [self._row(relation, change.new, Part.CHANGE), self._row(relation, before, Part.IDENTITY),
                     *self._pk(relation, before)]
            yield from self._change("U", relation, transaction, parts)

    def told_delete(self, change: decoded.Delete, transaction: decoded.Transaction) -> Iterator[str]:
        """What identified the old row; nothing if nothing does."""
        relation, old = change.relation, change.old
        if self._tells("delete", relation) and old is not None:
            parts = [self._row(relation, old, Part.IDENTITY), *self._pk(relation, old)]
            yield from self._change("D", relation, transaction, parts)

    def told_truncate(self, change: decoded.Truncate, transaction: decoded.Transaction) -> Iterator[str]:
        """An object for each table."""
        for relation in change.relations:
            if self._tells("truncate", relation):
                yield from self._change("T", relation, transaction, [])

    def told_message(self, message: decoded.Message, transaction: decoded.Transaction | None) -> Iterator[str]:
        """Prefix and content, up to the first zero byte."""
        if not self._options.tells_message(message.prefix):
            return
        content = message.content.split(b"\0")[0].decode(errors="replace")
        yield (
            f'{{{self._head("M", transaction, message.lsn)},"transactional":{"true" if message.transactional else "false"}'
            f',"prefix":{quote(message.prefix)},"content":{quote(content)}}}'
        )

    def _pk(self, relation: Relation, row: Values) -> list[str]:
        if not self._options.include_pk:
            return []
        return [self._row(relation, row, Part.PK) if has_pk(relation) else '"pk":[]']

    def _row(self, relation: Relation, row: Values, part: Part) -> str:
        cells = ",".join(
            self._cell(column, value, part)
            for column, value in zip(relation.columns, row, strict=True)
            if part is Part.CHANGE or (column.is_pk if part is Part.PK else in_identity(relation, column))
        )
        return f'"{part.value}":[{cells}]'

    def _cell(self, column: Column, value: bytes | None, part: Part) -> str:
        options = self._options
        pieces = [f'"name":{quote(column.name)}']
        if options.include_types:
            # include-typmod is of format-version 1 only.
            pieces.append(f'"type":{quote_type(type_name(column, options, typmod=True))}')
        if options.include_type_oids:
            pieces.append(f'"typeoid":{column.type_oid}')
        if part is not Part.PK:
            shown = render(value, column.type_oid, numbers_as_strings=options.numeric_data_types_as_string)
            pieces.append(f'"value":{shown}')
        if part is Part.CHANGE:
            if options.include_not_null:
                pieces.append(f'"optional":{"false" if column.not_null else "true"}')
            if options.include_column_positions:
                pieces.append(f'"position":{column.position}')
            if options.include_default:
                pieces.append(f'"default":{"null" if column.default is None else quote(column.default)}')
        return f"{{{','.join(pieces)}}}"


TELLERS: dict[type, Callable[..., Iterator[str]]] = {
    decoded.Insert: Version2.told_insert, decoded.Update: Version2.told_update, decoded.Delete: Version2.told_delete,
    decoded.Truncate: Version2.told_truncate, decoded.Message: Version2.told_message,
}
