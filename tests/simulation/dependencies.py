"""The dependencies of transactions that a history of append-only lists shows, and the cycles among them.

ww: the next append to the same list. wr: whose append a read saw last. rw: whose append a read just did not see.
rt: began after the other's commit had been acknowledged (through a chain of clock nodes, so that there are few edges).

READ COMMITTED forbids cycles of ww, wr and rt. A statement that reads several lists there has one snapshot: it is a node of
its own, whose rw edges count. REPEATABLE READ (snapshot isolation) forbids cycles without two rw edges in a row
(Cerone and Gotsman: ((wr | ww) ; rw?) is acyclic). SERIALIZABLE forbids every cycle.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from tests.simulation.anomalies import Anomaly, Ledger, direct_anomalies
from tests.simulation.cycles import components, shortest_cycle
from tests.simulation.histories import History, Level, Outcome, Read, Transaction

Node = Hashable


@dataclass(frozen=True, slots=True)
class Why:
    """The label of an edge: kind, and the list and element that show it."""

    kind: str
    key: int = -1
    element: int = -1

    def __str__(self) -> str:
        return self.kind if self.key < 0 else f"{self.kind} {self.key}:{self.element}"


Edges = dict[Node, list[tuple[Node, object]]]


def find_anomalies(history: History) -> list[Anomaly]:
    """Everything in the history that its level forbids; empty if it is sound."""
    ledger = Ledger(history)
    return [*direct_anomalies(ledger), *cyclic_anomalies(ledger)]


def cyclic_anomalies(ledger: Ledger) -> Iterator[Anomaly]:
    """The shortest forbidden cycle of each tangle; those that need real time only where there are no others."""
    edges = dependencies(ledger)
    found = list(cycles(edges, ledger.level))
    if not found:
        add_real_time(edges, ledger)
        found = list(cycles(edges, ledger.level))
    yield from found


def dependencies(ledger: Ledger) -> Edges:
    """All ww, wr and rw edges among transactions that took effect."""
    edges: Edges = defaultdict(list)
    for key, values in ledger.order.items():
        for before, after in pairwise(values):
            add(edges, owner(ledger, key, before), owner(ledger, key, after), Why("ww", key, after))
    for transaction in effective(ledger):
        for read in transaction.reads():
            add_read(edges, ledger, transaction, read, transaction.number)
        if not ledger.level.keeps_snapshot:
            for node, read in snapshot_reads(transaction):
                add_read(edges, ledger, transaction, read, node)
    return edges


def effective(ledger: Ledger) -> list[Transaction]:
    return [each for each in ledger.history.transactions
            if ledger.took_effect(each) or (each.outcome is Outcome.COMMITTED and not each.appends())]


def owner(ledger: Ledger, key: int, element: int) -> int | None:
    """The number of the transaction that appended the element."""
    entry = ledger.writer.get((key, element))
    return entry[0].number if entry else None


def add(edges: Edges, source: Node | None, target: Node | None, why: Why) -> None:
    if source is not None and target is not None and source != target:
        edges[source].append((target, why))


def add_read(edges: Edges, ledger: Ledger, transaction: Transaction, read: Read, node: Node) -> None:
    """The edges of one read; `node` is the transaction, or the statement as a node of its own."""
    values = ledger.foreign(transaction, read)
    order = ledger.order.get(read.key, ())
    if values:
        add(edges, owner(ledger, read.key, values[-1]), node, Why("wr", read.key, values[-1]))
    if len(values) < len(order) and (ledger.level.keeps_snapshot or node != transaction.number):
        following = order[len(values)]
        add(edges, node, owner(ledger, read.key, following), Why("rw", read.key, following))


def snapshot_reads(transaction: Transaction) -> Iterator[tuple[Node, Read]]:
    """The reads of statements that saw several lists, none of them the transaction's own work, with the statement's node."""
    own = {each.key for each in transaction.appends()}
    statements: dict[int, list[Read]] = defaultdict(list)
    for read in transaction.reads():
        if not read.locking and read.key not in own:
            statements[read.statement].append(read)
    for statement, reads in statements.items():
        if len(reads) > 1:
            yield from ((("statement", transaction.number, statement), read) for read in reads)


def add_real_time(edges: Edges, ledger: Ledger) -> None:
    """transaction -> the clock when its commit was acknowledged -> ... -> who began afterwards."""
    transactions = effective(ledger)
    done = sorted((each.ended, each.number) for each in transactions if each.outcome is Outcome.COMMITTED)
    times = [time for time, _ in done]
    why = Why("rt")
    for at, (_, number) in enumerate(done):
        edges[number].append((("clock", at), why))
        if at:
            edges["clock", at - 1].append((("clock", at), why))
    for transaction in transactions:
        before = bisect_left(times, transaction.began) - 1
        if before >= 0:
            edges["clock", before].append((transaction.number, why))


def cycles(edges: Edges, level: Level) -> Iterator[Anomaly]:
    """One anomaly for each strongly connected component of what the level forbids."""
    graph = without_rw_in_a_row(edges) if level is Level.REPEATABLE_READ else edges
    for component in components(graph):
        steps = shortest_cycle(graph, component)
        if level is Level.REPEATABLE_READ:
            steps = [(node[0], why) for node, why in steps]  # type: ignore[index]
        yield Anomaly(kind_of([why for _, why in steps if isinstance(why, Why)]), described(steps))


def without_rw_in_a_row(edges: Edges) -> Edges:
    """The same graph, each node twice: (node, whether it was reached by rw); from there no rw goes on."""
    graph: Edges = {}
    for node, targets in edges.items():
        by_rw: list[tuple[Node, object]] = []
        others: list[tuple[Node, object]] = []
        for target, why in targets:
            is_rw = isinstance(why, Why) and why.kind == "rw"
            (by_rw if is_rw else others).append(((target, is_rw), why))
        graph[node, True], graph[node, False] = others, others + by_rw
    return graph


def kind_of(steps: list[Why]) -> str:
    """The name of a cycle in Adya's terms; lost update: both read the list before either appended to it."""
    kinds = [why.kind for why in steps]
    anti = kinds.count("rw")
    adjacent = any(one == other == "rw" for one, other in zip(kinds, kinds[1:] + kinds[:1], strict=True))
    if anti == 0:
        name = "G1c" if "wr" in kinds else "G0"
    elif anti == 1:
        lost = sorted(kinds) == ["rw", "ww"] and len({why.key for why in steps}) == 1
        name = "lost update" if lost else "G-single"
    else:
        name = "G2" if adjacent else "G-nonadjacent"
    return f"{name}-realtime" if "rt" in kinds else name


def described(steps: list[tuple[Node, object]]) -> str:
    """T1 -rw 3:7-> T2 -ww 3:8-> T1; the clock's nodes are left out."""
    shown = [(node, why) for node, why in steps if not (isinstance(node, tuple) and node[0] == "clock")]
    parts = [f"{node_name(node)} -{why}->" for node, why in shown]
    return " ".join([*parts, node_name(shown[0][0])])


def node_name(node: Node) -> str:
    if isinstance(node, tuple):
        return f"T{node[1]}'s statement {node[2]}"
    return f"T{node}"
