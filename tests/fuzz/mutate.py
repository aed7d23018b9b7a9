"""Changes to bytes and texts that keep most of them as they were."""

from collections.abc import Callable, Sequence
from random import Random

INTERESTING = (b"", b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\x04",
               b"\x3f\xff\xff\xff", b"\x40\0\0\0", b"\xc3\x28", b"\xed\xa0\x80", b"\0\0\0\x08\x04\xd2\x16\x2f")
"""Lengths at their limits, invalid UTF-8, an SSLRequest."""


def _flip(random: Random, data: bytearray) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _set(random: Random, data: bytearray) -> None:
    if data:
        data[random.randrange(len(data))] = random.randrange(256)


def _insert(random: Random, data: bytearray) -> None:
    at = random.randint(0, len(data))
    data[at:at] = random.choice(INTERESTING) or random.randbytes(random.randint(1, 9))


def _overwrite(random: Random, data: bytearray) -> None:
    piece = random.choice(INTERESTING)
    at = random.randint(0, len(data))
    data[at : at + len(piece)] = piece


def _cut(random: Random, data: bytearray) -> None:
    at = random.randint(0, len(data))
    del data[at : at + random.randint(1, 20)]


def _double(random: Random, data: bytearray) -> None:
    at = random.randint(0, len(data))
    piece = bytes(data[at : at + random.randint(1, 40)])
    data[at:at] = piece * random.randint(1, 3)


def _end(random: Random, data: bytearray) -> None:
    del data[random.randint(0, len(data)) :]


_CHANGES: Sequence[Callable[[Random, bytearray], None]] = (_flip, _set, _insert, _overwrite, _cut, _double, _end)


def mutated(random: Random, data: bytes, most: int = 4) -> bytes:
    """The data with a few changes."""
    changed = bytearray(data)
    for _ in range(random.randint(1, most)):
        random.choice(_CHANGES)(random, changed)
    return bytes(changed)


def split(random: Random, data: bytes, most: int = 8) -> list[bytes]:
    """The data in pieces as a network might cut it."""
    cuts = sorted(random.randint(0, len(data)) for _ in range(random.randint(0, most)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True) if end > start]


TOKENS = tuple("""
    ( ) [ ] , ; . * + - / = < > <= >= <> || :: := -> ->> @> <@ && | & # ~ !~ ? ' " $1 $2 $$ 0 1 -1 2147483648 9223372036854775808
    1e400 'NaN' 'infinity' '' NULL TRUE FALSE DEFAULT SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT OFFSET UNION ALL EXCEPT
    DISTINCT ON JOIN LEFT FULL LATERAL USING NATURAL CROSS VALUES INSERT INTO UPDATE SET DELETE RETURNING MERGE WITH RECURSIVE AS
    CASE WHEN THEN ELSE END CAST AND OR NOT IN IS BETWEEN LIKE EXISTS ANY ARRAY ROW OVER PARTITION WINDOW FILTER GROUPING
    SETS CUBE ROLLUP CREATE TABLE VIEW INDEX SEQUENCE TYPE DOMAIN DROP ALTER ADD COLUMN CONSTRAINT PRIMARY KEY UNIQUE CHECK
    REFERENCES CASCADE TEMP BEGIN COMMIT ROLLBACK SAVEPOINT EXPLAIN ANALYZE PREPARE EXECUTE DECLARE CURSOR FETCH FOR
    FUNCTION ORDINALITY COLLATE "C" AT TIME ZONE INTERVAL int text numeric date timestamptz jsonb int[] text[] bytea xml
""".split())  # fmt: skip
"""What is put into statements."""


def mutated_text(random: Random, text: str, others: Sequence[str]) -> str:
    """A statement with tokens taken out, put in, exchanged or doubled, or a piece of another one."""
    words = text.replace("(", " ( ").replace(")", " ) ").replace(",", " , ").split(" ")
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(words) + 1)
        match random.randrange(6):
            case 0:
                del words[at : at + random.randint(1, 3)]
            case 1:
                words[at:at] = [random.choice(TOKENS)]
            case 2:
                words[at : at + 1] = [random.choice(TOKENS)]
            case 3:
                words[at:at] = words[at : at + random.randint(1, 6)]
            case 4:
                piece = random.choice(others).split(" ")
                begin = random.randrange(len(piece))
                words[at:at] = piece[begin : begin + random.randint(1, 8)]
            case _:
                random.shuffle(words) if len(words) < 6 else words.__delitem__(slice(at, None))
    return " ".join(words)
