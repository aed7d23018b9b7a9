"""The Snowball stemmers as PostgreSQL 18 has them.

PostgreSQL 18 has the algorithms of February 2025, between releases 2.2 and 3.0 of the library snowballstemmer. 2.2 is
nearer; `_BEFORE` and `_AFTER` make up for what had changed by then. Estonian came in between: 0A000.
Checked against PostgreSQL's ts_lexize over 10,000 to 100,000 words of each language: see tests/executor/textsearch.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache

import snowballstemmer

from executor.errors import not_supported

STEMMED_BYTES_MAX = 1000
"""Longer words are surely none of a human language."""

# German: the ways around umlauts are umlauts, but not in "qu" or where the letters belong to different syllables.
_GERMAN_UMLAUTS = re.compile("ae|oe|(?<![qaeiouyäöü])ue")
_UMLAUTS = {"ae": "ä", "oe": "ö", "ue": "ü"}
_GERMAN_FIRST_SYLLABLE = re.compile("[^aeiouyäöü]*[aeiouyäöü]+[^aeiouyäöü]")
# Lehrerin as Lehrer, Inseln as Insel, and the end of System is no ending.
_GERMAN_ENDINGS = ((re.compile(r"er(?:innen|in)\Z"), "er"), (re.compile(r"lns?\Z"), "l"))
# Romanian: ș and ț have commas; the library knows the older letters with cedillas.
_CEDILLAS = str.maketrans("șț", "şţ")
_COMMAS = str.maketrans("şţ", "șț")
# English: egg, add, err, off keep their double letters.
_ENGLISH_DOUBLES = re.compile("([aeo](?:bb|dd|ff|gg|mm|nn|pp|rr|tt))(?:ed|edly|ing|ingly)(?:'s?|s'?)?")
# Swedish: löst -> lös needs only its last three letters to be in the region behind the first syllable.
_SWEDISH_FIRST_SYLLABLE = re.compile("[^aeiouyåäö]*[aeiouyåäö]+[^aeiouyåäö]")
_SWEDISH_OEST = re.compile(".*[iklnprtuv]öst")
_REGION_MIN = 3
"""Endings are looked for behind the first syllable, and not among the first three letters."""


def _region(syllable: re.Pattern[str], word: str) -> int:
    """Where the part begins that endings are taken from."""
    found = syllable.match(word)
    return max(found.end(), _REGION_MIN) if found else len(word)


def _german(word: str) -> str:
    word = _GERMAN_UMLAUTS.sub(lambda match: _UMLAUTS[match[0]], word)
    if word.endswith("system"):
        return word + "s"
    start = _region(_GERMAN_FIRST_SYLLABLE, word)
    for pattern, left in _GERMAN_ENDINGS:
        if match := pattern.search(word, start):
            return word[: match.start()] + left
    return word


def _english(word: str) -> str:
    match = _ENGLISH_DOUBLES.fullmatch(word)
    return match[1] if match else word


def _swedish(stem: str) -> str:
    if _SWEDISH_OEST.fullmatch(stem) and len(stem) - 3 >= _region(_SWEDISH_FIRST_SYLLABLE, stem):
        return stem[:-1]
    return stem


_BEFORE: dict[str, Callable[[str], str]] = {
    "german": _german, "romanian": lambda word: word.translate(_CEDILLAS), "english": _english,
}
_AFTER: dict[str, Callable[[str], str]] = {"romanian": lambda stem: stem.translate(_COMMAS), "swedish": _swedish}


def _same(word: str) -> str:
    return word


@cache
def stemmer(language: str) -> Callable[[str], str]:
    """The function from a word in lower case to its stem (0A000 for a language without one)."""
    if language not in snowballstemmer.algorithms():
        raise not_supported(f'the stemmer for language "{language}"')
    inner = snowballstemmer.stemmer(language).stemWord
    before, after = _BEFORE.get(language, _same), _AFTER.get(language, _same)

    @lru_cache(maxsize=8192)
    def stem(word: str) -> str:
        if len(word.encode()) > STEMMED_BYTES_MAX:
            return word
        return after(inner(before(word))) or word

    return stem
