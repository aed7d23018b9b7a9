"""Producers of what sessions do: pg_stat_activity, pg_locks, prepared statements, cursors."""

from collections.abc import Iterable

from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, array, maker

_activity_row = maker("pg_catalog.pg_stat_activity")


def pg_stat_activity(view: SessionView) -> Iterable[Row]:
    """Every session."""
    return (_activity_row(
        datid=a.database_oid, datname=a.database, pid=a.process_id, usesysid=a.user_oid, usename=a.user,
        application_name=a.application_name, client_addr=a.client_address, client_port=a.client_port,
        backend_start=a.backend_start, xact_start=a.transaction_start, query_start=a.query_start,
        state_change=a.state_change, wait_event_type=a.wait_event_type, wait_event=a.wait_event, state=a.state,
        query=a.query, backend_type=a.backend_type) for a in view.activity())


_ssl_row = maker("pg_catalog.pg_stat_ssl")
_gssapi_row = maker("pg_catalog.pg_stat_gssapi", gss_authenticated=0, encrypted=0, credentials_delegated=0)


def pg_stat_ssl(view: SessionView) -> Iterable[Row]:
    """Whether each session is encrypted, and how."""
    for a in view.activity():
        if a.backend_type != "client backend":
            continue
        if a.tls is None:
            yield _ssl_row(pid=a.process_id, ssl=0)
            continue
        (cipher, bits), (name, serial, issuer) = a.tls.cipher, a.tls.client
        yield _ssl_row(pid=a.process_id, ssl=1, version=a.tls.version, cipher=cipher, bits=bits, client_dn=name,
                       client_serial=serial, issuer_dn=issuer)


_hba_row = maker("pg_catalog.pg_hba_file_rules")
_ident_row = maker("pg_catalog.pg_ident_file_mappings")


def pg_hba_file_rules(view: SessionView) -> Iterable[Row]:
    """The rules about who may connect."""
    return (_hba_row(
        rule_number=rule.number, file_name=rule.file, line_number=rule.line, type=rule.kind,
        database=None if rule.databases is None else array(rule.databases),
        user_name=None if rule.users is None else array(rule.users), address=rule.address, netmask=rule.netmask,
        auth_method=rule.method, options=None if rule.options is None else array(rule.options), error=rule.error)
        for rule in view.authentication_rules())


def pg_ident_file_mappings(view: SessionView) -> Iterable[Row]:
    """The maps of names."""
    return (_ident_row(map_number=each.number, file_name=each.file, line_number=each.line, map_name=each.name,
                       sys_name=each.system, pg_username=each.user, error=each.error) for each in view.name_mappings())


def pg_stat_gssapi(view: SessionView) -> Iterable[Row]:
    """GSSAPI is never used."""
    return (_gssapi_row(pid=a.process_id) for a in view.activity() if a.backend_type == "client backend")


_lock_row = maker("pg_catalog.pg_locks")


def pg_locks(view: SessionView) -> Iterable[Row]:
    """Locks held and waited for."""
    return (_lock_row(
        locktype=lock.kind, database=lock.database, relation=lock.relation, page=lock.page, tuple=lock.tuple,
        virtualxid=lock.virtual_id, transactionid=lock.transaction_id, classid=lock.class_id, objid=lock.object_id,
        objsubid=lock.object_sub_id, virtualtransaction=lock.virtual_transaction, pid=lock.process_id, mode=lock.mode,
        granted=int(lock.granted), fastpath=int(lock.fast_path), waitstart=lock.wait_start) for lock in view.locks())


_prepared_row = maker("pg_catalog.pg_prepared_statements")


def pg_prepared_statements(view: SessionView) -> Iterable[Row]:
    """The session's prepared statements."""
    return (_prepared_row(
        name=p.name, statement=p.statement, prepare_time=p.prepare_time, parameter_types=array(p.parameter_types),
        result_types=array(p.result_types), from_sql=int(p.from_sql), generic_plans=p.generic_plans,
        custom_plans=p.custom_plans) for p in view.prepared_statements())


_cursor_row = maker("pg_catalog.pg_cursors")


def pg_cursors(view: SessionView) -> Iterable[Row]:
    """The session's cursors."""
    return (_cursor_row(name=c.name, statement=c.statement, is_holdable=int(c.holdable), is_binary=int(c.binary),
                        is_scrollable=int(c.scrollable), creation_time=c.creation_time) for c in view.cursors())
