"""The operators ~ and ~* and the functions regexp_*, and substring with a pattern."""

import re
from collections.abc import Callable, Iterator

from executor.builtins.base import Builtin, Python, SetReturning
from executor.builtins.regexp_match import Expression, Match, compiled
from executor.builtins.regexp_syntax import Options, flags
from executor.builtins.similar import similar_to_escape
from executor.sqlstates import InvalidParameterValue
from executor.types import arrays

_CASE = Options(ignore_case=True)
_REPLACEMENT = re.compile(r"\\([1-9&\\])")


def _expression(pattern: str, letters: str, function: str = "") -> Expression:
    """Compile with flags; `function` names one that does not take the flag g."""
    options = Options()
    if flags(letters, options) and function:
        hint = _INSTEAD.get(function)
        raise InvalidParameterValue(f'{function} does not support the "global" option',
                                    hint=f"Use the {hint} function instead." if hint else None)
    return compiled(pattern, options)


_INSTEAD = {"regexp_match()": "regexp_matches"}


def regexp_eq(text: str, pattern: str) -> int:
    """text ~ pattern."""
    return int(compiled(pattern).test(text))


def regexp_ne(text: str, pattern: str) -> int:
    """text !~ pattern."""
    return int(not compiled(pattern).test(text))


def regexp_ieq(text: str, pattern: str) -> int:
    """text ~* pattern."""
    return int(compiled(pattern, _CASE).test(text))


def regexp_ine(text: str, pattern: str) -> int:
    """text !~* pattern."""
    return int(not compiled(pattern, _CASE).test(text))


def regexp_like(text: str, pattern: str, letters: str = "") -> int:
    """Whether the pattern matches anywhere."""
    return int(_expression(pattern, letters, "regexp_like()").test(text))


def _groups(match: Match) -> str:
    """What regexp_match returns: the groups, or the whole match if there are none."""
    return arrays.dump(list(match.groups()) or [match.group()])


def regexp_match(text: str, pattern: str, letters: str = "") -> str | None:
    """The groups of the first match."""
    match = _expression(pattern, letters, "regexp_match()").search(text)
    return _groups(match) if match else None


def regexp_matches(text: str, pattern: str, letters: str = "") -> Iterator[str]:
    """The groups of the first match, or with flag g of every match."""
    options = Options()
    everywhere = flags(letters, options)
    expression = compiled(pattern, options)
    for match in expression.matches(text):
        yield _groups(match)
        if not everywhere:
            return


def _template(replacement: str) -> Callable[[Match], str]:
    r"""The function that fills a replacement's \1 .. \9 and \& from a match."""
    if "\\" not in replacement:
        return lambda match: replacement
    parts = _REPLACEMENT.split(replacement)

    def fill(match: Match) -> str:
        found = [parts[0]]
        for at in range(1, len(parts), 2):
            found += (_reference(match, parts[at]), parts[at + 1])
        return "".join(found)

    return fill


def _reference(match: Match, name: str) -> str:
    if name == "\\":
        return "\\"
    if name == "&":
        return str(match.group())
    number = int(name)
    return (match.group(number) or "") if number <= len(match.groups()) else ""


def _replace(expression: Expression, text: str, replacement: str, start: int, number: int) -> str:
    """Replace the number-th match from character `start`, or every one for 0."""
    fill = _template(replacement)
    parts: list[str] = []
    done = 0
    for count, match in enumerate(expression.matches(text, start), 1):
        if number in (0, count):
            parts += (text[done : match.start()], fill(match))
            done = match.end()
        if count == number:
            break
    return "".join([*parts, text[done:]])


def _check(value: int, name: str, least: int) -> int:
    if value < least:
        raise InvalidParameterValue(f'invalid value for parameter "{name}": {value}')
    return value


def regexp_replace(text: str, pattern: str, replacement: str, letters: str = "") -> str:
    """Replace the first match, or with flag g every match."""
    if letters[:1].isdigit():
        raise InvalidParameterValue(
            f'invalid regular expression option: "{letters[0]}"',
            hint="If you meant to use regexp_replace() with a start parameter, cast the fourth argument to "
                 "integer explicitly.")
    options = Options()
    everywhere = flags(letters, options)
    return _replace(compiled(pattern, options), text, replacement, 0, 0 if everywhere else 1)


def regexp_replace_from(text: str, pattern: str, replacement: str, start: int, number: int | None = None,
                        letters: str = "") -> str:
    """Replace the number-th match from position `start` (from 1); without number the first, 0 for all."""
    _check(start, "start", 1)
    if number is not None:
        _check(number, "n", 0)
    options = Options()
    everywhere = flags(letters, options)
    count = number if number is not None else 0 if everywhere else 1
    return _replace(compiled(pattern, options), text, replacement, start - 1, count)


def _splits(expression: Expression, text: str) -> Iterator[str]:
    done = previous = 0
    for match in expression.matches(text):
        # Empty matches at either end, or right after a match, split nothing.
        if match.start() < len(text) and match.end() > previous:
            yield text[done : match.start()]
            done = previous = match.end()
    yield text[done:]


def regexp_split_to_table(text: str, pattern: str, letters: str = "") -> Iterator[str]:
    """The parts of text between matches."""
    return _splits(_expression(pattern, letters, "regexp_split_to_table()"), text)


def regexp_split_to_array(text: str, pattern: str, letters: str = "") -> str:
    """The parts of text between matches, as an array."""
    return arrays.dump(list(_splits(_expression(pattern, letters, "regexp_split_to_array()"), text)))


def regexp_count(text: str, pattern: str, start: int = 1, letters: str = "") -> int:
    """How many matches there are from position `start`."""
    _check(start, "start", 1)
    return sum(1 for _ in _expression(pattern, letters, "regexp_count()").matches(text, start - 1))


def _nth(expression: Expression, text: str, start: int, number: int) -> Match | None:
    for count, match in enumerate(expression.matches(text, start - 1), 1):
        if count == number:
            return match
    return None


def regexp_instr(text: str, pattern: str, start: int = 1, number: int = 1, end: int = 0, letters: str = "",
                 group: int = 0) -> int:
    """Position of the number-th match (of its group), or with end = 1 of what follows it; 0 if there is none."""
    _check(start, "start", 1)
    _check(number, "n", 1)
    if end not in (0, 1):
        raise InvalidParameterValue(f'invalid value for parameter "endoption": {end}')
    _check(group, "subexpr", 0)
    match = _nth(_expression(pattern, letters, "regexp_instr()"), text, start, number)
    if match is None or group > len(match.groups()) or match.start(group) < 0:
        return 0
    position = match.end(group) if end else match.start(group)
    return int(position) + 1


def regexp_substr(text: str, pattern: str, start: int = 1, number: int = 1, letters: str = "",
                  group: int = 0) -> str | None:
    """The number-th match (its group); NULL if there is none."""
    _check(start, "start", 1)
    _check(number, "n", 1)
    _check(group, "subexpr", 0)
    match = _nth(_expression(pattern, letters, "regexp_substr()"), text, start, number)
    if match is None or group > len(match.groups()):
        return None
    found: str | None = match.group(group)
    return found


def substring_pattern(text: str, pattern: str) -> str | None:
    """substring(text from pattern): the first group of the first match, or all of it."""
    match = compiled(pattern).search(text)
    if match is None:
        return None
    found: str | None = match.group(1) if match.groups() else match.group()
    return found


def substring_similar(text: str, pattern: str, escape: str) -> str | None:
    """substring(text similar pattern escape escape)."""
    expression = similar_to_escape(pattern, escape)
    return None if expression is None else substring_pattern(text, expression)


_COUNT = ("text,text", "text,text,int4", "text,text,int4,text")
_INSTR = ("text,text", "text,text,int4", "text,text,int4,int4", "text,text,int4,int4,int4",
          "text,text,int4,int4,int4,text", "text,text,int4,int4,int4,text,int4")
_SUBSTR = ("text,text", "text,text,int4", "text,text,int4,int4", "text,text,int4,int4,text",
           "text,text,int4,int4,text,int4")

BUILTINS = (
    *(Builtin(f"{prefix}{name}({kind},text)", Python(function),
        (f"{prefix}{name}('Thomas'::{kind}, '.*thom')", expected))
      for prefix, kind in (("text", "text"), ("name", "name"), ("bpchar", "bpchar"))
      for name, function, expected in (("regexeq", regexp_eq, "f"), ("regexne", regexp_ne, "t"),
                                       ("icregexeq", regexp_ieq, "t"), ("icregexne", regexp_ine, "f"))),
    Builtin("regexp_like(text,text)", Python(regexp_like), ("regexp_like('abc', 'b')", "t")),
    Builtin("regexp_like(text,text,text)", Python(regexp_like), ("regexp_like('ABC', 'b', 'i')", "t")),
    Builtin("regexp_match(text,text)", Python(regexp_match),
            ("regexp_match('foobarbequebaz', '(bar)(beque)')", "{bar,beque}")),
    Builtin("regexp_match(text,text,text)", Python(regexp_match), ("regexp_match('aBc', 'B', 'i')", "{B}")),
    Builtin("regexp_matches(text,text)", SetReturning(regexp_matches)),
    Builtin("regexp_matches(text,text,text)", SetReturning(regexp_matches)),
    Builtin("regexp_replace(text,text,text)", Python(regexp_replace),
            ("regexp_replace('Thomas', '.[mN]a.', 'M')", "ThM")),
    Builtin("regexp_replace(text,text,text,text)", Python(regexp_replace),
            ("regexp_replace('aXbX', 'x', '-', 'gi')", "a-b-")),
    *(Builtin(f"regexp_replace({arguments})", Python(regexp_replace_from), (f"regexp_replace({call})", expected))
      for arguments, call, expected in (
          ("text,text,text,int4", "'aaaa', 'a', 'x', 3", "aaxa"),
           ("text,text,text,int4,int4", "'aaaa', 'a', 'x', 2, 2", "aaxa"),
          ("text,text,text,int4,int4,text", "'aAaa', 'A', 'x', 1, 0, 'i'", "xxxx"))),
    Builtin("regexp_split_to_table(text,text)", SetReturning(regexp_split_to_table)),
    Builtin("regexp_split_to_table(text,text,text)", SetReturning(regexp_split_to_table)),
    Builtin("regexp_split_to_array(text,text)", Python(regexp_split_to_array),
            (r"regexp_split_to_array('hello world', '\s+')", "{hello,world}")),
    Builtin("regexp_split_to_array(text,text,text)", Python(regexp_split_to_array),
            ("regexp_split_to_array('aXbxc', 'x', 'i')", "{a,b,c}")),
    *(Builtin(f"regexp_count({arguments})", Python(regexp_count)) for arguments in _COUNT),
    *(Builtin(f"regexp_instr({arguments})", Python(regexp_instr)) for arguments in _INSTR),
    *(Builtin(f"regexp_substr({arguments})", Python(regexp_substr)) for arguments in _SUBSTR),
    Builtin("substring(text,text)", Python(substring_pattern), ("substring('foobar', 'o(.)b')", "o")),
    Builtin("substring(text,text,text)", Python(substring_similar), ("substring('foobar', '%#\"o_b#\"%', '#')", "oob")),
)
