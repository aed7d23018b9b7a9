"""Producers of information_schema's views of constraints."""

from collections.abc import Iterator
from typing import Any

from executor.catalog.definitions import condition
from executor.catalog.model import Constraint, Relation, UserType
from executor.catalog.search_path import shown_schema
from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, maker, yes_no
from executor.catalog.system.views import every_relation
from executor.catalog.typenames import DEFAULT_PATH
from executor.facts import table
from executor.facts.lookup import types_by_oid

_KINDS = {"c": "CHECK", "n": "CHECK", "f": "FOREIGN KEY", "p": "PRIMARY KEY", "u": "UNIQUE"}
_MATCH = {"f": "FULL", "p": "PARTIAL", "s": "NONE"}
_RULES = {"c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT", "r": "RESTRICT", "a": "NO ACTION"}


def _every(view: SessionView, kinds: str) -> Iterator[tuple[Relation, Constraint]]:
    return ((relation, constraint) for relation in every_relation(view.catalog, "r")
            for constraint in relation.constraints if constraint.kind in kinds)


def _constraint(view: SessionView, relation: Relation, constraint: Constraint) -> dict[str, Any]:
    return {"constraint_catalog": view.database, "constraint_schema": shown_schema(relation.schema),
            "constraint_name": constraint.name}


def _table(view: SessionView, relation: Relation) -> dict[str, Any]:
    return {"table_catalog": view.database, "table_schema": shown_schema(relation.schema), "table_name": relation.name}


_table_constraints_row = maker("information_schema.table_constraints", enforced="YES")


def table_constraints(view: SessionView) -> Iterator[Row]:
    """Constraints of tables, NOT NULL ones included."""
    for relation, constraint in _every(view, "cnfpu"):
        yield _table_constraints_row(
            constraint_type=_KINDS[constraint.kind], is_deferrable=yes_no(constraint.deferrable),
            initially_deferred=yes_no(constraint.deferred),
            nulls_distinct=yes_no(not constraint.nulls_not_distinct) if constraint.kind == "u" else None,
            **_constraint(view, relation, constraint), **_table(view, relation))


_key_row = maker("information_schema.key_column_usage")


def key_column_usage(view: SessionView) -> Iterator[Row]:
    """Columns of keys."""
    for relation, constraint in _every(view, "puf"):
        for position, number in enumerate(constraint.columns, 1):
            yield _key_row(
                column_name=relation.by_number[number].name, ordinal_position=position,
                position_in_unique_constraint=_position(view, constraint, position),
                **_constraint(view, relation, constraint), **_table(view, relation))


def _position(view: SessionView, constraint: Constraint, position: int) -> int | None:
    """Where the referenced column stands in the key that a foreign key points to."""
    if constraint.kind != "f":
        return None
    target = view.catalog.relations_by_oid[constraint.referenced]
    index = next((index for index in target.indexes if index.oid == constraint.index), None)
    numbers = [key.column for key in index.columns] if index else []
    referenced = constraint.referenced_columns[position - 1]
    return numbers.index(referenced) + 1 if referenced in numbers else None


_column_usage_row = maker("information_schema.constraint_column_usage")


def constraint_column_usage(view: SessionView) -> Iterator[Row]:
    """Columns that constraints use; for a foreign key, those it points to."""
    for relation, constraint in _every(view, "cnpuf"):
        target, numbers = relation, constraint.columns
        if constraint.kind == "f":
            target, numbers = view.catalog.relations_by_oid[constraint.referenced], constraint.referenced_columns
        for number in numbers:
            yield _column_usage_row(column_name=target.by_number[number].name, **_table(view, target),
                                    **_constraint(view, relation, constraint))


_table_usage_row = maker("information_schema.constraint_table_usage")


def constraint_table_usage(view: SessionView) -> Iterator[Row]:
    """Tables of keys; for a foreign key, the one it points to."""
    for relation, constraint in _every(view, "puf"):
        target = view.catalog.relations_by_oid[constraint.referenced] if constraint.kind == "f" else relation
        yield _table_usage_row(**_table(view, target), **_constraint(view, relation, constraint))


_referential_row = maker("information_schema.referential_constraints")


def referential_constraints(view: SessionView) -> Iterator[Row]:
    """Foreign keys."""
    for relation, constraint in _every(view, "f"):
        target = view.catalog.relations_by_oid[constraint.referenced]
        key = next((c for c in target.constraints if c.kind in "pu" and c.index == constraint.index), None)
        unique = {"unique_constraint_catalog": view.database, "unique_constraint_name": key.name,
                  "unique_constraint_schema": shown_schema(target.schema)} if key else {}
        yield _referential_row(
            match_option=_MATCH[constraint.match], update_rule=_RULES[constraint.on_update],
            delete_rule=_RULES[constraint.on_delete], **unique, **_constraint(view, relation, constraint))


_check_row = maker("information_schema.check_constraints")


def check_constraints(view: SessionView) -> Iterator[Row]:
    """CHECK and NOT NULL constraints, those of domains too."""
    for relation, constraint in _every(view, "cn"):
        clause = (condition(view.catalog, relation, constraint.expression, DEFAULT_PATH) if constraint.kind == "c"
                  else f"{relation.by_number[constraint.columns[0]].name} IS NOT NULL")
        yield _check_row(check_clause=clause, **_constraint(view, relation, constraint))
    for name, oid, clause in table("pg_constraint").select("conname", "contypid", "conbin"):
        if oid:
            yield _check_row(constraint_catalog=view.database, constraint_schema=types_by_oid()[oid].schema,
                             constraint_name=name, check_clause=clause)
    for made in view.catalog.types:
        for of_domain in made.constraints:
            yield _check_row(constraint_catalog=view.database, constraint_schema=made.schema,
                             constraint_name=of_domain.name, check_clause=_of_domain(view, made, of_domain))


def _of_domain(view: SessionView, made: UserType, constraint: Constraint) -> str:
    from executor.deparse.stored import domain_check_text

    if constraint.kind == "n":
        return "VALUE IS NOT NULL"
    return domain_check_text(view.catalog, DEFAULT_PATH, made, constraint.expression)

