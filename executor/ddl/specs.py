"""Constraints as written: Constraint nodes read into ConstraintSpec, before names and columns are looked up."""

from collections.abc import Callable
from typing import Any

import msgspec

from executor.ddl import storage_options
from executor.ddl.base import DdlContext
from executor.ddl.lookup import RangeName, range_name
from executor.errors import SqlError, not_supported
from executor.parse import Node
from executor.sqlstates import SyntaxError


class ConstraintSpec(msgspec.Struct, kw_only=True):
    """A constraint as written. kind as in model.Constraint; columns by name; position for errors."""

    kind: str
    name: str = ""
    columns: list[str] = []
    position: int | None = None
    expression: Any = None  # Node of a CHECK
    no_inherit: bool = False
    enforced: bool = True
    valid: bool = True
    deferrable: bool = False
    deferred: bool = False
    nulls_not_distinct: bool = False
    included: list[str] = []
    options: dict[str, str] = {}
    index: str = ""  # USING INDEX
    referenced: RangeName | None = None
    referenced_columns: list[str] = []
    match: str = "s"
    on_update: str = "a"
    on_delete: str = "a"
    set_columns: list[str] = []  # of ON DELETE SET NULL or SET DEFAULT


def table_constraint(node: Node, ctx: DdlContext) -> ConstraintSpec:
    """Read a table constraint (one that names its columns itself)."""
    return _read(node, ctx)


def column_constraint(node: Node, column: str, ctx: DdlContext) -> ConstraintSpec:
    """Read a column constraint of kinds n, c, p, u or f."""
    spec = _read(node, ctx)
    if spec.kind != "c":
        spec.columns = [column]
    return spec


def _read(node: Node, ctx: DdlContext) -> ConstraintSpec:
    kind = node.take("contype")
    if kind not in _READERS:
        raise not_supported(_UNSUPPORTED.get(kind, f"a constraint of type {kind}"))
    spec = _READERS[kind](node, ctx)
    spec.name = node.take("conname", "")
    spec.position = ctx.position(node)
    node.take("is_enforced")  # only CHECK and FOREIGN KEY can be otherwise; their readers have looked
    node.take("initially_valid")
    node.finish()
    return spec


def _not_null(node: Node, ctx: DdlContext) -> ConstraintSpec:
    return ConstraintSpec(
        kind="n",
        columns=node.texts("keys"),
        no_inherit=node.take("is_no_inherit", False),
        valid=not node.take("skip_validation", False),
    )


def _check(node: Node, ctx: DdlContext) -> ConstraintSpec:
    return ConstraintSpec(
        kind="c",
        expression=node.take("raw_expr"),
        no_inherit=node.take("is_no_inherit", False),
        enforced=node.take("is_enforced", False),
        valid=not node.take("skip_validation", False),
    )


def _key(kind: str) -> Callable[[Node, DdlContext], ConstraintSpec]:
    def read(node: Node, ctx: DdlContext) -> ConstraintSpec:
        storage_options.refuse_tablespace(node.take("indexspace", ""))
        if node.take("without_overlaps", False):
            raise not_supported(f"{'PRIMARY KEY' if kind == 'p' else 'UNIQUE'} ... WITHOUT OVERLAPS")
        return ConstraintSpec(
            kind=kind,
            columns=node.texts("keys"),
            included=node.texts("including"),
            index=node.take("indexname", ""),
            options=storage_options.read(ctx, node.nodes("options"), storage_options.INDEX["btree"]),
            nulls_not_distinct=node.take("nulls_not_distinct", False),
            deferrable=node.take("deferrable", False),
            deferred=node.take("initdeferred", False),
        )

    return read


def _foreign(node: Node, ctx: DdlContext) -> ConstraintSpec:
    spec = ConstraintSpec(
        kind="f",
        columns=node.texts("fk_attrs"),
        referenced=range_name(node.take("pktable"), ctx),
        referenced_columns=node.texts("pk_attrs"),
        match=node.take("fk_matchtype", "s"),
        on_update=node.take("fk_upd_action", "a"),
        on_delete=node.take("fk_del_action", "a"),
        deferrable=node.take("deferrable", False),
        deferred=node.take("initdeferred", False),
        enforced=node.take("is_enforced", False),
        valid=not node.take("skip_validation", False),
    )
    spec.set_columns = node.texts("fk_del_set_cols")
    if node.take("fk_with_period", False) or node.take("pk_with_period", False):
        raise not_supported("FOREIGN KEY ... PERIOD")
    return spec


_READERS: dict[str, Callable[[Node, DdlContext], ConstraintSpec]] = {
    "CONSTR_NOTNULL": _not_null,
    "CONSTR_CHECK": _check,
    "CONSTR_PRIMARY": _key("p"),
    "CONSTR_UNIQUE": _key("u"),
    "CONSTR_FOREIGN": _foreign,
}
_UNSUPPORTED = {"CONSTR_EXCLUSION": "EXCLUDE (an exclusion constraint)"}

_ATTRIBUTES = {
    "CONSTR_ATTR_DEFERRABLE": ("DEFERRABLE", "fkup", "DEFERRABLE/NOT DEFERRABLE"),
    "CONSTR_ATTR_NOT_DEFERRABLE": ("NOT DEFERRABLE", "fkup", "DEFERRABLE/NOT DEFERRABLE"),
    "CONSTR_ATTR_DEFERRED": ("INITIALLY DEFERRED", "fkup", "INITIALLY IMMEDIATE/DEFERRED"),
    "CONSTR_ATTR_IMMEDIATE": ("INITIALLY IMMEDIATE", "fkup", "INITIALLY IMMEDIATE/DEFERRED"),
    "CONSTR_ATTR_ENFORCED": ("ENFORCED", "cf", "ENFORCED/NOT ENFORCED"),
    "CONSTR_ATTR_NOT_ENFORCED": ("NOT ENFORCED", "cf", "ENFORCED/NOT ENFORCED"),
}


class Attributes:
    """Applies DEFERRABLE, INITIALLY DEFERRED, ENFORCED ... to the constraint they are written after."""

    def __init__(self, ctx: DdlContext) -> None:
        self.ctx = ctx
        self.spec: ConstraintSpec | None = None
        self.seen: set[str] = set()

    def follow(self, spec: ConstraintSpec | None) -> None:
        """The next attributes belong to this constraint."""
        self.spec = spec
        self.seen = set()

    def apply(self, node: Node) -> bool:
        """Apply the node if it is an attribute; False if it is not one.

        Raises 42601 for misplaced and repeated ones.
        """
        kind = node.peek("contype")
        if kind not in _ATTRIBUTES:
            return False
        words, kinds, group = _ATTRIBUTES[kind]
        spec = self.spec
        if spec is None or spec.kind not in kinds:
            raise self._error(node, f"misplaced {words} clause")
        if group in self.seen:
            raise self._error(node, f"multiple {group} clauses not allowed")
        self.seen.add(group)
        if words == "DEFERRABLE":
            spec.deferrable = True
        elif words == "NOT DEFERRABLE":
            self._refuse_deferred(node, spec.deferred)
        elif words == "INITIALLY DEFERRED":
            spec.deferred = True
            self._refuse_deferred(node, "DEFERRABLE/NOT DEFERRABLE" in self.seen and not spec.deferrable)
            spec.deferrable = True
        elif words == "NOT ENFORCED":
            spec.enforced = False
            spec.valid = False
        for field in ("contype", "is_enforced", "initially_valid"):
            node.take(field)
        return True

    def _refuse_deferred(self, node: Node, wrong: bool) -> None:
        if wrong:
            raise self._error(node, "constraint declared INITIALLY DEFERRED must be DEFERRABLE")

    def _error(self, node: Node, message: str) -> SqlError:
        return SyntaxError(message, position=self.ctx.position(node))
