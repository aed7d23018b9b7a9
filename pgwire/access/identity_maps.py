"""pg_ident.conf: which database user somebody known by another name may be. Source: auth-username-maps.html."""

from collections.abc import Sequence
from dataclasses import dataclass

from executor.builtins.regexp_match import Expression
from executor.roles.login import Login
from pgwire.access.patterns import BadPattern, pattern_of
from pgwire.access.tokens import Field, Line, Token


class BadMapping(Exception):
    """What is wrong with a line."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """A line: in the map `name`, who is `system` elsewhere may be `user` here."""

    path: str
    line: int
    name: str
    system: Token
    user: Token
    system_pattern: Expression | None
    user_pattern: Expression | None

    def allows(self, system: str, user: str, login: Login | None) -> bool:
        """Whether this line lets somebody be this user."""
        wanted = self.user
        if self.system_pattern is not None:
            match = self.system_pattern.search(system)
            if match is None:
                return False
            if "\\1" in wanted.text and self.user_pattern is None:
                groups = match.groups()
                if not groups or groups[0] is None:
                    return False
                # What was found is a name, whatever it looks like: neither `all` nor +group.
                return wanted.text.replace("\\1", groups[0], 1) == user
        elif self.system.text != system:
            return False
        if wanted.is_keyword("all"):
            return True
        if not wanted.quoted and wanted.text.startswith("+"):
            return login is not None and wanted.text[1:] in login.member_of
        return self.user_pattern.test(user) if self.user_pattern is not None else wanted.text == user


def parse_mapping(line: Line) -> Mapping:
    """The mapping of a line. Raises BadMapping."""
    name = _single(line.fields, 0)
    system, user = _single(line.fields, 1), _single(line.fields, 2)
    try:
        return Mapping(line.path, line.number, name.text, system, user, pattern_of(system), pattern_of(user))
    except BadPattern as error:
        raise BadMapping(str(error)) from None


def _single(fields: Sequence[Field], at: int) -> Token:
    if at >= len(fields):
        raise BadMapping("missing entry at end of line")
    if len(fields[at]) > 1:
        raise BadMapping("multiple values in ident field")
    return fields[at][0]


def may_be(mappings: Sequence[Mapping], name: str | None, system: str, user: str, login: Login | None) -> bool:
    """Whether somebody known as `system` may be `user` by the map of this name; without a map only who has the same name."""
    if not name:
        return system == user
    return any(each.name == name and each.allows(system, user, login) for each in mappings)
