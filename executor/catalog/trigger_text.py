"""CREATE TRIGGER as pg_get_triggerdef() prints it."""

from collections.abc import Sequence

from executor.catalog.definitions import relation_reference
from executor.catalog.model import Catalog, Relation, Trigger
from executor.catalog.quoting import quote_identifier, quote_qualified
from executor.catalog.search_path import shown_schema
from executor.catalog.typenames import DEFAULT_PATH
from executor.facts import lookup


def trigger_definition(catalog: Catalog, relation: Relation, trigger: Trigger, path: Sequence[str] = DEFAULT_PATH, *,
                       pretty: bool = False) -> str:
    """The whole statement; the table is qualified unless it is to be pretty."""
    table = (relation_reference(catalog, relation, path) if pretty
             else quote_qualified(shown_schema(relation.schema), relation.name))
    text = f"CREATE {'CONSTRAINT ' if trigger.constraint else ''}TRIGGER {quote_identifier(trigger.name)} {trigger.timing} "
    text += f"{' OR '.join(_event(relation, trigger, event) for event in trigger.events)} ON {table} "
    if trigger.constraint:
        referenced = catalog.relations_by_oid.get(trigger.referenced)
        text += f"FROM {relation_reference(catalog, referenced, path)} " if referenced is not None else ""
        text += f"{'' if trigger.deferrable else 'NOT '}DEFERRABLE INITIALLY {'DEFERRED' if trigger.deferred else 'IMMEDIATE'} "
    if trigger.old_table or trigger.new_table:
        text += "REFERENCING "
        text += f"OLD TABLE AS {quote_identifier(trigger.old_table)} " if trigger.old_table else ""
        text += f"NEW TABLE AS {quote_identifier(trigger.new_table)} " if trigger.new_table else ""
    text += f"FOR EACH {trigger.level} "
    if trigger.when:
        text += f"WHEN ({condition(catalog, relation, trigger, path, pretty=pretty)}) "
    return text + action(catalog, trigger, path)


def condition(catalog: Catalog, relation: Relation, trigger: Trigger, path: Sequence[str] = DEFAULT_PATH, *,
              pretty: bool = False) -> str:
    """The WHEN condition."""
    from executor.deparse.trigger import condition_text

    return condition_text(catalog, tuple(path), relation, trigger.when, pretty=pretty)


def action(catalog: Catalog, trigger: Trigger, path: Sequence[str] = DEFAULT_PATH) -> str:
    """EXECUTE FUNCTION with its arguments."""
    arguments = ", ".join(_literal(argument) for argument in trigger.arguments)
    return f"EXECUTE FUNCTION {function_name(catalog, trigger.function, path)}({arguments})"


def _event(relation: Relation, trigger: Trigger, event: str) -> str:
    if event != "UPDATE" or not trigger.columns:
        return event
    return f"UPDATE OF {', '.join(quote_identifier(relation.by_number[n].name) for n in trigger.columns)}"


def _literal(text: str) -> str:
    quoted = text.replace("'", "''")
    return "E'" + quoted.replace("\\", "\\\\") + "'" if "\\" in text else f"'{quoted}'"


def function_name(catalog: Catalog, oid: int, path: Sequence[str]) -> str:
    """A trigger function's name, qualified unless the search path finds it."""
    routine = catalog.routines_by_oid.get(oid)
    if routine is None:
        found = lookup.functions_by_oid().get(oid)
        return quote_identifier(found.name) if found is not None else str(oid)
    for schema in path:
        overloads = catalog.routines_by_name.get((schema, routine.name), ())
        if any(not other.inputs for other in overloads):
            if schema == routine.schema:
                return quote_identifier(routine.name)
            break
    return quote_qualified(shown_schema(routine.schema), routine.name)
