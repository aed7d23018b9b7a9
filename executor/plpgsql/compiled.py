"""A routine's body, compiled for the types it is called with, and kept with the catalog that its names are of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from executor.bind import typenames
from executor.bind.resolve import array_type
from executor.bind.statement import Statement as Binding
from executor.bind.statement import type_name
from executor.catalog import usertypes
from executor.catalog.model import Catalog, Relation, Routine
from executor.catalog.quoting import quote_identifier
from executor.context import Context
from executor.errors import SqlError, not_supported
from executor.facts.lookup import type_at
from executor.parse import Source, parse_expression
from executor.plpgsql.parser import Parser
from executor.plpgsql.plans import Plan, add_context
from executor.plpgsql.syntax import Body
from executor.sqlstates import FeatureNotSupported, SyntaxError, UndefinedColumn, UndefinedObject, UndefinedTable
from executor.types import oids as T
from executor.types.made import fields_of, row_number

TRIGGER_VARIABLES = (("tg_name", T.NAME), ("tg_when", T.TEXT), ("tg_level", T.TEXT), ("tg_op", T.TEXT), ("tg_relid", T.OID),
                     ("tg_relname", T.NAME), ("tg_table_name", T.NAME), ("tg_table_schema", T.NAME), ("tg_nargs", T.INT4),
                     ("tg_argv", T.TEXT_ARRAY))


class CatalogTypes:
    """executor.plpgsql.parser.Types over a catalog."""

    def __init__(self, catalog: Catalog, context: Context, path: tuple[str, ...]) -> None:
        self.binding = Binding(catalog=catalog, context=context, search_path=path, source=Source(""))

    def named(self, text: str) -> tuple[int, int]:
        """See the protocol."""
        self.binding.positions = False
        node = parse_expression(f"NULL::{text}")
        if node.kind != "TypeCast":
            raise UndefinedObject(f'type "{text}" does not exist')
        return typenames.resolve(self.binding, node.take("typeName"))

    def of_column(self, names: Sequence[str]) -> tuple[int, int]:
        """See the protocol."""
        if len(names) < 2:
            raise SyntaxError(f'variable "{names[0]}" does not exist')
        relation = self._relation(names[:-1])
        column = relation.by_name.get(names[-1])
        if column is None:
            raise UndefinedColumn(f'column "{names[-1]}" of relation "{names[-2]}" does not exist')
        return column.type, column.typmod

    def of_relation(self, names: Sequence[str]) -> int:
        """See the protocol."""
        if len(names) == 1 and (found := typenames.find(self.binding, list(names))) is not None and fields_of(found.oid):
            return found.oid
        relation = self._relation(names)
        number = usertypes.row_type(self.binding.catalog, relation)
        if number is None:
            raise not_supported(f"the row type of {relation.name}")
        return number

    def _relation(self, names: Sequence[str]) -> Relation:
        schema = names[-2] if len(names) > 1 else None
        found = self.binding.find_relation(schema, names[-1])
        if found is None:
            raise UndefinedTable(f'relation "{".".join(names)}" does not exist')
        return found

    def has_columns(self, number: int) -> bool:
        """See the protocol."""
        return fields_of(number) is not None

    def array(self, number: int) -> int:
        """See the protocol."""
        found = type_at(number)
        if found is not None and found.is_array:
            return number
        return array_type(number)


@dataclass(eq=False)
class Compiled:
    """A body ready to run. label: as contexts of errors call it. result: (type, typmod). arguments: numbers of the variables
    that its arguments go to; outputs: those that make its result. row: type of the result where it has columns."""

    label: str
    body: Body
    result: int
    returns_set: bool
    arguments: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    output_type: int = 0
    is_trigger: bool = False
    is_procedure: bool = False
    oid: int = 0
    trigger: dict[str, int] = field(default_factory=dict)
    plans: dict[Any, dict[Any, Any]] = field(default_factory=dict)
    last: Any = None  # (settings, their revision, catalog, where plans are kept, user) of the last call

    def kept(self, key: Any) -> dict[Any, Plan]:
        """Where plans are kept for a search path and settings."""
        found = self.plans.get(key)
        if found is None:
            found = self.plans[key] = {}
        return found


def label_of(catalog: Catalog, routine: Routine) -> str:
    """name(types), as error contexts have it."""
    types = ",".join(_shown(catalog, a.type) for a in routine.inputs)
    name = quote_identifier(routine.name)
    if routine.schema not in ("public", "pg_temp"):
        name = f"{quote_identifier(routine.schema)}.{name}"
    return f"{name}({types})"


def _shown(catalog: Catalog, oid: int) -> str:
    number = usertypes.number(catalog, oid)
    return str(oid) if number is None else type_name(number)


def compiled(context: Context, catalog: Catalog, path: tuple[str, ...], routine: Routine, types: tuple[int, ...],
             result: int, relation: int = 0, transitions: tuple[str, ...] = ()) -> Compiled:
    """A routine compiled for argument types (numbers) and a result type. relation: of a trigger; transitions: the names of
    its transition tables."""
    cache = catalog.memo.setdefault("plpgsql", {})
    key = (routine.oid, types, result, relation, *transitions)
    found: Compiled | None = cache.get(key)
    if found is None:
        found = cache[key] = compile_routine(context, catalog, path, routine, types, result, relation)
    return found


def compile_routine(context: Context, catalog: Catalog, path: tuple[str, ...], routine: Routine, types: tuple[int, ...],
                    result: int, relation: int = 0, *, checks: bool = False) -> Compiled:
    """Parse a routine's body. checks: look at the syntax of its SQL, and at nothing that a call would tell."""
    parser: Parser | None = None
    try:
        parser = Parser(routine.body, CatalogTypes(catalog, context, path), name=routine.name, checks=checks)
        made = _declare(parser, catalog, routine, types, result, relation)
        _parse_body(parser, made)
        return made
    except SqlError as error:
        _located(error, parser, routine.name, "" if checks else routine.body)
        raise


def compile_block(context: Context, catalog: Catalog, path: tuple[str, ...], text: str) -> Compiled:
    """The body of a DO."""
    parser: Parser | None = None
    try:
        parser = Parser(text, CatalogTypes(catalog, context, path), name="inline_code_block", checks=True)
        parser.result_is_void = True
        made = Compiled("inline_code_block", None, T.VOID, False, is_procedure=True)  # type: ignore[arg-type]
        _parse_body(parser, made)
        return made
    except SqlError as error:
        _located(error, parser, "inline_code_block", "")
        raise


def _located(error: SqlError, parser: Parser | None, name: str, body: str) -> None:
    """Where a body could not be understood. body: its text, "" if the place will be one in the statement that gives it."""
    if error.position is not None and not body:
        return
    if error.position is not None:
        error.internal_position, error.internal_query, error.position = error.position, body, None
    line = 1 if parser is None else parser.line(parser.tokens[max(parser.at - 1, 0)])
    add_context(error, f'compilation of PL/pgSQL function "{name}" near line {line}')


def _declare(parser: Parser, catalog: Catalog, routine: Routine, types: tuple[int, ...], result: int,
             relation: int) -> Compiled:
    is_trigger = routine.result == T.TRIGGER
    parser.result_is_set = routine.returns_set
    parser.is_procedure = routine.kind == "p"
    parser.has_outputs = bool(routine.outputs)
    parser.result_is_void = result == T.VOID
    made = Compiled(label_of(catalog, routine), None, result, routine.returns_set,  # type: ignore[arg-type]
                    is_trigger=is_trigger, is_procedure=routine.kind == "p", oid=routine.oid)
    if is_trigger and not relation and not parser.checks:
        raise FeatureNotSupported("trigger functions can only be called as triggers")
    if is_trigger:
        _declare_trigger(parser, catalog, relation, made)
        return made
    arguments: list[int] = []
    outputs: list[int] = []
    given = iter(types)
    output_types = iter(output_numbers(catalog, routine, types))
    for i, argument in enumerate(routine.arguments, 1):
        number = next(given) if argument.mode in "ibv" else next(output_types)
        if argument.mode == "b":
            next(output_types)
        variable = parser.typed(f"${i}", number)
        if argument.name:
            parser.alias(argument.name, variable.number)
        if argument.mode in "ibv":
            arguments.append(variable.number)
        if argument.mode in "obt":
            outputs.append(variable.number)
    made.arguments, made.outputs = tuple(arguments), tuple(outputs)
    if outputs:
        made.output_type = row_number(tuple(_field(routine, parser, i, number) for i, number in enumerate(outputs)))
    return made


def _field(routine: Routine, parser: Parser, i: int, number: int) -> Any:
    from executor.types.made import Field

    return Field(routine.outputs[i].name or f"column{i + 1}", parser.variables[number].type)


def output_numbers(catalog: Catalog, routine: Routine, types: tuple[int, ...]) -> list[int]:
    """The types of the outputs, polymorphic ones made concrete by the arguments' types."""
    from executor.bind.operators import polymorphic

    declared = [usertypes.number(catalog, a.type) or 0 for a in routine.inputs]
    return [polymorphic(declared, types, usertypes.number(catalog, a.type) or 0, 0)[1] for a in routine.outputs]


def _declare_trigger(parser: Parser, catalog: Catalog, relation: int, made: Compiled) -> None:
    found = catalog.relations_by_oid.get(relation)
    row = T.RECORD if found is None else usertypes.row_type(catalog, found) or T.RECORD
    for name in ("new", "old"):
        made.trigger[name] = parser.declare(name, "record", T.RECORD).number
    made.result = row
    for name, number in TRIGGER_VARIABLES:
        made.trigger[name] = parser.declare(name, "scalar", number).number


def _parse_body(parser: Parser, made: Compiled) -> None:
    found = parser.declare("found", "scalar", T.BOOL)
    strict: bool | None = None
    while parser.take("#"):
        option = parser.identifier()
        token = parser.token
        value = parser.next().value
        if option == "variable_conflict":
            if value not in ("error", "use_variable", "use_column"):
                parser.fail(token=token)
            parser.conflict = value
        elif option == "print_strict_params":
            if value not in ("on", "off"):
                parser.refuse(f'unrecognized print_strict_params option "{value}"', token)
            strict = value == "on"
        elif option != "option":
            parser.fail(token=token)
    label = parser.label()
    block = parser.block(label)
    parser.take(";")
    if parser.token.kind != "eof":
        parser.fail()
    made.body = Body(block, parser.variables, found.number, strict)

