"""The statements of PL/pgSQL: a table from the first word to the function that parses the rest."""

from collections.abc import Callable
from typing import Any

from executor.parse import literal_value
from executor.plpgsql import syntax as tree
from executor.plpgsql.conditions import CONDITIONS
from executor.plpgsql.cursor_statements import close, cursor_arguments, fetch, open_cursor
from executor.plpgsql.lexer import Token
from executor.plpgsql.parser import RESERVED, Parser
from executor.sqlstates import DatatypeMismatch, SyntaxError, UndefinedObject
from executor.types import oids as T

ASSIGNS = (":=", "=")


def statement(p: Parser) -> tree.Statement | None:
    """The next statement; None for NULL."""
    token = p.token
    if p.is_word("<<"):
        label = p.label()
        if not p.is_word("declare", "begin", "loop", "while", "for", "foreach"):
            p.fail()
        return LABELLED[p.token.value](p, label, p.line())
    if token.kind == "word" and token.value in KEYWORDS and (token.value in RESERVED or not _assigns(p)):
        return KEYWORDS[token.value](p, "", p.line())
    if token.kind in ("word", "quoted", "param") and (token.kind != "word" or token.value not in RESERVED):
        if p.find([token.value]) is not None or _is_qualified(p):
            return _assignment(p)
        if _assigns(p):
            p.refuse(f'"{_dotted_text(p)}" is not a known variable')
        return _sql(p)
    p.fail()


def _assigns(p: Parser) -> bool:
    """Whether what follows the next token is that of an assignment."""
    after = p.peek()
    return after.kind == "op" and after.value in (":=", "=", "[", ".")


def _is_qualified(p: Parser) -> bool:
    after = p.peek(2)
    return p.peek().value == "." and after.kind in ("word", "quoted") and p.find([p.token.value, after.value]) is not None


def _dotted_text(p: Parser) -> str:
    at = p.at
    names = ".".join(p.dotted())
    p.at = at
    return names


def _path(p: Parser) -> list[Any]:
    """[subscripts] and .fields behind a variable."""
    found: list[Any] = []
    while True:
        if p.is_word(".") and p.peek().kind in ("word", "quoted"):
            p.at += 1
            found.append(p.next().value)
        elif p.take("["):
            lower = upper = None
            is_slice = False
            if not p.is_word(":"):
                upper = p.sql(":", "]")
            if p.take(":"):
                is_slice = True
                lower, upper = upper, None
                if not p.is_word("]"):
                    upper = p.sql("]")
            p.expect("]")
            found.append((lower, upper, is_slice))
        else:
            return found


def _assignment(p: Parser) -> tree.Statement:
    first, line = p.token, p.line()
    names = [p.next().value]
    while p.is_word(".") and p.peek().kind in ("word", "quoted") and p.find(names) is None:
        p.at += 1
        names.append(p.next().value)
    found = p.find(names)
    assert found is not None
    number, used = found
    p.check_assignable(number, first)
    path = [*names[used:], *_path(p)]
    if not p.take(*ASSIGNS):
        p.fail()
    value_start = p.token.start
    value = p.sql(";")
    p.expect(";")
    whole = tree.Expr(p.text[first.start : value.start + len(value.text)], "assignment", value.names,
                      value_start - first.start, first.start, value.conflict)
    return tree.Assign(line, target=tree.Target(number, tuple(path)), value=whole)


def _block(p: Parser, label: str, line: int) -> tree.Statement:
    made = p.block(label)
    p.expect(";")
    return made


def _null(p: Parser, label: str, line: int) -> None:
    p.at += 1
    p.expect(";")


def _if(p: Parser, label: str, line: int) -> tree.Statement:
    branches = []
    otherwise: tuple[tree.Statement, ...] = ()
    p.at += 1
    at = line
    while True:
        condition = p.sql("then")
        p.expect("then")
        branches.append((condition, p.statements("elsif", "elseif", "else", "end"), at))
        at = p.line()
        if not p.take("elsif", "elseif"):
            break
    if p.take("else"):
        otherwise = p.statements("end")
    _end(p, "if")
    return tree.If(line, branches=tuple(branches), otherwise=otherwise)


def _end(p: Parser, *words: str) -> None:
    p.expect("end")
    for word in words:
        p.expect(word)
    p.expect(";")


def _case(p: Parser, label: str, line: int) -> tree.Statement:
    p.at += 1
    made = tree.Case(line)
    before = p.names
    if not p.is_word("when"):
        made.subject = p.sql("when")
        name = f"__Case__Variable_{len(p.variables)}__"
        made.number = p.declare(name, "dynamic", T.INT4).number
    branches = []
    if not p.is_word("when"):
        p.fail()
    while p.is_word("when"):
        at = p.line()
        p.at += 1
        condition = p.sql("then")
        if made.number >= 0:
            condition.text = f'"{p.variables[made.number].name}" IN ({condition.text})'
        p.expect("then")
        branches.append((condition, p.statements("when", "else", "end"), at))
    made.branches = tuple(branches)
    if p.take("else"):
        made.otherwise = p.statements("end")
    _end(p, "case")
    p.names = before
    return made


def _loop_body(p: Parser, label: str, before: tree.Name | None) -> tuple[tree.Statement, ...]:
    p.expect("loop")
    body = p.statements("end")
    p.expect("end")
    p.expect("loop")
    p.end_label(label, "block")
    p.expect(";")
    p.names = before
    return body


def _loop(p: Parser, label: str, line: int) -> tree.Statement:
    before = p.push(label, 1)
    return tree.Loop(line, label=label, body=_loop_body(p, label, before))


def _while(p: Parser, label: str, line: int) -> tree.Statement:
    p.at += 1
    before = p.push(label, 1)
    condition = p.sql("loop")
    return tree.While(line, label=label, condition=condition, body=_loop_body(p, label, before))


def _for(p: Parser, label: str, line: int) -> tree.Statement:
    p.at += 1
    before = p.push(label, 1)
    start, token = p.at, p.token
    if token.kind not in ("word", "quoted", "param"):
        p.fail()
    p.dotted()
    while p.take(","):
        p.dotted()
    several = any(t.value == "," for t in p.tokens[start : p.at])
    if not p.take("in"):
        p.fail()
    if p.is_word("execute"):
        p.at += 1
        into = _rows_into(p, start)
        query = p.sql("using", "loop")
        using = using_values(p, "loop") if p.take("using") else ()
        return tree.ForDynamic(line, label=label, into=into, query=query, using=using, body=_loop_body(p, label, before))
    cursor = p.find([p.token.value]) if p.token.kind in ("word", "quoted", "param") else None
    if cursor is not None and p.variables[cursor[0]].type == T.REFCURSOR and p.peek().value in ("(", "loop"):
        return _for_cursor(p, label, line, start, cursor[0], before, several)
    reverse = p.take("reverse")
    first = p.token
    lower = p.sql("..", "loop", mode="statement" if p.is_word("select", "with", "values", "table", "(") else "expression")
    if p.take(".."):
        if several:
            p.refuse("integer FOR loop must have only one target variable", token)
        return _for_integer(p, label, line, p.tokens[start], lower, reverse, before)
    if reverse:
        p.refuse("cannot specify REVERSE in query FOR loop", first)
    into = _rows_into(p, start)
    lower.mode = "statement"
    return tree.ForQuery(line, label=label, into=into, query=lower, body=_loop_body(p, label, before))


def _rows_into(p: Parser, start: int) -> tree.Into:
    here = p.at
    p.at = start
    token = p.token
    if p.find([token.value]) is None and not _is_qualified(p):
        p.refuse("loop variable of loop over rows must be a record variable or list of scalar variables", token)
    into = p.into()
    p.at = here
    return into


def _for_integer(p: Parser, label: str, line: int, name: Token, lower: tree.Expr, reverse: bool,
                 before: tree.Name | None) -> tree.Statement:
    upper = p.sql("by", "loop")
    step = p.sql("loop") if p.take("by") else None
    variable = p.declare(name.value, "scalar", T.INT4, line=line)
    return tree.ForInteger(line, label=label, number=variable.number, lower=lower, upper=upper, step=step, reverse=reverse,
                           body=_loop_body(p, label, before))


def _for_cursor(p: Parser, label: str, line: int, start: int, number: int, before: tree.Name | None,
                several: bool) -> tree.Statement:
    name = p.tokens[start]
    token = p.next()
    if several:
        p.refuse("cursor FOR loop must have only one target variable", name)
    if p.variables[number].cursor is None:
        p.refuse("cursor FOR loop must use a bound cursor variable", token)
    arguments = cursor_arguments(p, number)
    record = p.declare(name.value, "record", T.RECORD, line=line)
    return tree.ForCursor(line, label=label, into=tree.Into(whole=record.number), cursor=number, arguments=arguments,
                          body=_loop_body(p, label, before))


def _foreach(p: Parser, label: str, line: int) -> tree.Statement:
    p.at += 1
    before = p.push(label, 1)
    into = p.into()
    depth = 0
    if p.take("slice"):
        token = p.next()
        if token.kind != "number":
            p.fail(token=token)
        depth = int(token.value)
    p.expect("in")
    p.expect("array")
    array = p.sql("loop")
    return tree.ForEach(line, label=label, into=into, slice=depth, array=array, body=_loop_body(p, label, before))


def _exit(p: Parser, label: str, line: int) -> tree.Statement:
    is_exit = p.next().value == "exit"
    word = "EXIT" if is_exit else "CONTINUE"
    token = p.token
    wanted = ""
    if not p.is_word("when", ";"):
        wanted = p.identifier()
    levels = _levels(p)
    if wanted:
        kind = next((kind for name, kind in levels if name == wanted), None)
        if kind is None:
            p.refuse(f'there is no label "{wanted}" attached to any block or loop enclosing this statement', token)
        if kind != 1 and not is_exit:
            p.refuse(f'block label "{wanted}" cannot be used in CONTINUE', token)
    elif all(kind != 1 for _, kind in levels):
        p.refuse(f"{word} cannot be used outside a loop" + (", unless it has a label" if is_exit else ""), token)
    condition = p.sql(";") if p.take("when") else None
    p.expect(";")
    return tree.Exit(line, is_exit=is_exit, label=wanted, condition=condition)


def _levels(p: Parser) -> list[tuple[str, int]]:
    found = []
    name = p.names
    while name is not None:
        if name.kind == "label" and name.number != 2:
            found.append((name.name, name.number))
        name = name.before
    return found


def _return(p: Parser, label: str, line: int) -> tree.Statement:
    p.at += 1
    token = p.token
    if p.is_word("next"):
        p.at += 1
        return _return_next(p, line)
    if p.is_word("query"):
        p.at += 1
        return _return_query(p, line)
    if p.take(";"):
        if not (p.result_is_void or p.result_is_set or p.has_outputs or p.is_procedure):
            p.fail("missing expression", token)
        return tree.Return(line)
    for refused, words, hint in (
            (p.result_is_set, "RETURN cannot have a parameter in function returning set", "Use RETURN NEXT or RETURN QUERY."),
            (p.is_procedure, "RETURN cannot have a parameter in a procedure", None),
            (p.has_outputs, "RETURN cannot have a parameter in function with OUT parameters", None),
            (p.result_is_void, "RETURN cannot have a parameter in function returning void", None)):
        if refused:
            raise DatatypeMismatch(words, position=token.start + 1, hint=hint)
    return tree.Return(line, *_value(p))


def _value(p: Parser) -> tuple[tree.Expr | None, int]:
    """(expression, -1), or (None, variable) where the expression is just a variable."""
    token = p.token
    if token.kind in ("word", "quoted", "param") and p.peek().value == ";" and (
            token.kind != "word" or token.value not in RESERVED):
        found = p.find([token.value])
        if found is not None:
            p.at += 2
            return None, found[0]
    value = p.sql(";")
    p.expect(";")
    return value, -1


def _return_next(p: Parser, line: int) -> tree.Statement:
    token = p.token
    if not p.result_is_set:
        raise DatatypeMismatch("cannot use RETURN NEXT in a non-SETOF function", position=token.start + 1)
    if p.has_outputs:
        if not p.is_word(";"):
            raise DatatypeMismatch("RETURN NEXT cannot have a parameter in function with OUT parameters",
                                   position=token.start + 1)
        p.at += 1
        return tree.ReturnNext(line)
    if p.is_word(";"):
        p.fail("missing expression")
    return tree.ReturnNext(line, *_value(p))


def _return_query(p: Parser, line: int) -> tree.Statement:
    if not p.result_is_set:
        raise DatatypeMismatch("cannot use RETURN QUERY in a non-SETOF function", position=p.token.start + 1)
    if p.take("execute"):
        dynamic = p.sql("using", ";")
        using = using_values(p, ";") if p.take("using") else ()
        p.expect(";")
        return tree.ReturnQuery(line, dynamic=dynamic, using=using)
    query = p.sql(";", mode="statement")
    p.expect(";")
    return tree.ReturnQuery(line, query=query)


def using_values(p: Parser, *ends: str) -> tuple[tree.Expr, ...]:
    """The values behind USING."""
    found = [p.sql(",", *ends, missing=ends[-1].upper())]
    while p.take(","):
        found.append(p.sql(",", *ends, missing=ends[-1].upper()))
    return tuple(found)


# ---------------------------------------------------------------- RAISE, ASSERT, diagnostics

LEVELS = {"exception": "exception", "warning": "warning", "notice": "notice", "info": "info", "log": "log", "debug": "debug"}
OPTIONS = frozenset("errcode message detail hint column constraint datatype table schema".split())


def _raise(p: Parser, label: str, line: int) -> tree.Statement:
    p.at += 1
    made = tree.Raise(line)
    if p.take(";"):
        made.again = True
        return made
    if p.is_word(*LEVELS):
        made.level = p.next().value
    token = p.token
    if token.kind == "string":
        made.format = literal_value(p.text[token.start : token.end])
        p.at += 1
        values = []
        while p.take(","):
            values.append(p.sql(",", ";", "using"))
        made.values = tuple(values)
        _check_format(p, made.format, len(values), token)
    elif not p.is_word("using", ";"):
        if p.take("sqlstate"):
            made.state = sqlstate_literal(p)
        else:
            made.condition = p.identifier()
            made.state = condition_states(p, made.condition, token)[0]
    if p.take("using"):
        made.options = tuple(_raise_options(p))
    p.expect(";")
    return made


def _raise_options(p: Parser) -> list[tuple[str, tree.Expr]]:
    found = []
    while True:
        name = p.next()
        if name.kind != "word" or name.value not in OPTIONS:
            p.refuse("unrecognized RAISE statement option", name)
        if not p.take(*ASSIGNS):
            p.fail()
        found.append((name.value, p.sql(",", ";")))
        if not p.take(","):
            return found


def _check_format(p: Parser, text: str, given: int, token: Token) -> None:
    wanted = text.replace("%%", "").count("%")
    if wanted > given:
        raise SyntaxError("too few parameters specified for RAISE")
    if wanted < given:
        raise SyntaxError("too many parameters specified for RAISE")


def sqlstate_literal(p: Parser) -> str:
    """The code behind SQLSTATE."""
    p.take("sqlstate")
    token = p.next()
    if token.kind != "string":
        p.fail(token=token)
    code = literal_value(p.text[token.start : token.end])
    if len(code) != 5 or not all(c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" for c in code):
        p.refuse("invalid SQLSTATE code", token)
    return code


def condition_states(p: Parser, name: str, token: Token) -> tuple[str, ...]:
    """The SQLSTATEs of a condition (42704)."""
    found = CONDITIONS.get(name)
    if found is None:
        raise UndefinedObject(f'unrecognized exception condition "{name}"')
    return found


def _assert(p: Parser, label: str, line: int) -> tree.Statement:
    p.at += 1
    condition = p.sql(",", ";")
    message = p.sql(";") if p.take(",") else None
    p.expect(";")
    return tree.Assert(line, condition=condition, message=message)


CURRENT = frozenset({"row_count", "pg_context", "pg_routine_oid"})
STACKED = frozenset("returned_sqlstate message_text pg_exception_detail pg_exception_hint pg_exception_context column_name "
                    "constraint_name pg_datatype_name table_name schema_name".split())


def _get(p: Parser, label: str, line: int) -> tree.Statement:
    p.at += 1
    stacked = p.take("stacked")
    if not stacked:
        p.take("current")
    p.expect("diagnostics")
    items = []
    while True:
        token = p.token
        target = p.target()
        if p.variables[target.number].kind in ("record", "row") and not target.path:
            p.refuse(f'"{p.variables[target.number].name}" is not a scalar variable', token)
        target = tree.Target(target.number, (*target.path, *_path(p)))
        if not p.take(*ASSIGNS):
            p.fail()
        item = p.next()
        if item.value not in CURRENT | STACKED:
            p.refuse("unrecognized GET DIAGNOSTICS item", item)
        if item.value not in (STACKED if stacked else CURRENT):
            word = "STACKED" if stacked else "CURRENT"
            p.refuse(f"diagnostics item {item.value.upper()} is not allowed in GET {word} DIAGNOSTICS", item)
        items.append((item.value, target))
        if not p.take(","):
            break
    p.expect(";")
    return tree.GetDiagnostics(line, stacked=stacked, items=tuple(items))


# ---------------------------------------------------------------- SQL


def _perform(p: Parser, label: str, line: int) -> tree.Statement:
    start = p.next()
    query = p.sql(";")
    p.expect(";")
    text = "SELECT " + p.text[start.end : query.start + len(query.text)].lstrip()
    return tree.Perform(line, query=tree.Expr(text, "statement", query.names, 0, query.start, query.conflict))


def _execute(p: Parser, label: str, line: int) -> tree.Statement:
    p.at += 1
    query = p.sql("into", "using", ";")
    into: tree.Into | None = None
    using: tuple[tree.Expr, ...] = ()
    while not p.take(";"):
        if p.take("into"):
            if into is not None:
                p.fail()
            into = p.into()
        elif p.take("using"):
            if using:
                p.fail()
            using = using_values(p, "into", ";")
        else:
            p.fail()
    return tree.Execute(line, query=query, into=into, using=using)


def _sql(p: Parser, label: str = "", line: int = 0) -> tree.Statement:
    """Any SQL statement, with its INTO taken out."""
    first, line = p.token, p.line()
    into: tree.Into | None = None
    cut: tuple[int, int] | None = None
    depth = blocks = 0
    before = first
    while True:
        token = p.token
        if token.kind == "eof":
            p.fail()
        if token.kind == "op":
            depth += (token.value in "([") - (token.value in ")]")
            if token.value == ";" and not depth and not blocks:
                break
        elif token.kind == "word":
            if first.value == "create" and token.value == "begin" and before.value != ";" and p.peek().value == "atomic":
                blocks += 1
            elif blocks and token.value in ("case", "end"):
                blocks += 1 if token.value == "case" else -1
            if token.value == "into" and before.value not in ("insert", "merge") and first.value != "import" and not blocks:
                if into is not None:
                    p.refuse("INTO specified more than once")
                start = token.start
                p.at += 1
                into = p.into()
                cut = (start, p.tokens[p.at - 1].end)
                before = p.tokens[p.at - 1]
                continue
        before = token
        p.at += 1
    text = p.text[first.start : before.end]
    if cut is not None:
        a, b = cut[0] - first.start, cut[1] - first.start
        text = (text[:a] + " " * (b - a) + text[b:]).rstrip()
    p.at += 1
    return tree.Sql(line, query=p.piece(text, "statement", first.start), into=into)


def _call(p: Parser, label: str, line: int) -> tree.Statement:
    is_call = p.token.value == "call"
    query = p.sql(";", mode="statement")
    p.expect(";")
    return tree.Call(line, query=query, is_call=is_call)


def _transaction(p: Parser, label: str, line: int) -> tree.Statement:
    is_commit = p.next().value == "commit"
    chain = False
    if p.take("and"):
        chain = not p.take("no")
        p.expect("chain")
    p.expect(";")
    return tree.Commit(line, is_commit=is_commit, chain=chain)


Parse = Callable[[Parser, str, int], tree.Statement | None]

LABELLED: dict[str, Parse] = {
    "declare": _block, "begin": _block, "loop": _loop, "while": _while, "for": _for, "foreach": _foreach,
}
KEYWORDS: dict[str, Parse] = {
    **LABELLED, "null": _null, "if": _if, "case": _case, "exit": _exit, "continue": _exit, "return": _return, "raise": _raise,
    "assert": _assert, "get": _get, "perform": _perform, "execute": _execute, "call": _call, "do": _call, "commit": _transaction,
    "rollback": _transaction, "open": open_cursor, "fetch": fetch, "move": fetch, "close": close, "insert": _sql, "merge": _sql,
}  # fmt: skip
