"""The options of CREATE and ALTER FUNCTION."""

from collections.abc import Callable
from typing import Any

from executor.ddl.base import DdlContext
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import InvalidFunctionDefinition, InvalidParameterValue, SyntaxError


class Options:
    """What has been said; None for what has not."""

    def __init__(self) -> None:
        self.body: str | None = None
        self.language: str | None = None
        self.volatility: str | None = None
        self.strict: bool | None = None
        self.security_definer: bool | None = None
        self.leakproof: bool | None = None
        self.parallel: str | None = None
        self.cost: float | None = None
        self.rows: float | None = None
        self.settings: dict[str, str] = {}
        self.reset: list[str] = []
        self.resets_all = False


Read = Callable[[Options, Node, DdlContext], None]


def _once(options: Options, name: str, value: Any, node: Node, ctx: DdlContext) -> None:
    if getattr(options, name) is not None:
        raise SyntaxError("conflicting or redundant options", position=ctx.position(node))
    setattr(options, name, value)


def _body(options: Options, node: Node, ctx: DdlContext) -> None:
    given = node.take("arg")
    texts = [item.text for item in given.nodes("items")] if given.kind == "List" else [given.text]
    if len(texts) > 1:
        raise InvalidFunctionDefinition("only one AS item needed for language \"sql\"")
    _once(options, "body", texts[0], node, ctx)


def _text(name: str, values: dict[str, Any] | None = None) -> Read:
    def read(options: Options, node: Node, ctx: DdlContext) -> None:
        text = node.take("arg").text
        if values is not None and text not in values:
            raise InvalidParameterValue('parameter "parallel" must be SAFE, RESTRICTED, or UNSAFE')
        _once(options, name, text if values is None else values[text], node, ctx)

    return read


def _flag(name: str) -> Read:
    def read(options: Options, node: Node, ctx: DdlContext) -> None:
        _once(options, name, bool(node.take("arg").peek("boolval", False)), node, ctx)

    return read


def _number(name: str) -> Read:
    def read(options: Options, node: Node, ctx: DdlContext) -> None:
        given = node.take("arg")
        value = float(given.peek("ival", given.peek("fval", 0)) or 0)
        if value <= 0:
            raise InvalidParameterValue(f"{name.upper()} must be positive")
        _once(options, name, value, node, ctx)

    return read


def _set(options: Options, node: Node, ctx: DdlContext) -> None:
    from executor.settings.statements import set_argument

    statement = node.take("arg")
    kind, name = statement.take("kind"), statement.take("name", "").lower()
    statement.take("is_local")
    if kind == "VAR_RESET_ALL":
        options.settings.clear()
        options.resets_all = True
    elif kind in ("VAR_RESET", "VAR_SET_DEFAULT"):
        options.settings.pop(name, None)
        options.reset.append(name)
    elif kind == "VAR_SET_CURRENT":
        options.settings[name] = str(ctx.context.settings.get(name))
    elif kind == "VAR_SET_VALUE":
        given = [set_argument(argument) for argument in statement.nodes("args")]
        options.settings[name] = _checked(ctx, name, given)
    else:
        raise not_supported(f"SET {kind} in a function")


def _checked(ctx: DdlContext, name: str, given: list[Any]) -> str:
    """The value as it is kept; an unknown setting or a wrong value is refused now."""
    settings = ctx.context.settings
    if settings is None:
        return ", ".join(map(str, given))
    settings.savepoint("pgquill_set_clause")
    try:
        settings.set(name, given, local=True, source="session")
        return str(settings.get(name))
    finally:
        settings.rollback_to("pgquill_set_clause")
        settings.release("pgquill_set_clause")


def _refused(what: str) -> Read:
    def read(options: Options, node: Node, ctx: DdlContext) -> None:
        raise not_supported(what)

    return read


OPTIONS: dict[str, Read] = {
    "as": _body, "language": _text("language"), "strict": _flag("strict"), "security": _flag("security_definer"),
    "volatility": _text("volatility", {"immutable": "i", "stable": "s", "volatile": "v"}), "leakproof": _flag("leakproof"),
    "parallel": _text("parallel", {"safe": "s", "restricted": "r", "unsafe": "u"}), "cost": _number("cost"),
    "rows": _number("rows"), "set": _set, "support": _refused("SUPPORT functions"), "window": _refused("WINDOW functions"),
    "transform": _refused("TRANSFORM"),
}  # fmt: skip
