"""Producers of information_schema's routines and parameters."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from executor.catalog.routine_texts import default_text
from executor.catalog.system.information_types import data_type
from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, maker, yes_no
from executor.catalog.typenames import find_type
from executor.facts import table
from executor.facts.lookup import functions_by_oid, types_by_oid

_KINDS = {"f": "FUNCTION", "p": "PROCEDURE"}
_MODES = {"i": "IN", "o": "OUT", "b": "INOUT", "v": "IN", "t": "OUT"}

_routines_row = maker(
    "information_schema.routines", parameter_style="GENERAL", sql_data_access="MODIFIES", schema_level_routine="YES",
    max_dynamic_result_sets=0, as_locator="NO", is_udt_dependent="NO")
_parameters_row = maker("information_schema.parameters", is_result="NO", as_locator="NO")


@cache
def _schemas() -> dict[int, str]:
    return dict(table("pg_namespace").select("oid", "nspname"))


def specific_name(name: str, oid: int) -> str:
    """name_oid, the name cut so that both fit an identifier."""
    return name.encode()[:63 - len(f"_{oid}")].decode("utf-8", "ignore") + f"_{oid}"


def routines(view: SessionView) -> Iterator[Row]:
    """Functions, aggregates and procedures."""
    languages = dict(table("pg_language").select("oid", "lanname"))
    rows = table("pg_proc").select("oid", "pronamespace", "proname", "prokind", "prolang", "prorettype", "prosrc",
                                   "provolatile", "proisstrict", "prosecdef")
    for oid, schema, name, kind, language, result, source, volatility, strict, definer in rows:
        values: dict[str, Any] = {}
        if kind != "p":
            found = types_by_oid()[result]
            values = {"data_type": data_type(view.catalog, found), "type_udt_catalog": view.database,
                      "type_udt_schema": found.schema, "type_udt_name": found.name, "dtd_identifier": "0",
                      "is_null_call": yes_no(strict)}
        yield _routines_row(
            specific_catalog=view.database, specific_schema=_schemas()[schema], specific_name=specific_name(name, oid),
            routine_catalog=view.database, routine_schema=_schemas()[schema], routine_name=name,
            routine_type=_KINDS.get(kind), routine_body="SQL" if languages[language] == "sql" else "EXTERNAL",
            routine_definition=source, external_name=source if languages[language] == "c" else None,
            external_language=languages[language].upper(), is_deterministic=yes_no(volatility == "i"),
            security_type="DEFINER" if definer else "INVOKER", **values)


    yield from _made(view)


def _made(view: SessionView) -> Iterator[Row]:
    """The routines that users made."""
    for made in view.catalog.routines:
        values: dict[str, Any] = {}
        found = find_type(view.catalog, made.result)
        if made.kind == "f" and found is not None:
            values = {"data_type": data_type(view.catalog, found), "type_udt_catalog": view.database,
                      "type_udt_schema": found.schema, "type_udt_name": found.name, "dtd_identifier": "0",
                      "is_null_call": yes_no(made.strict)}
        yield _routines_row(
            specific_catalog=view.database, specific_schema=made.schema, specific_name=specific_name(made.name, made.oid),
            routine_catalog=view.database, routine_schema=made.schema, routine_name=made.name, routine_type=_KINDS[made.kind],
            routine_body="SQL" if made.language == "sql" else "EXTERNAL", routine_definition=made.body,
            external_language=made.language.upper(), is_deterministic=yes_no(made.volatility == "i"),
            security_type="DEFINER" if made.security_definer else "INVOKER", **values)


def _made_parameters(view: SessionView) -> Iterator[Row]:
    for made in view.catalog.routines:
        for position, argument in enumerate(made.arguments, 1):
            found = find_type(view.catalog, argument.type)
            if found is not None:
                yield _parameters_row(
                    specific_catalog=view.database, specific_schema=made.schema,
                    specific_name=specific_name(made.name, made.oid), ordinal_position=position,
                    parameter_mode=_MODES[argument.mode], parameter_name=argument.name or None,
                    data_type=data_type(view.catalog, found), udt_catalog=view.database, udt_schema=found.schema,
                    udt_name=found.name, dtd_identifier=str(position),
                    parameter_default=default_text(view.catalog, made, position - 1, (made.schema, "public", "pg_catalog")))


def parameters(view: SessionView) -> Iterator[Row]:
    """Parameters of functions, output columns included."""
    yield from _made_parameters(view)
    rows = table("pg_proc").select("oid", "pronamespace", "proname", "proargtypes", "proallargtypes", "proargmodes",
                                   "proargnames")
    for oid, schema, name, inputs, every, modes, names in rows:
        types: list[int] = msgspec.json.decode(every or inputs)
        labels: list[str] = msgspec.json.decode(names) if names else [""] * len(types)
        kinds: list[str] = msgspec.json.decode(modes) if modes else ["i"] * len(types)
        defaults = _defaults(oid, kinds)
        for position, (type_oid, label, mode) in enumerate(zip(types, labels, kinds, strict=True), 1):
            found = types_by_oid()[type_oid]
            yield _parameters_row(
                specific_catalog=view.database, specific_schema=_schemas()[schema],
                specific_name=specific_name(name, oid), ordinal_position=position, parameter_mode=_MODES[mode],
                parameter_name=label or None, data_type=data_type(view.catalog, found), udt_catalog=view.database,
                udt_schema=found.schema, udt_name=found.name, dtd_identifier=str(position),
                parameter_default=defaults.get(position))


def _defaults(oid: int, modes: list[str]) -> dict[int, str]:
    """Position -> default expression: the last input parameters have them."""
    function = functions_by_oid().get(oid)
    if function is None or not function.defaults:
        return {}
    inputs = [position for position, mode in enumerate(modes, 1) if mode in "ibv"]
    return dict(zip(inputs[-len(function.defaults):], function.defaults, strict=True))
