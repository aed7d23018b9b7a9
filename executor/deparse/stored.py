"""The texts that the catalog stores, printed as PostgreSQL prints them: defaults, checks, index expressions, views.

A stored text is bound against the catalog as it is now, then printed. What cannot be bound or printed is given back as
it is stored: a description of an object must not fail because of one expression. Literals of dates and times are
printed in ISO style, whatever DateStyle says. Results are kept with the catalog.
"""

from collections.abc import Callable
from typing import Any

from executor import plan
from executor.bind.coerce import assign, resolve_unknown, to_boolean
from executor.bind.domains import bind_check
from executor.bind.expressions import bind
from executor.bind.from_clause import view_query
from executor.bind.scope import Item, Scope, table_columns
from executor.bind.statement import Statement
from executor.catalog.model import Catalog, Column, Relation, UserType
from executor.catalog.names import SessionNames
from executor.catalog.quoting import quote_identifier
from executor.catalog.usertypes import number, numbered
from executor.context import Context
from executor.deparse import sqljson, xml  # noqa: F401  # they fill PRINTERS
from executor.deparse.calls import looks_like_function
from executor.deparse.printer import Name, Printer
from executor.deparse.query import query
from executor.parse import Source, parse_expression
from executor.plan import Expr, TableEntry

Path = tuple[str, ...]


class _Path:
    """Settings that only know a search path."""

    def __init__(self, path: Path) -> None:
        self.path = ", ".join(map(quote_identifier, path))

    def get(self, name: str) -> str:
        """The value of a setting; search_path is all that binding and printing names ask for."""
        return self.path if name == "search_path" else ""


def _context(catalog: Catalog, path: Path) -> Context:
    found = Context("", "")
    found.catalog = catalog
    found.settings = _Path(path)
    found.env.objects = SessionNames(found)
    return found


def statement(catalog: Catalog, relation: Relation) -> Statement:
    """The state for binding what is stored about a relation: names are looked for in its own schema first."""
    path = (relation.schema, "public", "pg_catalog")
    s = Statement(catalog=catalog, context=_context(catalog, path), search_path=path, source=Source(""))
    s.positions = False
    return s


def printer(catalog: Catalog, path: Path, pretty: bool, wrap: int | None = None) -> Printer:
    """A printer that names things as this search path asks for."""
    return Printer(catalog=catalog, path=path, env=_context(catalog, path).env, pretty=pretty, wrap=wrap)


Convert = Callable[[Statement, Expr], Expr]


def _expression(catalog: Catalog, relation: Relation, text: str, convert: Convert) -> tuple[Expr, TableEntry]:
    s = statement(catalog, relation)
    relation = numbered(catalog, relation)
    columns = tuple((c.name, c.type, c.typmod) for c in relation.columns)
    entry = TableEntry(number=s.new_entry(), alias=relation.name, columns=columns, relation=relation)
    scope = Scope(items=[Item(relation.name, table_columns(entry), entry)])
    return convert(s, bind(s, scope, parse_expression(text))), entry


def remembered(catalog: Catalog, key: tuple[Any, ...], make: Callable[[], Any], otherwise: Any) -> Any:
    """What `make` gives, kept with the catalog; `otherwise` if it fails."""
    found = catalog.memo.get(key)
    if found is None:
        try:
            found = make()
        except Exception:
            found = otherwise
        catalog.memo[key] = found
    return found


def _shown(catalog: Catalog, path: Path, relation: Relation, text: str, convert: Convert, pretty: bool) -> tuple[str, bool]:
    """The text, and whether it looks like a function call."""
    expr, entry = _expression(catalog, relation, text, convert)
    p = printer(catalog, path, pretty)
    p.entries[entry.number] = Name(relation.name, tuple(c.name for c in relation.columns), relation)
    p.expr(expr)
    return p.text, looks_like_function(expr)


def default_text(catalog: Catalog, path: Path, relation: Relation, column: Column, *, pretty: bool = False) -> str:
    """A column's default or generation expression ("" without one)."""
    text = column.default or ""
    key = ("deparse", relation.oid, "column", column.number, path, pretty)

    def converted(s: Statement, expr: Expr) -> Expr:
        wanted = numbered(catalog, relation).by_number.get(column.number, column)
        return assign(s, expr, wanted.type, wanted.typmod, column.name)

    shown: str = remembered(catalog, key, lambda: _shown(catalog, path, relation, text, converted, pretty)[0], text)
    return shown


def condition_text(catalog: Catalog, path: Path, relation: Relation, text: str, *, pretty: bool = False) -> str | None:
    """A CHECK or an index's predicate; None if it cannot be printed."""
    key = ("deparse", relation.oid, "condition", text, path, pretty)

    def converted(s: Statement, expr: Expr) -> Expr:
        return to_boolean(s, expr, "CHECK")

    shown: str = remembered(catalog, key, lambda: _shown(catalog, path, relation, text, converted, pretty)[0], "")
    return shown or None


def domain_check_text(catalog: Catalog, path: Path, made: UserType, text: str, *, pretty: bool = False) -> str:
    """A domain's CHECK over VALUE."""
    key = ("deparse", made.oid, "check", text, path, pretty)

    def make() -> str:
        s = _domain_statement(catalog, made)
        return _printed(catalog, path, pretty, to_boolean(s, bind_check(s, text, *_base(catalog, made), s.new_entry()), "CHECK"))

    shown: str = remembered(catalog, key, make, text)
    return shown


def domain_default_text(catalog: Catalog, path: Path, made: UserType) -> str | None:
    """A domain's default."""
    text = made.default
    if text is None:
        return None
    key = ("deparse", made.oid, "default", path)

    def make() -> str:
        s = _domain_statement(catalog, made)
        default = assign(s, bind(s, Scope(), parse_expression(text)), *_base(catalog, made), made.name)
        return _printed(catalog, path, True, default)

    shown: str = remembered(catalog, key, make, text)
    return shown


def _domain_statement(catalog: Catalog, made: UserType) -> Statement:
    return statement(catalog, Relation(oid=0, schema=made.schema, name=made.name))


def _base(catalog: Catalog, made: UserType) -> tuple[int, int]:
    found = number(catalog, made.base)
    assert found is not None, made
    return found, made.base_typmod


def _printed(catalog: Catalog, path: Path, pretty: bool, expr: Expr) -> str:
    p = printer(catalog, path, pretty)
    p.expr(expr)
    return p.text


def key_text(catalog: Catalog, path: Path, relation: Relation, text: str, *, pretty: bool = False,
             bare: bool = False) -> str | None:
    """An index's expression: in parentheses unless it is a call or `bare`; None if it cannot be printed."""
    key = ("deparse", relation.oid, "key", text, path, pretty)
    shown = remembered(catalog, key, lambda: _shown(catalog, path, relation, text, resolve_unknown, pretty), ("", False))
    body, is_call = shown
    return body if is_call or bare or not body else f"({body})"


def view_text(catalog: Catalog, path: Path, relation: Relation, *, pretty: bool = False, wrap: int = 0) -> str | None:
    """A view's query with its semicolon; None if it cannot be printed. wrap: 0 for one output column a line."""
    key = ("deparse", relation.oid, "view", path, pretty, wrap)

    def make() -> str:
        bound = view_query(statement(catalog, relation), relation)
        return query_text(catalog, path, bound, tuple(c.name for c in relation.columns), pretty=pretty, wrap=wrap)

    shown: str = remembered(catalog, key, make, "")
    return shown or None


def query_text(catalog: Catalog, path: Path, bound: plan.Query, names: tuple[str, ...] = (), *, pretty: bool = False,
               wrap: int = 0) -> str:
    """A bound query as a view's definition. Raises 0A000 for what cannot be printed."""
    p = printer(catalog, path, pretty, wrap)
    query(p, bound, names)
    return p.text + ";"


