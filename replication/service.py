"""The replication of one server: its slots, who is being sent its logs, and what the rest of the server asks of it.

executor.replicas.Replication is what the executor sees of it, pgwire.contract.Replication what replication connections do.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import trio

from replication.commands import CreateSlot, Option
from replication.sender import RECORDS, Sender
from replication.slots import Counts, MakeError, Slot, Slots
from replication.standby import StandbyHalf
from replication.subscriptions import Subscriptions
from replication.synchronous import Standby as SynchronousStandby
from replication.synchronous import is_reached, sync_states
from replication.walsender import Conversation, Walsender, Who
from storage.errors import EngineError
from storage.log_readers import SenderFacts, SlotFacts
from storage.logged import format_lsn
from storage.wal import Wal

if TYPE_CHECKING:
    from replication.base_backup import Source as Backed
    from replication.changes import Changes
    from replication.output import Options

TEND_S = 1.0
"""How often slots are saved and looked at."""
MEGABYTE = 1 << 20
COPY_KEEPS = 64 * MEGABYTE
CAUGHT_UP = ("streaming", "stopping")
"""States of a sender whose reader a commit may wait for."""


class Replication(StandbyHalf):
    """See the module. engine: executor.engine.Engine, of which only values are asked."""

    def __init__(self, engine: Any, error: MakeError, log: Any) -> None:
        self.subscriptions = Subscriptions(engine, error, log, lambda: self.is_standby)
        self.engine = engine
        self.error = error
        self.log = log
        self.slot_table = Slots(error, lambda: self._setting("max_replication_slots"))
        self.running: dict[int, tuple[Who, Sender]] = {}
        """Who is being sent a log, by process id."""
        self.connected: set[int] = set()
        """The process ids of replication connections."""
        self.replied = trio.lowlevel.ParkingLot()
        """Unparked whenever a reader has said how far it is."""

    def _setting(self, name: str) -> int:
        return int(self.engine.server_setting(name))

    def wals(self) -> Mapping[str, Wal]:
        """The logs of the databases, by name."""
        return {name: database.file.wal for name, database in self.engine.databases.items()}

    # --- the server's life --------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Before the first client."""
        for name, wal in self.wals().items():
            self.slot_table.load(name, wal)
            self.slot_table.release(wal, self._keep_bytes())

    def _keep_bytes(self) -> int:
        """What is kept of a log for nobody in particular: on a copy for the others, which will follow it if it is promoted."""
        asked = self._setting("wal_keep_size") * MEGABYTE
        return asked if self.standby is None else max(asked, COPY_KEEPS)

    async def run(self) -> None:
        """Tend the slots, and follow if this is a standby, until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.run_standby)
            nursery.start_soon(self.subscriptions.run)
            while True:
                await trio.sleep(TEND_S)
                try:
                    await self.tend()
                except EngineError as error:  # a full disk, a file that another program has locked: the next time, perhaps
                    self.log.error("replication slots could not be looked after", reason=error.message)

    async def tend(self) -> None:
        """Save what has moved; give up slots that hold back too much; let go of what nobody needs."""
        wals = self.wals()
        for slot in self.slot_table:
            if wals.get(slot.database) is not slot.wal:
                self.slot_table.forget(slot.database)
        limit = self._setting("max_slot_wal_keep_size")
        idle_us = self._setting("idle_replication_slot_timeout") * 1_000_000
        for slot in self.slot_table.invalidate(wals, None if limit < 0 else limit * MEGABYTE, idle_us):
            self.log.warning("replication slot given up", slot=slot.name, reason=slot.reason)
            if slot.active and self.engine.backends is not None:
                self.engine.backends.signal(slot.active, terminate=True)
        await self.slot_table.save()
        for wal in wals.values():
            if wal.is_on:
                if not self.is_standby:
                    await wal.notice_foreign()
                self.slot_table.release(wal, self._keep_bytes())

    async def close(self) -> None:
        """After the last client."""
        await self.slot_table.save()

    # --- slots --------------------------------------------------------------------------------------------------------

    def slots(self) -> Sequence[SlotFacts]:
        """All slots."""
        return [slot.facts() for slot in self.slot_table]

    async def create_slot(self, session: Any, name: str, plugin: str, *, temporary: bool = False, failover: bool = False,
                          copy_of: str | None = None) -> SlotFacts:
        """Make a slot at the end of the log of the session's database, or where another one is (42602, 42710, 53400, 42501,
        42704, 55000)."""
        source = None if copy_of is None else self.slot_table.usable(copy_of, session.process_id)
        if source is not None and source.reason is not None:
            raise self.error("55000", f'cannot copy invalidated replication slot "{copy_of}"')
        if source is not None and source.database != session.database.name:
            raise self.error("55000", f'replication slot "{copy_of}" was not created in this database')
        at = None if source is None else source.confirmed
        command = CreateSlot(name, plugin, temporary, "nothing", failover=failover)
        return (await self.make_slot(session.database.name, session.process_id, command, at)).facts()

    async def drop_slot(self, session: Any, name: str) -> None:
        """Forget a slot (42704, 55006)."""
        await self.slot_table.drop(name, session.process_id)

    async def advance_slot(self, session: Any, name: str, upto: int) -> int:
        """Move a slot forward, to the end of a transaction; where it is then (42704, 22023, 55006, 55000)."""
        with self.slot_table.acquired(name, session.process_id, session.database.name) as slot:
            if upto < slot.confirmed:
                where, asked = format_lsn(slot.confirmed), format_lsn(upto)
                raise self.error("55000", f"cannot advance replication slot to {asked}, minimum is {where}")
            upto = min(upto, slot.wal.flushed)
            position = slot.confirmed
            while position < upto:
                records = await slot.wal.read(position)
                ends = [record.end for record in records if record.committed_at is not None and record.end <= upto]
                if not records:
                    break
                slot.confirm(max(ends, default=slot.confirmed))
                position = records[-1].end
            await self.slot_table.keep(slot)
            return slot.confirmed

    async def read_slot(self, session: Any, name: str, upto_lsn: int | None, upto_changes: int | None,
                        options: dict[str, str], *, consume: bool, binary: bool) -> Sequence[tuple[int, int, bytes]]:
        """pg_logical_slot_get_changes and its like: (lsn, xid, words of the plugin), whole transactions (42704, 55006, 22023 and
        what the plugin says of its options)."""
        with self.slot_table.acquired(name, session.process_id, session.database.name) as slot:
            changes = self.changes(slot, options, slot.confirmed)
            if not binary and not changes.plugin.is_text:
                where = "pg_logical_slot_get_changes(name,pg_lsn,integer,text[])"
                what = "get" if consume else "peek"
                raise self.error("0A000", f'logical decoding output plugin "{slot.plugin}" produces binary output, but function '
                                          f'"{where.replace("get", what)}" expects textual data')
            end = slot.wal.flushed if upto_lsn is None else min(upto_lsn, slot.wal.flushed)
            found: list[tuple[int, int, bytes]] = []
            upto = slot.confirmed
            while changes.position < end:
                outputs = await changes.outputs()
                found += [(output.lsn, output.xid, output.data) for output in outputs]
                if changes.is_between:
                    upto = changes.position
                    if not outputs and upto >= slot.wal.flushed:
                        break
                    if upto_changes is not None and len(found) >= upto_changes:
                        break
            if consume:
                slot.confirm(upto)
                await self.slot_table.keep(slot)
            return found

    def reset_slot_statistics(self, name: str) -> None:
        """Count from zero, for one slot or (without a name) for all (42704)."""
        for slot in [self.slot_table.find(name)] if name else self.slot_table:
            slot.counts = Counts(stats_reset=time_ns() // 1000)

    async def make_slot(self, database: str, process_id: int, command: CreateSlot, at: int | None = None) -> Slot:
        """Make a slot at the end of the log, or `at` (42602, 42710, 53400, 42501 for the plugin)."""
        wal = self.wals()[database]
        if command.plugin is None:
            raise self.error("0A000", "physical replication slots are not supported")
        if command.two_phase:
            raise self.error("0A000", "two_phase replication slots are not supported")
        if command.temporary and command.failover:
            raise self.error("22023", "cannot enable failover for a temporary replication slot")
        self.slot_table.check_name(command.name)
        self._check_plugin(command.plugin)
        await wal.turn_on()
        self.slot_table.check_name(command.name)  # somebody may have been quicker
        owner = process_id if command.temporary else 0
        slot = Slot(command.name, database, wal, command.plugin, wal.written if at is None else at, owner=owner,
                    failover=command.failover)
        self.slot_table.add(slot)
        self.slot_table.release(wal, self._keep_bytes())
        try:
            await self.slot_table.keep(slot)
        except BaseException:
            self.slot_table.discard(slot)
            raise
        return slot

    def _check_plugin(self, name: str) -> None:
        if name == RECORDS:
            return
        from replication.plugins import PluginError, check_plugin

        try:
            check_plugin(name)
        except PluginError as wrong:
            raise self.error(wrong.sqlstate, str(wrong), hint=wrong.hint) from None

    # --- what is sent ------------------------------------------------------------------------------------------------

    def changes(self, slot: Slot, options: "Options", start: int) -> "Changes":
        """What the slot's plugin says of its log from a position on."""
        from replication.changes import Changes  # few servers need decoding

        zone = ZoneInfo(str(self.engine.server_setting("timezone")))
        return Changes(slot, self.engine.publishing(slot.database), options, start, self.error, zone=zone,
                       work_mem=self._setting("logical_decoding_work_mem") * 1024)

    def heard(self) -> None:
        """A reader has said how far it is, or has gone."""
        self.replied.unpark_all()

    async def base_backup(self, who: Who, options: Sequence[Option], conversation: Conversation) -> None:
        """BASE_BACKUP: of the connection's database; of all, if it has asked for none and a folder is served."""
        from replication.base_backup import BackupError, base_backup, read_options

        try:
            await base_backup(self._files(who), read_options(options), conversation, is_standby=self.is_standby)
        except BackupError as error:
            raise self.error(error.sqlstate, error.message, hint=error.hint) from error

    def _files(self, who: Who) -> "list[Backed]":
        from replication.base_backup import Source as Backed

        databases, shared = self.engine.databases, self.engine.roles.shared_file
        if not who.is_physical or self.engine.folder is None:
            return [Backed(who.database, databases[who.database].file)]
        found = [Backed(name, database.file) for name, database in databases.items()]
        return found if shared is None else [*found, Backed(Path(shared.path).stem, shared)]

    async def met(self, wal: Wal, timeline: int) -> None:
        """A reader knows of a timeline: if it is newer than ours, this is no primary any more, and the reader is told (55000)."""
        known = self.is_standby
        if await self.fence(wal, timeline, self.log):
            if not known:
                self.engine.attach_replication(self)  # sessions cannot write from now on
            raise self.error("55000", f"there is a newer timeline than this server's: {timeline}, and this is {wal.timeline}",
                             detail=wal.refusal)

    def senders(self) -> Sequence[SenderFacts]:
        """Who is being sent a log."""
        found = []
        for name in {sender.slot.database for _, sender in self.running.values()}:
            running = self._running(name)
            states = sync_states(self.engine.synchronous_standbys, self._standbys(name))
            found += [SenderFacts(
                who.process_id, who.user, who.application_name, sender.state, sender.sent, sender.write, sender.flush,
                sender.apply, sender.write_lag.value, sender.flush_lag.value, sender.apply_lag.value, *state, sender.reply_time,
                sender.slot.name) for (who, sender), state in zip(running, states, strict=True)]
        return sorted(found, key=lambda facts: facts.process_id)

    def _running(self, database: str) -> list[tuple[Who, Sender]]:
        return [(who, sender) for who, sender in self.running.values() if sender.slot.database == database]

    def _standbys(self, database: str) -> list[SynchronousStandby]:
        """Each database has a log of its own, so only those who are sent that one count."""
        return [SynchronousStandby(who.application_name, sender.state in CAUGHT_UP, sender.write, sender.flush, sender.apply)
                for who, sender in self._running(database)]

    async def wait_for_standbys(self, session: Any, lsn: int, level: str) -> None:
        """See executor.replicas."""
        database = session.database.name
        while not is_reached(self.engine.synchronous_standbys, self._standbys(database), lsn, level):
            await self.replied.park()

    # --- connections --------------------------------------------------------------------------------------------------

    def connect(self, session: Any, *, is_physical: bool) -> Walsender:
        """A replication connection (53300). session: executor.session.Session; is_physical: it has asked for no database."""
        who = Who(session.process_id, session, is_physical)
        limit = self._setting("max_wal_senders")
        if len(self.connected) >= limit:
            raise self.error("53300", f'number of requested standby connections exceeds "max_wal_senders" (currently {limit})')
        return Walsender(self, who)
