"""Text search configurations and dictionaries, as the facts have them: which dictionary takes which kind of token.

PostgreSQL's own configurations have one dictionary for each kind. It makes of a token one lexeme, or none if the token
is a stop word. CREATE TEXT SEARCH ... is 0A000, so there are no others.
"""

import re
from collections.abc import Callable
from functools import cache

from executor.builtins.casing import lower
from executor.errors import not_supported
from executor.facts import table
from executor.sqlstates import InternalError
from executor.textsearch.stemming import stemmer

Lexize = Callable[[str], str | None]
"""A dictionary: a token -> its lexeme, None for a stop word."""

SIMPLE_TEMPLATE, SNOWBALL_TEMPLATE = 3727, 12362
_OPTION = re.compile(r"(\w+) = '(\w+)'")


@cache
def _stop_words() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for language, word in table("stop_words").select("language", "word"):
        found.setdefault(language, set()).add(word)
    return {language: frozenset(words) for language, words in found.items()}


def _simple(token: str) -> str | None:
    return lower(token) or None


def _snowball(options: dict[str, str]) -> Lexize:
    stem = stemmer(options["language"])
    stop_words = _stop_words()[options["stopwords"]] if "stopwords" in options else frozenset()

    def lexize(token: str) -> str | None:
        word = lower(token)
        return stem(word) if word and word not in stop_words else None

    return lexize


@cache
def dictionary(oid: int) -> Lexize:
    """The dictionary with this OID (XX000 if there is none, as in PostgreSQL; 0A000 for Estonian)."""
    rows = {row[0]: row[1:] for row in table("pg_ts_dict").select("oid", "dicttemplate", "dictinitoption")}
    if oid not in rows:
        raise InternalError(f"cache lookup failed for text search dictionary {oid}")
    template, options = rows[oid]
    if template == SIMPLE_TEMPLATE and not options:
        return _simple
    if template == SNOWBALL_TEMPLATE:
        return _snowball(dict(_OPTION.findall(options)))
    raise not_supported(f"text search dictionary {oid}")


@cache
def dictionaries_of(configuration: int) -> dict[int, int]:
    """Kind of token -> OID of its dictionary; kinds without one are left out of vectors. XX000 for an unknown OID."""
    if configuration not in {oid for (oid,) in table("pg_ts_config").select("oid")}:
        raise InternalError(f"cache lookup failed for text search configuration {configuration}")
    return {kind: oid for config, kind, oid in table("pg_ts_config_map").select("mapcfg", "maptokentype", "mapdict")
            if config == configuration}


@cache
def lexizers(configuration: int) -> dict[int, Lexize]:
    """Kind of token -> its dictionary."""
    return {kind: dictionary(oid) for kind, oid in dictionaries_of(configuration).items()}


@cache
def configuration_named(name: str) -> int:
    """The OID of a configuration: "pg_catalog.english"."""
    found: dict[str, int] = {known: oid for oid, known in table("pg_ts_config").select("oid", "cfgname")}
    return found[name.removeprefix("pg_catalog.")]
