"""The plan nodes of SQL/XML."""

from executor.plan import Expr, RangeEntry


class XmlExpr(Expr, frozen=True, kw_only=True):
    """An SQL/XML expression. op: element, forest, concat, parse, pi, root, serialize, document.

    named: values of attributes or of a forest's elements, with their XML names and, as written, labels. option: document
    or content. target: the type that XMLSERIALIZE makes, before its text is converted to it.
    """

    op: str
    arguments: tuple[Expr, ...] = ()
    name: str = ""
    label: str = ""
    names: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    named: tuple[Expr, ...] = ()
    option: str = ""
    preserves: bool = False
    indents: bool = False
    target: tuple[int, int] = (0, -1)


class XmlTableEntry(RangeEntry, frozen=True, kw_only=True):
    """XMLTABLE. paths: of each column, None for FOR ORDINALITY; labels: the columns' names as written in it."""

    document: Expr
    row: Expr
    prefixes: tuple[str, ...] = ()
    uris: tuple[Expr, ...] = ()
    labels: tuple[str, ...] = ()
    paths: tuple[Expr | None, ...] = ()
    defaults: tuple[Expr | None, ...] = ()
    not_null: tuple[bool, ...] = ()
