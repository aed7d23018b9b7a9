"""ts_stat: the words of the vectors that a query gives. The query is a text; it is bound in place of the call.

The call becomes a subquery over that query. So the text must be a literal, and the query a SELECT: 0A000 for others.
"""

from executor.bind.scope import Scope
from executor.bind.statement import LiteralNeeded, Statement
from executor.errors import SqlError, not_supported
from executor.facts.lookup import base_type
from executor.parse import parse, parse_one
from executor.plan import Call, Const, Expr, Query
from executor.sqlstates import InvalidParameterValue
from executor.types import oids as T

_WEIGHTS = "ABCD"


def is_statistics(call: Expr) -> bool:
    """True for ts_stat of pg_catalog."""
    return isinstance(call, Call) and call.function.name == "ts_stat" and call.function.schema == "pg_catalog"


def statistics(s: Statement, call: Call) -> Query:
    """The query that gives what the call would: word, ndoc and nentry of each word (22023 for a query of something else)."""
    texts = [_literal(s, argument) for argument in call.arguments]
    inner = _only_select(texts[0])
    before = s.positions, s.lifted
    s.positions, s.lifted = False, {}
    try:
        _check(_bound(s, inner))
        letters = sorted(set(texts[1].upper()) & set(_WEIGHTS)) if len(texts) > 1 else []
        vector = f"ts_filter(q.v, '{{{','.join(letters)}}}')" if letters else "q.v"
        return _bound(s, f"""
            SELECT u.lexeme AS word, pg_catalog.int4(pg_catalog.count(*)) AS ndoc,
                pg_catalog.int4(pg_catalog.sum(coalesce(pg_catalog.cardinality(u.positions), 1))) AS nentry
            FROM ({inner}\n) AS q(v), pg_catalog.unnest({vector}) AS u GROUP BY u.lexeme""")
    finally:
        s.positions, s.lifted = before


def _literal(s: Statement, argument: Expr) -> str:
    if isinstance(argument, Const) and argument.lifted is not None:
        raise LiteralNeeded
    if not isinstance(argument, Const) or not isinstance(argument.value, str) or s.keeps_text:
        raise not_supported("ts_stat() other than of a literal, and in what is stored", position=argument.position or None)
    return argument.value


def _only_select(text: str) -> str:
    """The text of its one statement, a SELECT."""
    try:
        statements = parse(text)
    except SqlError as error:
        error.internal_position, error.internal_query, error.position = error.position, text, None
        raise
    if len(statements) != 1 or statements[0].node.kind != "SelectStmt":
        raise not_supported("ts_stat() of something else than one SELECT")
    return statements[0].text


def _bound(s: Statement, text: str) -> Query:
    from executor.bind.query import bind_query

    node = parse_one(text)
    query = bind_query(s, Scope(), node)
    node.finish()
    return query


def _check(query: Query) -> None:
    shown = [target.expr.type for target in query.targets if not target.hidden]
    if [base_type(oid) for oid in shown] != [T.TSVECTOR]:
        raise InvalidParameterValue("ts_stat query must return one tsvector column")
