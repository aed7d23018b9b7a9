"""Random SERIALIZABLE transactions, interleaved: what those saw and did that were committed must be so in some serial order."""

import random
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from storage import errors
from storage.database import Database
from storage.statement import Isolation, Statement
from storage.transaction import Transaction
from tests.storage.bench import everything

pytestmark = pytest.mark.trio

REFUSED = (errors.StaleSnapshot, errors.Unserializable, errors.LockConflict, errors.ConstraintFailed)
PLACES = 4
KEYS = 2
"""Rows of a table: each a text to which names are appended."""
READS = ("SELECT v FROM {t} WHERE k = {k}", "SELECT v FROM {t} WHERE name = 'r{k}'", "SELECT v FROM {t} WHERE k + 0 = {k}")
WRITES = ("UPDATE {t} SET v = v || ? WHERE k = {k}", "UPDATE {t} SET v = v || ? WHERE name = 'r{k}'")
COPIES = "UPDATE {t} SET v = (SELECT v FROM {s} WHERE k = {j}) || ? WHERE k = {k}"

Place = tuple[int, int]


class Actor:
    """A transaction, and what it saw and did: ("read", place, value), ("write", place, name), ("copy", place, place, name)."""

    def __init__(self, name: str, transaction: Transaction, steps: int) -> None:
        self.name = name
        self.transaction = transaction
        self.steps = steps
        self.done: list[tuple[Any, ...]] = []
        self.committed = False


def place(draw: random.Random) -> Place:
    return draw.randrange(PLACES), draw.randrange(1, KEYS + 1)


async def step(actor: Actor, draw: random.Random) -> None:
    """A statement of a transaction; its commit after the last."""
    transaction, chance = actor.transaction, draw.random()
    if actor.steps == 0:
        await transaction.commit()
        actor.committed = True
    elif chance < 0.5 or transaction.read_only:
        where = t, k = place(draw)
        rows = await everything(await transaction.run(Statement(draw.choice(READS).format(t=f"t{t}", k=k))))
        actor.done.append(("read", where, rows[0][0]))
    elif chance < 0.8:
        where = t, k = place(draw)
        await transaction.run(Statement(draw.choice(WRITES).format(t=f"t{t}", k=k), writes=True), (actor.name,))
        actor.done.append(("write", where, actor.name))
    else:
        where, source = place(draw), place(draw)
        text = COPIES.format(t=f"t{where[0]}", k=where[1], s=f"t{source[0]}", j=source[1])
        await transaction.run(Statement(text, writes=True), (actor.name,))
        actor.done.append(("copy", where, source, actor.name))
    actor.steps -= 1


def replayed(order: tuple[Actor, ...]) -> dict[Place, str] | None:
    """What there is after the transactions, one after another; None if one of them did not see that."""
    state = {(t, k): "" for t in range(PLACES) for k in range(1, KEYS + 1)}
    for actor in order:
        for kind, where, *rest in actor.done:
            if kind == "read":
                if state[where] != rest[0]:
                    return None
            elif kind == "write":
                state[where] += rest[0]
            else:
                state[where] = state[rest[0]] + rest[1]
    return state


async def simulate(seed: int, path: str) -> list[Actor]:
    draw = random.Random(seed)
    database = Database.open(path)
    setup = database.transaction()
    for t in range(PLACES):
        await setup.run(Statement(f"CREATE TABLE t{t}(k INTEGER PRIMARY KEY, name TEXT UNIQUE, v TEXT)", writes=True))
        await setup.run(Statement(f"INSERT INTO t{t} VALUES (1, 'r1', ''), (2, 'r2', '')", writes=True))
    await setup.commit()
    actors: list[Actor] = []
    complaints: list[str] = []
    for number in range(draw.choice((3, 4, 5))):
        transaction = database.transaction(isolation=Isolation.SERIALIZABLE)
        transaction.read_only = draw.random() < 0.2
        transaction.deferrable = transaction.read_only and draw.random() < 0.5
        actors.append(Actor("abcde"[number], transaction, draw.randint(1, 4)))
    alive = list(actors)
    while alive:
        actor = draw.choice(alive)
        try:
            await step(actor, draw)
        except REFUSED as error:
            complaints += [f"{actor.name}: {error}"] * actor.transaction.deferrable
            await actor.transaction.rollback()
            alive.remove(actor)
        else:
            if actor.committed:
                alive.remove(actor)
    reader = database.transaction()
    found = {(t, k): v for t in range(PLACES)
             for k, v in await everything(await reader.run(Statement(f"SELECT k, v FROM t{t}")))}
    await reader.rollback()
    assert database._engine.serializable.is_empty
    assert not database._engine.history.is_wanted
    await database.close()
    committed = [actor for actor in actors if actor.committed]
    assert complaints == []
    seen = [(actor.name, actor.done) for actor in committed]
    assert any(replayed(order) == found for order in permutations(committed)), (seed, seen, found)
    return committed


@pytest.mark.parametrize("seed", range(40))
async def test_committed_transactions_have_a_serial_order(seed: int, tmp_path: Path) -> None:
    await simulate(seed, str(tmp_path / "test.db"))
