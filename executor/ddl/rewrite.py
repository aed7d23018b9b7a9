"""Names inside stored PostgreSQL texts: quoting them, and rewriting texts when an object is renamed."""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any

from executor.errors import not_supported
from executor.parse import deparse, expression_text, parse_expression, parse_one, wrap
from executor.sqlstates import SyntaxError

_SQLITE_WORD = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|[^\W\d]\w*")
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


@cache
def _needs_quotes(name: str) -> bool:
    if not _PLAIN.fullmatch(name):
        return True
    # Any word that the grammar does not take back as a bare column name is a keyword that must be quoted.
    try:
        node = parse_expression(name)
    except Exception:
        return True
    return node.kind != "ColumnRef"


def quote_identifier(name: str) -> str:
    """A name, in double quotes if PostgreSQL's grammar needs them."""
    return '"' + name.replace('"', '""') + '"' if _needs_quotes(name) else name


Edit = Callable[[str, dict[str, Any]], None]


def _walk(value: Any, edit: Edit, kind: str = "") -> None:
    """Call edit(kind, fields) for every wrapped node of a raw tree."""
    if isinstance(value, list):
        for item in value:
            _walk(item, edit)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key[:1].isupper() and isinstance(inner, dict):
                edit(key, inner)
            _walk(inner, edit, key)


@lru_cache(maxsize=1000)
def calls_function(expression: str) -> bool:
    """True if the expression is more than constants, operators and casts of them.

    It may differ from one time to the next.
    """
    found: list[bool] = []

    def look(kind: str, fields: dict[str, Any]) -> None:
        if kind in ("FuncCall", "SQLValueFunction", "SubLink"):
            found.append(True)

    _walk({"expression": parse_expression(expression).tree}, look)
    return bool(found)


def rename_column(expression: str, relation: str, old: str, new: str) -> str:
    """An expression over one relation's columns, with a column's new name."""

    def edit(kind: str, fields: dict[str, Any]) -> None:
        if kind != "ColumnRef":
            return
        strings = [part.get("String", {}).get("sval") for part in fields["fields"]]
        at = 1 if len(strings) > 1 and strings[0] == relation else 0
        if strings[at] == old:
            fields["fields"][at] = {"String": {"sval": new}}

    try:
        return _edited(expression, edit)
    except SyntaxError:
        return _renamed_in_sqlite(expression, old, new)


def rename_field_of(expression: str, names: tuple[str, ...], old: str, new: str) -> str:
    """An expression with name.old as name.new, for each of the names."""
    def edit(kind: str, fields: dict[str, Any]) -> None:
        if kind == "ColumnRef":
            strings = [part.get("String", {}).get("sval") for part in fields["fields"]]
            if len(strings) > 1 and strings[0] in names and strings[1] == old:
                fields["fields"][1] = {"String": {"sval": new}}

    return _edited(expression, edit)


def _renamed_in_sqlite(expression: str, old: str, new: str) -> str:
    """The same for another program's expression, in SQLite's own words."""
    def word(match: re.Match[str]) -> str:
        token = match.group(0)
        return quote_identifier(new) if token.strip('"').lower() == old.lower() and token[0] != "'" else token

    return _SQLITE_WORD.sub(word, expression)


def unqualified(expression: str, relation: str) -> str:
    """An expression over one relation's columns, with `relation.column` written as `column`."""

    def edit(kind: str, fields: dict[str, Any]) -> None:
        if kind == "ColumnRef" and len(fields["fields"]) > 1 and fields["fields"][0] == {"String": {"sval": relation}}:
            del fields["fields"][0]

    return _edited(expression, edit)


def _edited(expression: str, edit: Edit) -> str:
    tree = parse_expression(expression).tree
    before = repr(tree)
    _walk(tree, edit)
    # Untouched texts stay as they are written.
    if repr(tree) == before:
        return expression
    ((kind, fields),) = tree.items()
    return expression_text(wrap({kind: fields}))


def rename_relation(query: str, old: tuple[str, str], new: tuple[str, str], columns: list[str] | None = None) -> str:
    """A view's query with a relation's new (schema, name); what the query calls it stays, as an alias.

    columns: the relation's column names as the query knows them, in order, when a column is renamed: they become column
    aliases. An unqualified name is taken to mean the relation (0A000 if a WITH query of the text has the same name).
    """

    def edit(kind: str, fields: dict[str, Any]) -> None:
        if kind == "CommonTableExpr" and fields.get("ctename") == old[1]:
            raise not_supported(f'renaming "{old[1]}" while a view has a WITH query of that name')
        if kind != "RangeVar" or fields.get("relname") != old[1] or fields.get("schemaname", old[0]) != old[0]:
            return
        fields["schemaname"], fields["relname"] = new
        alias = fields.setdefault("alias", {"aliasname": old[1]})
        if columns is not None:
            known = alias.get("colnames", [])
            alias["colnames"] = known + [{"String": {"sval": name}} for name in columns[len(known) :]]

    tree = parse_one(query).tree
    _walk(tree, edit)
    return deparse(tree)


def rename_type(text: str, old: tuple[str, str], new: tuple[str, str], *, query: bool = False) -> str:
    """A stored text with a type's new (schema, name). Stored texts always spell users' types with their schemas."""

    def edit(kind: str, fields: dict[str, Any]) -> None:
        for written in _types_in(kind, fields, old):
            written["names"] = [{"String": {"sval": part}} for part in new]

    if old[1] not in text:
        return text
    if not query:
        return _edited(text, edit)
    tree = parse_one(text).tree
    before = repr(tree)
    _walk(tree, edit)
    return text if repr(tree) == before else deparse(tree)


def _types_in(kind: str, fields: dict[str, Any], name: tuple[str, str]) -> Iterator[dict[str, Any]]:
    """The TypeName nodes directly in a node that spell this (schema, name)."""
    for written in (fields if kind == "TypeName" else None, fields.get("typeName")):
        if written and [part.get("String", {}).get("sval") for part in written.get("names", ())] == list(name):
            yield written


def mentions_type(text: str, name: tuple[str, str], *, query: bool = False) -> bool:
    """True if a stored text has the type (schema, name) in it."""
    found: list[bool] = []

    def look(kind: str, fields: dict[str, Any]) -> None:
        found.extend(True for _ in _types_in(kind, fields, name))

    if name[1] in text:
        _walk({"text": _tree(text, query)}, look)
    return bool(found)


def calls(text: str, name: str, counts: range, *, query: bool = False) -> bool:
    """True if a stored text calls a function of this name with a number of arguments that it takes."""
    found: list[bool] = []

    def look(kind: str, fields: dict[str, Any]) -> None:
        if kind == "FuncCall" and fields["funcname"][-1]["String"].get("sval") == name:
            found.append(len(fields.get("args", ())) in counts)

    if name in text:
        _walk({"text": _tree(text, query)}, look)
    return any(found)


def _tree(text: str, query: bool) -> Any:
    return parse_one(text).tree if query else parse_expression(text).tree


def _field_steps(kind: str, fields: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """The String nodes of (row).name in a node."""
    for step in fields.get("indirection", ()) if kind == "A_Indirection" else ():
        if step.get("String", {}).get("sval") == name:
            yield step["String"]


def rename_field(expression: str, old: str, new: str) -> str:
    """An expression with (row).old as (row).new."""

    def edit(kind: str, fields: dict[str, Any]) -> None:
        for step in _field_steps(kind, fields, old):
            step["sval"] = new

    return _edited(expression, edit) if old in expression else expression


def selects_field(text: str, name: str, *, query: bool = False) -> bool:
    """True if a stored text selects a field of this name."""
    found: list[bool] = []

    def look(kind: str, fields: dict[str, Any]) -> None:
        found.extend(True for _ in _field_steps(kind, fields, name))

    if name in text:
        _walk({"text": _tree(text, query)}, look)
    return bool(found)


def has_literal(text: str, literal: str, *, query: bool = False) -> bool:
    """True if a stored text has this string literal in it, also as a part of an array's or row's literal."""
    found: list[bool] = []

    def look(kind: str, fields: dict[str, Any]) -> None:
        constant = fields.get("sval", {}).get("sval", "") if kind == "A_Const" else ""
        if constant == literal or (constant[:1] in ("{", "(", "[") and literal in constant):
            found.append(True)

    if literal in text:
        _walk({"text": _tree(text, query)}, look)
    return bool(found)


def rename_literal(expression: str, old: str, new: str) -> str | None:
    """An expression that is a literal, or a cast of one, with another literal in its place; None for any other."""
    tree = parse_expression(expression).tree
    inner = tree
    while "TypeCast" in inner:
        inner = inner["TypeCast"]["arg"]
    constant = inner.get("A_Const", {}).get("sval")
    if constant is None or constant.get("sval") != old:
        return None
    constant["sval"] = new
    ((kind, fields),) = tree.items()
    return expression_text(wrap({kind: fields}))


def has_column_aliases(query: str, relation: tuple[str, str]) -> bool:
    """True if the query gives column aliases to the relation: dropping one of its columns would shift them."""
    found: list[bool] = []

    def look(kind: str, fields: dict[str, Any]) -> None:
        if kind == "RangeVar" and fields.get("relname") == relation[1] and fields.get("alias", {}).get("colnames"):
            found.append(True)

    _walk(parse_one(query).tree, look)
    return bool(found)


def has_join_aliases(query: str, relation: tuple[str, str]) -> bool:
    """True if the query gives column aliases to a join that the relation is part of: one more column would shift them."""
    found: list[bool] = []

    def part(kind: str, fields: dict[str, Any]) -> None:
        if kind == "RangeVar" and fields.get("relname") == relation[1]:
            found.append(True)

    def look(kind: str, fields: dict[str, Any]) -> None:
        if kind == "JoinExpr" and fields.get("alias", {}).get("colnames"):
            _walk(fields, part)

    _walk(parse_one(query).tree, look)
    return bool(found)
