"""log_connections, which is a list of what to log of a connection's beginning, or one word for several of them."""

from executor.identifiers import split_identifiers
from executor.settings.definitions import Definition, Typed, invalid_value

RECEIPT, AUTHENTICATION, AUTHORIZATION, SETUP_DURATIONS = "receipt", "authentication", "authorization", "setup_durations"
_USUAL = frozenset((RECEIPT, AUTHENTICATION, AUTHORIZATION))
_ALONE = {
    **dict.fromkeys(("on", "true", "yes", "1"), _USUAL), **dict.fromkeys(("off", "false", "no", "0", ""), frozenset[str]()),
}  # fmt: skip
_WORDS = {
    **{word: frozenset((word,)) for word in (RECEIPT, AUTHENTICATION, AUTHORIZATION, SETUP_DURATIONS)},
    "all": _USUAL | {SETUP_DURATIONS},
}  # fmt: skip


def log_connections(text: str) -> frozenset[str]:
    """What is to be logged, of a checked value."""
    alone = _ALONE.get(text.lower())
    if alone is not None:
        return alone
    return frozenset[str]().union(*(_WORDS[word.lower()] for word in split_identifiers(text) or ()))


def check_log_connections(definition: Definition, value: Typed, settings: object) -> Typed:
    """22023 as PostgreSQL words it."""
    text = str(value)
    if text.lower() in _ALONE:
        return value
    words = split_identifiers(text)
    if words is None:
        raise invalid_value(definition, text, detail='Invalid list syntax in parameter "log_connections".')
    for word in words:
        if word.lower() in _ALONE:
            raise invalid_value(definition, text, detail=f'Cannot specify log_connections option "{word}" in a list with '
                                                         "other options.")
        if word.lower() not in _WORDS:
            raise invalid_value(definition, text, detail=f'Invalid option "{word}".')
    return value
