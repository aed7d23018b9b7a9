from executor.types import arrays


def test_vector_as_array_begins_at_zero() -> None:
    assert arrays.load(arrays.array_of_vector("[2,3]")).lowers == (0,)


def test_empty_vector_as_array_is_the_empty_array() -> None:
    assert arrays.array_of_vector("[]") == "[]"
