"""inet and cidr: addresses, masks, containment, arithmetic."""

from collections.abc import Callable, Iterator

from executor.builtins.base import Builtin, Native, Python, extreme, native
from executor.sqlstates import InvalidParameterValue, NumericValueOutOfRange
from executor.types.integer import INT8_MIN
from executor.types.memory import compare_bits
from executor.types.network import WIDTHS, Network, read, write

_COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TRUE_OF_ASCENDING = {"ne", "lt", "le"}
_INT8_MIN, _INT8_MAX = -(1 << 63), (1 << 63) - 1


def _host_mask(version: int, mask: int) -> int:
    """The bits right of a mask."""
    return (1 << WIDTHS[version] - mask) - 1


def _whole(version: int) -> int:
    return (1 << WIDTHS[version]) - 1


def _network(value: Network, mask: int) -> str:
    """The cidr of an address under a mask."""
    return write(Network(value.version, mask, value.address & ~_host_mask(value.version, mask)), "cidr")


# Parts


def host(text: str) -> str:
    """The address without its mask."""
    return text.partition("/")[0]


def text_of(text: str) -> str:
    """The address always with its mask."""
    return text if "/" in text else f"{text}/{WIDTHS[read(text, 'inet').version]}"


def family(text: str) -> int:
    """4 or 6."""
    return read(text, "inet").version


def masklen(text: str) -> int:
    """The length of the mask."""
    return read(text, "inet").mask


def broadcast(text: str) -> str:
    """The last address of the network."""
    value = read(text, "inet")
    return write(value._replace(address=value.address | _host_mask(value.version, value.mask)), "inet")


def netmask(text: str) -> str:
    """The mask as an address."""
    value = read(text, "inet")
    bits = _whole(value.version) ^ _host_mask(value.version, value.mask)
    return write(Network(value.version, WIDTHS[value.version], bits), "inet")


def hostmask(text: str) -> str:
    """What the mask leaves to the host, as an address."""
    value = read(text, "inet")
    return write(Network(value.version, WIDTHS[value.version], _host_mask(value.version, value.mask)), "inet")


def network(text: str) -> str:
    """The network as cidr: the bits right of the mask are cleared."""
    value = read(text, "inet")
    return _network(value, value.mask)


def _mask_of(value: Network, length: int) -> int:
    width = WIDTHS[value.version]
    if length == -1:
        return width
    if not 0 <= length <= width:
        raise InvalidParameterValue(f"invalid mask length: {length}")
    return length


def set_masklen(text: str, length: int) -> str:
    """The address under another mask; -1 is that of a single host (22023)."""
    value = read(text, "inet")
    return write(value._replace(mask=_mask_of(value, length)), "inet")


def set_cidr_masklen(text: str, length: int) -> str:
    """The network under another mask, bits right of it cleared (22023)."""
    value = read(text, "inet")
    return _network(value, _mask_of(value, length))


# Short print


def _short_v4(value: Network) -> str:
    """The octets that the mask reaches."""
    count = max((value.mask + 7) // 8, 1)
    return ".".join(str(octet) for octet in value.address.to_bytes(4)[:count])


def _zeros(words: list[int]) -> tuple[int, int]:
    """(start, length) of the zeros that "::" stands for. A run no longer than one before it is not forgotten, so
    that the next run appears longer than it is: PostgreSQL counts so."""
    start = length = run_start = run = 0
    for at, word in enumerate([*words, 1]):
        if word == 0:
            run_start, run = (run_start, run + 1) if run else (at, 1)
        elif run > length:
            start, length, run = run_start, run, 0
    return start, length


def _short_v6(value: Network) -> str:
    """The words that the mask reaches, two at least, a run of zeros as "::"."""
    if value.mask == 0:
        return "::"
    count = max((value.mask + 15) // 16, 2)
    words = [value.address >> shift & 0xFFFF for shift in range(112, -1, -16)][:count]
    start, length = _zeros(words)
    tail = [octet for word in words[6:] for octet in (word >> 8, word & 255)]
    dotted = length != count and start == 0 and (
        length == 6 or (length == 5 and count > 5 and words[5] == 0xFFFF)
        or (length == 7 and count > 7 and tail[2] != 0 and tail[3] != 1))
    text = ""
    for at, word in enumerate(words):
        if start <= at < start + length:
            text += ":" * ((at == start) + (at == count - 1))
        elif dotted and at > 5:
            octets = [word >> 8, word & 255] if at != 7 or value.mask > 120 else [word >> 8]
            text += (":" if at == 6 else ".") + ".".join(map(str, octets))
        else:
            text += (":" if text else "") + f"{word:x}"
    return text


def abbrev_cidr(text: str) -> str:
    """The network without the octets its mask leaves out: 10.1/16."""
    value = read(text, "inet")
    return f"{(_short_v4 if value.version == 4 else _short_v6)(value)}/{value.mask}"


def abbrev_inet(text: str) -> str:
    """The address as it prints."""
    return write(read(text, "inet"), "inet")


# Bits and arithmetic


def invert(text: str) -> str:
    """~"""
    value = read(text, "inet")
    return write(value._replace(address=value.address ^ _whole(value.version)), "inet")


def _combine(verb: str, function: Callable[[int, int], int]) -> Callable[[str, str], str]:
    def combine(a: str, b: str) -> str:
        first, second = read(a, "inet"), read(b, "inet")
        if first.version != second.version:
            raise InvalidParameterValue(f"cannot {verb} inet values of different sizes")
        mask = max(first.mask, second.mask)
        return write(Network(first.version, mask, function(first.address, second.address)), "inet")

    return combine


def add(text: str, offset: int) -> str:
    """inet + int8 (22003)."""
    value = read(text, "inet")
    address = value.address + offset
    if not 0 <= address <= _whole(value.version):
        raise NumericValueOutOfRange("result is out of range")
    return write(value._replace(address=address), "inet")


def subtract(a: str, b: str) -> int:
    """The distance of two addresses (22023, 22003)."""
    first, second = read(a, "inet"), read(b, "inet")
    if first.version != second.version:
        raise InvalidParameterValue("cannot subtract inet values of different sizes")
    half = 1 << (WIDTHS[first.version] - 1 if first.version == 6 else 63)
    distance = (first.address - second.address + half) % (2 * half) - half  # of addresses with a sign, as in PostgreSQL
    if not _INT8_MIN <= distance <= _INT8_MAX:
        raise NumericValueOutOfRange("result is out of range")
    return distance


# Containment


def _same_network(a: Network, b: Network, mask: int) -> bool:
    """Whether two addresses agree in the first bits."""
    shift = WIDTHS[a.version] - mask
    return a.version == b.version and a.address >> shift == b.address >> shift


def contains(a: str, b: str) -> int:
    """>>: b is a smaller network inside a."""
    first, second = read(a, "inet"), read(b, "inet")
    return int(first.mask < second.mask and _same_network(first, second, first.mask))


def contains_or_equals(a: str, b: str) -> int:
    """>>="""
    first, second = read(a, "inet"), read(b, "inet")
    return int(first.mask <= second.mask and _same_network(first, second, first.mask))


def overlaps(a: str, b: str) -> int:
    """&&: one network is inside the other."""
    first, second = read(a, "inet"), read(b, "inet")
    return int(_same_network(first, second, min(first.mask, second.mask)))


def same_family(a: str, b: str) -> int:
    """Whether both are IPv4 or both IPv6."""
    return int((":" in a) == (":" in b))


def merge(a: str, b: str) -> str:
    """The smallest network that has both (22023)."""
    first, second = read(a, "inet"), read(b, "inet")
    if first.version != second.version:
        raise InvalidParameterValue("cannot merge addresses from different families")
    common = WIDTHS[first.version] - (first.address ^ second.address).bit_length()
    return _network(first, min(first.mask, second.mask, common))


# Rows


def _plain(sign: str) -> Callable[[str, str], str]:
    return lambda a, b: f"({a} {sign} {b})"


def _collated(sign: str) -> Callable[[str, str], str]:
    return lambda a, b: f"({a} {sign} {b} COLLATE pg_inet)"


def _chooser(name: str) -> Callable[[str, str], str]:
    return lambda a, b: f"{name}({a} COLLATE pg_inet, {b})"


def _comparison_rows() -> Iterator[Builtin]:
    values = "'9.0.0.0/8'::inet, '10.0.0.1'::inet"
    for verb, sign in _COMPARISONS.items():
        implementation = native(_plain(sign)) if verb in ("eq", "ne") else Native(_collated(sign), collate=True)
        yield Builtin(f"network_{verb}(inet,inet)", implementation,
                      (f"network_{verb}({values})", "t" if verb in _TRUE_OF_ASCENDING else "f"))
    for name, verb, expected in (("max", "larger", "10.0.0.1"), ("min", "smaller", "9.0.0.0/8")):
        yield Builtin(f"network_{verb}(inet,inet)", Native(_chooser(name), collate=True),
                      (f"network_{verb}({values})", expected))
        yield Builtin(f"{name}(inet)", extreme(name),
                      (f"(SELECT {name}(x) FROM (VALUES ('9.0.0.0/8'::inet), ('10.0.0.1')) v (x))", expected))


def _negated(number: int) -> int:
    """As a 64-bit integer in C: the smallest stays what it is."""
    return number if number == INT8_MIN else -number


def order(a: str, b: str) -> int:
    """network_cmp: the sign is that of the collation pg_inet, the size that of PostgreSQL's memcmp and masks."""
    first, second = read(a, "inet"), read(b, "inet")
    if first.version != second.version:
        return -1 if first.version < second.version else 1
    width = WIDTHS[first.version]
    left, right = (v.address.to_bytes(width // 8, "big") for v in (first, second))
    return compare_bits(left, right, min(first.mask, second.mask)) or first.mask - second.mask or compare_bits(left, right, width)


_NET = "'192.168.1.5/24'::inet"

BUILTINS = (
    *_comparison_rows(),
    Builtin("network_cmp(inet,inet)", Python(order), (f"network_cmp({_NET}, {_NET})", "0")),
    Builtin("network_sup(inet,inet)", Python(contains), (f"network_sup({_NET}, '192.168.1.0/25'::inet)", "t")),
    Builtin("network_sub(inet,inet)", Python(lambda a, b: contains(b, a)), (f"network_sub({_NET}, {_NET})", "f")),
    Builtin("network_supeq(inet,inet)", Python(contains_or_equals), (f"network_supeq({_NET}, {_NET})", "t")),
    Builtin("network_subeq(inet,inet)", Python(lambda a, b: contains_or_equals(b, a)),
            (f"network_subeq({_NET}, '192.168.0.0/16'::inet)", "t")),
    Builtin("network_overlap(inet,inet)", Python(overlaps), (f"network_overlap({_NET}, '192.168.1.80/28'::inet)", "t")),
    Builtin("host(inet)", Python(host), (f"host({_NET})", "192.168.1.5")),
    Builtin("text(inet)", Python(text_of), ("text('192.168.1.5'::inet)", "192.168.1.5/32")),
    Builtin("family(inet)", Python(family), ("family('::1'::inet)", "6")),
    Builtin("masklen(inet)", Python(masklen), (f"masklen({_NET})", "24")),
    Builtin("broadcast(inet)", Python(broadcast), (f"broadcast({_NET})", "192.168.1.255/24")),
    Builtin("netmask(inet)", Python(netmask), (f"netmask({_NET})", "255.255.255.0")),
    Builtin("hostmask(inet)", Python(hostmask), (f"hostmask({_NET})", "0.0.0.255")),
    Builtin("network(inet)", Python(network), (f"network({_NET})", "192.168.1.0/24")),
    Builtin("cidr(inet)", Python(network), (f"{_NET}::cidr", "192.168.1.0/24")),
    Builtin("abbrev(inet)", Python(abbrev_inet), ("abbrev('10.1.0.0/32'::inet)", "10.1.0.0")),
    Builtin("abbrev(cidr)", Python(abbrev_cidr), ("abbrev('10.1.0.0/16'::cidr)", "10.1/16")),
    Builtin("set_masklen(inet,int4)", Python(set_masklen), (f"set_masklen({_NET}, 16)", "192.168.1.5/16")),
    Builtin("set_masklen(cidr,int4)", Python(set_cidr_masklen),
            ("set_masklen('192.168.1.0/24'::cidr, 16)", "192.168.0.0/16")),
    Builtin("inetnot(inet)", Python(invert), (f"inetnot({_NET})", "63.87.254.250/24")),
    Builtin("inetand(inet,inet)", Python(_combine("AND", int.__and__)),
            (f"inetand({_NET}, '0.0.0.255'::inet)", "0.0.0.5")),
    Builtin("inetor(inet,inet)", Python(_combine("OR", int.__or__)), (f"inetor({_NET}, '0.0.0.255'::inet)",
                                                                      "192.168.1.255")),
    Builtin("inetpl(inet,int8)", Python(add), (f"inetpl({_NET}, 25)", "192.168.1.30/24")),
    Builtin("int8pl_inet(int8,inet)", Python(lambda offset, text: add(text, offset)),
            (f"int8pl_inet(25, {_NET})", "192.168.1.30/24")),
    # The least offset has no negation in 64 bits and stays itself.
    Builtin("inetmi_int8(inet,int8)", Python(lambda text, offset: add(text, -offset if offset > _INT8_MIN else offset)),
            (f"inetmi_int8({_NET}, 6)", "192.168.0.255/24")),
    Builtin("inetmi(inet,inet)", Python(subtract), (f"inetmi({_NET}, '192.168.0.0'::inet)", "261")),
    Builtin("inet_same_family(inet,inet)", Python(same_family), (f"inet_same_family({_NET}, '::1'::inet)", "f")),
    Builtin("inet_merge(inet,inet)", Python(merge), (f"inet_merge({_NET}, '192.168.2.5/24'::inet)", "192.168.0.0/22")),
)
