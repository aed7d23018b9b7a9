"""CREATE TABLE (LIKE other INCLUDING ...)."""

import msgspec
from msgspec.structs import replace

from executor.catalog.model import Comment, Constraint, Index, IndexColumn, Relation
from executor.ddl import naming
from executor.ddl.base import DdlContext
from executor.ddl.column import ColumnSpec
from executor.ddl.lookup import SYSTEM_SCHEMAS, get, range_name
from executor.ddl.objects import put_comment
from executor.ddl.sequence_options import Options
from executor.ddl.specs import ConstraintSpec
from executor.errors import not_supported
from executor.parse import Node
from executor.sqlstates import WrongObjectType

COMMENTS, CONSTRAINTS, DEFAULTS, GENERATED, IDENTITY, INDEXES = 1, 4, 8, 16, 32, 64


class Copied(msgspec.Struct):
    """What LIKE takes from a table: columns and constraints as if they were written, and the rest for afterwards."""

    source: Relation
    options: int
    columns: list[ColumnSpec]
    constraints: list[ConstraintSpec]

    def add_indexes(self, ctx: DdlContext, relation: Relation) -> Relation:
        """The relation with copies of the source's indexes that are not behind constraints (INCLUDING INDEXES)."""
        if not self.options & INDEXES:
            return relation
        behind = {constraint.index for constraint in self.source.constraints}
        for index in self.source.indexes:
            if index.oid not in behind:
                relation = replace(relation, indexes=(*relation.indexes, self.index(ctx, relation, index)))
        return relation

    def index(self, ctx: DdlContext, relation: Relation, index: Index) -> Index:
        """A copy of one of the source's indexes for a table with columns of the same names."""
        def moved(number: int) -> int:
            return relation.by_name[self.source.by_number[number].name].number if number else 0

        keys = tuple(replace(key, column=moved(key.column)) for key in index.columns)
        included = tuple(moved(number) for number in index.included)
        also = [i.name for i in relation.indexes]
        name = naming.choose_relation_name(
            ctx.catalog, relation.schema, relation.name, index_column_part(relation, keys, included), "idx", also=also
        )
        return replace(
            index,
            parent=0,
            oid=ctx.new_oid(),
            name=name,
            table=relation.oid,
            columns=keys,
            included=included,
            sqlite_name=naming.sqlite_name(ctx.catalog, relation.schema, name) if index.sqlite_name else "",
        )

    def add_comments(self, ctx: DdlContext, relation: Relation) -> None:
        """Copy the comments on columns and constraints into ctx.catalog (INCLUDING COMMENTS)."""
        if not self.options & COMMENTS:
            return
        names = {constraint.oid: constraint.name for constraint in self.source.constraints}
        for comment in ctx.catalog.comments:
            column = self.source.by_number.get(comment.sub)
            if comment.object == self.source.oid and column is not None:
                number = relation.by_name[column.name].number
                ctx.catalog = put_comment(
                    ctx.catalog, Comment(catalog="pg_class", object=relation.oid, sub=number, text=comment.text)
                )
            elif comment.object in names and (copy := relation.constraint(names[comment.object])) is not None:
                ctx.catalog = put_comment(ctx.catalog, replace(comment, object=copy.oid))


def index_column_part(relation: Relation, keys: tuple[IndexColumn, ...], included: tuple[int, ...]) -> str:
    """The middle of a made-up index name."""
    from executor.parse import parse_expression

    parts = [
        relation.by_number[key.column].name if key.column else naming.expression_name(parse_expression(key.expression))
        for key in keys
    ]
    parts += [relation.by_number[number].name for number in included]
    return naming.joined_columns(naming.index_column_names(parts))


def copy_of(node: Node, ctx: DdlContext) -> Copied:
    """Read a TableLikeClause."""
    found = get(ctx, range_name(node.take("relation"), ctx))
    options = node.take("options", 0)
    node.finish()
    if found.kind not in "rvmc" or found.index is not None:
        raise WrongObjectType(
            f'relation "{found.name}" is invalid in LIKE clause',
            detail=f"This operation is not supported for {'indexes' if found.index else 'sequences'}.",
        )
    source = found.table
    if found.schema in SYSTEM_SCHEMAS:
        raise not_supported("LIKE of a system catalog")
    return Copied(source, options, _columns(source, options, ctx), _constraints(source, options))


def _columns(source: Relation, options: int, ctx: DdlContext) -> list[ColumnSpec]:
    specs = []
    for column in source.columns:
        spec = ColumnSpec(name=column.name, type=column.type, typmod=column.typmod, collation=column.collation)
        if column.generated and options & GENERATED:
            spec.generated, spec.expression = column.generated, column.default
        elif column.default is not None and not column.generated and options & DEFAULTS:
            spec.default = column.default
        if column.identity and options & IDENTITY:
            spec.identity = column.identity
            spec.identity_options = _identity_options(source, column.number, ctx)
        spec.constraints = []
        specs.append(spec)
    return specs


def _identity_options(source: Relation, number: int, ctx: DdlContext) -> Options:
    for sequence in ctx.catalog.sequences:
        if sequence.identity and sequence.owned_by == (source.oid, number):
            # PostgreSQL copies everything but the type, which becomes bigint within the old bounds.
            return Options(
                type=20,
                start=sequence.start,
                increment=sequence.increment,
                minimum=sequence.minimum,
                maximum=sequence.maximum,
                cache=sequence.cache,
                cycle=sequence.cycle,
            )
    return Options()


def _constraints(source: Relation, options: int) -> list[ConstraintSpec]:
    """NOT NULL always, CHECK and keys on demand; keys get new names."""

    def column_names(numbers: tuple[int, ...]) -> list[str]:
        return [source.by_number[number].name for number in numbers]

    found = []
    indexes = {index.oid: index for index in source.indexes}
    for constraint in source.constraints:
        if constraint.kind == "n":
            found.append(
                ConstraintSpec(
                    kind="n",
                    name=constraint.name,
                    columns=column_names(constraint.columns),
                    no_inherit=constraint.no_inherit,
                )
            )
        elif constraint.kind == "c" and options & CONSTRAINTS:
            found.append(
                ConstraintSpec(
                    kind="c",
                    name=constraint.name,
                    expression=constraint.expression,
                    no_inherit=constraint.no_inherit,
                    enforced=constraint.enforced,
                )
            )
        elif constraint.kind in "pu" and options & INDEXES:
            index = indexes[constraint.index]
            found.append(
                ConstraintSpec(
                    kind=constraint.kind,
                    columns=column_names(constraint.columns),
                    included=column_names(index.included),
                    nulls_not_distinct=constraint.nulls_not_distinct,
                    options=index.options,
                )
            )
    return found


def index_specs(source: Relation) -> list[ConstraintSpec]:
    """A table's PRIMARY KEY and UNIQUE constraints without their names."""
    return [spec for spec in _constraints(source, INDEXES) if spec.kind in "pu"]


def index_spec(source: Relation, constraint: Constraint) -> ConstraintSpec:
    """One of a table's keys without its name."""
    (spec,) = _constraints(replace(source, constraints=(constraint,)), INDEXES)
    return spec
