import pytest

from executor.ddl import rewrite


@pytest.mark.parametrize(("text", "expected"), [
    ("a > 0", "b > 0"), ("t.a > 0 AND c = 'a'", "t.b > 0 AND c = 'a'"), ("lower(a)", "lower(b)"),
    ("c  >  0", "c  >  0"), ("a(c) = 1", "a(c) = 1"),
])  # fmt: skip
def test_renamed_column_changes_only_references_to_it(text: str, expected: str) -> None:
    assert rewrite.rename_column(text, "t", "a", "b") == expected


def test_qualification_by_the_table_is_dropped() -> None:
    assert rewrite.unqualified("t.a > u.b", "t") == "a > u.b"


def test_renamed_relation_keeps_its_name_as_an_alias() -> None:
    found = rewrite.rename_relation("SELECT t.a FROM t, u t2, s.t x", ("public", "t"), ("public", "n"))
    assert found == "SELECT t.a FROM public.n t, u t2, s.t x"


def test_renamed_column_of_a_relation_becomes_a_column_alias() -> None:
    found = rewrite.rename_relation("SELECT a FROM t x", ("public", "t"), ("public", "t"), ["a", "b"])
    assert found == "SELECT a FROM public.t x(a, b)"


@pytest.mark.parametrize(("name", "expected"), [
    ("abc", "abc"), ("Abc", '"Abc"'), ("select", '"select"'), ("a b", '"a b"'), ('x"y', '"x""y"'), ("éa", '"éa"'),
])  # fmt: skip
def test_identifiers_are_quoted_where_needed(name: str, expected: str) -> None:
    assert rewrite.quote_identifier(name) == expected


@pytest.mark.parametrize(("query", "expected"), [
    ("SELECT 1 FROM (t JOIN u ON true) j(a, b)", True), ("SELECT 1 FROM (t JOIN u ON true) j", False),
    ("SELECT 1 FROM t, (v JOIN u ON true) j(a, b)", False),
])  # fmt: skip
def test_join_with_column_aliases_is_found_by_its_parts(query: str, expected: bool) -> None:
    assert rewrite.has_join_aliases(query, ("public", "t")) is expected
