"""Upper and lower case as PostgreSQL's locale C.UTF-8 has them: Unicode's simple mappings, one character to one."""

from functools import cache
from typing import Any


@cache
def _alphabetic() -> Any:
    """The pattern of a letter; its package is imported when a text that is not ASCII needs it."""
    import regex

    return regex.compile(r"\p{Alphabetic}")


def _single(character: str, mapped: str, title: str) -> str:
    """The simple mapping of a character whose full mapping may have several characters."""
    if len(mapped) == 1:
        return mapped
    return title if len(title) == 1 else character


# U+0130 is the one letter whose simple lower case differs from the first choice of _single.
_LOWER_EXCEPTIONS = {"\u0130": "i"}


def upper(text: str) -> str:
    """upper(text)."""
    if text.isascii():
        return text.upper()
    return "".join([_single(c, c.upper(), c.title()) for c in text])


def lower(text: str) -> str:
    """lower(text)."""
    if text.isascii():
        return text.lower()
    return "".join([_LOWER_EXCEPTIONS.get(c) or _single(c, c.lower(), c) for c in text])


# Letters whose simple folding is not the first choice of _single.
_FOLD_EXCEPTIONS = {"\u0130": "\u0130", "\u1fd3": "\u0390", "\u1fe3": "\u03b0", "\ufb05": "\ufb06"}


def casefold(text: str) -> str:
    """casefold(text): as lower(), but all forms of a letter become the same one (final sigma, long s ...)."""
    if text.isascii():
        return text.lower()
    return "".join([_FOLD_EXCEPTIONS.get(c) or _single(c, c.casefold(), lower(c)) for c in text])


def initcap(text: str) -> str:
    """The first letter of each word in upper case, the rest in lower; words are runs of letters and digits."""
    parts: list[str] = []
    inside = False
    for character in text:
        parts.append(lower(character) if inside else upper(character))
        inside = is_alphanumeric(character)
    return "".join(parts)


def is_alphanumeric(character: str) -> bool:
    """Whether a character belongs to a word: a letter, or one of the digits 0 to 9."""
    if character.isascii():
        return character.isalnum()
    return _alphabetic().match(character) is not None


# Under the collation "C" only ASCII letters have cases.


def ascii_upper(text: str) -> str:
    """upper(text COLLATE "C")."""
    return text.encode().upper().decode()


def ascii_lower(text: str) -> str:
    """lower(text COLLATE "C"), and casefold()."""
    return text.encode().lower().decode()


def ascii_initcap(text: str) -> str:
    """initcap(text COLLATE "C"): a letter that is not ASCII ends a word."""
    parts: list[str] = []
    inside = False
    for character in text:
        parts.append(ascii_lower(character) if inside else ascii_upper(character))
        inside = character.isascii() and character.isalnum()
    return "".join(parts)
