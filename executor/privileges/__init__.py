"""Who may do what with objects: owners, access control lists, predefined roles.

`acl` is about the lists as values; `objects` says what has an owner and a list; `rules` answers whether a role may; `plans` says
what a bound plan needs, which is checked in one place before it runs; `ddl` what statements need that are no queries.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from executor.analysis import Analyzed
    from executor.session import Session


def check_privileges(session: "Session", analyzed: "Analyzed", by: int = 0) -> None:
    """Raise 42501 if the current user may not run a statement. by: somebody else who acts (the owner of a view). Superusers,
    who are most, never come here."""
    from executor.privileges.plans import check

    check(session, analyzed, by)
