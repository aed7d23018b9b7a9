"""Assigning to parts of arrays and jsonb; the whole is tested by the session script subscripts."""

import pytest

from executor.builtins.subscripting import OMITTED, element_setter, json_get, json_set, slice_set
from executor.sqlstates import ArraySubscriptError, InvalidParameterValue, NullValueNotAllowed
from executor.types.oids import INT4

assign = element_setter(INT4)


def test_element_beyond_the_end_fills_the_gap_with_nulls() -> None:
    assert assign("[1,2]", 9, 5) == "[1,2,null,null,9]"


def test_element_before_the_start_moves_the_lower_bound() -> None:
    assert assign("[1,2]", 9, -1) == '{"l":[-1],"v":[9,null,1,2]}'


def test_element_of_null_array_makes_one_element() -> None:
    assert assign(None, 9, 3) == '{"l":[3],"v":[9]}'


def test_element_outside_of_matrix_is_refused() -> None:
    with pytest.raises(ArraySubscriptError):
        assign("[[1,2],[3,4]]", 9, 3, 1)


def test_slice_takes_the_first_of_too_many_values() -> None:
    assert slice_set("[1,2,3]", "[8,9,10]", 2, 3) == "[1,8,9]"


def test_slice_with_omitted_bounds_is_the_whole_array() -> None:
    assert slice_set("[1,2]", "[8,9]", OMITTED, OMITTED) == "[8,9]"


def test_slice_of_empty_array_needs_both_bounds() -> None:
    with pytest.raises(ArraySubscriptError):
        slice_set("[]", "[8]", OMITTED, 2)


def test_null_subscript_is_refused() -> None:
    with pytest.raises(NullValueNotAllowed):
        assign("[1]", 2, None)
    with pytest.raises(NullValueNotAllowed):
        json_set("{}", "1", None)


def test_missing_containers_of_jsonb_are_made() -> None:
    assert json_set("{}", "1", "a", 1, "b") == '{"a": [null, {"b": 1}]}'


def test_scalar_inside_jsonb_is_not_replaced_by_a_container() -> None:
    with pytest.raises(InvalidParameterValue):
        json_set('{"a": 1}', "2", "a", "b")


def test_null_document_is_made_of_the_kind_of_its_first_subscript() -> None:
    assert json_set(None, "1", 0) == "[1]"
    assert json_set(None, None, "a") == '{"a": null}'


def test_subscript_of_scalar_or_missing_part_is_null() -> None:
    assert json_get("1", 0) is None
    assert json_get('{"a": [1]}', "a", 3) is None
    assert json_get('{"a": [1]}', "a", -1) == "1"
