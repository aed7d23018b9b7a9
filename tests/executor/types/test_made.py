"""Numbers of users' types."""

from executor.facts.lookup import type_at
from executor.types.made import Definition, Field, definition_of, fields_of, number_of, oid_of, row_number
from executor.types.oids import INT4, RECORD, TEXT
from executor.types.registry import codec


def _mood(*labels: str, oid: int = 20001) -> Definition:
    return Definition(kind="e", oid=oid, array_oid=oid + 1, schema="public", name="mood", labels=labels)


def test_equal_definitions_share_a_number_and_others_do_not() -> None:
    number = number_of(_mood("a", "b"))
    assert number == number_of(_mood("a", "b"))
    assert number not in (number_of(_mood("b", "a")), number_of(_mood("a", "b", oid=20003)))
    assert definition_of(number) == _mood("a", "b")


def test_number_after_a_types_own_is_its_arrays() -> None:
    number = number_of(_mood("a"))
    array = type_at(number + 1)
    assert array is not None
    assert (array.element, array.name) == (number, "_mood")
    assert (oid_of(number), oid_of(number + 1)) == (20001, 20002)


def test_number_keeps_its_meaning_when_a_type_of_the_same_oid_is_altered() -> None:
    before = number_of(_mood("x", "y"))
    number_of(_mood("x", "between", "y"))
    definition = definition_of(before)
    assert definition is not None
    assert definition.labels == ("x", "y")
    assert oid_of(before) == 20001


def test_anonymous_row_is_a_record_to_clients() -> None:
    fields = (Field("a", INT4), Field("b", TEXT))
    number = row_number(fields)
    assert (oid_of(number), fields_of(number), row_number(fields)) == (RECORD, fields, number)


def test_domain_over_a_row_has_its_fields() -> None:
    fields = (Field("a", INT4),)
    pair = number_of(Definition(kind="c", oid=20010, array_oid=20011, schema="public", name="pair", fields=fields))
    domain = number_of(Definition(kind="d", oid=20012, array_oid=20013, schema="public", name="d", base=pair))
    assert fields_of(domain) == fields
    assert fields_of(INT4) is None


def test_clients_are_told_the_oids() -> None:
    number = number_of(_mood("a"))
    assert (codec(number).shown_oid, codec(number + 1).shown_oid) == (20001, 20002)
