from executor.catalog import create_text


def test_backslash_in_string_is_not_an_escape() -> None:
    text = create_text.read_table(r"""CREATE TABLE t(a TEXT DEFAULT '\' CONSTRAINT "c""k" CHECK (a <> '\'), b)""")
    (check,) = text.constraints
    assert (check.name, check.expression, check.columns) == ('c"k', r"a <> '\'", ("a",))


def test_comments_and_quoted_names_are_read_over() -> None:
    text = create_text.read_table(
        "CREATE TABLE [my t] (/* , ( */ `a b` INT -- ) , \n UNIQUE ON CONFLICT IGNORE, [c]]] x, \"primary\" TEXT)")
    assert [(c.kind, c.columns) for c in text.constraints] == [("u", ("a b",))]


def test_table_constraints_without_commas_between_them_are_all_found() -> None:
    text = create_text.read_table(
        "CREATE TABLE t(a, b, CONSTRAINT p PRIMARY KEY (a COLLATE nocase DESC, b) CHECK (a > (1)) UNIQUE(b))")
    assert [(c.kind, c.name, c.columns, c.expression) for c in text.constraints] == [
        ("p", "p", ("a", "b"), ""), ("c", "", (), "a > (1)"), ("u", "", ("b",), "")]


def test_foreign_keys_keep_their_deferral() -> None:
    text = create_text.read_table(
        "CREATE TABLE t(a REFERENCES u(x) ON DELETE SET NULL ON UPDATE NO ACTION DEFERRABLE INITIALLY DEFERRED "
        "NOT NULL, b, FOREIGN KEY (b) REFERENCES u MATCH FULL NOT DEFERRABLE INITIALLY IMMEDIATE, CHECK (b))")
    assert [(c.kind, c.columns, c.deferrable, c.deferred) for c in text.constraints] == [
        ("f", ("a",), True, True), ("n", ("a",), False, False), ("f", ("b",), False, False), ("c", (), False, False)]


def test_defaults_and_generated_columns_do_not_hide_what_follows() -> None:
    text = create_text.read_table(
        "CREATE TABLE t(a INT DEFAULT -1 NOT NULL, b DEFAULT (datetime('now', '+1 day')) UNIQUE, "
        "c TEXT COLLATE NOCASE GENERATED ALWAYS AS (upper(a) || ')') STORED CHECK (c <> ''))")
    assert [c.kind for c in text.constraints] == ["n", "u", "c"]
    assert text.generated == {"c": "upper(a) || ')'"}
    assert text.collations == {"c": "NOCASE"}


def test_index_keys_lose_collation_and_order() -> None:
    keys, predicate = create_text.read_index(
        "CREATE UNIQUE INDEX i ON [t x] (lower(a) COLLATE nocase DESC, b ASC, \"c d\") WHERE a IS NOT NULL AND b > 1")
    assert (keys, predicate) == (["lower(a)", "b", '"c d"'], "a IS NOT NULL AND b > 1")


def test_view_query_starts_after_as() -> None:
    assert create_text.read_view("CREATE VIEW v(a, b) /* AS */ AS -- x\n SELECT 1") == "SELECT 1"
