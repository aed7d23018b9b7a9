"""COPY: its table or query and columns are found, and a CopyIn or CopyOut made for pgwire or a file."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from executor.analysis import Analyzed, is_optimizable
from executor.bind.copy_from import bind_copy_from
from executor.bind.statement import Statement as BindStatement
from executor.catalog.model import Catalog, Column, Relation
from executor.commands.base import CommandKind, Parameters, Result
from executor.copy.convert import Converter
from executor.copy.copy_in import CopyIn, InsertFailed, Rows
from executor.copy.copy_out import CopyOut
from executor.copy.files import read_file, write_file
from executor.copy.options import Options, read_options
from executor.copy.target import check_forced, columns_named, refuse_kind
from executor.diagnose import diagnose
from executor.errors import SqlError, not_supported
from executor.facts.lookup import base_type
from executor.lock_names import table_request
from executor.lower.generator import Lowered
from executor.lower.statement import lower
from executor.outputs import encoders_for
from executor.parse import Node, RawStatement, Source, wrap
from executor.plan import Insert, Select
from executor.portal import QueryPortal
from executor.privileges import check_privileges
from executor.privileges.rules import who_is
from executor.sqlstates import (
    FeatureNotSupported,
    InsufficientPrivilege,
    NumericValueOutOfRange,
    ObjectInUse,
    ObjectNotInPrerequisiteState,
    UndefinedParameter,
    UndefinedTable,
)
from executor.steps import run_steps
from executor.table_locks import shared_by_all
from executor.translate import translate
from executor.types.registry import codec
from storage.errors import EngineError
from storage.locks import Mode
from storage.statement import RowBatch

if TYPE_CHECKING:
    from executor.session import Session


async def run_copy(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """COPY."""
    node = raw.node
    is_from, is_program, path = bool(node.take("is_from")), bool(node.take("is_program")), node.take("filename")
    if path is not None and not session.identity.is_superuser:
        _check_server_file(session, is_from=is_from, is_program=is_program)
    if is_program:
        raise not_supported("COPY ... PROGRAM")
    return await (_copy_from if is_from else _copy_to)(session, raw, path)


def _check_server_file(session: "Session", *, is_from: bool, is_program: bool) -> None:
    """42501 for those who may not have the server read or write files, or run programs."""
    role, what = ("pg_execute_server_program", "to or from an external program") if is_program else \
        ("pg_read_server_files", "from a file") if is_from else ("pg_write_server_files", "to a file")
    if not who_is(session).has_role(role):
        raise InsufficientPrivilege(
            f"permission denied to COPY {what}",
            detail=f'Only roles with privileges of the "{role}" role may COPY {what}.',
            hint="Anyone can COPY to stdout or from stdin. psql's \\copy command also works for anyone.")


def _relation(session: "Session", raw: RawStatement, node: Node) -> Relation:
    """The relation of COPY's RangeVar (42P01)."""
    s = _bind_statement(session, raw, session.context.catalog)
    schema, name = node.peek("schemaname"), node.peek("relname")
    found = s.find_relation(schema, name)
    if found is None:
        raise UndefinedTable(f'relation "{f"{schema}." if schema else ""}{name}" does not exist')
    return found


def _bind_statement(session: "Session", raw: RawStatement, catalog: Catalog) -> BindStatement:
    return BindStatement(catalog, session.context, session.search_path(), Source(raw.source))


# --- FROM ------------------------------------------------------------------------------------------------------------


async def _copy_from(session: "Session", raw: RawStatement, path: str | None) -> Result:
    node = raw.node
    relation_node, where = node.take("relation"), node.take("whereClause")
    names = node.texts("attlist")
    relation = _relation(session, raw, relation_node)
    if shared_by_all(relation):
        session.tables.take((table_request(relation.oid, Mode.ROW_EXCLUSIVE),))
    if relation.persistence != "t":
        session.block.refuse_read_only("COPY FROM")
    refusal = refuse_kind(relation, is_from=True)
    table = None if refusal is not None else TableInserter(session, raw, relation_node, names, where)
    options = read_options(node.nodes("options"), Source(raw.source), is_from=True)
    node.finish()
    columns = columns_named(relation, names)
    check_forced(options, relation, [column.name for column in columns])
    refusal = refusal or _refuse_freeze(session, relation, options)
    copy = CopyIn(options, relation.name, columns, _converters(session, columns, options), table or NoTable(),
                  session.notices, lambda name: _has_default(relation, name), refusal)
    if path is None:
        return Result("COPY", copy=copy)
    await read_file(path, copy)
    return Result(f"COPY {copy.count}")


def _refuse_freeze(session: "Session", relation: Relation, options: Options) -> SqlError | None:
    """FREEZE asks for nothing that would have to be done here, but for a transaction that has changed the table before,
    as pgbench's does with TRUNCATE."""
    transaction = session.block.transaction
    if not options.freeze or (session.block.explicit and transaction is not None and transaction.has_written):
        return None
    return ObjectNotInPrerequisiteState(
        "cannot perform COPY FREEZE because the table was not created or truncated in the current subtransaction"
    )


def _has_default(relation: Relation, name: str) -> bool:
    column = relation.by_name[name]
    return column.default is not None or bool(column.identity)


def _converters(session: "Session", columns: Sequence[Column], options: Options) -> list[Converter]:
    env = session.context.env
    return [Converter(c.name, codec(base_type(c.type)), c.typmod, env, binary=options.binary) for c in columns]


class NoTable:
    """Stands where COPY is refused before the first row."""

    async def insert(self, rows: Rows, left_out: frozenset[str]) -> int:
        """Never reached."""
        raise AssertionError("COPY into nothing")

    async def finish(self) -> None:
        """Never reached."""


class TableInserter:
    """Inserts rows in the session's transaction: one prepared INSERT for each set of columns left to their defaults.

    Before the first row it makes sure that the plan was made for the schema as it is now; after that the write lock
    keeps it so.
    """

    def __init__(self, session: "Session", raw: RawStatement, relation: Node, names: list[str],
                 where: Node | None) -> None:
        self._session = session
        self._raw = raw
        self._relation = relation.tree
        self._where = None if where is None else where.tree
        self._names: list[str] | None = names or None
        self._catalog: Catalog = session.context.catalog
        self._plans: dict[frozenset[str], Analyzed] = {}
        self._begun = False
        self._firing: Any = None  # executor.triggers.copying.CopyFiring, if triggers can fire
        self._columns = self._plan(frozenset())[1]
        self._names = [column.name for column in self._columns]  # a column added meanwhile is not of this COPY

    def _plan(self, left_out: frozenset[str]) -> tuple[Analyzed, tuple[Column, ...]]:
        s = _bind_statement(self._session, self._raw, self._catalog)
        names = None if self._names is None else [name for name in self._names if name not in left_out]
        where = None if self._where is None else wrap(self._where)
        insert, columns = bind_copy_from(s, wrap(self._relation), names, where)
        types = tuple(column.type for column in columns)
        lowered = lower(insert, self._catalog) if insert.firing is None else self._fired(insert)
        analyzed = Analyzed(catalog=self._catalog, plan=insert, lowered=lowered, parameters=types, columns=None,
                            verb="INSERT", writes=True, may_be_kept=False, given=s.given)
        if not self._session.identity.is_superuser:
            check_privileges(self._session, analyzed)
        self._plans[left_out] = analyzed
        return analyzed, columns

    def _fired(self, insert: Insert) -> Lowered:
        from executor.triggers.copying import CopyFiring, lower_copied_row  # few tables have triggers

        if self._firing is None:
            self._firing = CopyFiring(self._session, insert.firing)
        return lower_copied_row(insert)

    async def finish(self) -> None:
        """See executor.copy.copy_in.Inserter."""
        if self._firing is not None:
            if not self._begun:
                await self._begin()
            await self._firing.finish()

    async def insert(self, rows: Rows, left_out: frozenset[str]) -> int:
        """See executor.copy.copy_in.Inserter."""
        if not self._begun:
            await self._begin()
        analyzed = self._plans.get(left_out) or self._plan(left_out)[0]
        if analyzed.lowered.steps:
            return await self._insert_each(analyzed, rows)
        slots = analyzed.lowered.slots
        order = [slot.number - 1 for slot in slots]
        assert all(slot.source == "param" for slot in slots), slots
        if order != list(range(len(rows[0]))):
            rows = [tuple([row[i] for i in order]) for row in rows]
        batch = RowBatch(rows)
        if self._firing is not None:
            changed: int = await self._firing.count(lambda: self._run(analyzed, batch))
            return changed
        changed = await self._run(analyzed, batch)
        insert = analyzed.plan
        assert isinstance(insert, Insert)
        assert isinstance(insert.source, Select)
        return changed if insert.source.where is not None else len(rows)

    async def _run(self, analyzed: Analyzed, batch: RowBatch) -> int:
        session = self._session
        transaction = session.block.begin_statement("")
        try:
            with session.block.timeout():
                return await transaction.run_many(analyzed.lowered.statement, batch)
        except (EngineError, SqlError) as error:
            found = error if isinstance(error, SqlError) else translate(error, analyzed.catalog)
            if 0 <= batch.failed < len(batch.rows):
                before = RowBatch(batch.rows[: batch.failed])
                found = await diagnose(session, found, error, transaction, analyzed, batch.rows[batch.failed], before)
            raise InsertFailed(found, batch.failed) from None
        except OverflowError:
            raise InsertFailed(NumericValueOutOfRange("value is out of range for type bigint"), batch.failed) from None

    async def _insert_each(self, analyzed: Analyzed, rows: Rows) -> int:
        """Rows of a partitioned table: each takes several statements."""
        session = self._session
        transaction = session.block.begin_statement("")
        changed = 0
        for i, row in enumerate(rows):
            try:
                with session.block.timeout():
                    result = await run_steps(session, transaction, analyzed, row, ())
            except (EngineError, SqlError) as error:
                raise InsertFailed(error if isinstance(error, SqlError) else translate(error, analyzed.catalog), i) from None
            assert result is not None, "the write lock keeps the schema"
            changed += result.changes
            await result.close()
        return changed

    async def _begin(self) -> None:
        session = self._session
        transaction = session.block.begin_statement("")
        self._begun = True
        try:
            await transaction.begin_write()
        except EngineError as error:
            raise translate(error, self._catalog) from None
        if session.own_catalog is not None or transaction.schema_token() == self._catalog.version:
            if self._firing is not None:
                await self._firing.begin()
            return
        self._catalog = await session.catalog(refresh=True)
        self._plans.clear()
        if _types(self._plan(frozenset())[1]) != _types(self._columns):
            raise ObjectInUse("the table was changed before COPY began to insert")
        if self._firing is not None:
            await self._firing.begin()


def _types(columns: Sequence[Column]) -> list[tuple[str, int, int]]:
    return [(column.name, column.type, column.typmod) for column in columns]


# --- TO --------------------------------------------------------------------------------------------------------------


async def _copy_to(session: "Session", raw: RawStatement, path: str | None) -> Result:
    node = raw.node
    relation_node, query, names = node.take("relation"), node.take("query"), node.texts("attlist")
    relation = None if relation_node is None else _relation(session, raw, relation_node)
    if relation is not None and (refusal := refuse_kind(relation, is_from=False)) is not None:
        raise refusal
    options = read_options(node.nodes("options"), Source(raw.source), is_from=False)
    node.finish()
    if relation is not None:
        columns = columns_named(relation, names)
        check_forced(options, relation, [column.name for column in columns])
        query = _select(relation_node, columns)
    else:
        _check_query(query)
    prepared = await session.prepare_raw("", RawStatement(query, raw.source, raw.text, raw.offset), ())
    if prepared.parameters:
        raise UndefinedParameter("there is no parameter $1")
    assert prepared.columns is not None and prepared.analyzed is not None
    if not session.identity.is_superuser:
        check_privileges(session, prepared.analyzed)
    if relation is None:
        check_forced(options, None, [column.name for column in prepared.columns])
    encoders = encoders_for(session.context, prepared.columns, (int(options.binary),))
    portal = QueryPortal(session, prepared, prepared.columns, encoders, ())
    copy = CopyOut(options, [column.name for column in prepared.columns], encoders, portal.start, portal.fetch)
    if path is None:
        return Result("COPY", copy=copy)
    await write_file(path, copy.chunks())
    return Result(f"COPY {copy.count}")


def _select(relation: Node, columns: Sequence[Column]) -> Node:
    """SELECT columns FROM ONLY the table."""
    table = {"RangeVar": {**relation.tree["RangeVar"], "inh": False}}
    targets = [{"ResTarget": {"val": {"ColumnRef": {"fields": [{"String": {"sval": c.name}}]}}}} for c in columns]
    return Node("SelectStmt", {"targetList": targets, "fromClause": [table], "limitOption": "LIMIT_OPTION_DEFAULT",
                               "op": "SETOP_NONE"})  # fmt: skip


def _check_query(query: Node) -> None:
    if query.kind == "SelectStmt" and query.peek("intoClause"):
        raise FeatureNotSupported("COPY (SELECT INTO) is not supported")
    if not is_optimizable(query):
        raise not_supported(f"COPY ({query.kind.removesuffix('Stmt').upper()} ...) TO")
    if query.kind != "SelectStmt" and not query.peek("returningClause"):
        raise FeatureNotSupported("COPY query must have a RETURNING clause")


COMMANDS = {"CopyStmt": CommandKind(run_copy)}

