"""From texts to queries: to_tsquery, plainto_tsquery, phraseto_tsquery and websearch_to_tsquery.

The words of the text go through a configuration. One that gives several lexemes becomes a phrase of them; where a stop
word was, the distances around it grow.
"""

from collections.abc import Iterator
from typing import NamedTuple

from executor.errors import SqlError
from executor.sqlstates import StatementTooComplex, SuccessfulCompletion
from executor.textsearch.documents import Document
from executor.types.tsquery import Query
from executor.types.tsquery_syntax import (
    Node,
    Operand,
    Operation,
    Operator,
    Push,
    Reader,
    Stop,
    Tokens,
    is_space,
    read,
    standard,
)
from executor.types.tsword import OPERATORS


def push_lexemes(configuration: int, joint: Operator, notices: list[SqlError]) -> Push:
    """What becomes of a word of a query: its lexemes, joined by `joint`, with stops where stop words were between."""

    def push(reader: Reader, operand: Operand) -> None:
        document = Document(configuration, notices)
        document.add(operand.word)
        if not document.lexemes:
            reader.stop()
        last, count = 0, 0
        for lexeme, where in document.lexemes:
            while last and last + 1 < where:
                reader.stop()
                if count:
                    reader.operate(joint)
                count += 1
                last += 1
            last = where
            reader.operand(Operand(lexeme, operand.weights, operand.prefix))
            if count:
                reader.operate(joint)
            count += 1

    return push


# Stop words are taken out


class _Cleaned(NamedTuple):
    """A part without its stop words; what the distances to its left and right grow by."""

    node: Node | None
    left: int = 0
    right: int = 0


def cleaned(node: Node) -> Query:
    """The query without stops."""
    try:
        found = _clean(node).node
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None
    assert not isinstance(found, Stop)
    return found


def _clean(node: Node) -> _Cleaned:
    if isinstance(node, Operand):
        return _Cleaned(node)
    if isinstance(node, Stop):
        return _Cleaned(None)
    if node.left is None:
        inner = _clean(node.right)
        return inner._replace(node=inner.node and Operation("!", None, inner.node))
    left, right = _clean(node.left), _clean(node.right)
    phrase = node.sign == "<"
    if left.node is not None and right.node is not None:
        if not phrase:
            return _Cleaned(Operation(node.sign, left.node, right.node))
        distance = node.distance + left.right + right.left
        return _Cleaned(Operation("<", left.node, right.node, distance), left.left, right.right)
    if left.node is None and right.node is None:
        gone = left.left + node.distance + right.left if phrase else max(left.left, right.left)
        return _Cleaned(None, gone, gone)
    if left.node is None:
        return right._replace(left=left.left + node.distance + right.left) if phrase else right
    return left._replace(right=left.right + node.distance + right.right) if phrase else left


# The grammars of plain texts and of search engines


def plain(reader: Reader) -> Iterator[Operand | Operator | str]:
    """The whole text is one word."""
    if reader.text:
        yield Operand(reader.text)


def web(reader: Reader) -> Iterator[Operand | Operator | str]:
    """Words, "phrases", or, - before what must not be there. Nothing is an error."""
    words = reader.words
    first = operand_wanted = True
    while True:
        words.skip()
        character = words.peek()
        if operand_wanted and character == "-":
            words.at += 1
            first = False
            yield Operator("!")
        elif operand_wanted and character == '"':
            end = words.text.find('"', words.at + 1)
            end = len(words.text) if end < 0 else end
            start, words.at = words.at + 1, end + 1
            first = operand_wanted = False
            yield Operand(words.text[start:end])
        elif character and character in OPERATORS:
            words.at += 1
            first = first and not operand_wanted
        elif character == "":
            if operand_wanted and not first:
                reader.stop()
            return
        elif operand_wanted:
            first = operand_wanted = False
            yield Operand(words.next() or "")
        else:
            operand_wanted = True
            alternative = _is_or(words.text, words.at)
            words.at += 2 * alternative
            yield Operator("|" if alternative else "&")


def _is_or(text: str, at: int) -> bool:
    """Whether the word OR is here, and something behind it."""
    if text[at : at + 2].lower() != "or":
        return False
    behind = text[at + 2 : at + 3]
    if behind == "" or behind in "-_" or (behind.isascii() and behind.isalnum()):
        return False
    return any(not is_space(character) for character in text[at + 3 :])


# The functions

AND, FOLLOWED_BY = Operator("&"), Operator("<", 1)


class Form(NamedTuple):
    """One of the functions: its grammar, and what joins the lexemes of one word."""

    tokens: Tokens
    joint: Operator
    web: bool = False


FORMS = {
    "to_tsquery": Form(standard, FOLLOWED_BY), "plainto_tsquery": Form(plain, AND),
    "phraseto_tsquery": Form(plain, FOLLOWED_BY), "websearch_to_tsquery": Form(web, FOLLOWED_BY, web=True),
}


def query_of_text(form: Form, configuration: int, text: str, notices: list[SqlError]) -> Query:
    """The query that a text means (42601, 22023, 54000); a notice if no word is left."""
    reader = Reader(text, web=form.web)
    node = read(reader, form.tokens, push_lexemes(configuration, form.joint, notices))
    if node is None:
        notices.append(SuccessfulCompletion(f'text-search query doesn\'t contain lexemes: "{text}"', severity="NOTICE"))
        return None
    query = cleaned(node)
    if query is None:
        notices.append(SuccessfulCompletion(
            "text-search query contains only stop words or doesn't contain lexemes, ignored", severity="NOTICE"))
    return query
