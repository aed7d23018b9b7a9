"""What tools/record_streams.py recorded from PostgreSQL, as decoded transactions and as what a plugin should say of them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from replication import decoded
from replication.pgoutput import messages
from replication.pgoutput.messages import AnyMessage
from replication.pgoutput.reader import StreamReader

FOLDER = Path(__file__).parent / "streams"
WAL2JSON_FOLDER = FOLDER.with_name("wal2json_streams")
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
IMMEDIATE = {"debug_logical_replication_streaming": "immediate"}


class Row(NamedTuple):
    """What pg_logical_slot_peek_changes gave."""

    lsn: int
    xid: int
    data: bytes


class Stream(NamedTuple):
    plugin: str
    options: dict[str, str]
    immediate: bool
    rows: list[Row]

    @property
    def label(self) -> str:
        return " ".join([self.plugin, *(f"{name}={value}" for name, value in self.options.items()), "immediate" * self.immediate])


Item = decoded.Transaction | decoded.Message


class Recording:
    """One script's."""

    def __init__(self, name: str, folder: Path = FOLDER) -> None:
        self._take(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))

    @classmethod
    def of(cls, raw: dict[str, Any]) -> "Recording":
        """One that was made just now."""
        made = cls.__new__(cls)
        made._take(raw)
        return made

    def _take(self, raw: dict[str, Any]) -> None:
        self.types = {tuple(map(int, key.split(":"))): value for key, value in raw["types"].items()}
        self.columns = {(schema, table, name): facts for schema, table, name, *facts in raw["columns"]}
        self.streams = [_stream(entry) for entry in raw["streams"]]

    def stream(self, plugin: str, options: dict[str, str], *, exact: bool = False) -> Stream:
        """The first of a plugin that has these options, or (exact) just these."""
        return next(stream for stream in self.streams if stream.plugin == plugin
                    and (stream.options == options if exact else stream.options.items() >= options.items()))

    def items(self, *, binary: bool = False) -> list[Item]:
        """The transactions that are not empty, and the messages outside of them, in order."""
        options = {"binary": "on"} if binary else {"messages": "on"}
        rows = self.stream("pgoutput", {"proto_version": "1", **options}).rows
        return list(_Collector(self.types, self.columns, binary).items(rows))


def _stream(entry: dict[str, Any]) -> Stream:
    rows = []
    for lsn, xid, data in entry["rows"]:
        high, low = lsn.split("/")
        rows.append(Row(int(high, 16) << 32 | int(low, 16), xid,
                        bytes.fromhex(data) if entry["plugin"] == "pgoutput" else data.encode()))
    return Stream(entry["plugin"], entry["options"], entry["settings"] == IMMEDIATE, rows)


class _Collector:
    """Messages of pgoutput, version 1, to decoded transactions."""

    def __init__(self, types: dict[Any, Any], columns: dict[Any, Any], binary: bool) -> None:
        self._types = types
        self._columns = columns
        self._binary = binary
        self._reader = StreamReader()

    def items(self, rows: list[Row]) -> Iterator[Item]:
        begin: messages.Begin | None = None
        origin: decoded.Origin | None = None
        changes: list[decoded.Change] = []
        for row in rows:
            message = self._reader.read(row.data)
            if isinstance(message, messages.Begin):
                begin, origin, changes = message, None, []
            elif isinstance(message, messages.Origin):
                origin = decoded.Origin(message.name, message.lsn, 1)
            elif isinstance(message, messages.Commit):
                assert begin is not None and (begin.final_lsn, begin.committed_at) == (message.lsn, message.committed_at)
                yield decoded.Transaction(begin.xid, message.lsn, message.end_lsn, message.committed_at, origin, 1, changes, 0)
            elif isinstance(message, messages.Message) and not message.transactional:
                yield self._message(message)
            elif not isinstance(message, messages.Relation | messages.Type):
                changes.append(self._change(message))

    @staticmethod
    def _message(message: messages.Message) -> decoded.Message:
        return decoded.Message(message.prefix, message.content, message.transactional, message.lsn)

    def _change(self, message: AnyMessage) -> decoded.Change:
        match message:
            case messages.Insert(oid, new):
                return decoded.Insert(self._relation(oid), new.values)
            case messages.Update(oid, old, new, is_key):
                return decoded.Update(self._relation(oid), None if old is None else old.values, new.values, is_key)
            case messages.Delete(oid, old, is_key):
                return decoded.Delete(self._relation(oid), old.values, is_key)
            case messages.Truncate(oids, cascade, restart):
                return decoded.Truncate(tuple(map(self._relation, oids)), cascade, restart)
            case messages.Message():
                return self._message(message)
        raise AssertionError(message)

    def _relation(self, oid: int) -> decoded.Relation:
        told = self._reader.relation(oid)
        columns = tuple(self._column(told, column) for column in told.columns)
        return decoded.Relation(oid, told.schema or "pg_catalog", told.name, told.identity, columns)

    def _column(self, told: messages.Relation, column: messages.RelationColumn) -> decoded.Column:
        key = (column.type_oid, column.typmod)
        printed, schema, name, base = self._types[key]
        made_of = None if base is None else _base(base, self._reader.types[column.type_oid])
        own = decoded.Type(column.type_oid, schema, name, printed, made_of) if column.type_oid >= 16384 else None
        position, not_null, is_pk, default = self._columns[told.schema, told.name, column.name]
        return decoded.Column(column.name, *key, printed, column.is_key, binary=self._binary, type=own, position=position,
                              not_null=not_null, is_pk=is_pk, default=default)


def _base(base: list[Any], told: messages.Type) -> decoded.Type:
    """What a domain is made of; if that is a domain too, what PostgreSQL said it is made of in the end."""
    oid, schema, name, printed = base
    further = decoded.Type(0, told.schema or "pg_catalog", told.name, "") if told.name != name else None
    return decoded.Type(oid, schema, name, printed, further)


def comparable(payloads: list[bytes]) -> list[bytes]:
    """pgoutput's payloads without what depends on when PostgreSQL's caches were emptied (descriptions that are repeated) and
    what it could not know yet when it sent blocks: what was rolled back or is empty, subtransactions."""
    shown: list[AnyMessage] = []
    block: list[AnyMessage] = []
    start: messages.StreamStart | None = None
    for payload in payloads:
        message = messages.decode(payload, in_block=start is not None)
        if isinstance(message, messages.StreamStart):
            start, block = message, []
        elif isinstance(message, messages.StreamStop):
            assert start is not None
            shown += [start, *block, message]
            start = None
        elif start is not None:
            block.append(message)
        else:
            shown.append(message)
    # What was emitted outside of transactions comes last: in a stream of blocks PostgreSQL tells of it earlier.
    shown.sort(key=lambda message: isinstance(message, messages.Message) and not message.transactional)
    return _encoded(_without_empty_blocks(_without_repetition(_without_aborted(shown))))


def _without_aborted(shown: list[AnyMessage]) -> list[AnyMessage]:
    aborts = [message for message in shown if isinstance(message, messages.StreamAbort)]
    whole = {abort.xid for abort in aborts if abort.xid == abort.subxid}
    parts = {abort.subxid for abort in aborts}
    kept: list[AnyMessage] = []
    top = 0
    for message in shown:
        top = message.xid if isinstance(message, messages.StreamStart) else top
        gone = top in whole if isinstance(message, messages.StreamStart | messages.StreamStop | messages.Origin) else (
            getattr(message, "xid", 0) in parts)
        if not gone and not isinstance(message, messages.StreamAbort):
            kept.append(message)
    return kept


def _without_repetition(shown: list[AnyMessage]) -> list[AnyMessage]:
    """Of descriptions of tables, and of types before them."""
    kept: list[AnyMessage] = []
    types: list[AnyMessage] = []
    known: dict[int, Any] = {}
    in_block: dict[int, Any] = {}
    block = 0
    for message in shown:
        if isinstance(message, messages.StreamStart):
            if message.first:
                in_block = {}
            block = message.xid
        elif isinstance(message, messages.StreamStop):
            block = 0
        elif isinstance(message, messages.StreamCommit):
            known |= in_block
        if isinstance(message, messages.Type):
            types.append(message)
        elif isinstance(message, messages.Relation):
            told = in_block if block else known
            plain = (message.schema, message.name, message.identity, message.columns)
            kept += [] if told.get(message.oid) == plain else [*types, message]
            told[message.oid], types = plain, []
        else:
            kept.append(message)
    return kept


def _without_empty_blocks(shown: list[AnyMessage]) -> list[AnyMessage]:
    kept: list[AnyMessage] = []
    begun: set[int] = set()
    at = 0
    while at < len(shown):
        message = shown[at]
        if isinstance(message, messages.StreamStart):
            if isinstance(shown[at + 1], messages.StreamStop):
                at += 2
                continue
            message = messages.StreamStart(message.xid, message.xid not in begun)
            begun.add(message.xid)
        if not isinstance(message, messages.StreamCommit) or message.xid in begun:
            kept.append(message)
        at += 1
    return kept


def _encoded(shown: list[AnyMessage]) -> list[bytes]:
    payloads, top = [], 0
    for message in shown:
        streamable = isinstance(message, messages.Streamable) and top
        payloads.append(messages.encode(message, top if streamable else 0))
        if isinstance(message, messages.StreamStart | messages.StreamStop):
            top = getattr(message, "xid", 0)
    return payloads


