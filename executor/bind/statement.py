"""What is shared while one statement is bound: catalog, parameters, numbering of range entries, source positions.

How binding is laid out: scope.py holds what names mean at a place; expressions.py, calls.py and sublinks.py bind
expressions; from_clause.py, query.py and data_change.py bind statements; resolve.py and coerce.py know the type rules.
"""

from dataclasses import dataclass, field
from typing import Any

from executor import plan
from executor.catalog import usertypes
from executor.catalog.model import Catalog, Relation
from executor.catalog.quoting import quote_identifier
from executor.catalog.typenames import format_type
from executor.context import Context
from executor.errors import not_supported
from executor.facts import lookup
from executor.parse import Node, Source
from executor.sqlstates import UndefinedParameter, UndefinedTable
from executor.types import oids as T
from executor.types.made import FIRST_NUMBER


class LiteralNeeded(Exception):
    """A lifted literal's value decides about the plan: bind again without lifting.

    The arguments are the numbers of the literals that are needed, if only these are.
    """

    @property
    def numbers(self) -> frozenset[int]:
        """The literals that must not be lifted; none if nothing may be."""
        return frozenset(self.args)


@dataclass
class Statement:
    """The state of binding one statement. `parameters` maps $n to its type OID (unknown until something decides)."""

    catalog: Catalog
    context: Context
    search_path: tuple[str, ...]
    source: Source
    parameters: dict[int, int] = field(default_factory=dict)
    fixed_parameters: bool = False
    lifted: dict[int, int] = field(default_factory=dict)  # byte offset of a literal -> its number
    lifted_used: set[int] = field(default_factory=set)
    entries: int = 0
    volatile_literals: bool = False  # a literal such as 'now' was read: the plan may not be kept
    relations: dict[int, Relation] = field(default_factory=dict)  # every relation used, by OID
    given: dict[int, frozenset[int]] = field(default_factory=dict)  # INSERT's entry -> attnums that it names
    through: dict[int, tuple[Relation, ...]] = field(default_factory=dict)  # changed entry -> the views around it
    positions: bool = True
    variables: Any = None  # executor.bind.variables.Variables: those of a function's body that may be named in it
    transitions: dict[str, tuple[int, Relation]] = field(default_factory=dict)  # a trigger's: name -> (step, its relation)
    view_depth: int = 0
    qualified: list[tuple[Node, str]] = field(default_factory=list)  # RangeVar nodes and the schema they resolved to
    keeps_text: bool = False  # the text is to be stored: note what names in it stand for
    columns: list[tuple[Node, tuple[str, str]]] = field(default_factory=list)  # bare ColumnRef nodes: (alias, column)
    naturals: list[tuple[Node, list[str]]] = field(default_factory=list)  # NATURAL joins: the columns they compare
    qualified_types: list[tuple[Node, str, str]] = field(default_factory=list)  # TypeName nodes of users' types: schema, name
    stars: list[tuple[Node, list[tuple[str, str]]]] = field(default_factory=list)  # "*" targets: (alias, column) each

    def position(self, node: Node) -> int:
        """A node's place in the statement, in characters from 1 (0 unknown)."""
        return self.source.position(node.location) if self.positions else 0

    def new_entry(self) -> int:
        """The next range entry number."""
        self.entries += 1
        return self.entries

    def parameter(self, number: int, position: int) -> plan.Param:
        """$number with the type it has so far."""
        if number < 1 or number > 65535:
            raise UndefinedParameter(f"there is no parameter ${number}", position=position)
        if number not in self.parameters:
            if self.fixed_parameters:
                raise UndefinedParameter(f"there is no parameter ${number}", position=position)
            self.parameters[number] = T.UNKNOWN
        return plan.Param(type=self.parameters[number], number=number, position=position)

    def relation(self, schema: str | None, name: str, position: int = 0) -> Relation:
        """A table or view by name (42P01)."""
        found = self.find_relation(schema, name)
        if found is None:
            if any((place, name) in self.catalog.sequences_by_name for place in ((schema,) if schema else self.search_path)):
                raise not_supported("reading a sequence as a table", position=position or None)
            shown = f"{schema}.{name}" if schema else name
            raise UndefinedTable(f'relation "{shown}" does not exist', position=position or None)
        self.relations[found.oid] = found
        return found

    def use_tree(self, relation: Relation, *, only: bool = False) -> None:
        """Note that the tables that inherit from a table are used too."""
        if not only and relation.oid in self.catalog.children:
            from executor.catalog.trees import descendants

            for found in descendants(self.catalog, relation)[1:]:
                self.relations[found.oid] = usertypes.numbered(self.catalog, found)

    def find_relation(self, schema: str | None, name: str) -> Relation | None:
        """A table or view by name, through the search path if it has no schema."""
        from executor.catalog.system.relations import relation as system_relation

        names = self.catalog.relations_by_name
        for candidate in (schema,) if schema else self.search_path:
            found = names.get((candidate, name))
            if found is None and candidate in ("pg_catalog", "information_schema"):
                found = system_relation(candidate, name)
            if found is not None:
                return usertypes.numbered(self.catalog, found)
        return None


def unresolved_parameters(statement: Statement) -> list[int]:
    """The parameters' types in order; those nothing decided are text (as in PostgreSQL's PREPARE with SELECT $1)."""
    count = max(statement.parameters, default=0)
    return [statement.parameters.get(n, T.UNKNOWN) for n in range(1, count + 1)]


def type_name(oid: int, typmod: int = -1) -> str:
    """A type as error messages print it ("integer", "character varying")."""
    t = lookup.type_at(oid)
    if t is None:
        return str(oid)
    if oid < FIRST_NUMBER:
        return format_type(oid, typmod if typmod >= 0 else None, None)
    if t.is_array:
        return type_name(t.element) + "[]"
    name = quote_identifier(t.name)
    return name if t.schema in ("public", "pg_temp", "pg_catalog") else f"{quote_identifier(t.schema)}.{name}"
