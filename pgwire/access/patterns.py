"""Words of rules that stand for names: a name itself, or a /regular expression in PostgreSQL's syntax."""

from executor.builtins.regexp_match import Expression, compiled
from executor.builtins.regexp_syntax import Options
from executor.errors import SqlError
from pgwire.access.tokens import Token

_PREFIX = "invalid regular expression: "


class BadPattern(Exception):
    """A regular expression that cannot be used; the text says why."""


def pattern_of(token: Token) -> Expression | None:
    """The expression of a word that begins with a slash; None for any other word. Raises BadPattern."""
    if not token.text.startswith("/"):
        return None
    pattern = token.text[1:]
    try:
        return compiled(pattern, Options())
    except SqlError as error:
        raise BadPattern(f'invalid regular expression "{pattern}": {error.message.removeprefix(_PREFIX)}') from None
