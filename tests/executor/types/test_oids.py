"""The constants of executor.types.oids are pg_type's."""

import pytest

from executor.bind.operators import HASHABLE, btree_operator
from executor.errors import SqlError
from executor.facts.lookup import types_by_oid
from executor.types import oids
from executor.types.registry import FAMILIES, codec, collation_of

CONSTANTS = {name: value for name, value in vars(oids).items() if name.isupper() and isinstance(value, int)}


@pytest.mark.parametrize("name", sorted(CONSTANTS))
def test_constant_is_the_oid_in_pg_type(name: str) -> None:
    spelled = "_" + name.removesuffix("_ARRAY").lower() if name.endswith("_ARRAY") else name.lower()
    assert types_by_oid()[CONSTANTS[name]].name == spelled


@pytest.mark.parametrize("oid", sorted(oid for family, members in FAMILIES.items() for oid in members
                                       if family not in ("datetime", "interval")))
def test_codec_of_each_registered_type_is_found(oid: int) -> None:
    assert codec(oid).oid == oid


def test_type_without_codec_is_not_supported() -> None:
    with pytest.raises(SqlError, match="type gtsvector") as raised:
        codec(3642)
    assert raised.value.sqlstate == "0A000"


def test_types_without_equality_are_those_without_operator_class() -> None:
    known = {oid for family, members in FAMILIES.items() for oid in members if family != "opaque"} - {oids.VOID}
    bare = {oid for oid in known if btree_operator(oid, 3) is None and types_by_oid()[oid].kind == "b"} - HASHABLE
    assert bare - oids.WITHOUT_EQUALITY == {oids.REFCURSOR, oids.PG_NODE_TREE}
    assert not any(btree_operator(oid, 3) for oid in oids.WITHOUT_EQUALITY)


def test_collations_are_named_by_type() -> None:
    assert collation_of(oids.NUMERIC) == "decimal"
    assert collation_of(oids.TEXT) is None
    assert collation_of(oids.INT4_ARRAY) == "pg_array_int4"
