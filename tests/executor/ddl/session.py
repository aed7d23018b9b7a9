"""Runs DDL text as the executor would: parse, handler, steps on SQLite, next Catalog."""

from itertools import count
from typing import Any

import apsw

from executor.catalog.model import FIRST_TEMPORARY_OID, Catalog, Relation, Schema
from executor.context import Context
from executor.ddl import HANDLERS
from executor.ddl.base import DdlContext, DdlResult
from executor.errors import SqlError
from executor.parse import parse
from executor.sqlstates import NotNullViolation
from tests.executor.ddl.fake_binder import FakeBinder


class Session:
    temporary_oids = count(FIRST_TEMPORARY_OID)

    def __init__(self) -> None:
        self.connection = apsw.Connection(":memory:")
        self.connection.create_collation("decimal", lambda a, b: (float(a) > float(b)) - (float(a) < float(b)))
        self.connection.execute("PRAGMA foreign_keys = ON")
        for name in ("initcap", "now", "random"):
            self.connection.create_scalar_function(name, lambda *values, name=name: f"{name}{values}")
        self.catalog = Catalog(version=1, schemas=(Schema(oid=2200, name="public"),))
        self.notice_errors: list[SqlError] = []
        self.search_path: tuple[str, ...] = ("pg_catalog", "public")
        self.sql: list[str] = []

    def run(self, text: str) -> str:
        """Run statements; the last one's command tag."""
        tag = ""
        for raw in parse(text):
            tag = self._insert(raw.node, text) if raw.node.kind == "InsertStmt" else self._run(raw.node, text).tag
        return tag

    @property
    def notices(self) -> list[str]:
        """The notices' messages so far."""
        return [notice.message for notice in self.notice_errors]

    def _insert(self, node: Any, text: str) -> str:
        """INSERT INTO t VALUES (...) as far as tests need it; 1 goes into columns that a sequence would fill."""
        relation = self.table(node.peek("relation").peek("relname"))
        lists = node.peek("selectStmt").peek("valuesLists")
        width = len(lists[0].peek("items"))
        filled = relation.columns[:width]
        numbered = [c for c in relation.columns[width:] if c.identity or "nextval" in (c.default or "")]
        constant = [c for c in relation.columns[width:] if c.not_null and c not in numbered]
        if constant:
            raise NotNullViolation(f'null value in column "{constant[0].name}"')
        values = text[text.lower().index("values") :].replace(")", "".join(", 1" for _ in numbered) + ")")
        columns = ", ".join(f'"{c.name}"' for c in (*filled, *numbered))
        self.connection.execute(f'INSERT INTO "{relation.sqlite_name}"({columns}) {values}')
        return f"INSERT 0 {len(lists)}"

    def _run(self, node: Any, text: str) -> DdlResult:
        binder = FakeBinder()
        ctx = DdlContext(
            self.catalog,
            binder,
            Context("test", "postgres"),
            search_path=self.search_path,
            creation_schema=self.search_path[-1],
            source=text,
        )
        ctx.temporary_oids = self.temporary_oids
        binder.catalog = lambda: ctx.catalog
        result = HANDLERS[node.kind](node, ctx)
        node.finish()
        self.notice_errors += ctx.notices
        self.connection.execute("SAVEPOINT ddl")
        try:
            version = self.connection.pragma("schema_version")
            self.connection.execute(f"PRAGMA schema_version = {version + 1}")
            for step in result.statements:
                self.sql.append(step.sql)
                rows = list(self.connection.execute(step.sql, step.params))
                if step.failure is not None and rows:
                    raise step.failure(rows[0])
        except BaseException:
            self.connection.execute("ROLLBACK TO ddl")
            self.connection.execute("RELEASE ddl")
            self.connection.execute("PRAGMA writable_schema = RESET")
            raise
        self.connection.execute("RELEASE ddl")
        assert self.connection.pragma("integrity_check") == "ok"
        self.catalog = result.catalog
        self._check_catalog()
        return result

    def _check_catalog(self) -> None:
        """What the Catalog says of SQLite is so."""
        tables = {
            row[0] for row in self.rows("SELECT name FROM sqlite_schema UNION SELECT name FROM sqlite_temp_schema")
        }
        tables = {name for name in tables if not name.startswith(("pgquill_", "sqlite_sequence"))}
        expected = {r.sqlite_name for r in self.catalog.relations if r.sqlite_name}
        expected |= {i.sqlite_name for r in self.catalog.relations for i in r.indexes if i.sqlite_name}
        assert tables == expected
        for relation in self.catalog.relations:
            if relation.sqlite_name:
                columns = [
                    row[1]
                    for row in self.rows(f'PRAGMA {relation.sqlite_schema}.table_xinfo("{relation.sqlite_name}")')
                ]
                assert columns == [c.sqlite_name or c.name for c in relation.columns], relation.name
            assert len({c.name for c in relation.constraints}) == len(relation.constraints)

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        return list(self.connection.execute(sql, params))

    def error(self, text: str) -> tuple[str, str, str | None, str | None]:
        """(SQLSTATE, message, detail, hint) of a statement that must fail; nothing has changed."""
        before = self.catalog, self.rows("SELECT * FROM sqlite_schema ORDER BY name")
        try:
            self.run(text)
        except SqlError as error:
            assert (self.catalog, self.rows("SELECT * FROM sqlite_schema ORDER BY name")) == before
            return error.sqlstate, error.message, error.detail, error.hint
        raise AssertionError(f"no error: {text}")

    def table(self, name: str, schema: str = "public") -> Relation:
        return self.catalog.relations_by_name[schema, name]

    def constraints(self, name: str, schema: str = "public") -> list[tuple[str, str]]:
        return sorted((c.name, c.kind) for c in self.table(name, schema).constraints)

    def text(self, name: str) -> str:
        """The table's CREATE text in SQLite."""
        return str(self.rows("SELECT sql FROM sqlite_schema WHERE name = ?", name)[0][0])
