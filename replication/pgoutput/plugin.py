"""Decoded transactions to pgoutput's messages, for one consumer. Pure."""

from collections.abc import Iterator

from replication import decoded
from replication.output import Options, Output, Surroundings, is_streamed, size_of
from replication.pgoutput import messages
from replication.pgoutput.fields import BINARY, TEXT, Row
from replication.pgoutput.messages import AnyMessage, RelationColumn, encode
from replication.pgoutput.options import PgOutputOptions, Streaming, parse_options

FIRST_TOLD_OID = 10000
"""Types from here on are not the same in all databases, so the consumer is told their names."""


def open_plugin(options: Options, surroundings: Surroundings) -> "PgOutput":
    """pgoutput with these options. Raises: PluginError."""
    return PgOutput(parse_options(options), surroundings)


class PgOutput:
    """The plugin. It describes a table before its first change, and again when it has changed."""

    is_text = False

    def __init__(self, options: PgOutputOptions, surroundings: Surroundings) -> None:
        self.binary = options.binary
        self.publications: tuple[str, ...] | None = options.publications
        self.messages = options.messages
        self._options = options
        self._surroundings = surroundings
        self._known: dict[int, decoded.Relation] = {}
        self._formats: tuple[decoded.Relation | None, bytes] = (None, b"")

    def transaction(self, transaction: decoded.Transaction) -> Iterator[Output]:
        """One transaction; nothing at all if it has nothing for this consumer, as in PostgreSQL."""
        if self._options.no_origin and transaction.origin is not None:
            return
        if self._options.streaming is not Streaming.OFF and is_streamed(transaction, self._surroundings):
            yield from self._blocks(transaction)
        else:
            yield from self._whole(transaction)

    def message(self, message: decoded.Message) -> Iterator[Output]:
        """A message outside of all transactions."""
        if self.messages:
            yield Output(message.lsn, 0, encode(_message(message)))

    def _whole(self, transaction: decoded.Transaction) -> Iterator[Output]:
        lsn, xid, committed_at = transaction.lsn, transaction.xid, transaction.committed_at
        begun = False
        for change in transaction.changes:
            for output in self._change(change, transaction, self._known):
                if not begun:
                    yield from _opening(messages.Begin(lsn, committed_at, xid), transaction, _origin_lsn(transaction))
                    begun = True
                yield output
        if begun:
            end = transaction.end_lsn
            yield Output(end, xid, encode(messages.Commit(lsn, end, committed_at)))

    def _blocks(self, transaction: decoded.Transaction) -> Iterator[Output]:
        """A transaction in blocks of about work_mem. In each transaction tables are described anew: one that is rolled back
        takes its descriptions with it."""
        xid, lsn, end = transaction.xid, transaction.safe_lsn, transaction.end_lsn
        known: dict[int, decoded.Relation] = {}
        begun, spent = False, -1
        for change in transaction.changes:
            for output in self._change(change, transaction, known, xid):
                if spent < 0:
                    start = messages.StreamStart(xid, first=not begun)
                    yield from _opening(start, transaction, 0) if not begun else (Output(lsn, xid, encode(start)),)
                    begun, spent = True, 0
                yield output
            if spent >= 0:
                spent += size_of(change)
                if spent > self._surroundings.work_mem:
                    yield Output(lsn, xid, encode(messages.StreamStop()))
                    spent = -1
        if spent >= 0:
            yield Output(lsn, xid, encode(messages.StreamStop()))
        if begun:
            yield Output(end, xid, encode(messages.StreamCommit(xid, transaction.lsn, end, transaction.committed_at)))
            self._known |= known

    def _change(
        self, change: decoded.Change, transaction: decoded.Transaction, known: dict[int, decoded.Relation], block: int = 0
    ) -> Iterator[Output]:
        message = self._translate(change)
        if message is None:
            return
        xid, lsn = transaction.xid, transaction.safe_lsn
        for relation in _relations(change):
            told = known.get(relation.oid)
            if told is relation:  # nearly always; to compare them takes longer
                continue
            known[relation.oid] = relation
            if told != relation:
                for description in _describe(relation):
                    yield Output(lsn, xid, encode(description, block), last=False)
        yield Output(lsn, xid, encode(message, block))

    def _translate(self, change: decoded.Change) -> AnyMessage | None:
        """The message for a change; None for a deleted row without an identity and for a message that nobody asked for."""
        match change:
            case decoded.Insert(relation, new):
                return messages.Insert(relation.oid, Row(new, self._formats_of(relation)))
            case decoded.Update(relation, old, new):
                formats = self._formats_of(relation)
                before = None if old is None else Row(old, formats)
                is_key = relation.identity is not decoded.Identity.FULL
                return messages.Update(relation.oid, before, Row(new, formats), is_key)
            case decoded.Delete(relation, old):
                if old is None:
                    return None
                is_key = relation.identity is not decoded.Identity.FULL
                return messages.Delete(relation.oid, Row(old, self._formats_of(relation)), is_key)
            case decoded.Truncate(relations, cascade, restart_identity):
                return messages.Truncate(tuple(relation.oid for relation in relations), cascade, restart_identity)
            case decoded.Message():
                return _message(change) if self.messages else None

    def _formats_of(self, relation: decoded.Relation) -> bytes:
        """How the values of each column are written. Rows of one table come in runs."""
        if self._formats[0] is not relation:
            self._formats = (relation, bytes(BINARY if column.binary else TEXT for column in relation.columns))
        return self._formats[1]


def _relations(change: decoded.Change) -> tuple[decoded.Relation, ...]:
    if isinstance(change, decoded.Message):
        return ()
    return change.relations if isinstance(change, decoded.Truncate) else (change.relation,)


def _opening(start: AnyMessage, transaction: decoded.Transaction, origin_lsn: int) -> Iterator[Output]:
    origin = transaction.origin
    lsn, xid = transaction.safe_lsn, transaction.xid
    yield Output(lsn, xid, encode(start), last=origin is None)
    if origin is not None:
        yield Output(lsn, xid, encode(messages.Origin(origin_lsn, origin.name)))


def _origin_lsn(transaction: decoded.Transaction) -> int:
    return 0 if transaction.origin is None else transaction.origin.lsn


def _describe(relation: decoded.Relation) -> Iterator[AnyMessage]:
    for column in relation.columns:
        if column.type is not None and column.type_oid >= FIRST_TOLD_OID:
            base = column.type
            while base.domain_of is not None:
                base = base.domain_of
            yield messages.Type(column.type_oid, _namespace(base.schema), base.name)
    full = relation.identity is decoded.Identity.FULL
    columns = tuple(
        RelationColumn(column.name, column.type_oid, column.typmod, full or column.is_key) for column in relation.columns
    )
    yield messages.Relation(relation.oid, _namespace(relation.schema), relation.name, relation.identity, columns)


def _namespace(schema: str) -> str:
    return "" if schema == "pg_catalog" else schema


def _message(message: decoded.Message) -> messages.Message:
    return messages.Message(message.transactional, message.lsn, message.prefix, message.content)
