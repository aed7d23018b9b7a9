"""Functions that describe the catalog's objects as SQL text: format_type, pg_get_constraintdef, pg_get_viewdef ..."""

from collections.abc import Callable
from functools import cache

import msgspec

from executor.builtins.base import Builtin, Python
from executor.catalog import routine_texts
from executor.catalog.definitions import (
    constraint_definition,
    index_definition,
    index_key,
    node_tree,
    relation_reference,
)
from executor.catalog.model import Constraint, Index, Relation, Routine
from executor.catalog.names import regprocedure_out, role_name, table_oid
from executor.catalog.quoting import quote_identifier, quote_qualified
from executor.catalog.search_path import class_name, search_path, shown_schema
from executor.catalog.system.objects import rules
from executor.catalog.system.relations import relation_by_oid
from executor.catalog.system.views import view_text
from executor.catalog.trigger_text import trigger_definition
from executor.catalog.typenames import find_type
from executor.catalog.typenames import format_type as type_text
from executor.context import Context
from executor.errors import not_supported
from executor.facts import table
from executor.facts.lookup import functions_by_oid


def relation_of(context: Context, oid: int) -> Relation | None:
    """The table or view of this OID, system ones included."""
    return context.catalog.relations_by_oid.get(oid) or relation_by_oid(oid)


def _format_type(context: Context, oid: int | None, typmod: int | None) -> str | None:
    return None if oid is None else type_text(oid, typmod, context.catalog, search_path(context))


def _base_type(context: Context, oid: int) -> int | None:
    """pg_basetype(): the type under a domain; NULL for no type."""
    found = find_type(context.catalog, oid)
    while found is not None and found.kind == "d":
        found = find_type(context.catalog, found.base)
    return found.oid if found is not None else None


def _constraint(context: Context, oid: int) -> tuple[Relation, Constraint] | None:
    known = context.catalog.memo.get("constraints")
    if known is None:
        known = context.catalog.memo["constraints"] = {
            constraint.oid: (relation, constraint)
            for relation in context.catalog.relations for constraint in relation.constraints}
    found: tuple[Relation, Constraint] | None = known.get(oid)
    return found


def _constraint_text(context: Context, oid: int, pretty: int = 0) -> str | None:
    found = _constraint(context, oid)
    if found is None:
        return _domain_constraint(context, oid, bool(pretty)) or _system_constraint(oid)
    return constraint_definition(context.catalog, *found, search_path(context), pretty=bool(pretty))


def _domain_constraint(context: Context, oid: int, pretty: bool) -> str | None:
    """The definition of a constraint of a user's domain."""
    from executor.deparse.stored import domain_check_text

    for made in context.catalog.types:
        for constraint in made.constraints:
            if constraint.oid == oid and constraint.kind == "n":
                return "NOT NULL"
            if constraint.oid == oid:
                text = domain_check_text(context.catalog, search_path(context), made, constraint.expression, pretty=pretty)
                return f"CHECK ({text})" + ("" if constraint.validated else " NOT VALID")
    return None


@cache
def _system_constraints() -> dict[int, str]:
    """Definitions of the keys of system catalogs and the checks of built-in domains."""
    found = {}
    for oid, owner, kind, keys, text in table("pg_constraint").select("oid", "conrelid", "contype", "conkey", "conbin"):
        columns = relation_by_oid(owner).by_number if owner and relation_by_oid(owner) else {}  # type: ignore[union-attr]
        names = [quote_identifier(columns[key].name) for key in msgspec.json.decode(keys)] if keys and columns else []
        listed = ", ".join(names)
        found[oid] = {"p": f"PRIMARY KEY ({listed})", "u": f"UNIQUE ({listed})", "n": f"NOT NULL {listed}".strip(),
                      "c": f"CHECK ({text})"}[kind]
    return found


def _system_constraint(oid: int) -> str | None:
    return _system_constraints().get(oid)


def _index(context: Context, oid: int) -> tuple[Relation, Index] | None:
    owner = _index_owners(context).get(oid)
    relation = relation_of(context, owner) if owner else None
    if relation is None:
        return None
    return relation, next(index for index in relation.indexes if index.oid == oid)


@cache
def _system_index_owners() -> dict[int, int]:
    return dict(table("pg_index").select("indexrelid", "indrelid"))


def _index_owners(context: Context) -> dict[int, int]:
    known: dict[int, int] | None = context.catalog.memo.get("index_owners")
    if known is None:
        known = context.catalog.memo["index_owners"] = dict(_system_index_owners()) | {
            index.oid: relation.oid for relation in context.catalog.relations for index in relation.indexes}
    return known


def _index_text(context: Context, oid: int, column: int = 0, pretty: int = 0) -> str | None:
    found = _index(context, oid)
    if found is None:
        return None
    relation, index = found
    if not column:
        return index_definition(context.catalog, relation, index, search_path(context), pretty=bool(pretty))
    if column <= len(index.columns):
        return index_key(context.catalog, relation, index.columns[column - 1], search_path(context), pretty=bool(pretty))
    if column <= len(index.columns) + len(index.included):
        return quote_identifier(relation.by_number[index.included[column - len(index.columns) - 1]].name)
    return ""


def _view_text(context: Context, oid: int, pretty: int = 0, wrap: int = 0) -> str | None:
    relation = relation_of(context, oid)
    if relation is None or relation.kind not in "vm":
        return None
    return view_text(context.catalog, relation, search_path(context), pretty=bool(pretty), wrap=wrap)


def _wrapped_view_text(context: Context, oid: int, wrap: int) -> str | None:
    return _view_text(context, oid, 1, wrap)


def _view_text_by_name(context: Context, name: str, pretty: int = 0) -> str | None:
    return _view_text(context, table_oid(name, context), pretty)


@cache
def _system_rules() -> dict[int, tuple[str, int, str]]:
    return {row[0]: row[1:] for row in table("pg_rewrite").select("oid", "rulename", "ev_class", "ev_action")}


def _rule_text(context: Context, oid: int, pretty: int = 0) -> str | None:
    view = next((view for rule, view in rules(context.catalog) if rule == oid), None)
    if view is not None:
        path = search_path(context)
        target = relation_reference(context.catalog, view, path) if pretty else quote_qualified(
            shown_schema(view.schema), view.name)
        query = view_text(context.catalog, view, path, pretty=bool(pretty))
        return f'CREATE RULE "_RETURN" AS\n    ON SELECT TO {target} DO INSTEAD {query}'
    found = _system_rules().get(oid)
    if found is None:
        return None
    name, owner, text = found
    if name != "_RETURN":
        return text
    shown = ".".join(class_name(context.catalog, owner) or ())
    return f'CREATE RULE "_RETURN" AS\n    ON SELECT TO {shown} DO INSTEAD {text}'


def _nothing(*arguments: object) -> None:
    """Of objects that pgquill never has: triggers of its own, extended statistics."""


def _expression(context: Context, text: str, relation: int, pretty: int = 0) -> str | None:
    return node_tree(context.catalog, text, relation, search_path(context), pretty=bool(pretty))


def _user_name(context: Context, oid: int) -> str:
    return role_name(oid, context) or f"unknown (OID={oid})"


@cache
def _argument_texts() -> dict[int, str]:
    return dict(table("pg_proc").select("oid", "proargdefaults"))


def _routine(context: Context, oid: int) -> Routine | None:
    """A function or procedure that a user made."""
    return context.catalog.routines_by_oid.get(oid)


def _function_arguments(context: Context, oid: int) -> str | None:
    if (made := _routine(context, oid)) is not None:
        return routine_texts.arguments_text(context.catalog, made, search_path(context))
    return _argument_texts().get(oid)


def _function_identity(context: Context, oid: int) -> str | None:
    """The arguments without their defaults."""
    if (made := _routine(context, oid)) is not None:
        return routine_texts.arguments_text(context.catalog, made, search_path(context), defaults=False,
                                            outputs=made.kind == "p")
    text, function = _argument_texts().get(oid), functions_by_oid().get(oid)
    for default in function.defaults if text and function else ():
        assert text is not None
        text = text.replace(f" DEFAULT {default}", "", 1)
    return text


def _function_result(context: Context, oid: int) -> str | None:
    if (made := _routine(context, oid)) is not None:
        return routine_texts.result_text(context.catalog, made, search_path(context))
    function = functions_by_oid().get(oid)
    if function is None or function.kind == "p":
        return None
    result = type_text(function.result, None, context.catalog, search_path(context))
    return f"SETOF {result}" if function.returns_set else result


def _trigger_text(context: Context, oid: int, pretty: int = 0) -> str | None:
    for relation in context.catalog.relations:
        for trigger in relation.triggers:
            if trigger.oid == oid:
                return trigger_definition(context.catalog, relation, trigger, search_path(context), pretty=bool(pretty))
    return None


def _argument_default(context: Context, oid: int, number: int) -> str | None:
    if (made := _routine(context, oid)) is not None:
        inputs = [i for i, a in enumerate(made.arguments) if a.mode in "ibv"]
        if not 1 <= number <= len(inputs):
            return None
        return routine_texts.default_text(context.catalog, made, inputs[number - 1], search_path(context))
    function = functions_by_oid().get(oid)
    if function is None:
        return None
    first = len(function.arguments) - len(function.defaults)
    return function.defaults[number - 1 - first] if first < number <= len(function.arguments) else None


def _function_body(context: Context, oid: int) -> str | None:
    made = _routine(context, oid)
    return None if made is None else routine_texts.body_text(made)


def _function_definition(context: Context, oid: int) -> str | None:
    if (made := _routine(context, oid)) is not None:
        return routine_texts.definition(context.catalog, made, search_path(context))
    if oid not in functions_by_oid():
        return None
    raise not_supported(f"pg_get_functiondef({regprocedure_out(oid, context)})")


def _with_context(function: Callable[..., object]) -> Python:
    return Python(function, context=True)


BUILTINS = (
    Builtin("format_type(oid,int4)", _with_context(_format_type),
            ("format_type(1700, 655366)", "numeric(10,2)")),
    Builtin("pg_basetype(regtype)", _with_context(_base_type), ("pg_basetype('int4'::regtype)", "integer")),
    Builtin("pg_get_expr(pg_node_tree,oid)", _with_context(_expression)),
    Builtin("pg_get_expr(pg_node_tree,oid,bool)", _with_context(_expression)),
    Builtin("pg_get_constraintdef(oid)", _with_context(_constraint_text), ("pg_get_constraintdef(1::oid)", None)),
    Builtin("pg_get_constraintdef(oid,bool)", _with_context(_constraint_text)),
    Builtin("pg_get_indexdef(oid)", _with_context(_index_text), (
        "pg_get_indexdef('pg_class_oid_index'::regclass)",
        "CREATE UNIQUE INDEX pg_class_oid_index ON pg_catalog.pg_class USING btree (oid)")),
    Builtin("pg_get_indexdef(oid,int4,bool)", _with_context(_index_text),
            ("pg_get_indexdef('pg_class_relname_nsp_index'::regclass, 2, true)", "relnamespace")),
    Builtin("pg_get_viewdef(oid)", _with_context(_view_text), ("pg_get_viewdef('pg_class'::regclass)", None)),
    Builtin("pg_get_viewdef(oid,bool)", _with_context(_view_text)),
    Builtin("pg_get_viewdef(oid,int4)", _with_context(_wrapped_view_text)),
    Builtin("pg_get_viewdef(text)", _with_context(_view_text_by_name), ("pg_get_viewdef('nope')", "ERROR 42P01")),
    Builtin("pg_get_viewdef(text,bool)", _with_context(_view_text_by_name)),
    Builtin("pg_get_ruledef(oid)", _with_context(_rule_text)),
    Builtin("pg_get_ruledef(oid,bool)", _with_context(_rule_text)),
    Builtin("pg_get_triggerdef(oid)", _with_context(_trigger_text), ("pg_get_triggerdef(1)", None)),
    Builtin("pg_get_triggerdef(oid,bool)", _with_context(_trigger_text)),
    Builtin("pg_get_statisticsobjdef(oid)", Python(_nothing), ("pg_get_statisticsobjdef(1)", None)),
    Builtin("pg_get_statisticsobjdef_columns(oid)", Python(_nothing)),
    Builtin("pg_get_statisticsobjdef_expressions(oid)", Python(_nothing)),
    Builtin("pg_get_userbyid(oid)", _with_context(_user_name), ("pg_get_userbyid(99)", "unknown (OID=99)")),
    Builtin("pg_get_function_arguments(oid)", _with_context(_function_arguments),
            ("pg_get_function_arguments('jsonb_each'::regproc)", "from_json jsonb, OUT key text, OUT value jsonb")),
    Builtin("pg_get_function_identity_arguments(oid)", _with_context(_function_identity),
            ("pg_get_function_identity_arguments('abs(int)'::regprocedure)", "integer")),
    Builtin("pg_get_function_result(oid)", _with_context(_function_result),
            ("pg_get_function_result('jsonb_each'::regproc)", "SETOF record")),
    Builtin("pg_get_function_arg_default(oid,int4)", _with_context(_argument_default),
            ("pg_get_function_arg_default('jsonb_set(jsonb,text[],jsonb,bool)'::regprocedure, 4)", "true")),
    Builtin("pg_get_function_sqlbody(oid)", _with_context(_function_body)),
    Builtin("pg_get_functiondef(oid)", _with_context(_function_definition)),
)
