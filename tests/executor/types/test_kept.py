"""What a bounded cache keeps."""

from collections.abc import Callable

from executor.types.kept import kept


def counted(entries: int, characters: int) -> tuple[list[str], Callable[[str], str]]:
    calls: list[str] = []

    @kept(entries, characters)
    def double(text: str) -> str:
        calls.append(text)
        return text + text

    return calls, double


def test_short_texts_are_computed_once() -> None:
    calls, double = counted(10, 5)
    assert [double(text) for text in ("a", "b", "a", "b")] == ["aa", "bb", "aa", "bb"]
    assert calls == ["a", "b"]


def test_of_long_texts_only_the_last_is_kept() -> None:
    calls, double = counted(10, 5)
    first, second = "x" * 6, "y" * 6
    for text in (first, first, second, first):
        assert double(text) == 2 * text
    assert calls == [first, second, first]


def test_long_texts_push_no_short_ones_out() -> None:
    calls, double = counted(1, 5)
    for text in ("a", "x" * 6, "a"):
        double(text)
    assert calls == ["a", "x" * 6]
