"""PL/pgSQL text -> syntax tree: tokens, pieces of SQL, blocks and declarations. Statements are in statements.py.

Names are resolved while parsing, as PostgreSQL does: whether `x` begins an assignment depends on whether there is such a
variable. Errors have positions in the body's text.
"""

from collections.abc import Iterable, Sequence
from typing import NoReturn, Protocol

from executor.errors import SqlError, not_supported
from executor.parse import parse
from executor.plpgsql.lexer import Lines, Token, tokens
from executor.plpgsql.syntax import Block, Cursor, Expr, Handler, Into, Name, Statement, Target, Variable
from executor.sqlstates import ErrorInAssignment, SyntaxError
from executor.types import oids as T

RESERVED = frozenset("all begin by case declare else end execute for foreach from if in into loop not null or strict then to "
                     "using when while".split())
Ends = Sequence[str]


class Types(Protocol):
    """What declarations ask of the catalog. Types are numbers."""

    def named(self, text: str) -> tuple[int, int]:
        """A type as written -> (type, typmod). Raises: 42704, 42601."""

    def of_column(self, names: Sequence[str]) -> tuple[int, int]:
        """table.column%TYPE. Raises: 42P01, 42703."""

    def of_relation(self, names: Sequence[str]) -> int:
        """table%ROWTYPE. Raises: 42P01, 42704."""

    def has_columns(self, number: int) -> bool:
        """Whether it is a composite type, or a domain over one."""

    def array(self, number: int) -> int:
        """The array type over a type. Raises: 42704."""


class Parser:
    """The state of parsing one body. checks: look at the syntax of the SQL in it too."""

    def __init__(self, text: str, types: Types, *, name: str, checks: bool) -> None:
        self.text = text
        self.types = types
        self.checks = checks
        self.lines = Lines(text)
        self.tokens = list(tokens(text))
        self.at = 0
        self.names: Name | None = Name("label", name, 2)
        self.variables: list[Variable] = []
        self.conflict = "error"
        self.result_is_set = self.result_is_void = self.has_outputs = self.is_procedure = False
        self.result_row = -1  # the number of the variable that OUT arguments make
        self.result_is_trigger = False

    # --- tokens ---------------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        """The next one."""
        return self.tokens[self.at]

    def peek(self, ahead: int = 1) -> Token:
        """One further on."""
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def is_word(self, *words: str) -> bool:
        """Whether the next token is one of these words, or symbols."""
        token = self.token
        return token.kind in ("word", "op") and token.value in words

    def take(self, *words: str) -> bool:
        """Pass one of these words, if it is the next token."""
        if self.is_word(*words):
            self.at += 1
            return True
        return False

    def expect(self, word: str) -> None:
        """Pass a word (42601 if another is there)."""
        if not self.take(word):
            self.fail()

    def next(self) -> Token:
        """Pass a token."""
        token = self.token
        self.at += 1
        return token

    def fail(self, message: str = "syntax error", token: Token | None = None) -> NoReturn:
        """42601 at a token."""
        token = token or self.token
        shown = "at end of input" if token.kind == "eof" else f'at or near "{self.text[token.start : token.end]}"'
        raise SyntaxError(f"{message} {shown}", position=token.start + 1)

    def refuse(self, message: str, token: Token | None = None, kind: type[SqlError] = SyntaxError) -> NoReturn:
        """An error at a token that is not named in it."""
        raise kind(message, position=(token or self.token).start + 1)

    def line(self, token: Token | None = None) -> int:
        """The line of a token."""
        return self.lines.at((token or self.token).start)

    def identifier(self) -> str:
        """Any name."""
        token = self.token
        if token.kind == "quoted" or (token.kind == "word" and token.value not in RESERVED):
            self.at += 1
            return token.value
        self.fail()

    # --- pieces of SQL --------------------------------------------------------------------------------------------

    def sql(self, *ends: str, mode: str = "expression", missing: str = "", start: Token | None = None) -> Expr:
        """SQL up to one of the words that end it, which stays. start: where it begins, if tokens of it have been passed."""
        first = start or self.token
        if start is None and (self.is_word(*ends) or self.is_word(";")):
            self.fail("missing expression" if mode == "expression" else "missing SQL statement")
        depth, last = 0, first.start
        if start is not None:
            last = self.tokens[self.at - 1].end
        while True:
            token = self.token
            if token.kind == "eof" or (token.value == ";" and token.kind == "op"):
                if depth:
                    self.fail("mismatched parentheses")
                if token.kind == "eof" or ";" not in ends:
                    what = "expression" if mode == "expression" else "statement"
                    self.fail(f'missing "{missing or ends[0].upper()}" at end of SQL {what}')
                break
            if not depth and self.is_word(*ends):
                break
            if token.kind == "op":
                depth += (token.value in "([") - (token.value in ")]")
                if depth < 0:
                    self.fail("mismatched parentheses")
            last = token.end
            self.at += 1
        return self.piece(self.text[first.start : last], mode, first.start)

    def piece(self, text: str, mode: str, start: int, prefix: int = 0) -> Expr:
        """A piece of SQL with the names in sight; its syntax is checked."""
        found = Expr(text, mode, self.names, prefix, start, self.conflict)
        if self.checks:
            self._check(found)
        return found

    def _check(self, piece: Expr) -> None:
        lead = "" if piece.mode == "statement" else "SELECT "
        try:
            parse(lead + piece.text[piece.prefix :])
        except SqlError as error:
            if error.position is not None:
                error.position += piece.start + piece.prefix - len(lead)
            raise

    # --- names ----------------------------------------------------------------------------------------------------

    def push(self, name: str, kind: int) -> Name | None:
        """Begin a level: a block (0) or a loop (1) with its label. Gives what to go back to."""
        before = self.names
        self.names = Name("label", name, kind, before)
        return before

    def declare(self, name: str, kind: str, number: int, typmod: int = -1, *, visible: bool = True, line: int = 0) -> Variable:
        """A new variable."""
        made = Variable(name, len(self.variables), kind, number, typmod, line=line)
        self.variables.append(made)
        if visible:
            self.names = Name("variable", name, made.number, self.names)
        return made

    def typed(self, name: str, number: int, typmod: int = -1, *, line: int = 0, visible: bool = True) -> Variable:
        """A new variable whose kind its type decides."""
        kind = "record" if number == T.RECORD else "row" if self.types.has_columns(number) else "scalar"
        return self.declare(name, kind, number, typmod, line=line, visible=visible)

    def alias(self, name: str, number: int) -> None:
        """Another name of a variable."""
        self.names = Name("variable", name, number, self.names)

    def find(self, names: Sequence[str]) -> tuple[int, int] | None:
        """(variable, how many of the names have been used) of a name with what may be behind dots."""
        return find(self.names, names)

    def dotted(self, limit: int = 99) -> list[str]:
        """A name with further ones behind dots."""
        found = [self.identifier()] if self.token.kind != "param" else [self.next().value]
        while len(found) < limit and self.is_word(".") and self.peek().kind in ("word", "quoted"):
            self.at += 1
            found.append(self.next().value)
        return found

    def target(self) -> Target:
        """A variable to put a value into: known, and not one with columns."""
        token = self.token
        names = self.dotted()
        found = self.find(names)
        if found is None:
            self.refuse(f'"{".".join(names)}" is not a known variable', token)
        number, used = found
        self.check_assignable(number, token)
        return Target(number, tuple(names[used:]))

    def check_assignable(self, number: int, token: Token | None = None) -> None:
        """22005 for a CONSTANT."""
        variable = self.variables[number]
        if variable.constant:
            self.refuse(f'variable "{variable.name}" is declared CONSTANT', token, kind=ErrorInAssignment)

    def into(self) -> Into:
        """What comes behind INTO, or between FOR and IN."""
        strict = self.take("strict")
        token = self.token
        if token.kind not in ("word", "quoted", "param") or token.value in RESERVED:
            self.fail()
        first = self.target()
        if self.variables[first.number].kind in ("record", "row") and not first.path:
            if self.is_word(","):
                self.refuse("record variable cannot be part of multiple-item INTO list")
            return Into(whole=first.number, strict=strict)
        targets = [first]
        while self.take(","):
            token = self.token
            more = self.target()
            if self.variables[more.number].kind in ("record", "row") and not more.path:
                self.refuse(f'"{self.variables[more.number].name}" is not a scalar variable', token)
            targets.append(more)
        return Into(targets=tuple(targets), strict=strict)

    # --- types ----------------------------------------------------------------------------------------------------

    def datatype(self, *ends: str) -> tuple[int, int]:
        """A type up to one of the words that end it -> (type, typmod)."""
        first = self.token
        special = self._of_something()
        if special is not None:
            return special
        depth, last = 0, first.start
        while not (not depth and self.is_word(*ends, ";")):
            token = self.token
            if token.kind == "eof":
                self.fail("incomplete data type declaration" if not depth else "mismatched parentheses")
            if token.kind == "op":
                depth += (token.value in "([") - (token.value in ")]")
            last = token.end
            self.at += 1
        text = self.text[first.start : last]
        if not text:
            self.fail("missing data type declaration")
        try:
            return self.types.named(text)
        except SqlError as error:
            if error.position is not None:
                error.position += first.start
            raise

    def _of_something(self) -> tuple[int, int] | None:
        """name%TYPE and name%ROWTYPE, with brackets behind; None if it is neither."""
        start = self.at
        if self.token.kind not in ("word", "quoted", "param"):
            return None
        names = [self.next().value]
        while self.is_word(".") and self.peek().kind in ("word", "quoted"):
            self.at += 1
            names.append(self.next().value)
        if not (self.is_word("%") and self.peek().kind == "word" and self.peek().value in ("type", "rowtype")):
            self.at = start
            return None
        self.at += 1
        token = self.tokens[start]
        try:
            found = self._row_type(names) if self.next().value == "rowtype" else self._type_of(names, token)
        except SqlError as error:
            error.position = error.position or None
            raise
        return self._arrays(found)

    def _row_type(self, names: list[str]) -> tuple[int, int]:
        return self.types.of_relation(names), -1

    def _type_of(self, names: list[str], token: Token) -> tuple[int, int]:
        known = self.find(names)
        if known is not None:
            number, used = known
            variable = self.variables[number]
            if used == len(names):
                if variable.kind == "dynamic":
                    self.fail(token=token)
                return variable.type, variable.typmod
            raise not_supported("%TYPE of a record's field", position=token.start + 1)
        return self.types.of_column(names)

    def _arrays(self, found: tuple[int, int]) -> tuple[int, int]:
        is_array = False
        if self.take("array"):
            is_array = True
        while self.take("["):
            is_array = True
            if self.token.kind == "number":
                self.at += 1
            self.expect("]")
        return (self.types.array(found[0]), found[1]) if is_array else found

    # --- blocks ---------------------------------------------------------------------------------------------------

    def label(self) -> str:
        """<<name>>, if there is one."""
        if not self.take("<<"):
            return ""
        name = self.identifier()
        self.expect(">>")
        return name

    def block(self, label: str) -> Block:
        """[DECLARE ...] BEGIN ... END [label]."""
        before = self.push(label, 0)
        declared: tuple[Variable, ...] = ()
        if self.is_word("declare"):
            declared = tuple(self._declarations())
        line = self.line()
        self.expect("begin")
        body = self.statements("end", "exception")
        made = Block(line=line, label=label, variables=declared, body=body)
        if self.take("exception"):
            self._handlers(made)
        self.expect("end")
        self.end_label(label, "block")
        self.names = before
        return made

    def end_label(self, label: str, what: str) -> None:
        """The label that may stand behind END."""
        if self.is_word(";") or self.token.kind == "eof":
            return
        token = self.token
        given = self.identifier()
        if not label:
            self.refuse(f'end label "{given}" specified for unlabeled {what}', token)
        if given != label:
            self.refuse(f'end label "{given}" differs from {what}\'s label "{label}"', token)

    def statements(self, *ends: str) -> tuple[Statement, ...]:
        """Statements up to a word, which stays."""
        from executor.plpgsql.statements import statement

        found: list[Statement] = []
        while not self.is_word(*ends):
            if self.token.kind == "eof":
                self.fail()
            made = statement(self)
            if made is not None:
                found.append(made)
        return tuple(found)

    def _handlers(self, block: Block) -> None:
        before = self.names
        state = self.declare("sqlstate", "scalar", T.TEXT)
        message = self.declare("sqlerrm", "scalar", T.TEXT)
        state.constant = message.constant = True
        block.state, block.message = state.number, message.number
        handlers: list[Handler] = []
        if not self.is_word("when"):
            self.fail()
        while self.is_word("when"):
            line = self.line()
            self.at += 1
            conditions: list[str] = []
            while True:
                conditions += self._condition()
                if not self.take("or"):
                    break
            self.expect("then")
            handlers.append(Handler(line, tuple(conditions), self.statements("when", "end")))
        block.handlers = tuple(handlers)
        self.names = before

    def _condition(self) -> Iterable[str]:
        from executor.plpgsql.statements import condition_states, sqlstate_literal

        token = self.token
        if self.is_word("sqlstate"):
            self.at += 1
            return (sqlstate_literal(self),)
        name = self.identifier()
        return ("",) if name == "others" else condition_states(self, name, token)

    # --- declarations ---------------------------------------------------------------------------------------------

    def _declarations(self) -> Iterable[Variable]:
        level = self.names
        while self.take("declare"):
            while not self.is_word("begin", "declare"):
                if self.is_word("<<"):
                    self.refuse("block label must be placed before DECLARE, not after")
                token = self.token
                if token.kind == "eof" or token.kind not in ("word", "quoted") or \
                        (token.kind == "word" and token.value in RESERVED):
                    self.fail()
                name = self.next().value
                if _declared_here(self.names, level, name):
                    self.fail("duplicate declaration", token)
                made = self._declaration(name, token)
                if made is not None:
                    yield made

    def _declaration(self, name: str, token: Token) -> Variable | None:
        if self.is_word("alias") and self.peek().value == "for":
            self._alias(name)
            return None
        scroll = self._scroll()
        if scroll is not None or self.is_word("cursor"):
            self.expect("cursor")
            return self._cursor(name, scroll, token)
        constant = self.take("constant")
        number, typmod = self.datatype("not", "default", ":=", "=", "collate")
        if number == T.VOID or (number in PSEUDO and number not in (T.RECORD, T.REFCURSOR)):
            self.refuse(f"variable \"{name}\" has pseudo-type {PSEUDO.get(number, 'void')}", token)
        if self.take("collate"):
            self.dotted()  # there is one order of text
        not_null = False
        if self.take("not"):
            self.expect("null")
            not_null = True
        default = None
        if self.take(":=", "=", "default"):
            default = self.sql(";")
        self.expect(";")
        made = self.typed(name, number, typmod, line=self.line(token))
        made.constant, made.not_null, made.default = constant, not_null, default
        if not_null and default is None:
            self.refuse(f'variable "{name}" must have a default value, since it\'s declared NOT NULL', token,
                        kind=_null_not_allowed())
        return made

    def _alias(self, name: str) -> None:
        self.at += 2
        token = self.token
        names = self.dotted()
        found = self.find(names)
        if found is None or found[1] != len(names):
            self.refuse(f'variable "{".".join(names)}" does not exist', token, kind=_undefined_column())
        self.expect(";")
        self.alias(name, found[0])

    def _scroll(self) -> bool | None:
        if self.is_word("no") and self.peek().value == "scroll":
            self.at += 2
            return False
        if self.is_word("scroll") and self.peek().value == "cursor":
            self.at += 1
            return True
        return None

    def _cursor(self, name: str, scroll: bool | None, token: Token) -> Variable:
        before = self.names
        arguments: list[tuple[str, int]] = []
        if self.take("("):
            while True:
                argument = self.identifier()
                number, typmod = self.datatype(",", ")")
                made = self.typed(argument, number, typmod)
                arguments.append((argument, made.number))
                if not self.take(","):
                    break
            self.expect(")")
        if not self.take("is", "for"):
            self.fail()
        query = self.sql(";", mode="statement")
        self.expect(";")
        self.names = before
        variable = self.declare(name, "scalar", T.REFCURSOR, line=self.line(token))
        variable.cursor = Cursor(query, tuple(arguments), scroll)
        return variable


def find(names: Name | None, wanted: Sequence[str]) -> tuple[int, int] | None:
    """See Parser.find: a variable with fields, or a label and a variable of its level."""
    inner: list[Name] = []
    at = names
    while at is not None:
        if at.kind == "variable":
            if at.name == wanted[0]:
                return at.number, 1
            inner.append(at)
        else:
            if at.name and at.name == wanted[0] and len(wanted) > 1:
                for found in inner:
                    if found.name == wanted[1]:
                        return found.number, 2
            inner = []
        at = at.before
    return None


def _declared_here(names: Name | None, level: Name | None, name: str) -> bool:
    while names is not None and names is not level:
        if names.name == name:
            return True
        names = names.before
    return False


def _null_not_allowed() -> type[SqlError]:
    from executor.sqlstates import NullValueNotAllowed

    return NullValueNotAllowed


def _undefined_column() -> type[SqlError]:
    from executor.sqlstates import UndefinedColumn

    return UndefinedColumn


PSEUDO = {T.VOID: "void", T.TRIGGER: "trigger", T.ANY: '"any"', T.CSTRING: "cstring", T.INTERNAL: "internal"}
