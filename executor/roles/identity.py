"""Who a session is: the role it logged in as, SET SESSION AUTHORIZATION, SET ROLE; and the roles as its transaction sees them.

The settings `session_authorization` and `role` hold what was asked for, and go back with the transaction as all settings do;
`refresh` makes of them what functions and checks look at. Roles have numbers, so a role that is renamed stays the same.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from executor.catalog.model import Catalog
from executor.roles.changes import Actor
from executor.roles.model import BOOTSTRAP_OID, Role, Roles
from executor.roles.rules import has_privileges_of, is_superuser, may_set
from executor.roles.store import Operation, RoleStore
from executor.sqlstates import InsufficientPrivilege, InvalidParameterValue
from storage.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from executor.session import Session


class Pending(NamedTuple):
    """A change that the transaction has made, and all roles after it."""

    operation: Operation
    after: Roles


class Identity:
    """One session's roles.

    login, session_oid, current_oid: OIDs of the role it logged in as, of session_user, of current_user. Somebody who connects
    before there are roles is the superuser that everything begins with, under a name of his own.
    """

    def __init__(self, session: "Session", store: RoleStore, user: str) -> None:
        self.session = session
        self.store = store
        self.user = user
        self.pending: list[Pending] = []
        self.allowed: dict[int, Any] = {}  # the plans that the current user may run, by id(): see executor.privileges.plans
        self.plan_user: str | None = None  # what plans depend on of a superuser
        self._path: tuple[str, object] = ("", "")
        self._path_of = -1
        self._hidden: tuple[tuple[Catalog, Roles, int], frozenset[str]] | None = None
        self.login_oid = self.session_oid = self.current_oid = BOOTSTRAP_OID
        self.is_superuser = True
        self.is_named = False  # whether there is a role of that name
        self._find_login()
        session.settings.role_check = self.check_setting
        session.settings.may_set = self.may_set
        session.settings.may_examine = self.may_examine
        session.settings.listen("role", lambda value: self._became())
        session.settings.listen("session_authorization", lambda value: self._became())
        self._became()

    # --- reading --------------------------------------------------------------------------------------------------

    @property
    def roles(self) -> Roles:
        """All roles, with what the transaction has changed."""
        return self.pending[-1].after if self.pending else self.store.roles

    @property
    def actor(self) -> Actor:
        """Who does what the session does."""
        return Actor(self.current_oid, self.session_oid)

    @property
    def login_is_superuser(self) -> bool:
        """Whether SET SESSION AUTHORIZATION is allowed."""
        return is_superuser(self.roles, self.login_oid)

    @property
    def plan_key(self) -> object:
        """What plans depend on of the user: what "$user" on the search path means, and which schemas are hidden."""
        user: str = self.session.context.user
        if self.is_superuser:
            return user
        catalog = self.session.catalog_now()
        return (user, None if catalog is None else self.hidden_schemas(catalog))

    @property
    def path(self) -> object:
        """What decides where the names in a statement are looked for. Asked for at each Bind, so a superuser's is kept."""
        settings = self.session.settings
        if self._path_of != settings.revision or not self.is_superuser:
            self._path = (settings.get("search_path"), self.plan_key)
            self._path_of = settings.revision
        return self._path

    def _find_login(self) -> None:
        role = self.roles.by_name.get(self.user)
        if role is not None:
            self.login_oid = role.oid
            self.is_named = True

    def name_of(self, oid: int) -> str:
        """A role's name; that of somebody without one is what he has logged in as."""
        if oid == BOOTSTRAP_OID and not self.is_named:
            return self.user
        return self.roles.name_of(oid)

    def role_called(self, name: str) -> Role | None:
        """A role by name; the session's own too, if it has none of its own."""
        found = self.roles.by_name.get(name)
        if found is None and name == self.user and not self.is_named:
            return self.roles.by_oid[BOOTSTRAP_OID]
        return found

    def refresh(self) -> None:
        """After a change of the roles or of the settings."""
        if not self.is_named and self.user in self.roles.by_name:
            self._find_login()
            self._became()
            return
        self.allowed.clear()
        context = self.session.context
        self.is_superuser = is_superuser(self.roles, self.current_oid)
        context.user, context.session_user = self.name_of(self.current_oid), self.name_of(self.session_oid)
        context.user_oid = self.current_oid
        self.plan_user = context.user if self.is_superuser else None
        self._path_of = -1
        self.session.settings.tell_superuser(self.is_superuser)

    def _became(self) -> None:
        """After a change of the settings, also by a rollback."""
        settings = self.session.settings
        self.session_oid = self._oid_of(settings.get("session_authorization"), self.login_oid)
        role = settings.get("role")
        self.current_oid = self.session_oid if role == "none" else self._oid_of(role, self.session_oid)
        self.refresh()

    def _oid_of(self, name: str, otherwise: int) -> int:
        if name == self.user:
            return self.login_oid
        found = self.role_called(name)
        return otherwise if found is None else found.oid

    def hidden_schemas(self, catalog: Catalog) -> frozenset[str]:
        """The schemas of a catalog that the current user may not use."""
        known = self._hidden
        seen = (catalog, self.roles, self.current_oid)
        if known is None or known[0][0] is not catalog or known[0][1] is not seen[1] or known[0][2] != self.current_oid:
            from executor.privileges.rules import of_schema, who_is

            who = who_is(self.session)
            hidden = frozenset(schema.name for schema in catalog.schemas if not who.may(of_schema(schema), "U"))
            known = self._hidden = (seen, hidden)
        return known[1]

    # --- changing -------------------------------------------------------------------------------------------------

    def change(self, operation: Operation) -> None:
        """Do a change in the transaction. Raises what it raises; then nothing has changed."""
        self.pending.append(Pending(operation, operation(self.roles)))
        self.refresh()

    def become_named(self) -> None:
        """Before a change of the roles: from the first one on everybody needs his own to connect, so he who makes it gets
        his, a superuser as he has been."""
        if self.roles.has_own or self.user in self.roles.by_name:
            return
        oid = self.store.take_oid()

        def record(roles: Roles) -> Roles:
            if self.user in roles.by_name:
                return roles
            return roles.with_role(Role(oid=oid, name=self.user, superuser=True, create_role=True, create_database=True,
                                        can_login=True, replication=True, bypass_rls=True))
        self.change(record)

    async def write(self, transaction: Transaction) -> "Callable[[], None]":
        """Before the commit: write what the transaction has changed. Gives what is to be called after it."""
        return await self.store.write(transaction, [change.operation for change in self.pending])

    def committed(self) -> None:
        """The transaction has ended well."""
        self.pending.clear()
        self.refresh()

    def undo_since(self, mark: int) -> None:
        """Forget the changes since a savepoint (`len(pending)` then); 0: all."""
        if len(self.pending) > mark:
            del self.pending[mark:]
            if self.user not in self.roles.by_name and self.login_oid not in self.roles.by_oid:
                self.login_oid, self.is_named = BOOTSTRAP_OID, False
            self._became()

    def untie(self) -> None:
        """Forget the session, which is over."""
        self.session = None  # type: ignore[assignment]

    # --- SET ROLE and SET SESSION AUTHORIZATION -------------------------------------------------------------------

    def may_set(self, name: str) -> bool:
        """Whether the current user may change a setting that is for superusers."""
        return self.is_superuser

    def may_examine(self) -> bool:
        """Whether the current user may see settings that are not everybody's business."""
        return self.is_superuser or self.has_role("pg_read_all_settings")

    def has_role(self, name: str) -> bool:
        """Whether the current user has the privileges of a role."""
        role = self.roles.by_name.get(name)
        return role is not None and has_privileges_of(self.roles, self.current_oid, role.oid)

    def check_setting(self, name: str, value: str) -> None:
        """42501, 22023 if the session may not become a role. name: role or session_authorization."""
        if name == "role" and value == "none":
            return
        role = self.role_called(value)
        if role is None:
            raise InvalidParameterValue(f'role "{value}" does not exist')
        if name == "role":
            if not may_set(self.roles, self.session_oid, role.oid):
                raise InsufficientPrivilege(f'permission denied to set role "{value}"')
        elif role.oid != self.login_oid and not self.login_is_superuser:
            raise InsufficientPrivilege(f'permission denied to set session authorization "{value}"')
