"""wal2json's format-version 1: one object for each transaction, with parallel lists of names, types and values."""

from collections.abc import Callable, Iterator

from replication import decoded
from replication.decoded import Column, Relation, Values
from replication.output import Output, Surroundings
from replication.printing import format_time
from replication.wal2json.options import JsonOptions
from replication.wal2json.values import (
    domain_base,
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

Cells = list[tuple[Column, bytes | None]]


class Version1:
    """The plugin. TRUNCATE is not told in this format."""

    is_text = True
    binary = False
    publications = None
    messages = True

    def __init__(self, options: JsonOptions, surroundings: Surroundings) -> None:
        self._options = options
        self._zone = surroundings.zone
        pretty = options.pretty_print
        self._newline, self._space, self._tab = ("\n", " ", "\t") if pretty else ("", "", "")
        self._comma = f",{self._space}"

    def transaction(self, transaction: decoded.Transaction) -> Iterator[Output]:
        """One text; with write-in-chunks one for the head, for each change and for the tail."""
        if is_refused(transaction, self._options):
            return
        xid, chunks = transaction.xid, self._options.write_in_chunks
        newline = "" if chunks else self._newline
        pieces = [self._head(transaction)]
        count = 0
        for change in transaction.changes:
            body = self._change(change)
            if body is None:
                continue
            if chunks:
                yield Output(transaction.safe_lsn, xid, "".join(pieces).encode())
                pieces = []
            count += 1
            pieces.append(f"{newline}{self._indent(2)}{',' if count > 1 else ''}{body}")
        if chunks:
            yield Output(transaction.safe_lsn, xid, "".join(pieces).encode())
            pieces = []
        pieces.append(f"{newline}{self._tab}]{self._newline}}}")
        yield Output(transaction.end_lsn, xid, "".join(pieces).encode())

    def message(self, message: decoded.Message) -> Iterator[Output]:
        """An object of its own."""
        if self._options.tells_message(message.prefix):
            line = self._newline
            head = f'{{{line}{self._tab}"change":{self._space}[{line}{self._indent(2)}'
            yield Output(message.lsn, 0, f"{head}{self._message(message)}{line}{self._tab}]{line}}}".encode())

    def _indent(self, depth: int) -> str:
        return self._tab * depth

    def _field(self, depth: int, name: str, value: str, end: str = ",") -> str:
        return f'{self._indent(depth)}"{name}":{self._space}{value}{end}{self._newline}'

    def _head(self, transaction: decoded.Transaction) -> str:
        options = self._options
        pieces = [f"{{{self._newline}"]
        if options.include_xids:
            pieces.append(self._field(1, "xid", str(transaction.xid)))
        if options.include_lsn:
            pieces.append(self._field(1, "nextlsn", f'"{format_lsn(transaction.end_lsn)}"'))
        if options.include_timestamp:
            pieces.append(self._field(1, "timestamp", f'"{format_time(transaction.committed_at, self._zone)}"'))
        if options.include_origin:
            pieces.append(self._field(1, "origin", str(origin_number(transaction.origin))))
        return "".join(pieces) + f'{self._tab}"change":{self._space}['

    def _change(self, change: decoded.Change) -> str | None:
        if isinstance(change, decoded.Message):
            return self._message(change) if self._options.tells_message(change.prefix) else None
        writer = WRITERS.get(type(change))
        if writer is None:
            return None
        kind, write = writer
        relation: Relation = change.relation  # type: ignore[union-attr]
        if kind not in self._options.actions or not self._options.tells_of(relation.schema, relation.name):
            return None
        content = write(self, change)
        if content is None:
            return None
        schema = self._field(3, "schema", quote(relation.schema)) if self._options.include_schemas else ""
        head = f"{{{self._newline}{self._field(3, 'kind', quote(kind))}{schema}{self._field(3, 'table', quote(relation.name))}"
        return f"{head}{content}{self._indent(2)}}}"

    def _message(self, message: decoded.Message) -> str:
        content = message.content.split(b"\0")[0].decode(errors="replace")
        return (
            f"{{{self._newline}{self._field(3, 'kind', quote('message'))}"
            f"{self._field(3, 'transactional', 'true' if message.transactional else 'false')}"
            f"{self._field(3, 'prefix', quote(message.prefix))}{self._field(3, 'content', quote(content), '')}{self._indent(2)}}}"
        )

    def insert(self, change: decoded.Insert) -> str:
        """The new row, and the primary key."""
        relation = change.relation
        with_pk = self._options.include_pk and has_pk(relation)
        return self._columns(relation, change.new, more=with_pk) + (self._pk(relation, more=False) if with_pk else "")

    def update(self, change: decoded.Update) -> str | None:
        """The new row, the primary key, and what identified the old row; nothing if nothing does."""
        relation, old = change.relation, change.old
        if not has_identity(relation):
            return None
        with_pk = self._options.include_pk and has_pk(relation)
        if old is None:
            cells = self._identity_cells(relation, change.new)
        else:
            cells = list(zip(relation.columns, old, strict=True))
        pk = self._pk(relation, more=True) if with_pk else ""
        return self._columns(relation, change.new, more=True) + pk + self._keys(cells)

    def delete(self, change: decoded.Delete) -> str | None:
        """The primary key, and what identified the old row; nothing if nothing does."""
        relation, old = change.relation, change.old
        if old is None or not has_identity(relation):
            return None
        with_pk = self._options.include_pk and has_pk(relation)
        return (self._pk(relation, more=True) if with_pk else "") + self._keys(self._identity_cells(relation, old))

    @staticmethod
    def _identity_cells(relation: Relation, row: Values) -> Cells:
        return [(column, value) for column, value in zip(relation.columns, row, strict=True) if in_identity(relation, column)]

    def _list(self, depth: int, name: str, items: list[str], end: str = ",") -> str:
        return self._field(depth, name, f"[{self._comma.join(items)}]", end)

    def _columns(self, relation: Relation, row: Values, *, more: bool) -> str:
        options, columns = self._options, relation.columns
        pieces = [self._list(3, "columnnames", [quote(column.name) for column in columns])]
        if options.include_types:
            pieces.append(self._list(3, "columntypes", self._types(columns)))
        if options.include_type_oids:
            pieces.append(self._list(3, "columntypeoids", [str(self._oid(column)) for column in columns]))
        if options.include_column_positions:
            pieces.append(self._list(3, "columnpositions", [str(column.position) for column in columns]))
        if options.include_not_null:
            # wal2json fills the list only while it writes types.
            optional = ["false" if column.not_null else "true" for column in columns] if options.include_types else []
            pieces.append(self._list(3, "columnoptionals", optional))
        if options.include_default:
            defaults = ["null" if column.default is None else quote(column.default) for column in columns]
            pieces.append(self._list(3, "columndefaults", defaults))
        cells = list(zip(columns, row, strict=True))
        return "".join(pieces) + self._list(3, "columnvalues", self._values(cells), "," if more else "")

    def _keys(self, cells: Cells) -> str:
        """Columns that are NULL are left out."""
        options = self._options
        filled: Cells = [(column, value) for column, value in cells if value is not None]
        columns = tuple(column for column, _ in filled)
        pieces = [f'{self._indent(3)}"oldkeys":{self._space}{{{self._newline}',
                  self._list(4, "keynames", [quote(column.name) for column in columns])]
        if options.include_types:
            pieces.append(self._list(4, "keytypes", self._types(columns)))
        if options.include_type_oids:
            pieces.append(self._list(4, "keytypeoids", [str(self._oid(column)) for column in columns]))
        pieces.append(self._list(4, "keyvalues", self._values(filled), ""))
        return "".join(pieces) + f"{self._indent(3)}}}{self._newline}"

    def _pk(self, relation: Relation, *, more: bool) -> str:
        columns = tuple(column for column in relation.columns if column.is_pk)
        types = self._types(columns) if self._options.include_types else []
        return (
            f'{self._indent(3)}"pk":{self._space}{{{self._newline}'
            f"{self._list(4, 'pknames', [quote(column.name) for column in columns])}{self._list(4, 'pktypes', types, '')}"
            f"{self._indent(3)}}}{',' if more else ''}{self._newline}"
        )

    def _types(self, columns: tuple[Column, ...]) -> list[str]:
        return [quote_type(type_name(column, self._options, typmod=self._options.include_typmod)) for column in columns]

    def _oid(self, column: Column) -> int:
        """Of the type that is told: a domain's own, unless the types say what it is made of."""
        base = domain_base(column, self._options) if self._options.include_types else None
        return column.type_oid if base is None else base.oid

    def _values(self, cells: Cells) -> list[str]:
        as_strings = self._options.numeric_data_types_as_string
        return [render(value, self._oid(column), numbers_as_strings=as_strings) for column, value in cells]


WRITERS: dict[type, tuple[str, Callable[..., str | None]]] = {
    decoded.Insert: ("insert", Version1.insert), decoded.Update: ("update", Version1.update),
    decoded.Delete: ("delete", Version1.delete),
}
