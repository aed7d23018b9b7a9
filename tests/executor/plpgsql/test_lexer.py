"""Tokens of PL/pgSQL."""

import pytest

from executor.plpgsql.lexer import Lines, tokens
from executor.sqlstates import SyntaxError


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.value) for token in tokens(text)][:-1]


def test_range_of_integers_is_three_tokens() -> None:
    assert kinds("1..10") == [("number", "1"), ("op", ".."), ("number", "10")]


def test_names_are_folded_unless_quoted() -> None:
    assert kinds('Abc "A""b"') == [("word", "abc"), ("quoted", 'A"b')]


@pytest.mark.parametrize("text", ["'a''b'", r"E'a\'b'", "$$a;b$$", "$x$a$$b$x$", "U&'d'"])
def test_string_is_one_token(text: str) -> None:
    assert [kind for kind, _ in kinds(f"{text};")] == ["string", "op"]


def test_comments_are_left_out() -> None:
    assert kinds("a -- b\n/* c /* d */ e */ f") == [("word", "a"), ("word", "f")]


def test_unterminated_string_is_refused() -> None:
    with pytest.raises(SyntaxError, match="unterminated quoted string"):
        list(tokens("'abc"))


def test_line_counts_from_one() -> None:
    lines = Lines("a\nb\nc")
    assert [lines.at(place) for place in (0, 2, 4)] == [1, 2, 3]
