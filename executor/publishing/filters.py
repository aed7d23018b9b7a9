"""Row filters of publications, over the stored rows of the log: bound and lowered once, run by SQLite for each row."""

from collections.abc import Sequence
from typing import Any

from executor.bind.service import BinderService
from executor.catalog.model import Catalog, Column, Relation
from executor.context import Context
from executor.publishing.facts import TableFacts
from executor.translate import translate
from storage.errors import EngineError
from storage.scratch import Scratch

CONDITION = "publication WHERE"
FIRST_OID = 16384


class RowFilter:
    """Whether a row passes one of several conditions over a table's columns.

    What conditions may say is restricted (executor.ddl.publication_filter), so that they need no session. Used by one thread
    at a time.
    """

    def __init__(self, table: TableFacts, texts: tuple[str, ...]) -> None:
        columns = [c for c in table.columns if c.type_oid < FIRST_OID and c.type.oid]
        relation = Relation(
            oid=table.oid, schema=table.schema, name=table.name, sqlite_name=table.sqlite_name,
            columns=tuple(Column(name=c.name, number=c.number, type=c.type_oid, typmod=c.typmod) for c in columns))
        context = Context("", "")
        context.catalog = Catalog(version=0, relations=(relation,))
        binder = BinderService(context.catalog, context, ("pg_catalog", "public"), "")
        bound = [binder.check_expression(text, relation, CONDITION) for text in texts]
        needs = tuple(need for b in bound for need in b.needs)
        expression = " OR ".join(f"({b.sqlite})" for b in bound)
        self._places = [c.place for c in columns]
        self._scratch = Scratch([(c.name, c.declared) for c in columns], expression, needs, context)

    def __call__(self, row: Sequence[Any]) -> bool:
        """Whether the row passes: NULL does not. Raises SqlError."""
        try:
            return self._scratch.value([row[place] for place in self._places]) == 1
        except EngineError as error:
            raise translate(error, None) from error
