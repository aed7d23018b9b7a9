"""What depends on what, and the order and the messages of PostgreSQL's DROP ... RESTRICT and CASCADE.

An object is (kind, OID, sub): a column or a default is sub-object `sub` of its table. A dependent is either `normal`
(it stops a RESTRICT and is told of under CASCADE) or `auto` (it goes silently, as an index goes with its table).
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from executor.catalog.model import Catalog, Constraint, PublishedTable, Relation, Routine, Sequence
from executor.catalog.typenames import format_type
from executor.catalog.usertypes import multirange_over
from executor.ddl import rewrite
from executor.ddl.base import DdlContext
from executor.ddl.lookup import KIND_NAMES, schemas_searched
from executor.ddl.rewrite import quote_identifier
from executor.ddl.stored_texts import Stored, stored_texts
from executor.errors import SqlError
from executor.sqlstates import DependentObjectsStillExist, SuccessfulCompletion

NORMAL, AUTO = "normal", "auto"
REPORTED_MAX = 100
NEXTVAL = re.compile(r"\b(?:nextval|currval|setval)\s*\(\s*'((?:[^']|'')*)'(?!\s*::\s*text)", re.IGNORECASE)


class Thing(NamedTuple):
    """An object. kind: schema, relation, column, default, constraint, trigger, index, sequence, type, routine, publication or
    published (a table of a publication, or a schema). A composite type is a relation; type is an enum, a domain, a range, a
    multirange, or an array type."""

    kind: str
    oid: int
    sub: int = 0


def callers(catalog: Catalog, routine: Routine) -> Iterator[Stored]:
    """The stored texts that call a function, as far as its name and the number of arguments tell."""
    least = sum(a.default is None for a in routine.inputs)
    most = 100 if routine.inputs and routine.inputs[-1].mode == "v" else len(routine.inputs)
    for stored in stored_texts(catalog):
        if rewrite.calls(stored.text, routine.name, range(least, most + 1), query=stored.kind == "view"):
            yield stored


class Graph:
    """The dependencies in a catalog."""

    def __init__(self, ctx: DdlContext) -> None:
        self.ctx = ctx
        self.catalog: Catalog = ctx.catalog
        self.constraints = {c.oid: (r, c) for r in self.catalog.relations for c in r.constraints}
        self.triggers = {t.oid: (r, t) for r in self.catalog.relations for t in r.triggers}
        self.indexes = {i.oid: (r, i) for r in self.catalog.relations for i in r.indexes}

    def dependents(self, thing: Thing) -> Iterator[tuple[Thing, str]]:
        """What depends on an object directly."""
        yield from getattr(self, f"_of_{thing.kind}")(thing)

    def _of_routine(self, thing: Thing) -> Iterator[tuple[Thing, str]]:
        for stored in callers(self.catalog, self.catalog.routines_by_oid[thing.oid]):
            kind = "relation" if stored.kind == "view" else stored.kind
            if kind == "default" and self.catalog.relations_by_oid[stored.oid].by_number[stored.sub].generated:
                kind = "column"
            yield Thing(kind, stored.oid, stored.sub), NORMAL
        for _, trigger in self.triggers.values():
            if trigger.function == thing.oid:
                yield Thing("trigger", trigger.oid), NORMAL

    def _of_schema(self, thing: Thing) -> Iterator[tuple[Thing, str]]:
        name = next(s.name for s in self.catalog.schemas if s.oid == thing.oid)
        for publication in self.catalog.publications:
            yield from ((Thing("published", s.oid), AUTO) for s in publication.schemas if s.schema == thing.oid)
        for routine in self.catalog.routines:
            if routine.schema == name:
                yield Thing("routine", routine.oid), NORMAL
        for relation in self.catalog.relations:
            if relation.schema == name:
                yield Thing("relation", relation.oid), NORMAL
        for sequence in self.catalog.sequences:
            if sequence.schema == name:
                yield Thing("sequence", sequence.oid), NORMAL
        for made in self.catalog.types:
            if name in (made.schema, made.constructor[0]):  # the functions of ranges go with their schema, and take the type
                yield Thing("type", made.base if made.kind == "m" else made.oid), NORMAL

    def _of_type(self, thing: Thing) -> Iterator[tuple[Thing, str]]:
        found = self.ctx.kind_of(thing.oid)
        assert found is not None, thing
        if found.kind == "r":
            yield Thing("type", multirange_over(self.catalog, self.catalog.types_by_oid[thing.oid]).oid), AUTO
        if found.array:
            yield Thing("type", found.array), AUTO
            yield from self._mentioning((found.schema, found.name))
        yield from self._having(thing.oid)
        for routine in self.catalog.routines:
            if thing.oid in (routine.result, *(a.type for a in routine.arguments)):
                yield Thing("routine", routine.oid), NORMAL

    def _having(self, oid: int) -> Iterator[tuple[Thing, str]]:
        """What has values of a type: columns, domains and ranges."""
        for relation in self.catalog.relations:
            if relation.kind == "v":
                continue
            for column in relation.columns:
                if column.type == oid:
                    yield Thing("column", relation.oid, column.number), NORMAL
        for made in self.catalog.types:
            if made.base == oid and made.kind != "m":
                yield Thing("type", made.oid), NORMAL

    def _mentioning(self, name: tuple[str, str]) -> Iterator[tuple[Thing, str]]:
        """What has the name of a type in its stored text."""
        for stored in stored_texts(self.catalog):
            if rewrite.mentions_type(stored.text, name, query=stored.kind == "view"):
                kind = "relation" if stored.kind == "view" else stored.kind
                yield Thing(kind, stored.oid, stored.sub), NORMAL

    def _of_relation(self, thing: Thing) -> Iterator[tuple[Thing, str]]:
        relation = self.catalog.relations_by_oid[thing.oid]
        for column in relation.columns:
            yield Thing("column", thing.oid, column.number), AUTO
            if column.default and not column.generated:
                yield Thing("default", thing.oid, column.number), AUTO
        for constraint in relation.constraints:
            yield Thing("constraint", constraint.oid), AUTO
        for index in relation.indexes:
            yield Thing("index", index.oid), AUTO
        for _, trigger in self.triggers.values():
            if trigger.referenced == thing.oid:
                yield Thing("trigger", trigger.oid), AUTO
        for _, constraint in self._foreign_keys_to(thing.oid):
            yield Thing("constraint", constraint.oid), NORMAL
        for child in self.catalog.children.get(thing.oid, ()):
            yield Thing("relation", child.oid), AUTO if child.bound is not None else NORMAL
        yield from self._views_of(thing.oid, 0)
        yield from ((Thing("published", table.oid), AUTO) for table in self._published(thing.oid))
        if relation.row_type:
            yield Thing("type", relation.row_type), AUTO

    def _published(self, oid: int) -> Iterator[PublishedTable]:
        """The entries of a table in publications."""
        return (table for publication in self.catalog.publications for table in publication.tables if table.relation == oid)

    def _of_publication(self, thing: Thing) -> Iterator[tuple[Thing, str]]:
        return iter(())

    def _describe_publication(self, thing: Thing) -> str:
        return f"publication {quote_identifier(next(p.name for p in self.catalog.publications if p.oid == thing.oid))}"

    def _of_published(self, thing: Thing) -> Iterator[tuple[Thing, str]]:
        return iter(())

    def _describe_published(self, thing: Thing) -> str:
        for publication in self.catalog.publications:
            name = quote_identifier(publication.name)
            for table in publication.tables:
                if table.oid == thing.oid:
                    relation = self._describe_relation(Thing("relation", table.relation))
                    return f"publication of {relation} in publication {name}"
            for schema in publication.schemas:
                if schema.oid == thing.oid:
                    return f"publication of {self._describe_schema(Thing('schema', schema.schema))} in publication {name}"
        raise AssertionError(thing)

    def _foreign_keys_to(self, oid: int) -> Iterator[tuple[Relation, Constraint]]:
        for relation, constraint in self.constraints.values():
            if constraint.kind == "f" and constraint.referenced == oid:
                yield relation, constraint

    def _views_of(self, oid: int, number: int) -> Iterator[tuple[Thing, str]]:
        for relation in self.catalog.relations:
            if any(used == oid and (not number or column == number) for used, column in relation.uses):
                yield Thing("relation", relation.oid), NORMAL
        for routine in self.catalog.routines:
            if any(used == oid and (not number or column == number) for used, column in routine.uses):
                yield Thing("routine", routine.oid), NORMAL

    def _of_column(self, thing: Thing) -> Iterator[tuple[Thing, str]]:
        relation = self.catalog.relations_by_oid[thing.oid]
        own = relation.by_number[thing.sub]
        if own.default and not own.generated:
            yield Thing("default", thing.oid, thing.sub), AUTO
        for constraint in relation.constraints:
            if thing.sub in constraint.columns:
                yield Thing("constraint", constraint.oid), AUTO
        for index in relation.indexes:
            if thing.sub in self.index_columns(relation, index.oid):
                yield Thing("index", index.oid), AUTO
        for column in relation.columns:
            if column.generated and column.number != thing.sub and thing.sub in self._used(relation, column.default):
                yield Thing("column", relation.oid, column.number), NORMAL
        for sequence in self.catalog.sequences:
            if sequence.owned_by == (thing.oid, thing.sub):
                yield Thing("sequence", sequence.oid), AUTO
        for _, constraint in self._foreign_keys_to(thing.oid):
            if thing.sub in constraint.referenced_columns:
                yield Thing("constraint", constraint.oid), NORMAL
        for trigger in relation.triggers:
            if thing.sub in (*trigger.columns, *trigger.used):
                yield Thing("trigger", trigger.oid), NORMAL
        yield from self._views_of(thing.oid, thing.sub)
        for table in self._published(thing.oid):
            if thing.sub in (*(table.columns or ()), *table.used):
                yield Thing("published", table.oid), NORMAL

    def _of_trigger(self, thing: Thing) -> Iterator[tuple[Thing, str]]:
        return iter(())

    def _describe_trigger(self, thing: Thing) -> str:
        relation, trigger = self.triggers[thing.oid]
        return f"trigger {quote_identifier(trigger.name)} on {self._describe_relation(Thing('relation', relation.oid))}"

    def index_columns(self, relation: Relation, oid: int) -> set[int]:
        """attnums that an index needs: keys, included ones, those in expressions and the predicate."""
        index = self.indexes[oid][1]
        found = {key.column for key in index.columns if key.column} | set(index.included)
        for text in (*(key.expression for key in index.columns), index.predicate):
            if text:
                found |= self._used(relation, text)
        return found

    def _used(self, relation: Relation, expression: str | None) -> set[int]:
        if not expression:
            return set()
        try:
            return set(self.ctx.binder.check_expression(expression, relation, "expression").columns)
        except SqlError:
            # Another program's expression, in SQLite's own words: it may use any column.
            return set(relation.by_number)

    def _of_default(self, thing: Thing) -> Iterator[tuple[Thing, str]]:
        return iter(())

    def _of_constraint(self, thing: Thing) -> Iterator[tuple[Thing, str]]:
        table, constraint = self.constraints[thing.oid]
        if constraint.index:
            yield Thing("index", constraint.index), AUTO
        for child in self.catalog.children.get(table.oid, ()):
            yield from ((Thing("constraint", own.oid), AUTO) for own in child.constraints if own.parent == constraint.oid)

    def _of_index(self, thing: Thing) -> Iterator[tuple[Thing, str]]:
        relation, index = self.indexes[thing.oid]
        for constraint in relation.constraints:
            if constraint.index == index.oid:
                yield Thing("constraint", constraint.oid), AUTO
        for child in self.catalog.children.get(relation.oid, ()):
            for own in child.indexes:
                if own.parent == index.oid:
                    yield Thing("index", own.oid), AUTO
        if not index.unique:
            return
        for _, constraint in self._foreign_keys_to(relation.oid):
            if self.index_behind(relation, constraint) == index.oid:
                yield Thing("constraint", constraint.oid), NORMAL

    def index_behind(self, parent: Relation, foreign_key: Constraint) -> int:
        """OID of the unique index that a foreign key relies on."""
        wanted = sorted(foreign_key.referenced_columns)
        fitting = [
            i
            for i in parent.indexes
            if i.unique and not i.predicate and sorted(key.column for key in i.columns) == wanted
        ]
        return fitting[0].oid if fitting else 0

    def _of_sequence(self, thing: Thing) -> Iterator[tuple[Thing, str]]:
        sequence = self.catalog.sequences_by_oid[thing.oid]
        for relation in self.catalog.relations:
            for column in relation.columns:
                if column.default and not column.generated and self.mentions(column.default, sequence):
                    yield Thing("default", relation.oid, column.number), NORMAL

    def mentions(self, default: str, sequence: Sequence) -> bool:
        """True if a default's text calls nextval (or the like) with the sequence's name as a literal."""
        return any(self.names(match.group(1).replace("''", "'"), sequence) for match in NEXTVAL.finditer(default))

    def names(self, text: str, sequence: Sequence) -> bool:
        """True if the text, as the argument of nextval, means the sequence."""
        full = f"{quote_identifier(sequence.schema)}.{quote_identifier(sequence.name)}"
        return text in (full, quote_identifier(sequence.name), f"{sequence.schema}.{sequence.name}", sequence.name)

    def required_by(self, thing: Thing) -> Thing | None:
        """What this is a part of, so that it cannot be dropped alone (identity sequences, indexes of keys)."""
        if thing.kind == "type" and (own := self.catalog.types_by_oid.get(thing.oid)) is not None and own.kind == "m":
            return Thing("type", own.base)
        if thing.kind == "type" and (found := self.ctx.kind_of(thing.oid)) is not None and found.is_array:
            made = self.ctx.kind_of(found.element)
            if made is not None and made.array == thing.oid:
                return Thing("relation", made.relation) if self._is_composite(made.relation) else Thing("type", made.oid)
        if thing.kind == "index":
            relation, index = self.indexes[thing.oid]
            if index.parent:
                return Thing("index", index.parent)
            return next((Thing("constraint", c.oid) for c in relation.constraints if c.index == thing.oid), None)
        if thing.kind == "sequence":
            sequence = self.catalog.sequences_by_oid[thing.oid]
            if sequence.identity and sequence.owned_by is not None:
                return Thing("column", *sequence.owned_by)
        return None

    def _is_composite(self, oid: int) -> bool:
        relation = self.catalog.relations_by_oid.get(oid)
        return relation is not None and relation.kind == "c"

    def described(self, thing: Thing) -> str:
        """What messages call an object: "view v", "constraint c on table t"."""
        return str(getattr(self, f"_describe_{thing.kind}")(thing))

    def _describe_schema(self, thing: Thing) -> str:
        return f"schema {quote_identifier(next(s.name for s in self.catalog.schemas if s.oid == thing.oid))}"

    def _describe_routine(self, thing: Thing) -> str:
        from executor.ddl.routine_lookup import described

        routine = self.catalog.routines_by_oid[thing.oid]
        return f"{'procedure' if routine.kind == 'p' else 'function'} {described(self.ctx, routine)}"

    def _describe_relation(self, thing: Thing) -> str:
        relation = self.catalog.relations_by_oid[thing.oid]
        return f"{KIND_NAMES[relation.kind]} {self._shown(relation.schema, relation.name)}"

    def _describe_type(self, thing: Thing) -> str:
        return f"type {format_type(thing.oid, None, self.catalog, self.ctx.search_path)}"

    def _describe_column(self, thing: Thing) -> str:
        column = self.catalog.relations_by_oid[thing.oid].by_number[thing.sub]
        kind = "composite " if self.catalog.relations_by_oid[thing.oid].kind == "c" else ""
        return f"column {quote_identifier(column.name)} of {kind}{self._describe_relation(thing)}"

    def _describe_default(self, thing: Thing) -> str:
        return f"default value for {self._describe_column(thing)}"

    def _describe_constraint(self, thing: Thing) -> str:
        relation, constraint = self.constraints[thing.oid]
        table = self._describe_relation(Thing("relation", relation.oid))
        return f"constraint {quote_identifier(constraint.name)} on {table}"

    def _describe_index(self, thing: Thing) -> str:
        relation, index = self.indexes[thing.oid]
        return f"index {self._shown(relation.schema, index.name)}"

    def _describe_sequence(self, thing: Thing) -> str:
        sequence = self.catalog.sequences_by_oid[thing.oid]
        return f"sequence {self._shown(sequence.schema, sequence.name)}"

    def _shown(self, schema: str, name: str) -> str:
        """Qualified unless the search path finds it."""
        for searched in schemas_searched(self.ctx):
            if searched == schema:
                return quote_identifier(name)
            key = (searched, name)
            if any(
                key in names
                for names in (
                    self.catalog.relations_by_name,
                    self.catalog.sequences_by_name,
                    self.catalog.indexes_by_name,
                )
            ):
                break
        return f"{quote_identifier(schema)}.{quote_identifier(name)}"


def deletion(ctx: DdlContext, originals: Iterable[Thing], cascade: bool) -> list[Thing]:
    """Everything that goes with `originals`, dependents first. NOTICEs for what CASCADE takes along.

    Raises 2BP01 if something depends on them and cascade is False, or if one is a part of something that stays.
    """
    graph = Graph(ctx)
    wanted = list(dict.fromkeys(originals))
    order: dict[Thing, str] = {}
    because: dict[Thing, tuple[str, Thing]] = {}
    for thing in wanted:
        owner = graph.required_by(thing)
        if owner is not None and owner not in wanted:
            name = graph.described(owner)
            raise DependentObjectsStillExist(
                f"cannot drop {graph.described(thing)} because {name} requires it", hint=f"You can drop {name} instead."
            )
    for thing in wanted:
        _collect(graph, thing, order, because, set())
    told = [thing for thing in reversed(order) if thing not in wanted and because[thing][0] == NORMAL]
    if told and not cascade:
        raise _still_needed(graph, wanted, told, because)
    if told:
        _notice(ctx, [f"drop cascades to {graph.described(thing)}" for thing in told])
    return list(order)


def _collect(
    graph: Graph, thing: Thing, order: dict[Thing, str], because: dict[Thing, tuple[str, Thing]], stack: set[Thing]
) -> None:
    """Append to `order` what depends on the thing, highest OID first, then the thing itself."""
    if thing in order or thing in stack:
        return
    stack.add(thing)
    found: dict[Thing, str] = {}
    for other, mode in graph.dependents(thing):
        found[other] = AUTO if AUTO in (mode, found.get(other)) else mode
    for other in sorted(found, key=lambda t: (-t.oid, t.kind != "default", t.kind, t.sub)):
        known = because.get(other)
        if known is None or (known[0] == NORMAL and found[other] == AUTO):
            because[other] = (found[other], thing)
        _collect(graph, other, order, because, stack)
    stack.discard(thing)
    order[thing] = ""


def _still_needed(
    graph: Graph, wanted: list[Thing], told: list[Thing], because: dict[Thing, tuple[str, Thing]]
) -> DependentObjectsStillExist:
    lines = [f"{graph.described(thing)} depends on {graph.described(because[thing][1])}" for thing in told]
    subject = (
        f"{graph.described(wanted[0])} because other objects depend on it"
        if len(wanted) == 1
        else ("desired object(s) because other objects depend on them")
    )
    return DependentObjectsStillExist(
        f"cannot drop {subject}", detail=_limited(lines), hint="Use DROP ... CASCADE to drop the dependent objects too."
    )


def _limited(lines: list[str]) -> str:
    more = len(lines) - REPORTED_MAX
    if more <= 0:
        return "\n".join(lines)
    tail = f"and {more} other object{'' if more == 1 else 's'} (see server log for list)"
    return "\n".join([*lines[:REPORTED_MAX], tail])


def _notice(ctx: DdlContext, lines: list[str]) -> None:
    if len(lines) == 1:
        ctx.notice(SuccessfulCompletion, lines[0])
    else:
        ctx.notice(SuccessfulCompletion, f"drop cascades to {len(lines)} other objects", detail=_limited(lines))
