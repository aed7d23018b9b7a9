"""OPEN, FETCH, MOVE and CLOSE."""

from executor.plpgsql import syntax as tree
from executor.plpgsql.parser import Parser
from executor.sqlstates import DatatypeMismatch, FeatureNotSupported
from executor.types import oids as T


def cursor_arguments(p: Parser, number: int) -> tuple[tuple[int, tree.Expr], ...]:
    """(arguments) of a bound cursor: by position, or name := value."""
    variable = p.variables[number]
    assert variable.cursor is not None
    declared = variable.cursor.arguments
    token = p.token
    if not p.is_word("("):
        if declared:
            p.refuse(f'cursor "{variable.name}" has arguments', token)
        return ()
    if not declared:
        p.refuse(f'cursor "{variable.name}" has no arguments', token)
    p.at += 1
    found: dict[int, tree.Expr] = {}
    while True:
        token = p.token
        if token.kind in ("word", "quoted") and p.peek().value in (":=", "=>"):
            p.at += 2
            at = next((i for i, (name, _) in enumerate(declared) if name == token.value), None)
            if at is None:
                p.refuse(f'cursor "{variable.name}" has no argument named "{token.value}"', token)
        else:
            at = next((i for i in range(len(declared) + 1) if i not in found), 0)
        if at >= len(declared):
            p.refuse(f'too many arguments for cursor "{variable.name}"', token)
        if at in found:
            p.refuse(f'value for parameter "{declared[at][0]}" of cursor "{variable.name}" specified more than once', token)
        found[at] = p.sql(",", ")")
        if not p.take(","):
            break
    if len(found) < len(declared):
        p.refuse(f'not enough arguments for cursor "{variable.name}"')
    p.expect(")")
    return tuple((declared[i][1], found[i]) for i in sorted(found))


def _cursor_variable(p: Parser) -> int:
    token = p.token
    names = p.dotted()
    found = p.find(names)
    if found is None:
        p.refuse(f'"{".".join(names)}" is not a known variable', token)
    variable = p.variables[found[0]]
    if found[1] != len(names) or variable.kind != "scalar":
        raise DatatypeMismatch("cursor variable must be a simple variable", position=token.start + 1)
    if variable.type != T.REFCURSOR:
        raise DatatypeMismatch(f'variable "{variable.name}" must be of type cursor or refcursor', position=token.start + 1)
    return found[0]


def open_cursor(p: Parser, label: str, line: int) -> tree.Statement:
    """OPEN."""
    p.at += 1
    number = _cursor_variable(p)
    from executor.plpgsql.statements import using_values

    made = tree.Open(line, cursor=number)
    if p.variables[number].cursor is not None:
        made.arguments = cursor_arguments(p, number)
        p.expect(";")
        return made
    if p.take("no"):
        p.expect("scroll")
        made.scroll = False
    elif p.take("scroll"):
        made.scroll = True
    p.expect("for")
    if p.take("execute"):
        made.dynamic = p.sql("using", ";")
        made.using = using_values(p, ";") if p.take("using") else ()
    else:
        made.query = p.sql(";", mode="statement")
    p.expect(";")
    return made


def fetch(p: Parser, label: str, line: int) -> tree.Statement:
    """FETCH and MOVE."""
    is_fetch = p.next().value == "fetch"
    made = tree.Fetch(line)
    _direction(p, made)
    made.cursor = _cursor_variable(p)
    if is_fetch:
        if made.count is None or (made.count is not None and made.count != 1 and made.direction in ("forward", "backward")
                                  and made.expression is None):
            p.refuse("FETCH statement cannot return multiple rows", kind=FeatureNotSupported)
        p.expect("into")
        made.into = p.into()
    p.expect(";")
    return made


FIXED = {"next": ("forward", 1), "prior": ("backward", 1), "first": ("absolute", 1), "last": ("absolute", -1)}


def _direction(p: Parser, made: tree.Fetch) -> None:
    token = p.token
    if token.value in FIXED and token.kind == "word" and p.peek().value not in ("into", ";"):
        made.direction, made.count = FIXED[p.next().value]
    elif p.is_word("absolute", "relative") and p.peek().value not in ("into", ";"):
        made.direction = p.next().value
        made.expression = p.sql("from", "in", "into")
    elif p.is_word("forward", "backward") and p.peek().value not in ("into", ";"):
        made.direction = p.next().value
        if p.take("all"):
            made.count = None
        elif not p.is_word("from", "in") and not _is_cursor(p):
            made.expression = p.sql("from", "in", "into")
            made.count = 0
    elif p.take("all"):
        made.count = None
    elif not p.is_word("from", "in") and not _is_cursor(p):
        made.expression = p.sql("from", "in", "into")
        made.count = 0
    if not p.take("from", "in") and made.expression is not None:
        p.fail()


def _is_cursor(p: Parser) -> bool:
    return p.token.kind in ("word", "quoted", "param") and p.find([p.token.value]) is not None and p.peek().value in ("into", ";")


def close(p: Parser, label: str, line: int) -> tree.Statement:
    """CLOSE."""
    p.at += 1
    number = _cursor_variable(p)
    p.expect(";")
    return tree.Close(line, cursor=number)
