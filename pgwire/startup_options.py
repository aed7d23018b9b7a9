"""The parameters of a StartupMessage: user, database, and the settings to begin with."""

from executor.errors import SqlError
from executor.settings.definitions import parse_bool
from executor.sqlstates import InvalidAuthorizationSpecification, InvalidParameterValue, SyntaxError
from pgwire.messages.startup import StartupMessage

PROTOCOL_OPTION_PREFIX = "_pq_."
_NAME_BYTES_MAX = 63
"""PostgreSQL cuts user and database names to this length."""

_NOT_SETTINGS = frozenset({"user", "database", "options", "replication"})
_SPACES = " \t\n\r\v\f"


class StartupOptions:
    """What a client asked for.

    settings: in the order PostgreSQL applies them, those of `options` first, so that a later one wins.
    unknown: protocol options (`_pq_.…`); none is known, NegotiateProtocolVersion lists them.
    replication: whether a replication connection is wanted, of either kind; is_physical_replication: of the kind that is
    about no database.
    """

    def __init__(self, message: StartupMessage) -> None:
        parameters = dict(message.parameters)
        self.unknown = tuple(name for name in parameters if name.startswith(PROTOCOL_OPTION_PREFIX))
        self.user = _cut(parameters.get("user", ""))
        if not self.user:
            raise InvalidAuthorizationSpecification("no PostgreSQL user name specified in startup packet")
        self.database = _cut(parameters.get("database", "")) or self.user
        wanted = parameters.get("replication", "false")
        self.replication = _wants_replication(wanted)
        self.is_physical_replication = self.replication and wanted != "database"
        self.settings = command_line_settings(parameters.get("options", ""))
        for name, value in parameters.items():
            if name not in _NOT_SETTINGS and name not in self.unknown:
                self._set(name, value)

    def _set(self, name: str, value: str) -> None:
        """Names of settings are the same in any case; keep the client's spelling for error messages."""
        for other in [known for known in self.settings if known.lower() == name.lower()]:
            del self.settings[other]
        self.settings[name] = value


def _wants_replication(text: str) -> bool:
    found = True if text == "database" else parse_bool(text)
    if found is None:
        raise InvalidParameterValue(f'invalid value for parameter "replication": "{text}"',
                                    hint='Valid values are: "false", 0, "true", 1, "database".')
    return found


def _cut(name: str) -> str:
    return name.encode()[:_NAME_BYTES_MAX].decode("utf-8", "ignore")


def split_options(text: str) -> list[str]:
    """Words separated by white space; a backslash takes the next character as it is."""
    words: list[str] = []
    word: str | None = None
    characters = iter(text)
    for character in characters:
        if character in _SPACES:
            if word is not None:
                words.append(word)
            word = None
            continue
        word = (word or "") + (next(characters, "") if character == "\\" else character)
    return words if word is None else [*words, word]


def command_line_settings(text: str) -> dict[str, str]:
    """The settings of `options`: `-c name=value`, `-cname=value`, `--name=value`. Raises 42601 for other switches."""
    settings: dict[str, str] = {}
    words = iter(split_options(text))
    for word in words:
        if word == "-c":
            following = next(words, None)
            if following is None:
                raise _bad_switch(word)
            assignment = following
        elif word.startswith(("-c", "--")) and len(word) > 2:
            assignment = word[2:]
        else:
            raise _bad_switch(word)
        name, equals, value = assignment.partition("=")
        if not equals:
            raise SyntaxError(f"{'--' if word.startswith('--') else '-c '}{assignment} requires a value")
        settings[name.replace("-", "_")] = value
    return settings


def _bad_switch(word: str) -> SqlError:
    message = f"invalid command-line argument for server process: {word}"
    return SyntaxError(message, hint='Try "postgres --help" for more information.')
