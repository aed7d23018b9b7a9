"""Access control lists as values: defaults, what is granted, GRANT and REVOKE, and how they are printed.

Source: ddl-priv.html; PostgreSQL's acl.c for what depends on grant options.
"""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from executor.catalog.model import Acl, AclItem

PUBLIC = 0
WORDS = {
    "a": "INSERT", "r": "SELECT", "w": "UPDATE", "d": "DELETE", "D": "TRUNCATE", "x": "REFERENCES", "t": "TRIGGER",
    "X": "EXECUTE", "U": "USAGE", "C": "CREATE", "T": "TEMPORARY", "c": "CONNECT", "s": "SET", "A": "ALTER SYSTEM",
    "m": "MAINTAIN",
}
"""Letters of privileges, in the order in which they are printed."""
LETTERS = {word: letter for letter, word in WORDS.items()} | {"TEMP": "T"}

DEFAULTS = {
    "table": ("", "arwdDxtm"), "sequence": ("", "rwU"), "schema": ("", "UC"), "database": ("Tc", "CTc"),
    "type": ("U", "U"), "function": ("X", "X"), "language": ("U", "U"), "tablespace": ("", "C"), "column": ("", ""),
    "parameter": ("", "sA"),
}
"""Kind of object -> (privileges of everybody, of the owner) where nothing has been granted. The owner's are all there are."""


def default(kind: str, owner: int) -> Acl:
    """The list that an object without one has."""
    everybody, own = DEFAULTS[kind]
    items = ([AclItem(PUBLIC, owner, everybody)] if everybody else []) + ([AclItem(owner, owner, own)] if own else [])
    return tuple(items)


def holds(acl: Acl, roles: frozenset[int], letter: str, *, option: bool = False) -> bool:
    """Whether one of the roles, or everybody, has a privilege; or its grant option, which PUBLIC never has."""
    if option:
        return any(letter in item.options and item.grantee in roles for item in acl)
    return any(letter in item.letters and (item.grantee == PUBLIC or item.grantee in roles) for item in acl)


def _ordered(letters: Iterable[str]) -> str:
    present = set(letters)
    return "".join(letter for letter in WORDS if letter in present)


def granted(acl: Acl, grantee: int, grantor: int, letters: str, *, option: bool) -> Acl:
    """The list with privileges added."""
    options = letters if option else ""
    for i, item in enumerate(acl):
        if (item.grantee, item.grantor) == (grantee, grantor):
            new = replace(item, letters=_ordered(item.letters + letters), options=_ordered(item.options + options))
            return (*acl[:i], new, *acl[i + 1:])
    return (*acl, AclItem(grantee, grantor, _ordered(letters), _ordered(options)))


def revoked(acl: Acl, grantee: int, grantor: int, letters: str, owner: int, *, option_only: bool,
            cascade: bool, refuse: Callable[[], Exception]) -> Acl:
    """The list with privileges, or only their grant options, taken away; and what others have been granted with these.

    refuse: makes the error where somebody has been granted something with them and `cascade` does not say that it goes, too.
    """
    found = next((item for item in acl if (item.grantee, item.grantor) == (grantee, grantor)), None)
    if found is None:
        return acl
    gone = set(letters)
    new = replace(found, letters=found.letters if option_only else _ordered(set(found.letters) - gone),
                  options=_ordered(set(found.options) - gone))
    acl = tuple(new if item is found else item for item in acl)
    acl = tuple(item for item in acl if item.letters)
    lost = "".join(letter for letter in found.options if letter in gone and not has_option(acl, grantee, letter, owner))
    return _without_dependents(acl, grantee, lost, owner, cascade=cascade, refuse=refuse) if lost else acl


def has_option(acl: Acl, role: int, letter: str, owner: int) -> bool:
    """Whether a role itself may grant a privilege on."""
    return role == owner or any(item.grantee == role and letter in item.options for item in acl)


def _without_dependents(acl: Acl, grantor: int, lost: str, owner: int, *, cascade: bool,
                        refuse: Callable[[], Exception]) -> Acl:
    """What has been granted by one who has lost grant options goes."""
    for item in acl:
        letters = "".join(letter for letter in item.letters if letter in lost)
        if item.grantor == grantor and letters:
            if not cascade:
                raise refuse()
            smaller = revoked(acl, item.grantee, grantor, letters, owner, option_only=False, cascade=cascade, refuse=refuse)
            return _without_dependents(smaller, grantor, lost, owner, cascade=cascade, refuse=refuse)
    return acl


def with_owner(acl: Acl, old: int, new: int) -> Acl:
    """The list of an object that gets another owner: what the old one had and granted, the new one has and grants."""
    found: Acl = ()
    for item in acl:
        grantee, grantor = (new if oid == old else oid for oid in (item.grantee, item.grantor))
        found = granted(found, grantee, grantor, item.letters, option=False)
        if item.options:
            found = granted(found, grantee, grantor, item.options, option=True)
    return found


def without_role(acl: Acl, role: int) -> Acl:
    """The list without what a role has been granted."""
    return tuple(item for item in acl if item.grantee != role)


def texts(acl: Acl, name_of: Callable[[int], str]) -> list[str]:
    """The items as PostgreSQL prints them: "bob=r*w/postgres"."""
    def shown(oid: int) -> str:
        return quoted(name_of(oid)) if oid else ""

    return [f"{shown(item.grantee)}="
            + "".join(letter + "*" * (letter in item.options) for letter in item.letters)
            + f"/{shown(item.grantor)}" for item in acl]


def quoted(name: str) -> str:
    """A role's name inside an item."""
    plain = all(character.isascii() and (character.isalnum() or character == "_") for character in name)
    return name if plain else '"' + name.replace('"', '""') + '"'
