"""XMLTABLE in FROM."""

from executor.bind import domains, typenames
from executor.bind.from_clause import Bound, renamed, uses_siblings
from executor.bind.scope import Item, Scope, table_columns
from executor.bind.statement import Statement
from executor.bind.xml import converted
from executor.errors import not_supported
from executor.parse import Node
from executor.plan import Const, Expr
from executor.plan_xml import XmlTableEntry
from executor.sqlstates import FeatureNotSupported, InvalidColumnReference, SyntaxError
from executor.types import oids as T

CONSTRUCT = "XMLTABLE"


class _Columns:
    """The columns of one XMLTABLE."""

    def __init__(self, s: Statement, scope: Scope) -> None:
        self.s, self.scope = s, scope
        self.columns: list[tuple[str, int, int]] = []
        self.paths: list[Expr | None] = []
        self.defaults: list[Expr | None] = []
        self.not_null: list[bool] = []

    def add(self, node: Node) -> None:
        """A RangeTableFuncCol node (42601)."""
        position, name = self.s.position(node), node.take("colname")
        if any(name == known for known, _, _ in self.columns):
            raise SyntaxError(f'column name "{name}" is not unique', position=position or None)
        if node.take("for_ordinality"):
            if None in self.paths:
                raise SyntaxError("only one FOR ORDINALITY column is allowed", position=position or None)
            self._note(name, (T.INT4, -1), None, None, False)
        else:
            self._regular(node, name)
        node.finish()

    def _regular(self, node: Node, name: str) -> None:
        oid, typmod = typenames.resolve(self.s, node.take("typeName"))
        if domains.domain_of(oid) is not None:
            raise not_supported("a column of a domain in XMLTABLE")
        path, default = node.take("colexpr"), node.take("coldefexpr")
        found = converted(self.s, self.scope, path, T.TEXT, CONSTRUCT) if path else Const(type=T.TEXT, value=name)
        value = converted(self.s, self.scope, default, oid, CONSTRUCT, typmod) if default else None
        self._note(name, (oid, typmod), found, value, bool(node.take("is_not_null")))

    def _note(self, name: str, kind: tuple[int, int], path: Expr | None, default: Expr | None, not_null: bool) -> None:
        self.columns.append((name, *kind))
        self.paths.append(path)
        self.defaults.append(default)
        self.not_null.append(not_null)


def _namespaces(s: Statement, scope: Scope, nodes: list[Node]) -> tuple[tuple[str, ...], tuple[Expr, ...]]:
    """Prefixes and URIs (42601, and 0A000 for DEFAULT as in PostgreSQL)."""
    names, uris = [], []
    for node in nodes:
        position, name = s.position(node), node.take("name")
        uris.append(converted(s, scope, node.take("val"), T.TEXT, CONSTRUCT))
        node.finish()
        if name is None:
            raise FeatureNotSupported("DEFAULT namespace is not supported")
        if name in names:
            raise SyntaxError(f'namespace name "{name}" is not unique', position=position or None)
        names.append(name)
    return tuple(names), tuple(uris)


def bind_xml_table(s: Statement, scope: Scope, node: Node) -> Bound:
    """A RangeTableFunc node."""
    node.take("lateral")
    inner = scope.child()
    inner.aggregates_refused = "aggregate functions are not allowed in functions in FROM"
    inner.windows_refused = "window functions are not allowed in functions in FROM"
    row = converted(s, inner, node.take("rowexpr"), T.TEXT, CONSTRUCT)
    document = converted(s, inner, node.take("docexpr"), T.XML, CONSTRUCT)
    made = _Columns(s, inner)
    for column in node.nodes("columns"):
        made.add(column)
    names, uris = _namespaces(s, inner, node.nodes("namespaces"))
    alias_node = node.take("alias")
    alias, aliases = (alias_node.take("aliasname"), alias_node.texts("colnames")) if alias_node else (None, [])
    if alias_node:
        alias_node.finish()
    if len(aliases) > len(made.columns):
        raise InvalidColumnReference(f"XMLTABLE function has {len(made.columns)} columns available but "
                                     f"{len(aliases)} columns specified")
    shown = alias or "xmltable"
    arguments = (document, row, *uris, *(e for e in (*made.paths, *made.defaults) if e is not None))
    entry = XmlTableEntry(number=s.new_entry(), alias=shown, has_alias=alias is not None, has_column_aliases=bool(aliases),
                          columns=renamed(made.columns, aliases, shown, s.position(node)), document=document, row=row,
                          prefixes=names, uris=uris, labels=tuple(name for name, _, _ in made.columns),
                          paths=tuple(made.paths), defaults=tuple(made.defaults), not_null=tuple(made.not_null),
                          lateral=uses_siblings(scope, arguments))
    return entry, [Item(shown, table_columns(entry), entry)]
