"""What CREATE FUNCTION finds out about a body."""

from msgspec.structs import replace

from executor import plan
from executor.bind.uses import uses
from executor.catalog.model import Catalog, Routine
from executor.catalog.routines import POLYMORPHIC
from executor.catalog.usertypes import number
from executor.context import Context
from executor.errors import SqlError
from executor.parse import parse
from executor.plpgsql.compiled import compile_routine
from executor.plpgsql.frame import Frame, Names
from executor.plpgsql.plans import add_context, bind_raw
from executor.prepared import fresh
from executor.routines.sqlbody import SqlBody, result_mismatch
from executor.sqlstates import InvalidFunctionDefinition
from executor.types import oids as T

STAND_INS = {T.ANYARRAY: 1007, T.ANYCOMPATIBLEARRAY: 1007, T.ANYRANGE: 3904, T.ANYCOMPATIBLERANGE: 3904,
             T.ANYMULTIRANGE: 4451, T.ANYCOMPATIBLEMULTIRANGE: 4451}
"""Types that stand for polymorphic ones while a body is looked at, as in PostgreSQL; integer for the others."""


def concrete(oid: int) -> int:
    """A type that can stand for a polymorphic one."""
    return STAND_INS.get(oid, T.INT4) if oid in POLYMORPHIC else oid


def validate(catalog: Catalog, context: Context, path: tuple[str, ...], made: Routine, source: str, *, checks: bool) -> Routine:
    """Look at a body (42601, 42P13 ...); what it reads, for one in SQL-standard syntax."""
    known = [number(catalog, a.type) or 0 for a in made.inputs]
    result = number(catalog, made.result) or 0
    types = tuple(map(concrete, known))
    try:
        if made.language == "plpgsql":
            _refuse_types(made)
            if checks:
                compile_routine(context, catalog, path, made, types, concrete(result), checks=True)
            return made
        return _sql(catalog, context, path, made, types, result, known, checks=checks)
    except SqlError as error:
        place_in(error, made.body, source)
        raise


def place_in(error: BaseException, body: str, source: str) -> None:
    """The place of an error in a body as one in the statement, if the body stands there as it is."""
    if not isinstance(error, SqlError):
        return
    if error.internal_query == body and error.position is None:
        error.position, error.internal_position, error.internal_query = error.internal_position, None, None
    if error.position is None or not body:
        return
    at = source.rfind(body)
    if at >= 0:
        error.position += at
    else:
        error.internal_position, error.internal_query, error.position = error.position, body, None


def _refuse_types(made: Routine) -> None:
    for oid in (made.result,):
        if oid in REFUSED:
            raise InvalidFunctionDefinition(f"PL/pgSQL functions cannot return type {REFUSED[oid]}")


REFUSED = {T.ANY: '"any"', T.CSTRING: "cstring", T.INTERNAL: "internal"}


def _sql(catalog: Catalog, context: Context, path: tuple[str, ...], made: Routine, types: tuple[int, ...], result: int,
         known: list[int], *, checks: bool) -> Routine:
    if made.result == T.TRIGGER:
        raise InvalidFunctionDefinition("SQL functions cannot return type trigger")
    if not checks and not made.atomic:
        return made
    if POLYMORPHIC.intersection(known):
        if not made.atomic:
            parse(made.body)
        return made
    used: set[tuple[int, int]] = set()
    try:
        body = SqlBody(catalog, made, types, result)
        columns = None
        for raw in body.statements:
            found = bind_raw(fresh(raw), Names(Frame(body.variables), body.names, "use_column"), Frame(body.variables), context,
                             catalog, made.path if made.atomic else path, None)
            columns = None if found.analyzed is None or not found.columns else found.columns
            if made.atomic and found.analyzed is not None and isinstance(found.analyzed.plan, plan.Query):
                used |= set(uses(found.analyzed.plan))
        mismatch = result_mismatch(body, columns)
        if mismatch is not None and made.kind == "f":
            raise mismatch
    except SqlError as error:
        if error.position is None or made.atomic:
            add_context(error, f'SQL function "{made.name}"')
        if made.atomic:
            error.position = None
        raise
    return replace(made, uses=tuple(sorted(used)))
