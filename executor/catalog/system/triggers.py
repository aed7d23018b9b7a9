"""Producers of pg_trigger and of information_schema's views of triggers."""

from collections import Counter
from collections.abc import Iterator

from executor.catalog.model import Relation, Trigger
from executor.catalog.search_path import shown_schema
from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, array, maker
from executor.catalog.system.views import every_relation
from executor.catalog.trigger_text import action, condition
from executor.catalog.typenames import DEFAULT_PATH

EVENT_BITS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
TIMING_BITS = {"BEFORE": 2, "AFTER": 0, "INSTEAD OF": 64}
ROW_BIT = 1

_trigger_row = maker("pg_catalog.pg_trigger", tgparentid=0, tgisinternal=0, tgconstrindid=0)


def pg_trigger(view: SessionView) -> Iterator[Row]:
    """Triggers that users have made; those that PostgreSQL has behind foreign keys have no counterpart."""
    for relation in view.catalog.relations:
        for trigger in relation.triggers:
            yield _trigger_row(
                oid=trigger.oid, tgrelid=relation.oid, tgname=trigger.name, tgfoid=trigger.function, tgtype=_type(trigger),
                tgenabled=trigger.enabled, tgconstrrelid=trigger.referenced, tgconstraint=trigger.constraint,
                tgdeferrable=int(trigger.deferrable), tginitdeferred=int(trigger.deferred), tgnargs=len(trigger.arguments),
                tgattr=array(trigger.columns), tgargs=b"".join(a.encode() + b"\0" for a in trigger.arguments),
                tgqual=trigger.when or None, tgoldtable=trigger.old_table or None, tgnewtable=trigger.new_table or None)


def _type(trigger: Trigger) -> int:
    events = sum(EVENT_BITS[event] for event in trigger.events)
    return TIMING_BITS[trigger.timing] + events + (ROW_BIT if trigger.level == "ROW" else 0)


_shown_row = maker("information_schema.triggers")


def triggers(view: SessionView) -> Iterator[Row]:
    """One row for each event of a trigger; TRUNCATE is not known to the standard."""
    for relation, trigger, event, order in _in_order(view):
        schema = shown_schema(relation.schema)
        yield _shown_row(
            trigger_catalog=view.database, trigger_schema=schema, trigger_name=trigger.name, event_manipulation=event,
            event_object_catalog=view.database, event_object_schema=schema, event_object_table=relation.name,
            action_order=order, action_statement=action(view.catalog, trigger, DEFAULT_PATH),
            action_condition=condition(view.catalog, relation, trigger, DEFAULT_PATH) if trigger.when else None,
            action_orientation=trigger.level, action_timing=trigger.timing,
            action_reference_old_table=trigger.old_table or None, action_reference_new_table=trigger.new_table or None)


def _in_order(view: SessionView) -> Iterator[tuple[Relation, Trigger, str, int]]:
    """Each trigger and event, with its place among those that fire at the same time."""
    for relation in every_relation(view.catalog, "rv"):
        places: Counter[tuple[str, str, str]] = Counter()
        for trigger in relation.triggers:
            for event in trigger.events:
                if event != "TRUNCATE":
                    key = event, trigger.level, trigger.timing
                    places[key] += 1
                    yield relation, trigger, event, places[key]


_column_row = maker("information_schema.triggered_update_columns")


def triggered_update_columns(view: SessionView) -> Iterator[Row]:
    """The columns of UPDATE OF."""
    for relation in every_relation(view.catalog, "rv"):
        schema = shown_schema(relation.schema)
        for trigger in relation.triggers:
            for number in trigger.columns:
                yield _column_row(
                    trigger_catalog=view.database, trigger_schema=schema, trigger_name=trigger.name,
                    event_object_catalog=view.database, event_object_schema=schema, event_object_table=relation.name,
                    event_object_column=relation.by_number[number].name)
