"""What decides about connections: the rules and the maps in force, read from files or, without a file, made up.

    policy = Policy.read(hba, ident)        the files as they are, with what is wrong with them
    policy.problems                         lines for the operator; with any, the policy must not be put in force
    policy.rule_for(arrival)                the first rule that is about a connection, or None
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pgwire.access.identity_maps import BadMapping, Mapping, parse_mapping
from pgwire.access.rules import Arrival, BadRule, Rule, parse_rule
from pgwire.access.tokens import Line, Token, read_lines

BUILT_IN = "(built in)"
"""The file name of rules that are in no file."""

WITHOUT_PASSWORDS = """\
local all all trust
host all all 127.0.0.0/8 trust
host all all ::1/128 trust
local replication all trust
host replication all 127.0.0.0/8 trust
host replication all ::1/128 trust
"""
WITH_PASSWORDS = """\
local all all scram-sha-256
host all all 127.0.0.0/8 scram-sha-256
host all all ::1/128 scram-sha-256
hostssl all all all scram-sha-256
local replication all scram-sha-256
host replication all 127.0.0.0/8 scram-sha-256
host replication all ::1/128 scram-sha-256
hostssl replication all all scram-sha-256
"""
NETWORK_WITHOUT_TLS = "host all all all scram-sha-256\nhost replication all all scram-sha-256\n"
NETWORK_TRUST = "host all all all trust\nhost replication all all trust\n"


Meaning = TypeVar("Meaning")


@dataclass(frozen=True)
class Entry(Generic[Meaning]):
    """A line, and what it means or what is wrong with it."""

    line: Line
    meaning: Meaning | None
    error: str | None


@dataclass(frozen=True)
class Policy:
    """Rules and maps."""

    rules: tuple[Entry[Rule], ...]
    maps: tuple[Entry[Mapping], ...] = ()

    @classmethod
    def read(cls, hba: Path, ident: Path | None = None) -> "Policy":
        """The policy in these files."""
        rules = tuple(_rule(line) for line in read_lines(hba))
        return cls(rules, () if ident is None else tuple(_mapping(line) for line in read_lines(ident)))

    @property
    def problems(self) -> list[str]:
        """What is wrong, a line each, beginning with file and line number."""
        wrong = [(entry.line, entry.error) for entries in (self.rules, self.maps) for entry in entries]
        found = [f"{line.path}, line {line.number}: {error}" if line.number else error
                 for line, error in wrong if error is not None]
        if not self.rules:
            found.append("the file of rules has no rule: nobody could connect")
        return found

    def rule_for(self, arrival: Arrival) -> Rule | None:
        """The first rule that is about this connection."""
        return next((entry.meaning for entry in self.rules if entry.meaning is not None and entry.meaning.applies(arrival)),
                    None)

    @property
    def mappings(self) -> Sequence[Mapping]:
        """The maps' lines."""
        return [entry.meaning for entry in self.maps if entry.meaning is not None]


def built_in(text: str) -> Policy:
    """A policy of our own."""
    return Policy(tuple(_rule(line) for line in _lines(text)))


def _lines(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), 1):
        yield Line(BUILT_IN, number, tuple((Token(word),) for word in line.split()))


def _rule(line: Line) -> Entry[Rule]:
    if line.error is not None:
        return Entry(line, None, line.error)
    try:
        return Entry(line, parse_rule(line), None)
    except BadRule as error:
        return Entry(line, None, str(error))


def _mapping(line: Line) -> Entry[Mapping]:
    if line.error is not None:
        return Entry(line, None, line.error)
    try:
        return Entry(line, parse_mapping(line), None)
    except BadMapping as error:
        return Entry(line, None, str(error))
