"""Judges a history of append-only lists: what it holds that its isolation level forbids. In the manner of Elle.

Found one by one (at every level, whoever read it): lost or resurrected appends, aborted reads (G1a), intermediate reads
(G1b), reads of what is not committed yet, stale reads, lists that are no prefix of the final list, a transaction that
does not see its own work. Found as cycles, in dependencies.py: G0, G1c, G-single, G-nonadjacent, G2.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from tests.simulation.histories import Append, History, Outcome, Read, RolledBackTo, Savepoint, Transaction


@dataclass(frozen=True)
class Anomaly:
    """Something the level forbids: its name in the literature where it has one, and what exactly was seen."""

    kind: str
    description: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.description}"


class Ledger:
    """Who appended what, and in which order the lists grew; shared by all checks.

    order: for each key, the final list. writer: (key, element) -> transaction and append. place: (key, element) ->
    position in the final list.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.level = history.level
        self.order = history.final
        self.writer: dict[tuple[int, int], tuple[Transaction, Append]] = {}
        for transaction in history.transactions:
            for append in transaction.appends():
                assert (append.key, append.element) not in self.writer, "an element is appended once"
                self.writer[append.key, append.element] = transaction, append
        self.place = {(key, element): at for key, values in self.order.items() for at, element in enumerate(values)}
        self.last_of = {(append.key, transaction.number): append.element
                        for transaction in history.transactions for append in transaction.appends() if not append.undone}

    def took_effect(self, transaction: Transaction) -> bool:
        """Whether it committed; where the client was not told, the final lists say it."""
        if transaction.outcome is Outcome.UNKNOWN:
            return any((each.key, each.element) in self.place for each in transaction.appends() if not each.undone)
        return transaction.outcome is Outcome.COMMITTED

    def foreign(self, transaction: Transaction, read: Read) -> tuple[int, ...]:
        """What was read, without the reader's own appends that were undone later."""
        return tuple(element for element in read.values if not self.is_own_undone(transaction, read.key, element))

    def is_own_undone(self, transaction: Transaction, key: int, element: int) -> bool:
        """Whether the transaction appended the element itself and took it back."""
        writer, append = self.writer.get((key, element), (None, None))
        return writer is transaction and append is not None and (
            append.undone or transaction.outcome is not Outcome.COMMITTED)


def direct_anomalies(ledger: Ledger) -> Iterator[Anomaly]:
    """Everything that can be seen without looking for cycles."""
    yield from lists_that_are_wrong(ledger)
    oldest_of_the_rest = acknowledged_after(ledger)
    for transaction in ledger.history.transactions:
        yield from broken_views_of_own_work(ledger, transaction)
        for read in transaction.reads():
            yield from wrong_reads(ledger, transaction, read)
            yield from stale_reads(ledger, transaction, read, oldest_of_the_rest)


def lists_that_are_wrong(ledger: Ledger) -> Iterator[Anomaly]:
    """Committed appends that are gone, and others that are there."""
    for key, values in ledger.order.items():
        for element, times in Counter(values).items():
            if times > 1:
                yield Anomaly("duplicate", f"key {key}: element {element} is there {times} times")
            if (key, element) not in ledger.writer:
                yield Anomaly("garbage", f"key {key}: nobody appended {element}")
                continue
            writer, append = ledger.writer[key, element]
            if writer.outcome is Outcome.ABORTED or append.undone:
                yield Anomaly("resurrected append", f"key {key}: {element} of T{writer.number}, which rolled it back, is there")
    for (key, element), (writer, append) in ledger.writer.items():
        if ledger.took_effect(writer) and not append.undone and (key, element) not in ledger.place:
            yield Anomaly("lost append", f"key {key}: {element} of T{writer.number} ({writer.outcome.value}) is gone")


def wrong_reads(ledger: Ledger, transaction: Transaction, read: Read) -> Iterator[Anomaly]:
    """G1a, G1b, reads of what was not committed yet, and lists that cannot have been."""
    values = ledger.foreign(transaction, read)
    name = f"T{transaction.number} read {list(read.values)} of key {read.key}"
    if values != ledger.order.get(read.key, ())[: len(values)] and transaction.outcome is Outcome.COMMITTED:
        yield Anomaly("incompatible order", f"{name}, in the end it is {list(ledger.order.get(read.key, ()))}")
    for element in values:
        writer, append = ledger.writer.get((read.key, element), (None, None))
        if writer is None or append is None:
            yield Anomaly("garbage", f"{name}: nobody appended {element}")
        elif writer is transaction:
            continue
        elif not ledger.took_effect(writer) or append.undone:
            yield Anomaly("G1a", f"{name}: {element} of T{writer.number} was rolled back")
        elif writer.commit_sent > read.ended:
            yield Anomaly("dirty read", f"{name}: {element} of T{writer.number}, which had not been told to commit")
    if values:
        writer, append = ledger.writer.get((read.key, values[-1]), (None, None))
        if writer not in (None, transaction) and ledger.last_of.get((read.key, writer.number), values[-1]) != values[-1]:
            yield Anomaly("G1b", f"{name}: T{writer.number} appended more than {values[-1]}")


def acknowledged_after(ledger: Ledger) -> dict[int, list[float]]:
    """For each key and length n: when the first of the elements from position n on was acknowledged."""
    result = {}
    for key, values in ledger.order.items():
        earliest = [inf] * (len(values) + 1)
        for at in range(len(values) - 1, -1, -1):
            writer = ledger.writer[key, values[at]][0] if (key, values[at]) in ledger.writer else None
            earliest[at] = min(earliest[at + 1], writer.ended if writer and writer.outcome is Outcome.COMMITTED else inf)
        result[key] = earliest
    return result


def stale_reads(ledger: Ledger, transaction: Transaction, read: Read,
                oldest_of_the_rest: dict[int, list[float]]) -> Iterator[Anomaly]:
    """Reads that miss what was acknowledged before the snapshot can have been taken."""
    snapshot = transaction.began if ledger.level.keeps_snapshot else read.began
    values = ledger.foreign(transaction, read)
    earliest = oldest_of_the_rest.get(read.key, [inf])
    missed = earliest[min(len(values), len(earliest) - 1)]
    if missed < snapshot:
        yield Anomaly("stale read", f"T{transaction.number} read {list(values)} of key {read.key}, but more was acknowledged "
                                    f"{1000 * (snapshot - missed):.1f} ms before")


def broken_views_of_own_work(ledger: Ledger, transaction: Transaction) -> Iterator[Anomaly]:
    """Reads that differ from what the transaction must see: its snapshot where it keeps one, and its own appends.

    At READ COMMITTED a list is known only from the first own append or locking read on: then nobody else can change it.
    """
    known: dict[int, tuple[int, ...]] = {}
    tails: dict[int, tuple[int, ...]] = {}
    kept: tuple[dict[int, tuple[int, ...]], dict[int, tuple[int, ...]]] = ({}, {})
    for each in transaction.operations:
        match each:
            case Append(key=key, element=element):
                tails[key] = (*tails.get(key, ()), element)
                if key in known:
                    known[key] = (*known[key], element)
            case Savepoint():
                kept = (dict(known), dict(tails))
            case RolledBackTo():
                known, tails = dict(kept[0]), dict(kept[1])
            case Read(key=key, values=values):
                expected, tail = known.get(key), tails.get(key, ())
                name = f"T{transaction.number} read {list(values)} of key {key}"
                if expected is not None and values != expected:
                    yield Anomaly("internal", f"{name}, must see {list(expected)}")
                elif tail and values[-len(tail):] != tail:
                    yield Anomaly("internal", f"{name}, has appended {list(tail)}")
                if ledger.level.keeps_snapshot or tail or (each.locking and values):
                    known[key] = values
