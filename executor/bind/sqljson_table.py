"""JSON_TABLE in FROM."""

from json.encoder import encode_basestring as quote

from executor.bind import sqljson, typenames
from executor.bind.from_clause import Bound, renamed, uses_siblings
from executor.bind.resolve import element_type, type_of
from executor.bind.scope import Item, Scope, table_columns
from executor.bind.statement import LiteralNeeded, Statement
from executor.errors import SqlError
from executor.facts.lookup import base_type
from executor.parse import Node
from executor.plan import CheckDomain, Expr
from executor.plan_json import JsonTableEntry
from executor.sqlstates import DuplicateAlias, InvalidColumnReference, SyntaxError
from executor.types import oids as T
from executor.types.jsonpath import parse_jsonpath
from executor.types.jsonspec import TableColumn, TableNode, TableSpec

FORMATTED = (T.JSON, T.JSONB, T.RECORD)
TABLE_BEHAVIORS = ("error", "empty", "empty array")


class _Binder:
    """Collects a JSON_TABLE's columns and the values of their ON EMPTY and ON ERROR clauses."""

    def __init__(self, s: Statement, scope: Scope, names: tuple[str, ...], passed: tuple[Expr, ...]) -> None:
        self.s, self.scope, self.names, self.passed = s, scope, names, passed
        self.columns: list[tuple[str, int, int]] = []
        self.values: list[Expr] = []
        self.domains: list[tuple[int, CheckDomain]] = []
        self.taken: set[str] = set()
        self.unnamed = 0

    def claim(self, name: str, position: int) -> None:
        if name in self.taken:
            raise DuplicateAlias(f"duplicate JSON_TABLE column or path name: {name}", position=position or None)
        self.taken.add(name)

    def claim_all(self, nodes: list[Node]) -> None:
        """Note the names of columns and nested paths, in the order in which PostgreSQL looks at them."""
        for node in nodes:
            if node.peek("coltype", "JTC_FOR_ORDINALITY") == "JTC_NESTED":
                path = node.peek("pathspec")
                if path.peek("name"):
                    self.claim(path.peek("name"), self.s.source.position(path.peek("name_location", -1)))
                self.claim_all(node.peek("columns", []))
            else:
                self.claim(node.peek("name"), self.s.position(node))

    def path_name(self, written: str | None) -> str:
        """A path's name, made up where it has none."""
        while not written:
            made = f"json_table_path_{self.unnamed}"
            self.unnamed += 1
            written = made if made not in self.taken else None
        self.taken.add(written)
        return written

    def node(self, path: Node, nodes: list[Node]) -> TableNode:
        """A row pattern: its own columns first, then the nested patterns."""
        text, name = literal_path(self.s, path.take("string")), self.path_name(path.take("name"))
        path.take("name_location")
        path.finish()
        nested = [n for n in nodes if n.peek("coltype", "JTC_FOR_ORDINALITY") == "JTC_NESTED"]
        ordinality = [n for n in nodes if n.peek("coltype", "JTC_FOR_ORDINALITY") == "JTC_FOR_ORDINALITY"]
        if len(ordinality) > 1:
            raise SyntaxError("only one FOR ORDINALITY column is allowed", position=self.s.position(ordinality[1]) or None)
        columns = tuple(self.column(n) for n in nodes if n not in nested)
        children = []
        for n in nested:
            for field in ("coltype", "wrapper", "quotes"):
                n.take(field)
            children.append(self.node(n.take("pathspec"), n.nodes("columns")))
            n.finish()
        return TableNode(path=text, name=name, columns=columns, children=tuple(children))

    def column(self, node: Node) -> TableColumn:
        s, name = self.s, node.take("name")
        kind = node.take("coltype", "JTC_FOR_ORDINALITY")
        output = len(self.columns)
        if kind == "JTC_FOR_ORDINALITY":
            for field in ("wrapper", "quotes", "format"):
                node.take(field)
            node.finish()
            self.columns.append((name, T.INT4, -1))
            return TableColumn(name=name, output=output)
        oid, typmod = typenames.resolve(s, node.take("typeName"))
        form = sqljson.format_of(s, node.take("format"))
        plain = node.peek("quotes", "JS_QUOTES_UNSPEC") == "JS_QUOTES_UNSPEC" and node.peek("wrapper") in (None, "JSW_UNSPEC")
        scalar = kind == "JTC_REGULAR" and plain and not is_formatted(oid)
        op = "exists" if kind == "JTC_EXISTS" else "value" if scalar else "query"
        wrapper, omit = sqljson.wrapper_of(s, node, op)
        on_empty, on_error = node.take("on_empty"), node.take("on_error")
        for clause, written in (("ON EMPTY", on_empty), ("ON ERROR", on_error)):
            sqljson.check_behavior(s, op, written, clause, name)
        if form.kind != "default":
            sqljson.check_output_format(form, oid, False)
        path = node.take("pathspec")
        text = literal_path(s, path.take("string")) if path is not None else parse_jsonpath(f"$.{quote(name)}")
        node.finish()
        self.columns.append((name, oid, typmod))
        spec, empty, error, domain = sqljson.path_spec(s, self.scope, op, oid, typmod, on_empty, on_error, wrapper=wrapper,
                                                       omit=omit, names=self.names, passed=self.passed, column=name)
        if domain is not None:
            self.domains.append((output, domain))
        return TableColumn(name=name, output=output, path=text, spec=spec, empty=self.keep(empty), error=self.keep(error))

    def keep(self, value: Expr | None) -> int:
        if value is None:
            return -1
        self.values.append(value)
        return len(self.values) - 1


def is_formatted(oid: int) -> bool:
    """Whether a column of this type is read as JSON_QUERY does: arrays, rows and JSON."""
    base = base_type(oid)
    return base in FORMATTED or bool(element_type(base)) or type_of(base).kind == "c"


def literal_path(s: Statement, node: Node) -> str:
    """A path, which the grammar makes sure is a string constant, in stored form."""
    if node.location in s.lifted:
        raise LiteralNeeded
    text = node.take("sval").take("sval", "")
    try:
        return parse_jsonpath(text)
    except SqlError as error:
        raise error.at(s.position(node) or None) from None


def bind_table(s: Statement, scope: Scope, node: Node) -> Bound:
    """A JsonTable node."""
    node.take("lateral")
    alias_node, columns, root = node.take("alias"), node.nodes("columns"), node.take("pathspec")
    on_error = node.take("on_error")
    inner = scope.child()
    inner.aggregates_refused = "aggregate functions are not allowed in functions in FROM"
    inner.windows_refused = "window functions are not allowed in functions in FROM"
    loud = _loud(s, on_error)
    context_item = node.take("context_item")
    document = sqljson.document(s, inner, context_item, "jsonb")
    names, passed = sqljson.passing_arguments(s, inner, node.nodes("passing"))
    binder = _Binder(s, inner, names, passed)
    if root.peek("name"):
        binder.claim(root.peek("name"), s.position(root))
    binder.claim_all(columns)
    top = binder.node(root, columns)
    spec = TableSpec(root=top, width=len(binder.columns), loud=loud, names=names,
                     passing=tuple((base_type(e.type), e.typmod) for e in passed))
    alias, aliases = _alias(alias_node)
    if len(aliases) > len(binder.columns):
        raise InvalidColumnReference(f"JSON_TABLE function has {len(binder.columns)} columns available but "
                                     f"{len(aliases)} columns specified")
    shown = alias or "json_table"
    entry = JsonTableEntry(number=s.new_entry(), alias=shown, has_alias=alias is not None, has_column_aliases=bool(aliases),
                           columns=renamed(binder.columns, aliases, shown, s.position(node)), spec=spec, document=document,
                           passing=passed, values=tuple(binder.values), domains=tuple(binder.domains),
                           lateral=uses_siblings(scope, (document, *passed)))
    return entry, [Item(shown, table_columns(entry), entry)]


def _loud(s: Statement, node: Node | None) -> bool:
    """Whether ERROR ON ERROR was said of the table (42601 for what it cannot have)."""
    if node is None:
        return False
    kind = sqljson.KINDS[node.take("btype", "JSON_BEHAVIOR_NULL")]
    node.take("expr")
    node.finish()
    if kind not in TABLE_BEHAVIORS:
        raise SyntaxError("invalid ON ERROR behavior", position=s.position(node) or None,
                          detail="Only EMPTY [ ARRAY ] or ERROR is allowed in the top-level ON ERROR clause.")
    return kind == "error"


def _alias(node: Node | None) -> tuple[str | None, list[str]]:
    if node is None:
        return None, []
    name, columns = node.take("aliasname"), node.texts("colnames")
    node.finish()
    return name, columns
