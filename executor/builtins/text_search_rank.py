"""ts_rank and ts_rank_cd."""

from collections.abc import Callable, Iterator

from executor.builtins.base import Builtin, Python
from executor.textsearch.rank import DEFAULT_WEIGHTS, Weights, rank, rank_by_cover, weights_of
from executor.types import tsquery, tsvector
from executor.types.tsquery import Query
from executor.types.tsvector import Vector

Ranking = Callable[[Weights, Vector, Query, int], float]


def _plain(ranking: Ranking) -> Callable[..., float]:
    return lambda vector, query, normalization=0: ranking(
        DEFAULT_WEIGHTS, tsvector.load(vector), tsquery.load(query), normalization)


def _weighted(ranking: Ranking) -> Callable[..., float]:
    return lambda weights, vector, query, normalization=0: ranking(
        weights_of(weights), tsvector.load(vector), tsquery.load(query), normalization)


def _rows(name: str, ranking: Ranking, example: str, expected: str) -> Iterator[Builtin]:
    yield Builtin(f"{name}(tsvector,tsquery)", Python(_plain(ranking)), (f"{name}({example})", expected))
    yield Builtin(f"{name}(tsvector,tsquery,int4)", Python(_plain(ranking)))
    yield Builtin(f"{name}(_float4,tsvector,tsquery)", Python(_weighted(ranking)))
    yield Builtin(f"{name}(_float4,tsvector,tsquery,int4)", Python(_weighted(ranking)))


BUILTINS = (
    *_rows("ts_rank", rank, "'a:1 b:2,5'::tsvector, 'a & b'::tsquery", "0.18490733"),
    *_rows("ts_rank_cd", rank_by_cover, "'a:1 b:2,5'::tsvector, 'a & b'::tsquery", "0.1"),
)
