"""The state of printing one stored expression or query as PostgreSQL's ruleutils does: text, layout, names in sight.

The other modules fill `PRINTERS`: plan node -> the function that prints it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from executor import plan
from executor.catalog.model import Catalog, Relation
from executor.catalog.quoting import quote_identifier, quote_qualified
from executor.catalog.search_path import find_class, shown_schema
from executor.catalog.typenames import format_type
from executor.plan import Expr
from executor.types.base import Env
from executor.types.made import oid_of

STEP, JOIN_STEP, SMALL_STEP = 8, 4, 4
"""Columns of indentation: of a clause, of a join inside FROM, of CASE and of further lines of a list."""
DEEP = 40
"""Beyond this column, indentation grows slower and starts again at the left."""

PRINTERS: dict[type[Expr], Callable[["Printer", Any, bool], None]] = {}
"""Plan node -> (printer, node, whether its own implicit conversion is to be shown)."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a range entry is called in the text; refname None: it cannot be referred to."""

    refname: str | None
    columns: tuple[str, ...]
    relation: Relation | None = None


@dataclass(slots=True)
class Level:
    """One query level. qualify: columns are written table.column; outputs: the targets with the names they get."""

    qualify: bool
    ctes: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    windows: tuple[plan.Window, ...] = ()
    outputs: tuple[tuple[str, Expr], ...] = ()
    joins: tuple[tuple[plan.Join, str], ...] = ()  # those with an alias, and what they are called, outermost first


@dataclass(slots=True)
class Printer:
    """Collects text. pretty: few parentheses; wrap: lists are broken beyond this many columns, None: never."""

    catalog: Catalog
    path: tuple[str, ...]
    env: Env
    pretty: bool = False
    wrap: int | None = None
    text: str = ""
    indent: int = 0
    entries: dict[int, Name] = field(default_factory=dict)
    cte_names: dict[int, str] = field(default_factory=dict)
    levels: list[Level] = field(default_factory=list)
    inside: list[plan.Join] = field(default_factory=list)  # aliased joins that are being printed

    def put(self, text: str) -> None:
        """Add text."""
        self.text += text

    def keyword(self, text: str, before: int = 0, after: int = 0, plus: int = 0) -> None:
        """Add text on a line of its own; before, after: changes of the indentation; plus: more of it on this line."""
        self.indent += before
        width = max(self.indent, 0)
        if self.indent >= DEEP:
            width = (DEEP + (self.indent - DEEP) // (STEP // 2)) % DEEP
        self.text = self.text.rstrip(" ") + "\n" + " " * (width + plus) + text
        self.indent = max(self.indent + after, 0)

    def open(self) -> None:
        """A parenthesis that the pretty form leaves out."""
        if not self.pretty:
            self.put("(")

    def close(self) -> None:
        """The end of `open`."""
        if not self.pretty:
            self.put(")")

    def expr(self, node: Expr, implicit: bool = False) -> None:
        """Print an expression. implicit: if it is an implicit conversion, show it."""
        node = normal(node)
        PRINTERS[type(node)](self, node, implicit)

    def paren(self, node: Expr, implicit: bool, parent: Expr) -> None:
        """Print an operand, in the pretty form with parentheses where its operator asks for them."""
        from executor.deparse.parentheses import is_simple

        needed = self.pretty and not is_simple(node, parent)
        if needed:
            self.put("(")
        self.expr(node, implicit)
        if needed:
            self.put(")")

    def items(self, nodes: tuple[Expr, ...], implicit: bool = True, separator: str = ", ") -> None:
        """Print expressions in a row."""
        for i, node in enumerate(nodes):
            self.put(separator if i else "")
            self.expr(node, implicit)

    @contextmanager
    def captured(self) -> Iterator[list[str]]:
        """Print to the side: the text goes into the list instead."""
        before, self.text = self.text, ""
        found: list[str] = []
        yield found
        found.append(self.text)
        self.text = before

    def wrapped(self, text: str, *, first: bool, force: bool = False) -> None:
        """Add an item of a list, on a new line if the current one would get too long (or `force`)."""
        if self.wrap is not None:
            if text.startswith("\n"):
                self.text = self.text.rstrip(" ")
            elif not first:
                line = self.text[self.text.rfind("\n") + 1 :]
                if force or len(line.encode()) + len(text.encode()) > self.wrap:
                    self.keyword("", -STEP, STEP, SMALL_STEP)
        self.put(text)

    def type_name(self, oid: int, typmod: int = -1) -> str:
        """A type as SQL writes it; `oid` as plans know it."""
        return format_type(oid_of(oid), typmod, self.catalog, self.path)

    def relation_name(self, relation: Relation) -> str:
        """A relation's name, qualified if the search path or a WITH query hides it."""
        hidden = any(relation.name in level.ctes for level in self.levels)
        if not hidden and find_class(self.catalog, self.path, relation.name) == relation.oid:
            return quote_identifier(relation.name)
        return quote_qualified(shown_schema(relation.schema), relation.name)


def normal(node: Expr) -> Expr:
    """The form in which PostgreSQL keeps a construct that the plan has a node of its own for."""
    from executor.deparse.rewritten import REWRITES

    while (rewrite := REWRITES.get(type(node))) is not None and (found := rewrite(node)) is not node:
        node = found
    return node
