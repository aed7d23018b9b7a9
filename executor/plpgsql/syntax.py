"""The syntax tree of a PL/pgSQL function. Variables are numbers: places in the frame of a call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(slots=True, eq=False)
class Name:
    """One name in sight, the innermost first. kind: label, variable. number: of the variable."""

    kind: str
    name: str
    number: int = -1
    before: Name | None = None


@dataclass(slots=True, eq=False)
class Expr:
    """A piece of SQL. mode: expression (without SELECT), statement, assignment (what stands before is the target, and
    `prefix` characters long). names: what is in sight."""

    text: str
    mode: str
    names: Name | None
    prefix: int = 0
    start: int = 0
    conflict: str = "error"
    known: Any = None  # (catalog, where plans are kept, target, plan) of the last use, where that is all that decides


@dataclass(slots=True, eq=False)
class Variable:
    """A variable. kind: scalar, row (of a type with columns), record (of any). cursor: the query of a bound cursor."""

    name: str
    number: int
    kind: str
    type: int
    typmod: int = -1
    constant: bool = False
    not_null: bool = False
    default: Expr | None = None
    cursor: Cursor | None = None
    line: int = 0
    collation: int = 0


@dataclass(slots=True, eq=False)
class Cursor:
    """The query of a cursor variable. arguments: numbers of the variables that its arguments go to, by name."""

    query: Expr
    arguments: tuple[tuple[str, int], ...] = ()
    scroll: bool | None = None


@dataclass(slots=True, eq=False)
class Target:
    """What a value is assigned to: a variable, or a part of it that `path` leads to: names of fields, or Exprs of
    subscripts: (lower or None, upper, is a slice)."""

    number: int
    path: tuple[Any, ...] = ()


@dataclass(slots=True, eq=False)
class Statement:
    """Base of all."""

    line: int
    words: ClassVar[str] = ""


@dataclass(slots=True, eq=False)
class Block(Statement):
    """[<<label>>] [DECLARE ...] BEGIN ... [EXCEPTION ...] END. state, message: numbers of SQLSTATE and SQLERRM."""

    words: ClassVar[str] = "statement block"
    label: str = ""
    variables: tuple[Variable, ...] = ()
    body: tuple[Statement, ...] = ()
    handlers: tuple[Handler, ...] | None = None
    state: int = -1
    message: int = -1


@dataclass(slots=True, eq=False)
class Handler:
    """WHEN conditions THEN body. conditions: SQLSTATEs; "" for OTHERS."""

    line: int
    conditions: tuple[str, ...]
    body: tuple[Statement, ...]


@dataclass(slots=True, eq=False)
class Assign(Statement):
    """target := value."""

    words: ClassVar[str] = "assignment"
    target: Target = field(kw_only=True)
    value: Expr = field(kw_only=True)


@dataclass(slots=True, eq=False)
class If(Statement):
    """branches: (condition, body)."""

    words: ClassVar[str] = "IF"
    branches: tuple[tuple[Expr, tuple[Statement, ...], int], ...] = ()
    otherwise: tuple[Statement, ...] = ()


@dataclass(slots=True, eq=False)
class Case(Statement):
    """subject: the searched value, put into variable `number`. otherwise: None without ELSE."""

    words: ClassVar[str] = "CASE"
    subject: Expr | None = None
    number: int = -1
    branches: tuple[tuple[Expr, tuple[Statement, ...], int], ...] = ()
    otherwise: tuple[Statement, ...] | None = None


@dataclass(slots=True, eq=False)
class Loop(Statement):
    """LOOP ... END LOOP."""

    words: ClassVar[str] = "LOOP"
    label: str = ""
    body: tuple[Statement, ...] = ()


@dataclass(slots=True, eq=False)
class While(Statement):
    """WHILE condition LOOP."""

    words: ClassVar[str] = "WHILE"
    label: str = ""
    condition: Expr = field(kw_only=True)
    body: tuple[Statement, ...] = ()


@dataclass(slots=True, eq=False)
class ForInteger(Statement):
    """FOR i IN [REVERSE] lower..upper [BY step] LOOP."""

    words: ClassVar[str] = "FOR with integer loop variable"
    label: str = ""
    number: int = -1
    lower: Expr = field(kw_only=True)
    upper: Expr = field(kw_only=True)
    step: Expr | None = None
    reverse: bool = False
    body: tuple[Statement, ...] = ()


@dataclass(slots=True, eq=False)
class ForQuery(Statement):
    """into: as of Into. cursor: the number of a bound cursor variable, with `arguments`, else a query, or a dynamic one."""

    words: ClassVar[str] = "FOR over SELECT rows"
    label: str = ""
    into: Into = field(kw_only=True)
    query: Expr | None = None
    body: tuple[Statement, ...] = ()


@dataclass(slots=True, eq=False)
class ForDynamic(Statement):
    """FOR target IN EXECUTE query [USING ...] LOOP."""

    words: ClassVar[str] = "FOR over EXECUTE statement"
    label: str = ""
    into: Into = field(kw_only=True)
    query: Expr = field(kw_only=True)
    using: tuple[Expr, ...] = ()
    body: tuple[Statement, ...] = ()


@dataclass(slots=True, eq=False)
class ForCursor(Statement):
    """FOR record IN cursor [(arguments)] LOOP."""

    words: ClassVar[str] = "FOR over cursor"
    label: str = ""
    into: Into = field(kw_only=True)
    cursor: int = -1
    arguments: tuple[tuple[int, Expr], ...] = ()
    body: tuple[Statement, ...] = ()


@dataclass(slots=True, eq=False)
class ForEach(Statement):
    """FOREACH target [SLICE n] IN ARRAY array LOOP."""

    words: ClassVar[str] = "FOREACH over array"
    label: str = ""
    into: Into = field(kw_only=True)
    slice: int = 0
    array: Expr = field(kw_only=True)
    body: tuple[Statement, ...] = ()


@dataclass(slots=True, eq=False)
class Exit(Statement):
    """EXIT or CONTINUE; label: "" for the innermost loop."""

    is_exit: bool = True
    label: str = ""
    condition: Expr | None = None


@dataclass(slots=True, eq=False)
class Return(Statement):
    """value: None for none; whole: the number of the variable whose value is given as it is."""

    words: ClassVar[str] = "RETURN"
    value: Expr | None = None
    whole: int = -1


@dataclass(slots=True, eq=False)
class ReturnNext(Statement):
    """RETURN NEXT; value and whole as of Return."""

    words: ClassVar[str] = "RETURN NEXT"
    value: Expr | None = None
    whole: int = -1


@dataclass(slots=True, eq=False)
class ReturnQuery(Statement):
    """RETURN QUERY query, or EXECUTE a dynamic one."""

    words: ClassVar[str] = "RETURN QUERY"
    query: Expr | None = None
    dynamic: Expr | None = None
    using: tuple[Expr, ...] = ()


@dataclass(slots=True, eq=False)
class Raise(Statement):
    """level: exception, warning, notice, info, log, debug. state: SQLSTATE or "" for none. condition: its name, as written.
    options: (name, value). again: RAISE alone."""

    words: ClassVar[str] = "RAISE"
    level: str = "exception"
    state: str = ""
    condition: str = ""
    format: str | None = None
    values: tuple[Expr, ...] = ()
    options: tuple[tuple[str, Expr], ...] = ()
    again: bool = False


@dataclass(slots=True, eq=False)
class Assert(Statement):
    """ASSERT condition [, message]."""

    words: ClassVar[str] = "ASSERT"
    condition: Expr = field(kw_only=True)
    message: Expr | None = None


@dataclass(slots=True, eq=False)
class Into:
    """Where columns go: one variable with columns (whole), or several targets."""

    whole: int = -1
    targets: tuple[Target, ...] = ()
    strict: bool = False


@dataclass(slots=True, eq=False)
class Sql(Statement):
    """A SQL statement; into: where its row goes."""

    words: ClassVar[str] = "SQL statement"
    query: Expr = field(kw_only=True)
    into: Into | None = None


@dataclass(slots=True, eq=False)
class Execute(Statement):
    """EXECUTE query [INTO ...] [USING ...]."""

    words: ClassVar[str] = "EXECUTE"
    query: Expr = field(kw_only=True)
    into: Into | None = None
    using: tuple[Expr, ...] = ()


@dataclass(slots=True, eq=False)
class Perform(Statement):
    """PERFORM query."""

    words: ClassVar[str] = "PERFORM"
    query: Expr = field(kw_only=True)


@dataclass(slots=True, eq=False)
class Call(Statement):
    """CALL or DO."""

    query: Expr = field(kw_only=True)
    is_call: bool = True


@dataclass(slots=True, eq=False)
class GetDiagnostics(Statement):
    """GET [STACKED] DIAGNOSTICS; items: (what, where it goes)."""

    stacked: bool = False
    items: tuple[tuple[str, Target], ...] = ()


@dataclass(slots=True, eq=False)
class Open(Statement):
    """query: of an unbound cursor, or dynamic with `using`; arguments: of a bound one."""

    words: ClassVar[str] = "OPEN"
    cursor: int = -1
    query: Expr | None = None
    dynamic: Expr | None = None
    using: tuple[Expr, ...] = ()
    arguments: tuple[tuple[int, Expr], ...] = ()
    scroll: bool | None = None


@dataclass(slots=True, eq=False)
class Fetch(Statement):
    """direction: forward, backward, absolute, relative. count: None for ALL; an Expr where it is one. into None: MOVE."""

    cursor: int = -1
    into: Into | None = None
    direction: str = "forward"
    count: int | None = 1
    expression: Expr | None = None


@dataclass(slots=True, eq=False)
class Close(Statement):
    """CLOSE cursor."""

    words: ClassVar[str] = "CLOSE"
    cursor: int = -1


@dataclass(slots=True, eq=False)
class Commit(Statement):
    """COMMIT or ROLLBACK [AND CHAIN]."""

    is_commit: bool = True
    chain: bool = False


@dataclass(slots=True, eq=False)
class Body:
    """A function as parsed. found: the number of FOUND. variables: all, by number. strict_parameters: #print_strict_params."""

    block: Block
    variables: list[Variable]
    found: int
    strict_parameters: bool | None = None
    has_sql: bool = False


def words_of(statement: Statement) -> str:
    """How error contexts call a statement."""
    if isinstance(statement, Exit):
        return "EXIT" if statement.is_exit else "CONTINUE"
    if isinstance(statement, Call):
        return "CALL" if statement.is_call else "DO"
    if isinstance(statement, GetDiagnostics):
        return "GET STACKED DIAGNOSTICS" if statement.stacked else "GET DIAGNOSTICS"
    if isinstance(statement, Fetch):
        return "FETCH" if statement.into is not None else "MOVE"
    if isinstance(statement, Commit):
        return "COMMIT" if statement.is_commit else "ROLLBACK"
    return statement.words
