"""ts_rewrite: replace parts of a query. Also other changes of queries: querytree, phrases of two queries.

For rewriting, chains of the same & or | are one node with many children, in an order that makes equal nodes equal.
"""

from dataclasses import dataclass, field
from functools import cmp_to_key

from executor.sqlstates import StatementTooComplex
from executor.types.tsquery import Query, word_hash
from executor.types.tsquery_syntax import Node, Operand, Operation, Sign

_SIGN_ORDER: dict[str, int] = {"!": 1, "&": 2, "|": 3, "<": 4}
_FILTER_BITS = 32


@dataclass(eq=False)
class _Tree:
    """A node. children: the last one first. words: a filter, bits of the words below when the node was made.

    kept: it was put in, and is not looked into for the same replacement again.
    """

    sign: Sign | None
    operand: Operand | None
    children: list["_Tree"] = field(default_factory=list)
    distance: int = 0
    words: int = 0
    kept: bool = False


def _grown(node: Node) -> _Tree:
    if isinstance(node, Operand):
        return _Tree(None, node, words=1 << (word_hash(node.word) % _FILTER_BITS))
    assert isinstance(node, Operation)
    children = [_grown(node.right)] + ([] if node.left is None else [_grown(node.left)])
    tree = _Tree(node.sign, None, children, node.distance)
    for child in children:
        tree.words |= child.words
    return tree


def _flatten(tree: _Tree) -> None:
    for child in tree.children:
        _flatten(child)
    if tree.sign in ("&", "|"):
        tree.children = [grandchild for child in tree.children
                         for grandchild in (child.children if child.sign == tree.sign else [child])]


def _compare(a: _Tree, b: _Tree) -> int:
    """Operators before words; then by what they are."""
    if a.operand is not None and b.operand is not None:
        first, second = word_hash(a.operand.word), word_hash(b.operand.word)
        if first != second:
            return -1 if first > second else 1
        return (a.operand.word > b.operand.word) - (a.operand.word < b.operand.word)
    if a.sign is None or b.sign is None:
        return 1 if a.sign is None else -1
    for x, y in ((_SIGN_ORDER[a.sign], _SIGN_ORDER[b.sign]), (len(a.children), len(b.children))):
        if x != y:
            return -1 if x > y else 1
    for one, other in zip(a.children, b.children, strict=True):
        if order := _compare(one, other):
            return order
    return (a.distance < b.distance) - (a.distance > b.distance)


_order = cmp_to_key(_compare)


def _sort(tree: _Tree) -> None:
    for child in tree.children:
        _sort(child)
    if len(tree.children) > 1 and tree.sign != "<":
        tree.children.sort(key=_order)


def _shrunk(tree: _Tree) -> Node:
    """The tree with two children at most for each node."""
    if tree.operand is not None:
        return tree.operand
    assert tree.sign is not None
    nodes = [_shrunk(child) for child in tree.children]
    while len(nodes) > 2:
        nodes[:2] = [Operation(tree.sign, nodes[1], nodes[0], 0)]
        nodes[1:] = [nodes[-1], *nodes[1:-1]]
    return Operation(tree.sign, nodes[1] if len(nodes) > 1 else None, nodes[0], tree.distance)


def _copy(tree: _Tree) -> _Tree:
    return _Tree(tree.sign, tree.operand, [_copy(child) for child in tree.children], tree.distance, tree.words, tree.kept)


class Rewriting:
    """A query that is being rewritten, perhaps by several replacements."""

    def __init__(self, query: Query) -> None:
        self.tree = None if query is None else _prepared(query)

    def replace(self, target: Query, substitute: Query) -> None:
        """Replace the target wherever it is; without a substitute it is taken out."""
        if self.tree is None or target is None:
            return
        replacement = _Replacement(_prepared(target), None if substitute is None else _grown(substitute))
        self.tree = replacement.within(self.tree)

    def settle(self) -> None:
        """What was put in may be replaced from here on."""
        if self.tree is not None:
            _release(self.tree)
            _flatten(self.tree)
            _sort(self.tree)

    def result(self) -> Query:
        """The query as it is now."""
        node = None if self.tree is None else _shrunk(self.tree)
        assert node is None or isinstance(node, Operand | Operation)
        return node


def _release(tree: _Tree) -> None:
    tree.kept = False
    for child in tree.children:
        _release(child)


def _prepared(query: Node) -> _Tree:
    tree = _grown(query)
    _flatten(tree)
    _sort(tree)
    return tree


class _Replacement:
    def __init__(self, target: _Tree, substitute: _Tree | None) -> None:
        self.target = target
        self.substitute = substitute

    def within(self, tree: _Tree) -> _Tree | None:
        """The tree with the target replaced in it; None if nothing is left."""
        found = self._at(tree)
        if found is None or found.kept or found.operand is not None:
            return found
        found.children = [new for child in found.children if (new := self.within(child)) is not None]
        if not found.children:
            return None
        return found.children[0] if len(found.children) == 1 and found.sign != "!" else found

    def _at(self, tree: _Tree) -> _Tree | None:
        """The same for the node itself: as a whole, or some of its children."""
        target = self.target
        if tree.words & target.words != target.words or tree.sign != target.sign or tree.kept:
            return tree
        if len(tree.children) == len(target.children):
            equal = tree.words == target.words and _compare(tree, target) == 0
            return self._new() if equal else tree
        if len(tree.children) > len(target.children) > 0:
            self._some(tree)
        return tree

    def _new(self) -> _Tree | None:
        if self.substitute is None:
            return None
        new = _copy(self.substitute)
        new.kept = True
        return new

    def _some(self, tree: _Tree) -> None:
        """Replace a part of the children that is the target. Both are sorted."""
        rest: list[_Tree] = []
        wanted = list(self.target.children)
        for child in tree.children:
            if wanted and _compare(child, wanted[0]) == 0:
                del wanted[0]
            else:
                rest.append(child)
        if wanted:
            return
        new = self._new()
        tree.children = rest if new is None else [*rest, new]
        _sort(tree)


def rewritten(query: Query, target: Query, substitute: Query) -> Query:
    """ts_rewrite of one replacement."""
    if query is None or target is None:
        return query
    try:
        rewriting = Rewriting(query)
        rewriting.replace(target, substitute)
        return rewriting.result()
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None


# The part of a query that an index can look for


def searchable(node: Node) -> Node | None:
    """querytree: without what must not be there; None if nothing is left to look for."""
    if isinstance(node, Operand):
        return node
    assert isinstance(node, Operation)
    if node.left is None:
        return None
    left, right = searchable(node.left), searchable(node.right)
    if node.sign == "|" and (left is None or right is None):
        return None
    if left is None or right is None:
        return right if left is None else left
    return Operation(node.sign, left, right, node.distance)
