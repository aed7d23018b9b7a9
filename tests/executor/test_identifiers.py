from hypothesis import given
from hypothesis import strategies as st

from executor.identifiers import quote_identifier, split_identifiers

names = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(st.lists(names))
def test_quoted_names_are_split_again(items: list[str]) -> None:
    assert split_identifiers(", ".join(map(quote_identifier, items))) == items


def test_plain_names_are_folded_and_keywords_quoted() -> None:
    assert split_identifiers(' Abc ,"X""y" ') == ["abc", 'X"y']
    assert [quote_identifier(name) for name in ("a1", "select", "name", "A", "1a", "")] == [
        "a1", '"select"', "name", '"A"', '"1a"', '""'
    ]  # fmt: skip


def test_wrong_lists_are_none() -> None:
    assert [split_identifiers(text) for text in ("a,", ",a", "a b", '"a', "a,,b")] == [None] * 5
    assert split_identifiers("  ") == []
