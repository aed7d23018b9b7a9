"""What pgquill answers to the samples of record_goldens.py."""

from collections.abc import Callable
from typing import Any

from executor.builtins import text_search_rank, tsquery
from executor.builtins.base import Python
from executor.errors import SqlError
from executor.facts import table
from executor.textsearch.dictionaries import configuration_named, dictionary
from executor.textsearch.documents import vector_of_text
from executor.textsearch.headline_choice import headline
from executor.textsearch.headline_options import read_options
from executor.textsearch.parser import tokens
from executor.textsearch.queries import FORMS, query_of_text
from executor.types import tsvector
from executor.types.tsquery import load, parse_tsquery, text_of
from executor.types.tsvector import parse_tsvector


def _tokens(text: str) -> Any:
    return [[str(kind), token] for kind, token, _ in tokens(text)] or None


def _query(form: str, configuration: str, text: str) -> str:
    return text_of(query_of_text(FORMS[form], configuration_named(configuration), text, []))


def _vector(configuration: str, text: str) -> str:
    return tsvector.dump(vector_of_text(configuration_named(configuration), text))


def _matches(vector: str, query: str) -> bool:
    return bool(tsquery.match(parse_tsvector(vector), parse_tsquery(query)))


_RANKINGS = {row.signature: row.implementation for row in text_search_rank.BUILTINS}


def _rank(vector: str, query: str, normalization: int) -> list[float]:
    found = []
    for name in ("ts_rank", "ts_rank_cd"):
        implementation = _RANKINGS[f"{name}(tsvector,tsquery,int4)"]
        assert isinstance(implementation, Python)
        found.append(implementation.function(parse_tsvector(vector), parse_tsquery(query), normalization))
    return found


def _rewrite(query: str, target: str, substitute: str) -> list[Any]:
    rewritten = tsquery.rewrite(*map(parse_tsquery, (query, target, substitute)))
    return [text_of(load(rewritten)), tsquery.query_tree(parse_tsquery(query)), tsquery.node_count(parse_tsquery(query))]


def _headline(text: str, query: str, options: str) -> str:
    return headline(configuration_named("english"), text, load(parse_tsquery(query)), read_options(options), None)


def _stem(language: str, word: str) -> str | None:
    oids = {name: oid for oid, name in table("pg_ts_dict").select("oid", "dictname")}
    return dictionary(oids[f"{language}_stem"])(word)


ANSWERS: dict[str, Callable[..., Any]] = {
    "tokens": _tokens, "query": _query, "vector": _vector, "matches": _matches, "contains": _matches, "rank": _rank,
    "rewrite": _rewrite, "headline": _headline, "stem": _stem,
}


def answer(function: Callable[..., Any], arguments: list[Any]) -> Any:
    """The answer, or the SQLSTATE of the refusal."""
    try:
        return function(*arguments)
    except SqlError as error:
        return {"error": error.sqlstate}


def same(found: Any, expected: Any) -> bool:
    """Equal; ranks to the digits that PostgreSQL prints."""
    if isinstance(found, list) and found and isinstance(found[0], float):
        return all(abs(a - b) <= 1e-7 * abs(b) for a, b in zip(found, expected, strict=True))
    return bool(found == expected)
