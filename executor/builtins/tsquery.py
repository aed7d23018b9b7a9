"""tsquery: comparisons, putting queries together, containment, rewriting, and @@ with vectors."""

from collections.abc import Callable, Iterator

from executor.builtins.base import Builtin, Native, Python
from executor.sqlstates import StatementTooComplex
from executor.textsearch.match import look_into, matches
from executor.textsearch.rewrite import rewritten, searchable
from executor.types.tsquery import Query, compare, dump, load, nodes, operands, text_of
from executor.types.tsquery_syntax import DISTANCE_MAX, Operation, Sign, distance_error

_COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TRUE_OF_ASCENDING = {"ne", "lt", "le"}


def match(vector: str, query: str) -> int:
    """@@"""
    return int(matches(load(query), look_into(vector)))


def match_reversed(query: str, vector: str) -> int:
    """@@ the other way round."""
    return match(vector, query)


# Queries from queries


def _joined(sign: Sign, a: Query, b: Query, distance: int = 0) -> str:
    """Two queries as one; one without words changes nothing."""
    if a is None or b is None:
        return dump(b if a is None else a)
    return dump(Operation(sign, a, b, distance))


def conjunction(a: str, b: str) -> str:
    """&&"""
    return _joined("&", load(a), load(b))


def disjunction(a: str, b: str) -> str:
    """||"""
    return _joined("|", load(a), load(b))


def phrase(a: str, b: str, distance: int = 1) -> str:
    """<->: b follows a at a distance (22023)."""
    if not 0 <= distance <= DISTANCE_MAX:
        raise distance_error()
    return _joined("<", load(a), load(b), distance)


def negation(query: str) -> str:
    """!!"""
    found = load(query)
    return dump(None if found is None else Operation("!", None, found))


def rewrite(query: str, target: str, substitute: str) -> str:
    """ts_rewrite."""
    return dump(rewritten(load(query), load(target), load(substitute)))


# Questions about queries


def node_count(query: str) -> int:
    """numnode: words and operators."""
    return len(nodes(load(query)))


def query_tree(query: str) -> str:
    """querytree: what an index can look for; T for everything."""
    found = load(query)
    if found is None:
        return ""
    try:
        rest = searchable(found)
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None
    return "T" if rest is None else text_of(rest)


def contains(a: str, b: str) -> int:
    """@>: a has all words of b."""
    return int({operand.word for operand in operands(load(b))} <= {operand.word for operand in operands(load(a))})


def contained(a: str, b: str) -> int:
    """<@"""
    return contains(b, a)


def _collated(sign: str) -> Callable[[str, str], str]:
    return lambda a, b: f"({a} {sign} {b} COLLATE pg_tsquery)"


def _rows() -> Iterator[Builtin]:
    for verb, sign in _COMPARISONS.items():
        yield Builtin(f"tsquery_{verb}(tsquery,tsquery)", Native(_collated(sign), collate=True),
                      (f"tsquery_{verb}('a'::tsquery, 'a & b'::tsquery)", "t" if verb in _TRUE_OF_ASCENDING else "f"))


BUILTINS = (
    *_rows(),
    Builtin("tsquery_cmp(tsquery,tsquery)", Python(compare), ("tsquery_cmp('a | b', 'a & b')", "-1")),
    Builtin("ts_match_vq(tsvector,tsquery)", Python(match), ("ts_match_vq('a:1 b:2', 'a <-> b')", "t")),
    Builtin("ts_match_qv(tsquery,tsvector)", Python(match_reversed), ("ts_match_qv('a & !b', 'a:1 b:2')", "f")),
    Builtin("tsquery_and(tsquery,tsquery)", Python(conjunction), ("tsquery_and('a', 'b | c')", "'a' & ( 'b' | 'c' )")),
    Builtin("tsquery_or(tsquery,tsquery)", Python(disjunction), ("tsquery_or('a', 'b & c')", "'a' | 'b' & 'c'")),
    Builtin("tsquery_phrase(tsquery,tsquery)", Python(phrase), ("tsquery_phrase('a', 'b')", "'a' <-> 'b'")),
    Builtin("tsquery_phrase(tsquery,tsquery,int4)", Python(phrase), ("tsquery_phrase('a', 'b', 3)", "'a' <3> 'b'")),
    Builtin("tsquery_not(tsquery)", Python(negation), ("tsquery_not('a & b')", "!( 'a' & 'b' )")),
    Builtin("tsq_mcontains(tsquery,tsquery)", Python(contains), ("tsq_mcontains('a & b | c', '!c & a')", "t")),
    Builtin("tsq_mcontained(tsquery,tsquery)", Python(contained), ("tsq_mcontained('a & d', 'a | b')", "f")),
    Builtin("numnode(tsquery)", Python(node_count), ("numnode('(a & !b) | c')", "6")),
    Builtin("querytree(tsquery)", Python(query_tree), ("querytree('a & !b')", "'a'")),
    Builtin("ts_rewrite(tsquery,tsquery,tsquery)", Python(rewrite),
            ("ts_rewrite('a & b'::tsquery, 'a'::tsquery, 'c | d'::tsquery)", "'b' & ( 'c' | 'd' )")),
)
