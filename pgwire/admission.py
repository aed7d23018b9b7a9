"""Decides how a connection is to prove who it is: the policy in force, the roles, and what is known of the connection.

    admission = Admission(engine, policies, tls, log)
    candidate = await admission.candidate(options, link)      raises 28000 where no rule lets it in

Without a file of rules the policy is built in, and depends on whether any role has a password: it is chosen for each connection,
so that the first password that is set counts from then on.
"""

import ipaddress
import pwd
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from executor.catalog.system.session_view import AuthenticationRule, NameMapping
from executor.roles.login import Login
from pgwire import auth
from pgwire.access import policy
from pgwire.access.policy import Policy, built_in
from pgwire.access.rules import Arrival
from pgwire.contract import Engine
from pgwire.socket_link import SocketLink
from pgwire.startup_options import StartupOptions
from pgwire.tls import BadTls, Tls

LOCAL = "[local]"


class BadPolicy(Exception):
    """The files of rules cannot be used; the text has a line for each thing that is wrong."""


class Policies:
    """Where the policy comes from, and the one that was read last."""

    def __init__(self, hba: Path | None = None, ident: Path | None = None, *, network: str = "") -> None:
        """network: rules for connections from other machines without TLS, for a server without a file. Raises BadPolicy."""
        self.hba, self.ident = hba, ident
        self._open = built_in(policy.WITHOUT_PASSWORDS + (network if network == policy.NETWORK_TRUST else ""))
        self._closed = built_in(policy.WITH_PASSWORDS + network)
        self._read: Policy | None = None
        self.reload()

    def reload(self) -> None:
        """Read the files again. Raises BadPolicy, and then the policy is as before."""
        if self.hba is None:
            return
        found = Policy.read(self.hba, self.ident)
        if found.problems:
            raise BadPolicy("\n".join(found.problems))
        self._read = found

    def on_disk(self, has_password: bool) -> Policy:
        """What the files say now, with what is wrong with them: for pg_hba_file_rules."""
        return self.in_force(has_password) if self.hba is None else Policy.read(self.hba, self.ident)

    def in_force(self, has_password: bool) -> Policy:
        """What decides about a connection now."""
        if self._read is not None:
            return self._read
        return self._closed if has_password else self._open


class Admission:
    """What the server asks about each connection, and what SIGHUP reads again."""

    def __init__(self, engine: Engine, policies: Policies, tls: Tls | None = None) -> None:
        self.tls = tls
        self.policies = policies
        self._engine = engine
        self._secret = secrets.token_bytes(32)

    async def candidate(self, options: StartupOptions, link: SocketLink | None) -> auth.Candidate:
        """Who wants in, with the method of the first rule about it (28000 where there is none, or it rejects)."""
        engine = self._engine
        await engine.refresh_roles()
        login = engine.find_login(options.user)
        facts = link.tls if link is not None else None
        address = link.address if link is not None else None
        policy = self.policies.in_force(engine.any_role_has_password())
        rule = policy.rule_for(Arrival(
            None if address is None else ipaddress.ip_address(address), facts is not None, options.user, options.database, login,
            replication=options.is_physical_replication))
        candidate = auth.Candidate(
            options.user, rule.method if rule is not None else "reject", login, _counting(login),
            rule.options if rule is not None else {}, policy.mappings if rule is not None and rule.options else (),
            encrypted=facts is not None,
            channel_binding=facts.binding if facts is not None else None,
            certificate=facts.certificate if facts is not None else None,
            system_user=_system_user(link) if rule is not None and rule.method == "peer" else None,
            secret=engine.mock_secret or self._secret, iterations=int(engine.server_setting("scram_iterations")))
        if rule is None or rule.method == "reject":
            raise auth.refusal(candidate, host=address or LOCAL, rejected=rule is not None,
                               database=None if options.is_physical_replication else options.database)
        return candidate

    def rules(self) -> Iterator[AuthenticationRule]:
        """For pg_hba_file_rules: what the file says now, or what is built in."""
        numbers = count(1)
        for entry in self.policies.on_disk(self._engine.any_role_has_password()).rules:
            line, rule = entry.line, entry.meaning
            if rule is None:
                yield AuthenticationRule(None, line.path, line.number, error=entry.error)
                continue
            address = rule.address
            options = tuple(f"{name}={rule.options[name]}" for name in ("map", "clientcert") if name in rule.options)
            yield AuthenticationRule(
                next(numbers), line.path, line.number, rule.kind, rule.databases, rule.users,
                address.shown if address is not None else None, address.netmask if address is not None else None, rule.method,
                options or None)

    def name_mappings(self) -> Iterator[NameMapping]:
        """For pg_ident_file_mappings."""
        numbers = count(1)
        for entry in self.policies.on_disk(self._engine.any_role_has_password()).maps:
            line, found = entry.line, entry.meaning
            if found is None:
                yield NameMapping(None, line.path, line.number, error=entry.error)
            else:
                yield NameMapping(next(numbers), line.path, line.number, found.name, found.system.text, found.user.text)

    def reload(self, log: Any) -> None:
        """Read rules and certificates again; what is bad stays as it was, and is logged."""
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("rules", self.policies.reload), ("TLS", self.tls.reload if self.tls is not None else lambda: None))
        for what, reload in steps:
            try:
                reload()
            except (BadPolicy, BadTls) as error:
                for line in str(error).splitlines():
                    log.error("not reloaded, the old ones stay in force", what=what, reason=line)
            else:
                log.info("reloaded", what=what)


def _counting(login: Login | None) -> str | None:
    """The verifier, unless the password has expired: that is no different from a wrong one for who asks."""
    if login is None or login.password_expired(datetime.now(UTC)):
        return None
    return login.verifier


def _system_user(link: SocketLink | None) -> str | None:
    """Who is at the other end of a Unix socket, by name."""
    user_id = link.peer_user_id if link is not None else None
    if user_id is None:
        return None
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return None
