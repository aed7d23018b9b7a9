"""Which producer gives the rows of which system relation, and what its rows depend on.

    depends_on("pg_catalog", "pg_class") -> "catalog"     rows(...) again when there is a new catalog
    depends_on("pg_catalog", "pg_cast")  -> "constant"    the same rows always
    depends_on("pg_catalog", "pg_locks") -> "session"     rows(...) again for each statement

A relation without a producer resolves, but reading it is 0A000. Relations of features that pgquill does not have yet
are empty (EMPTY), which is what PostgreSQL shows while nobody uses them; the module that brings a feature registers its
own producer.
"""

from collections.abc import Callable, Iterable

from executor.catalog.routine_texts import body_text, proc_values
from executor.catalog.system import (
    classes,
    cluster,
    constraints,
    information_constraints,
    information_privileges,
    information_routines,
    information_tables,
    objects,
    publications,
    replication,
    sessions,
    statistics,
    subscriptions,
    triggers,
    types,
    views,
)
from executor.catalog.system.session_view import SessionView
from executor.catalog.system.shape import Row, array, maker
from executor.errors import not_supported
from executor.facts import table

Producer = Callable[[SessionView], Iterable[Row]]

CONSTANT, CATALOG, SESSION = "constant", "catalog", "session"


def _facts(name: str) -> Producer:
    return lambda view: [tuple(row) for row in table(name).rows]


def pg_proc(view: SessionView) -> Iterable[Row]:
    """Functions; the facts have every function's whole argument list in place of its defaults."""
    columns = [column for column, _ in table("pg_proc").columns]
    defaults, count = columns.index("proargdefaults"), columns.index("pronargdefaults")
    for row in table("pg_proc").rows:
        if row[defaults] is not None and not row[count]:
            row = [*row[:defaults], None, *row[defaults + 1:]]
        yield tuple(row)
    languages = {name: oid for oid, name in table("pg_language").select("oid", "lanname")}
    path = ("pg_catalog", "public")
    for routine in view.catalog.routines:
        values = proc_values(view.catalog, routine, path)
        lists = {name: array(values[name]) for name in ("proallargtypes", "proargmodes", "proargnames")}
        config = [f"{name}={value}" for name, value in routine.settings] or None
        yield _proc_row(
            oid=routine.oid, proname=routine.name, pronamespace=objects.namespace(view.catalog, routine.schema),
            prolang=languages[routine.language], prokind=routine.kind, prosecdef=int(routine.security_definer),
            proleakproof=int(routine.leakproof), proisstrict=int(routine.strict), proretset=int(routine.returns_set),
            provolatile=routine.volatility, proparallel=routine.parallel, pronargs=len(routine.inputs),
            pronargdefaults=sum(a.default is not None for a in routine.inputs), prorettype=routine.result,
            proargtypes=array(routine.signature), prosrc=routine.body, proconfig=array(config),
            proowner=routine.owner or objects.OWNER, prosqlbody=body_text(routine), **{**values, **lists})


_proc_row = maker("pg_catalog.pg_proc", proowner=objects.OWNER, prosupport=0)
_FACTS = """pg_operator pg_cast pg_aggregate pg_opclass pg_opfamily pg_amop pg_amproc pg_am pg_language pg_collation
pg_conversion pg_ts_config pg_ts_config_map pg_ts_dict pg_ts_parser pg_ts_template pg_tablespace pg_init_privs
pg_extension pg_wait_events"""
_SQL_FACTS = "sql_features sql_implementation_info sql_parts sql_sizing"

EMPTY = """pg_catalog.pg_policy pg_catalog.pg_policies
pg_catalog.pg_statistic_ext pg_catalog.pg_statistic_ext_data pg_catalog.pg_statistic
pg_catalog.pg_stats pg_catalog.pg_stats_ext pg_catalog.pg_stats_ext_exprs pg_catalog.pg_event_trigger
pg_catalog.pg_foreign_data_wrapper pg_catalog.pg_foreign_server pg_catalog.pg_foreign_table
pg_catalog.pg_user_mapping pg_catalog.pg_user_mappings pg_catalog.pg_default_acl pg_catalog.pg_largeobject
pg_catalog.pg_largeobject_metadata pg_catalog.pg_parameter_acl pg_catalog.pg_seclabel
pg_catalog.pg_shseclabel pg_catalog.pg_seclabels pg_catalog.pg_shdepend pg_catalog.pg_transform
pg_catalog.pg_prepared_xacts pg_catalog.pg_file_settings
pg_catalog.pg_stat_subscription pg_catalog.pg_stat_subscription_stats
pg_catalog.pg_stat_progress_analyze pg_catalog.pg_stat_progress_basebackup
pg_catalog.pg_stat_progress_cluster pg_catalog.pg_stat_progress_copy pg_catalog.pg_stat_progress_create_index
pg_catalog.pg_stat_progress_vacuum pg_catalog.pg_stat_user_functions pg_catalog.pg_stat_xact_user_functions
information_schema._pg_foreign_data_wrappers information_schema._pg_foreign_servers
information_schema._pg_foreign_table_columns information_schema._pg_foreign_tables
information_schema._pg_user_mappings information_schema.column_options
information_schema.foreign_data_wrapper_options information_schema.foreign_data_wrappers
information_schema.foreign_server_options information_schema.foreign_servers information_schema.foreign_table_options
information_schema.foreign_tables information_schema.routine_column_usage
information_schema.routine_routine_usage information_schema.routine_sequence_usage
information_schema.routine_table_usage information_schema.transforms
information_schema.user_mapping_options information_schema.user_mappings"""

_FROM_CATALOG: list[Producer] = [
    pg_proc, classes.pg_class, classes.pg_attribute, classes.pg_attrdef, types.pg_type, types.pg_enum, types.pg_range,
    classes.pg_namespace, classes.pg_sequence, classes.pg_rewrite, classes.pg_inherits,
    classes.pg_partitioned_table, constraints.pg_index, constraints.pg_constraint, constraints.pg_depend,
    constraints.pg_description, constraints.pg_shdescription, views.pg_tables, views.pg_views,
    views.pg_matviews,
    views.pg_indexes, triggers.pg_trigger, publications.pg_publication, publications.pg_publication_rel,
    publications.pg_publication_namespace, publications.pg_publication_tables,
    subscriptions.pg_subscription, subscriptions.pg_subscription_rel,
]
_FROM_SESSION: list[Producer] = [
    views.pg_sequences, cluster.pg_database, cluster.pg_authid, cluster.pg_roles, cluster.pg_user, cluster.pg_shadow,
    cluster.pg_group, cluster.pg_auth_members, cluster.pg_db_role_setting, cluster.pg_settings, cluster.pg_timezone_names,
    sessions.pg_stat_activity, sessions.pg_stat_ssl, sessions.pg_hba_file_rules, sessions.pg_ident_file_mappings,
    sessions.pg_stat_gssapi, sessions.pg_locks,
    sessions.pg_prepared_statements, sessions.pg_cursors, statistics.pg_stat_database,
    statistics.pg_stat_database_conflicts, statistics.pg_stat_wal, statistics.pg_stat_checkpointer,
    replication.pg_replication_slots, replication.pg_stat_replication_slots, replication.pg_stat_replication,
    replication.pg_stat_wal_receiver, replication.pg_replication_origin, replication.pg_replication_origin_status,
]
_CONSTANTS: list[Producer] = [views.pg_rules, cluster.pg_available_extensions,
                              cluster.pg_available_extension_versions, cluster.pg_timezone_abbrevs]
# information_schema also shows the database's name, which does not change while a connection lasts.
_INFORMATION: list[Producer] = [
    information_tables.information_schema_catalog_name, information_tables.tables, information_tables.views,
    information_tables.columns, information_tables.sequences, information_tables.domains,
    information_tables.domain_constraints, information_tables.domain_udt_usage, information_tables.column_domain_usage,
    information_tables.column_udt_usage, information_tables.attributes, information_tables.user_defined_types,
    information_tables.view_table_usage, information_tables.view_column_usage, information_tables.collations,
    information_tables.character_sets,
    information_tables.collation_character_set_applicability, information_constraints.table_constraints,
    information_constraints.key_column_usage, information_constraints.constraint_column_usage,
    information_constraints.constraint_table_usage, information_constraints.referential_constraints,
    information_constraints.check_constraints, information_routines.routines, information_routines.parameters,
    triggers.triggers, triggers.triggered_update_columns,
]
_ROLES: list[Producer] = [information_tables.schemata, information_privileges.enabled_roles]
_GRANTS = "table_privileges role_table_grants column_privileges role_column_grants"
_PRIVILEGES = """routine_privileges role_routine_grants udt_privileges role_udt_grants usage_privileges role_usage_grants"""
_ROLE_LISTS = "applicable_roles administrable_role_authorizations"


def _name(produce: Producer) -> str:
    return str(getattr(produce, "__name__", ""))


def _registry() -> dict[str, tuple[Producer, str]]:
    found: dict[str, tuple[Producer, str]] = {name: (lambda view: (), CONSTANT) for name in EMPTY.split()}
    found |= {f"pg_catalog.{name}": (_facts(name), CONSTANT) for name in _FACTS.split()}
    found |= {f"information_schema.{name}": (_facts(name), CONSTANT) for name in _SQL_FACTS.split()}
    for producers, schema, depends in (
            (_CONSTANTS, "pg_catalog", CONSTANT), (_FROM_CATALOG, "pg_catalog", CATALOG),
            (_FROM_SESSION, "pg_catalog", SESSION), (_INFORMATION, "information_schema", CATALOG),
            (_ROLES, "information_schema", SESSION)):
        found |= {f"{schema}.{_name(produce)}": (produce, depends) for produce in producers}
    for name in _PRIVILEGES.split():
        found[f"information_schema.{name}"] = (getattr(information_privileges, name), CATALOG)
    for name in (*_ROLE_LISTS.split(), *_GRANTS.split()):
        found[f"information_schema.{name}"] = (getattr(information_privileges, name), SESSION)
    for group in (statistics.SCOPED, statistics.SINGLE):
        found |= {f"pg_catalog.{name}": (produce, CATALOG) for name, produce in group.items()}
    return found


_PRODUCERS = _registry()


def register(schema: str, name: str, produce: Producer, depends: str) -> None:
    """Give a system relation a producer, for the module whose state it shows (pg_replication_slots)."""
    _PRODUCERS[f"{schema}.{name}"] = (produce, depends)


def producer(schema: str, name: str) -> Producer | None:
    """The producer of a system relation, None if pgquill has none."""
    found = _PRODUCERS.get(f"{schema}.{name}")
    return found[0] if found else None


def depends_on(schema: str, name: str) -> str:
    """constant, catalog or session: when the rows have to be made again."""
    return _PRODUCERS[f"{schema}.{name}"][1]


def is_constant(schema: str, name: str) -> bool:
    """True if the rows never change."""
    return depends_on(schema, name) == CONSTANT


def rows(schema: str, name: str, view: SessionView) -> Iterable[Row]:
    """A system relation's rows in stored form, columns in attribute order (0A000 if there is no producer)."""
    produce = producer(schema, name)
    if produce is None:
        raise not_supported(f"system relation {schema}.{name}")
    return produce(view)
