"""What DDL tells the log, beside the SQLite statements that storage keeps of it: how tables were and are (FACTS), the statement's
own text as a message, and TRUNCATE as such. See replication.contract for who reads it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from executor.catalog.model import Catalog, Relation
from executor.ddl.base import DdlResult
from executor.publishing.facts import changed_facts
from storage.changes import Change
from storage.logged import FACTS, MESSAGE, TRUNCATE

if TYPE_CHECKING:
    from storage.transaction import Transaction

PREFIX = "pgquill.ddl"
"""Of the messages that have DDL."""
DDL_BEGINS, DDL_ENDS = 1, 2
"""Between two FACTS with these marks rows are written for DDL's own sake (replication.contract)."""


def begin(result: DdlResult, old: Catalog, transaction: "Transaction", text: str) -> None:
    """Before a statement's steps. text: "" if nobody has said it."""
    if not transaction.logs or not _is_told(result, old):
        return
    if text:
        transaction.log(Change("", PREFIX, MESSAGE, 1, 0, (text.encode(),), None))
    transaction.log(Change("", "", FACTS, DDL_BEGINS, 0, (), None))


def end(result: DdlResult, old: Catalog, new: Catalog, transaction: "Transaction") -> None:
    """After its steps."""
    if transaction.logs and _is_told(result, old):
        transaction.log(Change("", "", FACTS, DDL_ENDS, 0, tuple(changed_facts(old, new)), None))


def _is_told(result: DdlResult, old: Catalog) -> bool:
    """Whether a statement is more than TRUNCATE, and about more than temporary objects."""
    return not result.emptied and (
        any("main." in step.sql for step in result.statements) or _permanent(result.catalog) != _permanent(old))


def _permanent(catalog: Catalog) -> tuple[object, ...]:
    from executor.ddl.run import permanent

    return (*permanent(catalog), catalog.types)


@contextmanager
def truncating(result: DdlResult, transaction: "Transaction") -> Iterator[bool]:
    """Around the steps of a TRUNCATE: the log gets one entry in place of the rows. Gives whether it does.

    A table that another program made may have triggers and references that act on other tables: there the rows are logged.
    """
    tables = [result.catalog.relations_by_oid[oid] for oid in result.emptied]
    if not tables or not transaction.logs or any(map(_may_act, tables)):
        yield False
        return
    with transaction.unlogged():
        yield True
    names = tuple(table.sqlite_name for table in tables if table.sqlite_schema == "main")
    if names:
        transaction.log(Change("", "", TRUNCATE, result.truncation, 0, names, None))


def _may_act(table: Relation) -> bool:
    return table.made_elsewhere or any(column.affinity for column in table.columns)
