"""tsvector: comparisons, concatenation, weights, taking lexemes out, arrays."""

from collections.abc import Iterator

from executor.builtins.base import Builtin, Native, Python, SetReturning, native
from executor.sqlstates import InvalidParameterValue, NullValueNotAllowed, ZeroLengthCharacterString
from executor.types import arrays
from executor.types.tsvector import (
    PLACES_MAX,
    POSITION_MAX,
    WEIGHTS,
    Lexeme,
    Places,
    Vector,
    checked,
    compare,
    dump,
    load,
    place_of,
    position,
    weight,
)

_EQUALITIES = {"eq": "=", "ne": "<>"}
_INEQUALITIES = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TRUE_OF_ASCENDING = {"ne", "lt", "le"}


# Weights


def _weight(letter: str) -> int:
    """The weight of a letter (22023)."""
    if letter.upper() not in WEIGHTS:
        shown = letter if letter.isascii() and letter.isprintable() and letter else f"\\{ord(letter or chr(0)):03o}"
        raise InvalidParameterValue(f'unrecognized weight: "{shown}"')
    return WEIGHTS[letter.upper()]


def _weighted(lexeme: Lexeme, value: int) -> Lexeme:
    return Lexeme(lexeme.word, tuple([place_of(position(place), value) for place in lexeme.places]))


def set_weight(vector: str, letter: str) -> str:
    """Give all places a weight."""
    value = _weight(letter)
    return dump([_weighted(lexeme, value) for lexeme in load(vector)])


def set_weight_of(vector: str, letter: str, words: str) -> str:
    """Give the places of some lexemes a weight."""
    value, chosen = _weight(letter), set(arrays.load_items(words))
    return dump([_weighted(lexeme, value) if lexeme.word in chosen else lexeme for lexeme in load(vector)])


def filtered(vector: str, letters: str) -> str:
    """The places of some weights; lexemes without one of them are left out."""
    items = arrays.load_items(letters)
    if None in items:
        raise NullValueNotAllowed("weight array may not contain nulls")
    wanted = {_weight(letter) for letter in items}
    kept = [(word, tuple([place for place in places if weight(place) in wanted])) for word, places in load(vector)]
    return dump([Lexeme(word, places) for word, places in kept if places])


# Lexemes


def delete(vector: str, word: str) -> str:
    """Without one lexeme."""
    return dump([lexeme for lexeme in load(vector) if lexeme.word != word])


def delete_all(vector: str, words: str) -> str:
    """Without some lexemes."""
    gone = set(arrays.load_items(words))
    return dump([lexeme for lexeme in load(vector) if lexeme.word not in gone])


def strip(vector: str) -> str:
    """Without places."""
    return dump([Lexeme(word) for word, _ in load(vector)])


def length(vector: str) -> int:
    """The number of lexemes."""
    return len(load(vector))


def _appended(first: Places, second: Places, shift: int) -> Places:
    """The places of both, the second ones moved; as many as fit."""
    found = list(first)
    for place in second:
        if len(found) == PLACES_MAX or (found and position(found[-1]) == POSITION_MAX):
            break
        found.append(place_of(position(place) + shift, weight(place)))
    return tuple(found)


def concatenated(first: Vector, second: Vector) -> Vector:
    """||: the second document follows the first."""
    shift = max((position(places[-1]) for _, places in first if places), default=0)
    found = dict(first)
    for word, places in second:
        found[word] = _appended(found.get(word, ()), places, shift)
    return checked([Lexeme(word, found[word]) for word in sorted(found)])


def concat(a: str, b: str) -> str:
    """||"""
    return dump(concatenated(load(a), load(b)))


# Arrays


def from_array(words: str) -> str:
    """The vector of some words (22004, 2200F)."""
    items = arrays.load_items(words)
    if None in items:
        raise NullValueNotAllowed("lexeme array may not contain nulls")
    if "" in items:
        raise ZeroLengthCharacterString("lexeme array may not contain empty strings")
    return dump(checked([Lexeme(word) for word in sorted(set(items))]))


def to_array(vector: str) -> str:
    """The words."""
    return arrays.dump([word for word, _ in load(vector)])


def unnest(vector: str) -> Iterator[tuple[str, str | None, str | None]]:
    """A row for each lexeme: word, positions, weights."""
    for word, places in load(vector):
        if not places:
            yield word, None, None
            continue
        yield word, arrays.dump([position(place) for place in places]), arrays.dump(["DCBA"[weight(place)] for place in places])


def _rows() -> Iterator[Builtin]:
    low, high = "'a'::tsvector", "'a b'::tsvector"
    for verb, sign in _EQUALITIES.items():
        yield Builtin(f"tsvector_{verb}(tsvector,tsvector)", native(lambda a, b, sign=sign: f"({a} {sign} {b})"),
                      (f"tsvector_{verb}({low}, {high})", "t" if verb in _TRUE_OF_ASCENDING else "f"))
    for verb, sign in _INEQUALITIES.items():
        yield Builtin(f"tsvector_{verb}(tsvector,tsvector)",
                      Native(lambda a, b, sign=sign: f"({a} {sign} {b} COLLATE pg_tsvector)", collate=True),
                      (f"tsvector_{verb}({low}, {high})", "t" if verb in _TRUE_OF_ASCENDING else "f"))


BUILTINS = (
    *_rows(),
    Builtin("tsvector_cmp(tsvector,tsvector)", Python(compare), ("tsvector_cmp('b', 'a:1')", "-1")),
    Builtin("tsvector_concat(tsvector,tsvector)", Python(concat),
            ("tsvector_concat('a:1 b:2', 'a:1 c:2')", "'a':1,3 'b':2 'c':4")),
    Builtin("setweight(tsvector,char)", Python(set_weight), ("setweight('a:1,2B b'::tsvector, 'A')", "'a':1A,2A 'b'")),
    Builtin("setweight(tsvector,char,_text)", Python(set_weight_of),
            ("setweight('a:1 b:2'::tsvector, 'A', '{b}')", "'a':1 'b':2A")),
    Builtin("ts_filter(tsvector,_char)", Python(filtered), ("ts_filter('a:1A,2 b:3'::tsvector, '{a}')", "'a':1A")),
    Builtin("ts_delete(tsvector,text)", Python(delete), ("ts_delete('a:1 b:2'::tsvector, 'a'::text)", "'b':2")),
    Builtin("ts_delete(tsvector,_text)", Python(delete_all), ("ts_delete('a b c'::tsvector, '{a,c}'::text[])", "'b'")),
    Builtin("strip(tsvector)", Python(strip), ("strip('a:1 b:2A'::tsvector)", "'a' 'b'")),
    Builtin("length(tsvector)", Python(length), ("length('a b c'::tsvector)", "3")),
    Builtin("array_to_tsvector(_text)", Python(from_array), ("array_to_tsvector('{b,a,b}'::text[])", "'a' 'b'")),
    Builtin("tsvector_to_array(tsvector)", Python(to_array), ("tsvector_to_array('b:1 a'::tsvector)", "{a,b}")),
    Builtin("unnest(tsvector)", SetReturning(unnest)),
)
