"""Tables and views that other programs made, as PostgreSQL relations: inferred types, keys, checks, indexes.

Two steps, as foreign keys need the tables they point to: `relation` for each table, then `with_foreign_keys`.
Nothing is stored about these relations. Their OIDs are handed out by an Allocator: from the catalog before, by name,
and otherwise in order from ELSEWHERE_FIRST_OID, a range that DDL (which counts from 16384) does not reach.
"""

from collections.abc import Callable, Iterable

import msgspec

from executor.catalog import create_text
from executor.catalog.create_text import ConstraintText, TableText
from executor.catalog.inference import infer
from executor.catalog.model import Catalog, Column, Constraint, Index, IndexColumn, Relation
from executor.catalog.naming import column_part, free_name
from executor.catalog.sqlite_schema import ColumnRow, IndexRow, TableRow
from executor.identifiers import ascii_lower

ELSEWHERE_FIRST_OID = 1 << 30
DEFAULT_COLLATION = 100
NO_COLUMNS = "pgquill_no_columns"
"""The column that SQLite needs in a table without columns. It is always NULL, and nobody is shown it."""
_ACTIONS = {"NO ACTION": "a", "RESTRICT": "r", "CASCADE": "c", "SET NULL": "n", "SET DEFAULT": "d"}
_ROWID_NAMES = ("rowid", "_rowid_", "oid")
_GENERATED = {2: "v", 3: "s"}
_COLLATED = {25}  # types that have a collation among those that are inferred

Key = tuple[str, ...]


class Allocator:
    """Gives OIDs to objects that have no recorded one: the same name keeps its OID from one catalog to the next."""

    def __init__(self, previous: Catalog | None, used: Iterable[int]) -> None:
        self._known = _oids_by_key(previous) if previous else {}
        self._used = set(used)
        self._next = max((ELSEWHERE_FIRST_OID - 1, *self._known.values(), *self._used)) + 1

    def oid(self, *key: str) -> int:
        """The OID of the object of this name; key starts with its class."""
        oid = self._known.pop(key, 0)
        if not oid or oid in self._used:
            oid, self._next = self._next, self._next + 1
        self._used.add(oid)
        return oid


def _oids_by_key(catalog: Catalog) -> dict[Key, int]:
    known: dict[Key, int] = {}
    for relation in catalog.relations:
        name = (relation.schema, relation.name)
        known |= {("table", *name): relation.oid, ("row", *name): relation.row_type,
                  ("array", *name): relation.array_type}
        known |= {("constraint", *name, c.name): c.oid for c in relation.constraints}
        known |= {("index", relation.schema, i.name): i.oid for i in relation.indexes}
    return known


class Names:
    """The names of relations and indexes in each schema, so that generated ones do not collide."""

    def __init__(self, used: Iterable[tuple[str, str]]) -> None:
        self._used: dict[str, set[str]] = {}
        for schema, name in used:
            self._used.setdefault(schema, set()).add(name)

    def add(self, schema: str, name: str) -> None:
        """Take a name."""
        self._used.setdefault(schema, set()).add(name)

    def choose(self, schema: str, given: str, make: Callable[[set[str]], str]) -> str:
        """The given name, or a made one when there is none or it is taken."""
        used = self._used.setdefault(schema, set())
        name = given if given and given not in used else make(used)
        used.add(name)
        return name


def relation(table: TableRow, schema: str, name: str, oids: Allocator, names: Names,
             recorded: Relation | None = None) -> Relation:
    """A table or view with everything but its foreign keys.

    recorded: the relation as it was, if it is read again: its columns keep their numbers, new ones are numbered on.
    """
    text = create_text.read_table(table.sql) if table.kind != "view" else TableText()
    columns = _columns(table, text, recorded)
    result = Relation(
        oid=oids.oid("table", schema, name), schema=schema, name=name, kind="v" if table.kind == "view" else "r",
        columns=columns, sqlite_name=table.name, sqlite_sql=table.sql, made_elsewhere=True,
        row_type=oids.oid("row", schema, name), array_type=oids.oid("array", schema, name),
        definition=create_text.read_view(table.sql) if table.kind == "view" else "",
        rowid=_rowid_name(table), rowid_column=_rowid_column(table, columns))
    keys, indexes = _Keys(result, table, text, oids, names).build()
    constraints = (*keys, *_checks(result, text, oids), *_not_nulls(result, text, oids))
    return msgspec.structs.replace(result, constraints=constraints, indexes=indexes)


def visible(table: TableRow) -> list[ColumnRow]:
    """The columns that `SELECT *` gives, generated ones included."""
    return [column for column in table.columns if column.hidden != 1 and column.name != NO_COLUMNS]


def _columns(table: TableRow, text: TableText, recorded: Relation | None) -> tuple[Column, ...]:
    before = recorded.columns if recorded else ()
    numbers = {column.sqlite_name or column.name: column.number for column in before}
    generated = {ascii_lower(name): expression for name, expression in text.generated.items()}
    collations = {ascii_lower(name): collation for name, collation in text.collations.items()}
    following = max([recorded.last_number if recorded else 0, *numbers.values()])
    found = []
    for column in visible(table):
        number = numbers.get(column.name, 0)
        if not number:
            following += 1
            number = following
        oid, folded = infer(column.declared), ascii_lower(column.name)
        rowid = _is_rowid(table, column)
        default = _default(column.default)
        collation = collations.get(folded, "")
        found.append(Column(
            name=column.name, number=number, type=oid, not_null=bool(column.not_null or column.key),
            default=generated.get(folded) if column.hidden else default,
            generated=_GENERATED.get(column.hidden, ""), collation=DEFAULT_COLLATION if oid in _COLLATED else 0,
            sqlite_default=rowid or default is not None or column.hidden > 0, affinity=column.declared,
            sqlite_collation="" if collation.upper() == "BINARY" else collation))
    return tuple(sorted(found, key=lambda column: column.number))


def _default(text: str | None) -> str | None:
    """A DEFAULT's text; SQLite takes "x" there for a string."""
    if text is None or text.upper() == "NULL":
        return None
    if text[0] == '"' and text[-1] == '"':
        return "'" + create_text.unquote(text).replace("'", "''") + "'"
    return text


def _is_rowid(table: TableRow, column: ColumnRow) -> bool:
    """True for an INTEGER PRIMARY KEY: a key of one column for which SQLite keeps no index."""
    return (column.key == 1 and table.kind in ("table", "shadow") and not any(c.key > 1 for c in table.columns)
            and not any(index.origin == "pk" for index in table.indexes))


def _rowid_column(table: TableRow, columns: tuple[Column, ...]) -> int:
    names = {column.name for column in table.columns if _is_rowid(table, column)}
    return next((column.number for column in columns if column.name in names), 0)


def _rowid_name(table: TableRow) -> str:
    if table.without_rowid or table.kind == "view":
        return ""
    hidden = {ascii_lower(column.name) for column in table.columns}
    return next((name for name in _ROWID_NAMES if name not in hidden), "")


class _Keys:
    """Builds the indexes of a table and the PRIMARY KEY and UNIQUE constraints behind them."""

    def __init__(self, relation: Relation, table: TableRow, text: TableText, oids: Allocator, names: Names) -> None:
        self.relation, self.table, self.text, self.oids, self.names = relation, table, text, oids, names
        self.numbers = {column.name: column.number for column in relation.columns}

    def build(self) -> tuple[tuple[Constraint, ...], tuple[Index, ...]]:
        constraints, indexes = [], []
        if self.relation.rowid_column:
            key = (IndexColumn(column=self.relation.rowid_column),)
            index = self._index("p", "", key, [self.relation.by_number[self.relation.rowid_column].name])
            indexes.append(index)
            constraints.append(self._constraint("p", index))
        for row in self.table.indexes:
            kind = {"pk": "p", "u": "u"}.get(row.origin, "")
            index = self._index(kind, row.name, self._key_columns(row), [c.name or "" for c in row.columns], row)
            indexes.append(index)
            if kind:
                constraints.append(self._constraint(kind, index))
        return tuple(constraints), tuple(indexes)

    def _index(self, kind: str, sqlite_name: str, columns: tuple[IndexColumn, ...], column_names: list[str],
               row: IndexRow | None = None) -> Index:
        schema, table = self.relation.schema, self.relation.name
        given = self._written_name(kind, column_names) if kind else self._short(sqlite_name)
        middle, label = ("", "pkey") if kind == "p" else (column_part(column_names), "key" if kind else "idx")
        name = self.names.choose(schema, given, lambda used: free_name(table, middle, label, used))
        return Index(
            oid=self.oids.oid("index", schema, name), name=name, table=self.relation.oid, columns=columns,
            unique=bool(kind or (row and row.unique)), primary=kind == "p", sqlite_name=sqlite_name,
            predicate=create_text.read_index(row.sql)[1] if row and row.partial else "")

    def _short(self, sqlite_name: str) -> str:
        prefix = f"{self.relation.schema}."
        return sqlite_name.removeprefix(prefix) if self.relation.schema != "public" else sqlite_name

    def _written_name(self, kind: str, columns: list[str]) -> str:
        folded = tuple(ascii_lower(name) for name in columns)
        return next((c.name for c in self.text.constraints if c.kind == kind and c.name
                     and tuple(ascii_lower(name) for name in c.columns) == folded), "")

    def _key_columns(self, row: IndexRow) -> tuple[IndexColumn, ...]:
        written = create_text.read_index(row.sql)[0] if row.sql else []
        found = []
        for i, column in enumerate(row.columns):
            number = self.relation.rowid_column if column.cid == -1 else self.numbers.get(column.name or "", 0)
            expression = "" if number else (written[i] if i < len(written) else "")
            collation = "" if column.collation.upper() == "BINARY" else column.collation
            # SQLite sorts NULL below everything; PostgreSQL's default ways are kept, for tools would print the others.
            found.append(IndexColumn(column=number, expression=expression, descending=bool(column.descending),
                                     nulls_first=bool(column.descending), collation=collation))
        return tuple(found)

    def _constraint(self, kind: str, index: Index) -> Constraint:
        oid = self.oids.oid("constraint", self.relation.schema, self.relation.name, index.name)
        return Constraint(oid=oid, name=index.name, kind=kind, index=index.oid,
                          columns=tuple(column.column for column in index.columns))


class _ConstraintNames:
    """Names of constraints within one table: written ones first, then made ones."""

    def __init__(self, relation: Relation, text: TableText, oids: Allocator) -> None:
        self.relation, self.oids = relation, oids
        self.taken = {c.name for c in text.constraints if c.name} | {c.name for c in relation.constraints}

    def name(self, given: str, middle: str, label: str) -> str:
        name = given or free_name(self.relation.name, middle, label, self.taken)
        self.taken.add(name)
        return name

    def oid(self, name: str) -> int:
        return self.oids.oid("constraint", self.relation.schema, self.relation.name, name)


def _checks(relation: Relation, text: TableText, oids: Allocator) -> list[Constraint]:
    names = _ConstraintNames(relation, text, oids)
    numbers = {ascii_lower(column.name): column.number for column in relation.columns}
    found = []
    for check in text.constraints:
        if check.kind == "c":
            used = create_text.columns_used(check.expression, numbers)
            middle = relation.by_number[used[0]].name if len(used) == 1 else ""
            name = names.name(check.name, middle, "check")
            found.append(Constraint(oid=names.oid(name), name=name, kind="c", columns=used,
                                    expression=check.expression))
    return found


def _not_nulls(relation: Relation, text: TableText, oids: Allocator) -> list[Constraint]:
    names = _ConstraintNames(relation, text, oids)
    written = {ascii_lower(c.columns[0]): c.name for c in text.constraints if c.kind == "n"}
    found = []
    for column in relation.columns:
        if column.not_null:
            name = names.name(written.get(ascii_lower(column.name), ""), column.name, "not_null")
            found.append(Constraint(oid=names.oid(name), name=name, kind="n", columns=(column.number,)))
    return found


def with_foreign_keys(relation: Relation, table: TableRow, find: Callable[[str], Relation | None],
                      oids: Allocator) -> Relation:
    """Add the foreign keys; `find` gives the relation of a SQLite table. One that points nowhere is left out."""
    if not table.foreign_keys:
        return relation
    text = create_text.read_table(table.sql)
    written = [c for c in text.constraints if c.kind == "f"]
    names = _ConstraintNames(relation, text, oids)
    numbers = {(column.sqlite_name or column.name): column.number for column in relation.columns}
    found = []
    for i, key in enumerate(table.foreign_keys):
        given = written[i] if len(written) == len(table.foreign_keys) else ConstraintText(kind="f")
        target = relation if ascii_lower(key.table) == ascii_lower(table.name) else find(key.table)
        targets = _target_columns(target, key.targets) if target else ()
        if target is None or len(targets) != len(key.columns):
            continue
        name = names.name(given.name, column_part(key.columns), "fkey")
        found.append(Constraint(
            oid=names.oid(name), name=name, kind="f", columns=tuple(numbers[column] for column in key.columns),
            referenced=target.oid, referenced_columns=targets, index=_key_index(target, targets),
            on_update=_ACTIONS[key.on_update], on_delete=_ACTIONS[key.on_delete],
            deferrable=given.deferrable, deferred=given.deferred))
    return msgspec.structs.replace(relation, constraints=(*relation.constraints, *found))


def _target_columns(target: Relation, names: tuple[str, ...]) -> tuple[int, ...]:
    if not names:
        return target.primary_key.columns if target.primary_key else ()
    folded = {ascii_lower(column.sqlite_name or column.name): column.number for column in target.columns}
    return tuple(folded[ascii_lower(name)] for name in names if ascii_lower(name) in folded)


def _key_index(target: Relation, columns: tuple[int, ...]) -> int:
    return next((index.oid for index in target.indexes if index.unique
                 and sorted(key.column for key in index.columns) == sorted(columns)), 0)
