"""What a plugin says about a log, from a position on, a bounded piece at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo

from replication.contract import Catalog
from replication.decoded import Change, Message, Transaction
from replication.decoding import Decoder, LogIncomplete
from replication.output import Options
from replication.plugins import Output, PluginError, open_plugin
from replication.slots import MakeError, Slot

PIECE_BYTES = 1 << 18
STREAM_START, STREAM_IS_FIRST = b"S", 5
"""pgoutput's message, and where it says that it is the transaction's first block."""
DDL_PREFIX = "pgquill.ddl"
"""Of the messages that tell the text of a statement that has changed the schema."""


class Changes:
    """A replication.sender.Source. Large transactions are given in pieces; `position` moves when all of one was given."""

    is_partial = True

    def __init__(self, slot: Slot, catalog: Catalog, options: Options, start: int, error: MakeError, *,
                 work_mem: int, zone: tzinfo) -> None:
        """work_mem: logical_decoding_work_mem in bytes. zone: for times that are printed. Raises what the plugin says of its
        options, as an SqlError."""
        self.position = start
        self._counts = slot.counts
        self._error = error
        try:
            self.plugin = open_plugin(slot.plugin, options, work_mem=work_mem, zone=zone)
        except PluginError as wrong:
            raise error(wrong.sqlstate, str(wrong), detail=wrong.detail, hint=wrong.hint,
                        where=f'slot "{slot.name}", output plugin "{slot.plugin}", in the startup callback') from None
        self._tells_ddl = slot.plugin == "pgoutput"  # whose consumers ask for messages; the others' output is as PostgreSQL's
        self._decoder = Decoder(slot.wal, catalog, self.plugin, start)
        self._rest: Iterator[Output] | None = None

    @property
    def is_between(self) -> bool:
        """Whether all that was begun has been given."""
        return self._rest is None

    async def next(self) -> Sequence[tuple[int, bytes]]:
        """See Source."""
        return [(output.lsn if output.last else 0, output.data) for output in await self.outputs()]

    async def outputs(self) -> Sequence[Output]:
        """The same with the transactions' numbers."""
        if self._rest is None:
            try:
                items = await self._decoder.next()
            except LogIncomplete as incomplete:
                raise self._error("55000", str(incomplete),
                                  hint="Copy the tables again, and make a new slot.") from None
            self._rest = (output for item in items for output in self._say(item))
        found: list[Output] = []
        size = 0
        try:
            for output in self._rest:
                found.append(output)
                size += len(output.data)
                if size >= PIECE_BYTES:
                    return found
        except PluginError as wrong:
            raise self._error(wrong.sqlstate, str(wrong), detail=wrong.detail, hint=wrong.hint) from None
        self._rest = None
        self.position = self._decoder.position
        return found

    def _say(self, item: Transaction | Message) -> Iterator[Output]:
        if isinstance(item, Message):
            return self.plugin.message(item)
        self._counts.total_txns += 1
        self._counts.total_bytes += item.size
        if self._tells_ddl:
            return self._counted(item)
        return self.plugin.transaction(replace(item, changes=(change for change in item.changes if not _is_ddl(change))))

    def _counted(self, item: Transaction) -> Iterator[Output]:
        """What pgoutput says of a transaction, which it may stream in blocks."""
        counts = self._counts
        for output in self.plugin.transaction(item):
            if output.data[:1] == STREAM_START:
                counts.stream_count += 1
                if output.data[STREAM_IS_FIRST]:
                    counts.stream_txns += 1
                    counts.stream_bytes += item.size
            yield output


def _is_ddl(change: Change) -> bool:
    return isinstance(change, Message) and change.prefix == DDL_PREFIX
