from itertools import pairwise

import pytest

from executor.errors import SqlError
from executor.types.base import Env
from executor.types.network import compare_network
from executor.types.registry import codec

INET, CIDR = 869, 650
# Recorded from PostgreSQL 18.
INETS = [
    ("10.1.2.3/8", "10.1.2.3/8"), ("::1", "::1"), ("::ffff:1.2.3.4/128", "::ffff:1.2.3.4"), ("abcd::/16", "abcd::/16"),
    ("10.1.2.3/32", "10.1.2.3"), ("1.2.3.4/08", "1.2.3.4/8"), ("01.2.3.4", "1.2.3.4"), ("10/8", "10.0.0.0/8"),
    ("2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::1.2.3.4", "::1.2.3.4"), ("0.0.0.0/0", "0.0.0.0/0"),
    ("10.1/8", "10.1.0.0/8"), ("10.1/16", "10.1.0.0/16"), ("::2", "::2"), ("::", "::"), ("FF::A", "ff::a"),
    ("0:0:0:0:0:0:2:3", "::0.2.0.3"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("0:0:1:0:0:0:0:0", "0:0:1::"),
    ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("1:2:0:4:5:6:7:8", "1:2:0:4:5:6:7:8"),
]
CIDRS = [
    ("10.0.0.1", "10.0.0.1/32"), ("10/8", "10.0.0.0/8"), ("10.1", "10.1.0.0/16"), ("192.168.1", "192.168.1.0/24"),
    ("::/0", "::/0"), ("10", "10.0.0.0/8"), ("240.0.0.0", "240.0.0.0/32"), ("200.1.2", "200.1.2.0/24"),
    ("10/12", "10.0.0.0/12"), ("::ffff:0:0/96", "::ffff:0.0.0.0/96"), ("172.16", "172.16.0.0/16"),
    ("10.1/24", "10.1.0.0/24"), ("192.168", "192.168.0.0/24"), ("224", "224.0.0.0/4"), ("224.1", "224.1.0.0/16"),
    ("240", "240.0.0.0/32"),
]


@pytest.mark.parametrize(("kind", "text", "expected"), [
    *((INET, *pair) for pair in INETS), *((CIDR, *pair) for pair in CIDRS)])
def test_text_is_read_and_printed_as_postgres_does(kind: int, text: str, expected: str) -> None:
    value = codec(kind).parse(text, -1, Env())
    assert codec(kind).text_encoder(-1, Env())(value) == expected.encode()
    binary = codec(kind).binary_encoder(-1, Env())(value)
    assert codec(kind).receive(binary, -1, Env()) == value


@pytest.mark.parametrize("text", [
    "1", "10.1", "10.1.2.3/33", "x", "256.1.1.1", "1.2.3.4/", "fe80::1%eth0", " 1.2.3.4 ", "1.2.3.4/24 ", "10.1/24",
    "1::2::3", "1.2.3.4.5", "", "10.1.2.3/8.0", "::1/129", "::/08", "1.2.3.4/ 8", "1.2.3.4/+8"])
def test_malformed_inet_is_refused(text: str) -> None:
    with pytest.raises(SqlError) as raised:
        codec(INET).parse(text, -1, Env())
    assert (raised.value.sqlstate, raised.value.message) == ("22P02", f'invalid input syntax for type inet: "{text}"')


def test_cidr_with_host_bits_is_refused() -> None:
    with pytest.raises(SqlError) as raised:
        codec(CIDR).parse("10.1.2.3/8", -1, Env())
    assert raised.value.message == 'invalid cidr value: "10.1.2.3/8"'


def test_binary_form_is_postgres_own() -> None:
    assert codec(INET).binary_encoder(-1, Env())("10.1.2.3/8").hex() == "020800040a010203"
    assert codec(CIDR).binary_encoder(-1, Env())("::/7").hex() == "0307011000000000000000000000000000000000"


def test_networks_sort_by_prefix_then_mask_then_host() -> None:
    ordered = ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.5/8", "10.0.0.0/16", "10.0.0.0", "10.0.0.5", "192.168.0.0/24", "::/0",
               "::1"]
    assert all(compare_network(a, b) < 0 and compare_network(b, a) > 0 for a, b in pairwise(ordered))
    assert compare_network("::1", "::1") == 0
