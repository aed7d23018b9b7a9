"""Cycles in directed graphs: strongly connected components (Tarjan), and a short cycle in each."""

from collections import deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)
Edge = tuple[Node, object]
"""(target, label)."""
Graph = Mapping[Node, Sequence[tuple[Node, object]]]

STARTS_MAX = 200
"""Nodes of a component from which a shortest cycle is looked for."""


def components(graph: Graph[Node]) -> Iterator[list[Node]]:
    """The strongly connected components of more than one node, and nodes with an edge to themselves."""
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, edges = work[-1]
            for target, _ in edges:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(graph.get(target, ()))))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = pop_component(stack, on_stack, node)
                    if len(component) > 1 or any(target == node for target, _ in graph.get(node, ())):
                        yield component


def pop_component(stack: list[Node], on_stack: set[Node], node: Node) -> list[Node]:
    """Take a finished component off Tarjan's stack."""
    component: list[Node] = []
    while True:
        member = stack.pop()
        on_stack.discard(member)
        component.append(member)
        if member == node:
            return component


def shortest_cycle(graph: Graph[Node], component: list[Node]) -> list[tuple[Node, object]]:
    """A short cycle within a component: (node, label of the edge that leaves it) for each step."""
    inside = set(component)
    best: list[tuple[Node, object]] = []
    for start in component[:STARTS_MAX]:
        cycle = cycle_through(graph, inside, start)
        if cycle and (not best or len(cycle) < len(best)):
            best = cycle
    assert best, "a strongly connected component has a cycle"
    return best


def cycle_through(graph: Graph[Node], inside: set[Node], start: Node) -> list[tuple[Node, object]]:
    """The shortest cycle through one node, by breadth-first search; empty if there is none."""
    came: dict[Node, tuple[Node, object]] = {}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for target, label in graph.get(node, ()):
            if target == start:
                path = [(node, label)]
                while node != start:
                    node, label = came[node]
                    path.append((node, label))
                return path[::-1]
            if target in inside and target not in came:
                came[target] = (node, label)
                queue.append(target)
    return []
