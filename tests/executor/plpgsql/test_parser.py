"""The syntax tree of PL/pgSQL bodies, and the errors of wrong ones."""

from collections.abc import Sequence

import pytest

from executor.errors import SqlError
from executor.plpgsql import syntax as tree
from executor.plpgsql.parser import Parser
from executor.types import oids as T


class Types:
    """Every type is an integer, but for those that tests need."""

    def named(self, text: str) -> tuple[int, int]:
        return {"refcursor": T.REFCURSOR, "record": T.RECORD, "text": T.TEXT}.get(text, T.INT4), -1

    def of_column(self, names: Sequence[str]) -> tuple[int, int]:
        return T.INT4, -1

    def of_relation(self, names: Sequence[str]) -> int:
        return T.RECORD

    def has_columns(self, number: int) -> bool:
        return False

    def array(self, number: int) -> int:
        return 1007


def parsed(text: str) -> tuple[tree.Statement, ...]:
    parser = Parser(text, Types(), name="f", checks=True)
    parser.result_is_void = True
    return parser.block(parser.label()).body


def test_into_is_taken_out_of_a_query() -> None:
    (found,) = parsed("declare a int; begin select 1 into a from t; end")
    assert isinstance(found, tree.Sql)
    assert found.into is not None and [t.number for t in found.into.targets] == [0]
    assert found.query.text.split() == ["select", "1", "from", "t"]


def test_insert_into_is_no_target() -> None:
    (found,) = parsed("begin insert into t values (1); end")
    assert isinstance(found, tree.Sql) and found.into is None


def test_two_dots_make_a_loop_over_integers() -> None:
    (found,) = parsed("begin for i in 1..3 loop null; end loop; end")
    assert isinstance(found, tree.ForInteger)
    assert (found.lower.text, found.upper.text) == ("1", "3")


def test_assignment_keeps_its_target_for_messages() -> None:
    (found,) = parsed("declare x int; begin x := x + 1; end")
    assert isinstance(found, tree.Assign)
    assert (found.value.text, found.value.text[found.value.prefix :]) == ("x := x + 1", "x + 1")


def test_statements_know_their_lines() -> None:
    found = parsed("begin\n null;\n perform 1;\n end")
    assert [statement.line for statement in found] == [3]


@pytest.mark.parametrize(("text", "message"), [
    ("begin x := 1; end", '"x" is not a known variable'),
    ("begin exit; end", "EXIT cannot be used outside a loop, unless it has a label"),
    ("begin continue; end", "CONTINUE cannot be used outside a loop"),
    ("declare a int; a int; begin end", 'duplicate declaration at or near "a"'),
    ("<<a>> begin end b", 'end label "b" differs from block\'s label "a"'),
    ("begin if true them null; end if; end", 'missing "THEN" at end of SQL expression at or near ";"'),
    ("begin raise nope; end", 'unrecognized exception condition "nope"'),
    ("begin raise notice '%'; end", "too few parameters specified for RAISE"),
    ("declare a constant int := 1; begin a := 2; end", 'variable "a" is declared CONSTANT'),
    ("begin perform 1 +; end", "syntax error at end of input"),
    ("declare c cursor (a int) for select 1; begin open c; end", 'cursor "c" has arguments'),
])
def test_wrong_body_is_refused(text: str, message: str) -> None:
    with pytest.raises(SqlError) as caught:
        parsed(text)
    assert caught.value.message == message
