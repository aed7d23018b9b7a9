"""The options of sequences and identity columns, checked as PostgreSQL's init_params checks them."""

import re
from typing import Any

import msgspec
from msgspec.structs import replace

from executor.catalog.model import Sequence
from executor.ddl.base import DdlContext
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import InvalidParameterValue, InvalidTextRepresentation, NumericValueOutOfRange, SyntaxError

BOUNDS = {21: (-(2**15), 2**15 - 1), 23: (-(2**31), 2**31 - 1), 20: (-(2**63), 2**63 - 1)}
TYPE_NAMES = {21: "smallint", 23: "integer", 20: "bigint"}
CLAUSES = {"sequence_name": "SEQUENCE NAME", "generated": "GENERATED", "logged": "LOGGED", "unlogged": "UNLOGGED"}


class Options(msgspec.Struct, kw_only=True):
    """Options as written; None is a clause that was not given, and in `minimum`/`maximum` "" stands for NO MINVALUE."""

    type: int | None = None
    start: int | None = None
    restart: int | None = None
    restart_given: bool = False
    increment: int | None = None
    minimum: int | str | None = None
    maximum: int | str | None = None
    cache: int | None = None
    cycle: bool | None = None
    owned_by: list[str] | None = None
    name: list[str] | None = None  # SEQUENCE NAME
    generated: str | None = None  # SET GENERATED of ALTER COLUMN: a or d

    @property
    def changes_sequence(self) -> bool:
        """True if anything but SET GENERATED is given."""
        return (
            any(
                getattr(self, field) is not None
                for field in self.__struct_fields__
                if field not in ("restart_given", "generated")
            )
            or self.restart_given
        )


def read(nodes: list[Node], ctx: DdlContext, *, identity: bool = False, altering: bool = False) -> Options:
    """Read an option list (42601 for repetitions and misplaced options)."""
    options = Options()
    seen: set[str] = set()
    for node in nodes:
        name = node.take("defname")
        node.take("defaction")
        if name in seen:
            raise SyntaxError("conflicting or redundant options", position=ctx.position(node))
        seen.add(name)
        if (name == "sequence_name" and not identity) or (name == "restart" and not altering and not identity):
            raise SyntaxError(f"invalid sequence option {CLAUSES.get(name, name.upper())}", position=ctx.position(node))
        if name not in _FIELDS:
            raise not_supported(f"the sequence option {CLAUSES.get(name, name.upper())}")
        _FIELDS[name](options, node.take("arg"), ctx)
        node.finish()
    return options


def integer(node: Node) -> int:
    """An Integer or Float node as a bigint (22P02, 22003)."""
    if node.kind == "Integer":
        return int(node.take("ival", 0))
    text = node.take("fval", "")
    if not re.fullmatch(r"[+-]?\d+", text):
        raise InvalidTextRepresentation(f'invalid input syntax for type bigint: "{text}"')
    if not -(2**63) <= int(text) < 2**63:
        raise NumericValueOutOfRange(f'value "{text}" is out of range for type bigint')
    return int(text)


def _number(field: str) -> Any:
    def apply(options: Options, argument: Node | None, ctx: DdlContext) -> None:
        setattr(options, field, "" if argument is None else integer(argument))

    return apply


def _type(options: Options, argument: Node, ctx: DdlContext) -> None:
    options.type = ctx.binder.resolve_type(argument)[0]
    if options.type not in BOUNDS:
        raise InvalidParameterValue("sequence type must be smallint, integer, or bigint")


def _restart(options: Options, argument: Node | None, ctx: DdlContext) -> None:
    options.restart_given = True
    options.restart = None if argument is None else integer(argument)


def _cycle(options: Options, argument: Node, ctx: DdlContext) -> None:
    options.cycle = argument.take("boolval", False)


def _owned_by(options: Options, argument: Node, ctx: DdlContext) -> None:
    options.owned_by = argument.texts("items")


def _name(options: Options, argument: Node, ctx: DdlContext) -> None:
    options.name = argument.texts("items")


def _generated(options: Options, argument: Node, ctx: DdlContext) -> None:
    options.generated = chr(argument.take("ival", 0))


_FIELDS: dict[str, Any] = {
    "as": _type, "increment": _number("increment"), "minvalue": _number("minimum"), "maxvalue": _number("maximum"),
    "start": _number("start"), "cache": _number("cache"), "cycle": _cycle, "restart": _restart, "owned_by": _owned_by,
    "sequence_name": _name, "generated": _generated,
}  # fmt: skip


def defined(sequence: Sequence, options: Options, *, new: bool) -> Sequence:
    """The sequence with the options applied to it (22023 with PostgreSQL's texts).

    New: unset options get their defaults.
    """
    changed = _with_bounds(_with_increment(sequence, options), options, new, sequence)
    low, high = changed.minimum, changed.maximum
    if low >= high:
        raise InvalidParameterValue(f"MINVALUE ({low}) must be less than MAXVALUE ({high})")
    start = (
        options.start
        if options.start is not None
        else ((low if changed.increment > 0 else high) if new else changed.start)
    )
    check_in_range("START", start, low, high)
    cache = options.cache if options.cache is not None else changed.cache
    if cache <= 0:
        raise InvalidParameterValue(f"CACHE ({cache}) must be greater than zero")
    cycle = options.cycle if options.cycle is not None else changed.cycle
    return replace(changed, start=start, cache=cache, cycle=cycle)


def check_in_range(word: str, value: int, low: int, high: int) -> None:
    """Raise 22023 for a START or RESTART value outside the bounds."""
    if value < low:
        raise InvalidParameterValue(f"{word} value ({value}) cannot be less than MINVALUE ({low})")
    if value > high:
        raise InvalidParameterValue(f"{word} value ({value}) cannot be greater than MAXVALUE ({high})")


def _with_increment(sequence: Sequence, options: Options) -> Sequence:
    if options.increment == 0:
        raise InvalidParameterValue("INCREMENT must not be zero")
    return replace(
        sequence,
        type=options.type if options.type is not None else sequence.type,
        increment=options.increment if options.increment is not None else sequence.increment,
    )


def _with_bounds(sequence: Sequence, options: Options, new: bool, old: Sequence) -> Sequence:
    """Bounds given, or the defaults of type and direction.

    A changed type moves bounds that stood at the old type's end.
    """
    low, high = BOUNDS[sequence.type]
    old_low, old_high = BOUNDS[old.type]
    reset_low = new or options.minimum == "" or (options.type is not None and old.minimum == old_low)
    reset_high = new or options.maximum == "" or (options.type is not None and old.maximum == old_high)
    ascending = sequence.increment > 0
    default_high, default_low = (high, 1) if ascending else (-1, low)
    maximum = options.maximum if isinstance(options.maximum, int) else default_high if reset_high else sequence.maximum
    minimum = options.minimum if isinstance(options.minimum, int) else default_low if reset_low else sequence.minimum
    for word, value in (("MAXVALUE", maximum), ("MINVALUE", minimum)):
        if not low <= value <= high:
            raise InvalidParameterValue(
                f"{word} ({value}) is out of range for sequence data type {TYPE_NAMES[sequence.type]}"
            )
    return replace(sequence, minimum=minimum, maximum=maximum)
