"""CREATE INDEX."""

from typing import Any

from msgspec.structs import replace

from executor.catalog.model import Index, IndexColumn, Relation
from executor.ddl import naming, opclasses, rewrite, storage_options, validate
from executor.ddl.base import DdlContext, DdlResult, Step, discard
from executor.ddl.column import collation_oid
from executor.ddl.index_match import attached, matching_index
from executor.ddl.like import INDEXES, Copied, index_column_part
from executor.ddl.lookup import exists_already, get, range_name, refuse_system
from executor.ddl.objects import put_relation
from executor.ddl.partition import refuse_partial_key
from executor.ddl.sequence import plural_kind
from executor.ddl.sqlite_table import BOOLEAN, IN_FILE_COLLATIONS, collation_of, index_sql, sqlite_column
from executor.errors import not_supported
from executor.parse import Node, parse_expression
from executor.sqlstates import (
    DatatypeMismatch,
    FeatureNotSupported,
    InvalidObjectDefinition,
    UndefinedColumn,
    UndefinedObject,
    WrongObjectType,
)

# Those whose meaning a plain SQLite index has.
METHODS = ("btree", "hash")


def create_index(node: Node, ctx: DdlContext) -> DdlResult:
    """CREATE [UNIQUE] INDEX [CONCURRENTLY] [IF NOT EXISTS]."""
    target = node.take("relation")
    only = not target.peek("inh", False)
    relation = _table(target, ctx)
    name = node.take("idxname", "")
    node.take("concurrent")
    if name and exists_already(ctx, relation.schema, name, node.take("if_not_exists", False)):
        discard(node)
        return DdlResult(ctx.catalog, tag="CREATE INDEX")
    storage_options.refuse_tablespace(node.take("tableSpace", ""))
    method = _method(node)
    unique = node.take("unique", False)
    keys = node.nodes("indexParams")
    _check_method(method, unique, keys)
    columns = tuple(_key(key, relation, method, ctx) for key in keys)
    included = tuple(_included(key, relation) for key in node.nodes("indexIncludingParams"))
    index = Index(
        oid=ctx.new_oid(),
        name=name or _name(ctx, relation, columns, included),
        table=relation.oid,
        columns=columns,
        included=included,
        unique=unique,
        method=method,
        predicate=_predicate(node.take("whereClause"), relation, ctx),
        nulls_not_distinct=node.take("nulls_not_distinct", False),
        options=storage_options.read(ctx, node.nodes("options"), storage_options.INDEX[method]),
    )
    index = with_sqlite_name(ctx, relation, index)
    steps = creation_steps(ctx, relation, index) if index.sqlite_name else ()
    refuse_partial_key(relation, None, index)
    relation = replace(relation, indexes=(*relation.indexes, index))
    ctx.catalog = put_relation(ctx.catalog, relation)
    if relation.partition_key is not None and not only:
        steps = (*steps, *copy_index(ctx, relation, index))
    return DdlResult(ctx.catalog, steps, "CREATE INDEX")


def copy_index(ctx: DdlContext, parent: Relation, index: Index, only: int = 0) -> tuple[Step, ...]:
    """Give the partitions of a table an index as it has, unless they have one that fits. only: OID of one partition."""
    steps: tuple[Step, ...] = ()
    for child in ctx.catalog.children.get(parent.oid, ()):
        if (only and child.oid != only) or any(i.parent == index.oid for i in child.indexes):
            continue
        own = matching_index(parent, index, child)
        if own is None:
            own = with_sqlite_name(ctx, child, Copied(parent, INDEXES, [], []).index(ctx, child, index))
            child = replace(child, indexes=(*child.indexes, own))
            steps = (*steps, *(creation_steps(ctx, child, own) if own.sqlite_name else ()))
        child = attached(parent, index, child, own)
        ctx.catalog = put_relation(ctx.catalog, child)
        if child.partition_key is not None:
            steps = (*steps, *copy_index(ctx, child, next(i for i in child.indexes if i.oid == own.oid)))
    return steps


def _table(node: Node, ctx: DdlContext) -> Relation:
    found = get(ctx, range_name(node, ctx))
    if found.kind not in "rm" or found.index is not None:
        raise WrongObjectType(
            f'cannot create index on relation "{found.name}"',
            detail=f"This operation is not supported for {plural_kind(found)}.",
        )
    refuse_system(found)
    return found.table


def _method(node: Node) -> str:
    method = str(node.take("accessMethod", "btree"))
    if method not in opclasses.methods() or method == "heap":
        raise UndefinedObject(f'access method "{method}" does not exist')
    if method not in METHODS:
        raise not_supported(f"CREATE INDEX ... USING {method}")
    return method


def _check_method(method: str, unique: bool, keys: list[Node]) -> None:
    if method != "hash":
        return
    if unique:
        raise FeatureNotSupported('access method "hash" does not support unique indexes')
    if len(keys) > 1:
        raise FeatureNotSupported('access method "hash" does not support multicolumn indexes')
    if keys[0].peek("ordering") != "SORTBY_DEFAULT":
        raise FeatureNotSupported('access method "hash" does not support ASC/DESC options')
    if keys[0].peek("nulls_ordering") != "SORTBY_NULLS_DEFAULT":
        raise FeatureNotSupported('access method "hash" does not support NULLS FIRST/LAST options')


def with_sqlite_name(ctx: DdlContext, relation: Relation, index: Index) -> Index:
    """The index with a name in SQLite, or without one if it has expressions that plain SQLite cannot evaluate.

    Without its help only the speed of some queries differs, so such an index is kept in the Catalog alone, unless it
    has to keep values unique (0A000).
    """
    for text, what in (
        *((key.expression, "index expressions") for key in index.columns),
        (index.predicate, "index predicates"),
    ):
        if text and (bound := ctx.binder.check_expression(text, relation, what)).needs:
            if index.unique:
                raise not_supported(f"a unique index on {bound.sql_pg}, which plain SQLite cannot evaluate,")
            return replace(index, sqlite_name="")
    return replace(index, sqlite_name=naming.sqlite_name(ctx.catalog, relation.schema, index.name))


def creation_steps(ctx: DdlContext, relation: Relation, index: Index) -> tuple[Step, ...]:
    """CREATE INDEX, and before it the search for duplicates if it is unique."""
    steps = [unique_check(ctx, relation, index)] if index.unique else []
    return (*steps, Step(index_sql(ctx, relation, index)))


def unique_check(ctx: DdlContext, relation: Relation, index: Index) -> Step:
    """The step that fails with 23505 if the index cannot be unique (0A000 for keys that SQLite cannot compare)."""
    keys = []
    for key in index.columns:
        if key.column:
            column = relation.by_number[key.column]
            keys.append((column.name, sqlite_column(column), column.type, column.typmod))
            collation = collation_of(ctx, column.type)
        else:
            bound = ctx.binder.check_expression(key.expression, relation, "index expressions")
            collation = collation_of(ctx, bound.type)
            text = f"({bound.sqlite}) COLLATE {collation}" if collation in ("decimal", "RTRIM") else f"({bound.sqlite})"
            shown = key.expression if parse_expression(key.expression).kind == "FuncCall" else f"({key.expression})"
            keys.append((shown, text, bound.type, -1))
        if collation not in IN_FILE_COLLATIONS:
            raise not_supported(f'the unique index "{index.name}" over a value of this type')
    predicate = ""
    if index.predicate:
        predicate = ctx.binder.check_expression(index.predicate, relation, "index predicates", (BOOLEAN, -1)).sqlite
    return validate.unique(
        ctx, relation, index.name, keys, nulls_not_distinct=index.nulls_not_distinct, predicate=predicate
    )


def _name(ctx: DdlContext, relation: Relation, keys: tuple[IndexColumn, ...], included: tuple[int, ...]) -> str:
    part = index_column_part(relation, keys, included)
    return naming.choose_relation_name(ctx.catalog, relation.schema, relation.name, part, "idx")


def _key(node: Node, relation: Relation, method: str, ctx: DdlContext) -> IndexColumn:
    name, expression = node.take("name", ""), node.take("expr")
    if node.take("opclassopts"):
        raise not_supported("parameters of an operator class")
    node.take("indexcolname")
    descending = node.take("ordering", "SORTBY_DEFAULT") == "SORTBY_DESC"
    nulls = node.take("nulls_ordering", "SORTBY_NULLS_DEFAULT")
    key = IndexColumn(
        descending=descending,
        nulls_first=descending if nulls == "SORTBY_NULLS_DEFAULT" else nulls == "SORTBY_NULLS_FIRST",
    )
    if name:
        column = relation.by_name.get(name)
        if column is None:
            raise UndefinedColumn(f'column "{name}" does not exist')
        if column.generated == "v":
            raise FeatureNotSupported("indexes on virtual generated columns are not supported")
        key, type_oid = replace(key, column=column.number), column.type
    else:
        key, type_oid = _expression(key, expression, relation, ctx)
    key = replace(
        key, collation=_collation(node, type_oid, ctx), operator_class=_operator_class(node, method, type_oid, ctx)
    )
    node.finish()
    return key


def _expression(key: IndexColumn, node: Node, relation: Relation, ctx: DdlContext) -> tuple[IndexColumn, int]:
    bound = ctx.binder.check_expression(node, relation, "index expressions")
    if bound.volatility != "i":
        raise InvalidObjectDefinition("functions in index expression must be marked IMMUTABLE")
    return replace(key, expression=rewrite.unqualified(bound.sql_pg, relation.name)), bound.type


def _collation(node: Node, type_oid: int, ctx: DdlContext) -> str:
    names = node.texts("collation")
    if not names:
        return ""
    kind = ctx.kind_of(type_oid)
    if kind is None or not kind.collation:
        raise DatatypeMismatch(f"collations are not supported by type {ctx.binder.type_name(type_oid, -1)}")
    collation_oid(names, None)
    return names[-1]


def _operator_class(node: Node, method: str, type_oid: int, ctx: DdlContext) -> str:
    names = node.texts("opclass")
    if not names:
        opclasses.require_default(method, type_oid, ctx)
        return ""
    return opclasses.require_named(method, names[-1], type_oid, ctx)


def _included(node: Node, relation: Relation) -> int:
    if node.take("expr") is not None:
        raise FeatureNotSupported("expressions are not supported in included columns")
    for field, neutral, words in (
        ("collation", [], "a collation"),
        ("opclass", [], "an operator class"),
        ("ordering", "SORTBY_DEFAULT", "ASC/DESC options"),
        ("nulls_ordering", "SORTBY_NULLS_DEFAULT", "NULLS FIRST/LAST options"),
    ):
        value: Any = node.take(field, neutral)
        if value != neutral:
            raise InvalidObjectDefinition(f"including column does not support {words}")
    name = node.take("name")
    node.take("indexcolname")
    node.finish()
    if name not in relation.by_name:
        raise UndefinedColumn(f'column "{name}" does not exist')
    return relation.by_name[name].number


def _predicate(node: Node | None, relation: Relation, ctx: DdlContext) -> str:
    if node is None:
        return ""
    bound = ctx.binder.check_expression(node, relation, "index predicates", (BOOLEAN, -1))
    if bound.volatility != "i":
        raise InvalidObjectDefinition("functions in index predicate must be marked IMMUTABLE")
    return rewrite.unqualified(bound.sql_pg, relation.name)
