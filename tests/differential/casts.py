"""Input of every type, casts between all types, and type modifiers."""

from collections.abc import Iterator
from random import Random

from executor.facts import lookup
from tests.differential.literals import INVALID, POOLS, TYPMODS, quoted, type_name, typed
from tests.differential.model import Case

MORE = {"regclass": "pg_type", "regproc": "now", "regnamespace": "pg_catalog", "regrole": "postgres"}


def inputs() -> Iterator[Case]:
    """Every literal read and printed; wrong ones too."""
    for name, pool in POOLS.items():
        for text in pool.every:
            yield Case("type input", typed(name, text))
    for name, texts in INVALID.items():
        for text in texts:
            yield Case("type input", typed(name, text))
            if len(text) % 2:
                yield Case("type input", f"CAST({quoted(text)} AS {type_name(name)})")
                yield Case("type input", f"CAST({quoted(text)}::text AS {type_name(name)})")


def casts(count: int) -> Iterator[Case]:
    """Casts between any two types; more of those that pg_cast has."""
    known = {(lookup.types_by_oid()[a].name, lookup.types_by_oid()[b].name) for a, b in lookup.casts()}
    for source in POOLS:
        for target in POOLS:
            rng = Random(f"{source} {target}")
            if (source, target) in known:
                chosen = rng.sample(POOLS[source].every, min(count, len(POOLS[source].every)))
            elif target == "text" or (source == "text" and rng.random() < 0.6):
                chosen = rng.sample(POOLS[source].every, min(3, len(POOLS[source].every)))
            else:
                chosen = [rng.choice(POOLS[source].mild)] if rng.random() < 0.35 else []
            for text in chosen:
                yield Case("casts", f"{typed(source, text)}::{type_name(target)}")
        for written in TYPMODS.get(source, ()):
            for text in POOLS[source].every:
                yield Case("casts", f"{typed(source, text)}::{written}")
                if Random(f"{text}{written}").random() < 0.3:
                    yield Case("casts", f"{quoted(text)}::{written}")


def functional(count: int) -> Iterator[Case]:
    """Casts written as functions and as type 'literal'."""
    rng = Random("functional")
    names = [n for n in POOLS if n[0] != "_" and n not in ("char", "bit")]
    for _ in range(count):
        source, target = rng.choice(names), rng.choice(names)
        yield Case("casts", f"\"{target}\"({typed(source, rng.choice(POOLS[source].mild))})")
        yield Case("casts", f"{target} {quoted(rng.choice(POOLS[target].every))}")
