"""One replication connection: what it is answered to each replication command. pgwire hands the texts over; SQL is not for it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from replication.commands import (
    TAGS,
    AlterSlot,
    BaseBackup,
    Command,
    CommandError,
    CreateSlot,
    DropSlot,
    IdentifySystem,
    ReadSlot,
    Show,
    StartReplication,
    TimelineHistory,
    UploadManifest,
    is_command,
    parse_command,
)
from replication.sender import RECORDS, Channel, Records, Sender, Source
from replication.slots import Slot
from replication.stream import KNOWN_TIMELINE
from storage.errors import Busy
from storage.logged import format_lsn

if TYPE_CHECKING:
    from replication.service import Replication

TEXT, INT8 = 25, 20
_SIZES = {TEXT: -1, INT8: 8}
AT_REST_TRIES = 100
Cell = str | None


class Conversation(Channel, Protocol):
    """The connection: answers are queued, and go out with `flush` or when the command is done."""

    def rows(self, columns: Sequence[tuple[str, int, int]], rows: Sequence[Sequence[bytes | None]]) -> None:
        """Queue a result. columns: (name, OID of the type, its size)."""

    def complete(self, tag: str) -> None:
        """Queue CommandComplete."""

    async def begin_copy_both(self) -> None:
        """Send CopyBothResponse."""

    async def begin_copy_out(self) -> None:
        """Send CopyOutResponse."""

    def end_copy(self) -> None:
        """Queue CopyDone."""

    def close_after(self) -> None:
        """The connection ends when the command is done."""


@dataclass(slots=True)
class Who:
    """A connection. session: its executor.session.Session. is_physical: it has asked for no database."""

    process_id: int
    session: Any
    is_physical: bool

    @property
    def database(self) -> str:
        """The name of the database whose log this is about."""
        return str(self.session.database.name)

    @property
    def application_name(self) -> str:
        """As pg_stat_replication and synchronous_standby_names have it."""
        return str(self.session.settings.get("application_name"))

    @property
    def user(self) -> str:
        """The role."""
        return str(self.session.user)


class Walsender:
    """See the module. Made by Replication.connect; `close` it."""

    def __init__(self, replication: "Replication", who: Who) -> None:
        self._of = replication
        self._who = who
        self._error = replication.error
        self._exporting: Any = None  # the transaction whose snapshot is exported, until the next command
        replication.connected.add(who.process_id)

    def close(self) -> None:
        """The connection is over."""
        self._end_export()
        self._of.connected.discard(self._who.process_id)
        self._of.slot_table.drop_temporary(self._who.process_id)

    async def run(self, text: str, conversation: Conversation) -> bool:
        """Answer a text, if it is a replication command; False if it is SQL, and may be. Raises SqlErrors."""
        self._end_export()
        if not is_command(text):
            if self._who.is_physical:
                raise self._error("0A000", "cannot execute SQL commands in WAL sender for physical replication")
            return False
        try:
            command = parse_command(text)
        except CommandError as error:
            raise self._error(error.sqlstate, error.message) from None
        if isinstance(command, Show):
            return False  # that is SQL, too
        if self._who.session.status == b"E":
            raise self._error("25P02", "current transaction is aborted, commands ignored until end of transaction block")
        await _ANSWERS[type(command)](self, command, conversation)
        conversation.complete(TAGS[type(command)])
        return True

    @property
    def _wal(self) -> Any:
        return self._of.wals()[self._who.database]

    def _answer(self, conversation: Conversation, columns: Sequence[tuple[str, int]], *rows: Sequence[Cell]) -> None:
        encoded = [[None if cell is None else cell.encode() for cell in row] for row in rows]
        conversation.rows([(name, oid, _SIZES[oid]) for name, oid in columns], encoded)

    # --- what is asked ------------------------------------------------------------------------------------------------

    async def _identify(self, command: Any, conversation: Conversation) -> None:
        wal = self._wal
        name = None if self._who.is_physical else self._who.database
        self._answer(conversation, (("systemid", TEXT), ("timeline", INT8), ("xlogpos", TEXT), ("dbname", TEXT)),
                     (str(wal.system_identifier), str(wal.timeline), format_lsn(wal.flushed), name))

    async def _timeline_history(self, command: TimelineHistory, conversation: Conversation) -> None:
        wal, wanted = self._wal, command.timeline
        if not 1 < wanted <= wal.timeline:
            name = f"pg_wal/{wanted:08X}.history"
            raise self._error("58P01", f'could not open file "{name}": No such file or directory')
        lines = "".join(f"{old}\t{format_lsn(end)}\t{why}\n" for old, end, why in wal.history if old < wanted)
        self._answer(conversation, (("filename", TEXT), ("content", TEXT)), (f"{wanted:08X}.history", lines))

    async def _create_slot(self, command: CreateSlot, conversation: Conversation) -> None:
        if command.plugin is not None and self._who.is_physical:
            raise self._error("55000", "logical decoding requires a database connection")
        self._check_snapshot(command.snapshot)
        slot = await self._of.make_slot(self._who.database, self._who.process_id, command)
        snapshot = None
        if command.snapshot == "use":
            await self._use_snapshot(slot)
        elif command.snapshot == "export":
            snapshot = await self._export_snapshot(slot)
        self._answer(conversation, (("slot_name", TEXT), ("consistent_point", TEXT), ("snapshot_name", TEXT),
                                    ("output_plugin", TEXT)),
                     (slot.name, format_lsn(slot.confirmed), snapshot, slot.plugin))

    def _check_snapshot(self, snapshot: str) -> None:
        """XX000, as PostgreSQL has it, where the transaction does not fit."""
        session = self._who.session
        in_block = session.status == b"T"
        prefix = f"CREATE_REPLICATION_SLOT ... (SNAPSHOT '{snapshot}')"
        if snapshot == "export" and in_block:
            raise self._error("XX000", f"{prefix} must not be called inside a transaction")
        if snapshot != "use":
            return
        settings = session.settings
        if not in_block:
            raise self._error("XX000", f"{prefix} must be called inside a transaction")
        if settings.get("transaction_isolation") != "repeatable read":
            raise self._error("XX000", f"{prefix} must be called in REPEATABLE READ isolation mode transaction")
        if settings.get("transaction_read_only") != "on":
            raise self._error("XX000", f"{prefix} must be called in a read-only transaction")
        if session.block.savepoints:
            raise self._error("XX000", f"{prefix} must not be called in a subtransaction")
        if session.block.asked:
            raise self._error("XX000", f"{prefix} must be called before any query")

    async def _use_snapshot(self, slot: Slot) -> None:
        """The session's transaction sees the state at the slot's position, which is moved to where nobody commits meanwhile."""
        transaction = self._who.session.block.begin_statement()
        await self._at_rest(slot, transaction.open_snapshot_nowait)

    async def _export_snapshot(self, slot: Slot) -> str:
        """The same for transactions that import the snapshot whose name this is."""
        session = self._who.session
        self._exporting = session.database.file.transaction()
        name = ""

        def export() -> bool:
            nonlocal name
            with suppress(Busy):
                name = session.engine.snapshots.add_newest(session, self._exporting)
            return bool(name)

        try:
            await self._at_rest(slot, export)
        except BaseException:
            self._end_export()
            raise
        return name

    def _end_export(self) -> None:
        if self._exporting is not None:
            self._exporting.end_read()
            self._exporting = None

    async def _at_rest(self, slot: Slot, job: Callable[[], bool]) -> None:
        """Do something while nobody can commit, if it can be done at once, and move the slot to there."""
        for _ in range(AT_REST_TRIES):
            done = False

            def try_job() -> None:
                nonlocal done
                done = job()
                if done:
                    slot.confirmed = slot.wal.written

            await slot.wal.at_rest(try_job)
            if done:
                await self._of.slot_table.keep(slot)
                return
        raise self._error("53000", "there is no connection to the file for a snapshot")

    async def _alter_slot(self, command: AlterSlot, conversation: Conversation) -> None:
        if command.two_phase:
            raise self._error("0A000", "two_phase replication slots are not supported")
        with self._of.slot_table.acquired(command.name, self._who.process_id) as slot:
            if command.failover is not None:
                if slot.temporary and command.failover:
                    raise self._error("0A000", "cannot enable failover for a temporary replication slot")
                slot.failover = command.failover
                await self._of.slot_table.keep(slot)

    async def _drop_slot(self, command: DropSlot, conversation: Conversation) -> None:
        table = self._of.slot_table
        while command.wait and table.find(command.name).active not in (0, self._who.process_id):
            await table.released.park()
        await table.drop(command.name, self._who.process_id)

    async def _read_slot(self, command: ReadSlot, conversation: Conversation) -> None:
        if any(slot.name == command.name for slot in self._of.slot_table):
            raise self._error("0A000", "cannot use READ_REPLICATION_SLOT with a logical replication slot")
        self._answer(conversation, (("slot_type", TEXT), ("restart_lsn", TEXT), ("restart_tli", INT8)), (None, None, None))

    async def _base_backup(self, command: BaseBackup, conversation: Conversation) -> None:
        await self._of.base_backup(self._who, command.options, conversation)

    async def _upload_manifest(self, command: UploadManifest, conversation: Conversation) -> None:
        raise self._error("0A000", "incremental base backups are not supported")

    # --- the stream ---------------------------------------------------------------------------------------------------

    async def _start(self, command: StartReplication, conversation: Conversation) -> None:
        if self._who.session.status == b"T":
            raise self._error("25001", "START_REPLICATION cannot run inside a transaction block")
        if not command.is_logical:
            if command.slot is not None:
                self._of.slot_table.find(command.slot)
                raise self._error("55000", "cannot use a logical replication slot for physical replication")
            raise self._error("0A000", "physical replication is not supported",
                              hint="A standby follows with pgquill standby; others use logical replication.")
        if self._who.is_physical:
            raise self._error("55000", "logical decoding requires a database connection")
        assert command.slot is not None
        process_id = self._who.process_id
        with self._of.slot_table.acquired(command.slot, process_id, self._who.database) as slot:
            source = self._source(slot, command)
            sender = Sender(slot, source, conversation, self._error, timeout_s=self._timeout_s(), on_reply=self._of.heard)
            self._of.running[process_id] = self._who, sender
            try:
                await conversation.begin_copy_both()
                end = await sender.run()
            finally:
                del self._of.running[process_id]
                self._of.heard()
        if end == "timeout":
            self._of.log.warning("terminating walsender process due to replication timeout", slot=slot.name)
            conversation.close_after()
        elif end == "stop":
            conversation.close_after()
        conversation.end_copy()
        conversation.complete("COPY 0")

    def _timeout_s(self) -> float:
        return float(self._who.session.settings.typed("wal_sender_timeout")) / 1000

    def _source(self, slot: Slot, command: StartReplication) -> Source:
        if slot.plugin == RECORDS:
            timeline = dict(command.options).get(KNOWN_TIMELINE)
            if timeline is not None and str(timeline).isdecimal():
                self._of.met(slot.wal, int(timeline))
            # A copy asks for what comes after what it has. A slot that was made later holds nothing back for it, but the log may
            # be there all the same; if it is not, this is 58P01, or a gap that the copy sees.
            return Records(slot.wal, command.position or slot.confirmed)
        start = max(command.position, slot.confirmed)
        options = [(name, None if value is None else str(value)) for name, value in command.options]
        return self._of.changes(slot, options, start)


_ANSWERS: dict[type[Command], Callable[[Walsender, Any, Conversation], Awaitable[None]]] = {
    IdentifySystem: Walsender._identify, TimelineHistory: Walsender._timeline_history, CreateSlot: Walsender._create_slot,
    AlterSlot: Walsender._alter_slot, DropSlot: Walsender._drop_slot, ReadSlot: Walsender._read_slot,
    StartReplication: Walsender._start, BaseBackup: Walsender._base_backup, UploadManifest: Walsender._upload_manifest}
