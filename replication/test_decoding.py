"""test_decoding: the plugin of PostgreSQL's contrib that prints changes for people to read. Pure.

The options force-binary (the output is said to be bytes), include-xids, include-timestamp, skip-empty-xacts, only-local and
stream-changes do what they do in PostgreSQL. include-rewrites asks for rows that a rewriting ALTER TABLE writes anew; here no
statement tells of any.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

from replication import decoded
from replication.output import Options, Output, Surroundings, is_streamed, pairs, parse_boolean, size_of, unknown_option
from replication.printing import format_time, plain_type, quote_identifier, quote_qualified

NUMBERS = frozenset({20, 21, 23, 26, 700, 701, 1700})
BITS = frozenset({1560, 1562})
BOOLEAN = 16


@dataclass(frozen=True, slots=True)
class TextOptions:
    """The options of one consumer."""

    include_xids: bool = True
    include_timestamp: bool = False
    force_binary: bool = False
    skip_empty_xacts: bool = False
    only_local: bool = False
    include_rewrites: bool = False
    stream_changes: bool = False


NAMES = {field.name.replace("_", "-"): field.name for field in fields(TextOptions)}


def open_plugin(options: Options, surroundings: Surroundings) -> "TestDecoding":
    """test_decoding with these options. Raises: PluginError."""
    given = {}
    for name, value in pairs(options):
        if name not in NAMES:
            raise unknown_option(name, value)
        given[NAMES[name]] = parse_boolean(name, value)
    return TestDecoding(TextOptions(**given), surroundings)


class TestDecoding:
    """The plugin."""

    binary = False
    publications = None
    messages = True
    __test__ = False  # not a class of tests, whatever its name is

    def __init__(self, options: TextOptions, surroundings: Surroundings) -> None:
        self.is_text = not options.force_binary
        self._options = options
        self._surroundings = surroundings

    def transaction(self, transaction: decoded.Transaction) -> Iterator[Output]:
        """BEGIN, a line for each change, COMMIT."""
        if self._options.only_local and transaction.origin is not None:
            return
        streamed = self._options.stream_changes and is_streamed(transaction, self._surroundings)
        lines = self._blocks(transaction) if streamed else self._whole(transaction)
        for lsn, text in lines:
            yield Output(lsn, transaction.xid, text.encode())

    def message(self, message: decoded.Message) -> Iterator[Output]:
        """One line."""
        yield Output(message.lsn, 0, _message(message).encode())

    def _whole(self, transaction: decoded.Transaction) -> Iterator[tuple[int, str]]:
        shown = f" {transaction.xid}" if self._options.include_xids else ""
        lsn, begun = transaction.safe_lsn, not self._options.skip_empty_xacts
        if begun:
            yield lsn, f"BEGIN{shown}"
        for change in transaction.changes:
            if not begun:
                yield lsn, f"BEGIN{shown}"
                begun = True
            yield lsn, PRINTERS[type(change)](change)
        if begun:
            yield transaction.end_lsn, f"COMMIT{shown}{self._time(transaction)}"

    def _blocks(self, transaction: decoded.Transaction) -> Iterator[tuple[int, str]]:
        """Of a transaction that comes in blocks, only what kind of changes there are."""
        xid = f"TXN {transaction.xid}" if self._options.include_xids else "transaction"
        block = f"block for transaction{f' {xid}' if self._options.include_xids else ''}"
        lsn, wrote, spent = transaction.safe_lsn, False, -1
        for change in transaction.changes:
            if spent < 0:
                yield lsn, f"opening a streamed {block}"
                wrote, spent = True, 0
            yield lsn, _streamed(change, xid)
            spent += size_of(change)
            if spent > self._surroundings.work_mem:
                yield lsn, f"closing a streamed {block}"
                spent = -1
        if spent >= 0:
            yield lsn, f"closing a streamed {block}"
        if wrote:
            committed = f"transaction{f' {xid}' if self._options.include_xids else ''}"
            yield transaction.end_lsn, f"committing streamed {committed}{self._time(transaction)}"

    def _time(self, transaction: decoded.Transaction) -> str:
        if not self._options.include_timestamp:
            return ""
        return f" (at {format_time(transaction.committed_at, self._surroundings.zone)})"


def _streamed(change: decoded.Change, xid: str) -> str:
    if isinstance(change, decoded.Message):
        return f"streaming {_message(change) if not change.transactional else _message_head(change)}"
    return f"streaming {'truncate' if isinstance(change, decoded.Truncate) else 'change'} for {xid}"


def _message_head(message: decoded.Message) -> str:
    return f"message: transactional: {message.transactional:d} prefix: {message.prefix}, sz: {len(message.content)}"


def _message(message: decoded.Message) -> str:
    return f"{_message_head(message)} content:{message.content.decode(errors='replace')}"


def _insert(change: decoded.Insert) -> str:
    return f"{_table(change.relation)} INSERT:{_row(change.relation, change.new)}"


def _update(change: decoded.Update) -> str:
    relation, old = change.relation, change.old
    before = "" if old is None else f" old-key:{_row(relation, old, skip_nulls=True)} new-tuple:"
    return f"{_table(relation)} UPDATE:{before}{_row(relation, change.new)}"


def _delete(change: decoded.Delete) -> str:
    row = " (no-tuple-data)" if change.old is None else _row(change.relation, change.old, skip_nulls=True)
    return f"{_table(change.relation)} DELETE:{row}"


def _truncate(change: decoded.Truncate) -> str:
    names = ", ".join(quote_qualified(relation.schema, relation.name) for relation in change.relations)
    flags = " restart_seqs" * change.restart_identity + " cascade" * change.cascade
    return f"table {names}: TRUNCATE:{flags or ' (no-flags)'}"


PRINTERS: dict[type, Callable[..., str]] = {
    decoded.Insert: _insert, decoded.Update: _update, decoded.Delete: _delete, decoded.Truncate: _truncate,
    decoded.Message: _message,
}


def _table(relation: decoded.Relation) -> str:
    return f"table {quote_qualified(relation.schema, relation.name)}:"


def _row(relation: decoded.Relation, row: decoded.Values, *, skip_nulls: bool = False) -> str:
    return "".join(
        f" {quote_identifier(column.name)}[{plain_type(column)}]:{_value(column.type_oid, value)}"
        for column, value in zip(relation.columns, row, strict=True)
        if value is not None or not skip_nulls
    )


def _value(oid: int, value: bytes | None) -> str:
    if value is None:
        return "null"
    text = value.decode()
    if oid in NUMBERS:
        return text
    if oid == BOOLEAN:
        return "true" if text == "t" else "false"
    quoted = text.replace("'", "''")
    return f"B'{quoted}'" if oid in BITS else f"'{quoted}'"
