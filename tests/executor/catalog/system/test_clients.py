"""The system relations that clients ask for in their own queries are there."""

import pytest

from executor.catalog.system import producers, relations

# Taken from the texts of psql 18 and pg_dump 18, and from the reflection of SQLAlchemy, Django, asyncpg and pgjdbc.
ASKED_FOR = """
psql: pg_am pg_amop pg_amproc pg_attrdef pg_attribute pg_auth_members pg_cast pg_class pg_collation pg_constraint
 pg_conversion pg_database pg_db_role_setting pg_default_acl pg_depend pg_description pg_enum pg_event_trigger
 pg_extension pg_foreign_data_wrapper pg_foreign_server pg_foreign_table pg_index pg_inherits pg_language
 pg_largeobject_metadata pg_namespace pg_opclass pg_operator pg_opfamily pg_parameter_acl pg_policy pg_proc
 pg_publication pg_publication_namespace pg_publication_rel pg_rewrite pg_roles pg_sequence pg_settings
 pg_statistic_ext pg_subscription pg_tablespace pg_trigger pg_ts_config pg_ts_config_map pg_ts_dict pg_ts_parser
 pg_ts_template pg_type pg_user_mappings pg_available_extensions
pg_dump: pg_aggregate pg_authid pg_init_privs pg_partitioned_table pg_range pg_replication_origin_status pg_seclabels
 pg_shseclabel pg_stats pg_subscription_rel pg_transform pg_user_mapping pg_largeobject pg_shdepend pg_shdescription
applications: pg_tables pg_views pg_matviews pg_indexes pg_sequences pg_user pg_shadow pg_group pg_locks
 pg_stat_activity pg_stat_database pg_stat_user_tables pg_stat_user_indexes pg_statio_user_tables pg_cursors
 pg_prepared_statements pg_prepared_xacts pg_timezone_names pg_timezone_abbrevs pg_stat_replication
 pg_replication_slots pg_publication_tables pg_stat_ssl pg_file_settings pg_rules pg_policies pg_stat_bgwriter
"""


LINES = ASKED_FOR.strip().replace("\n ", " ").splitlines()


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split(":")[0])
def test_relations_that_clients_read_have_producers(line: str) -> None:
    names = line.split(":")[1].split()
    assert [name for name in names if relations.relation("pg_catalog", name) is None] == []
    assert [name for name in names if producers.producer("pg_catalog", name) is None] == []


def test_relation_without_producer_is_known_but_cannot_be_read() -> None:
    assert relations.relation("pg_catalog", "pg_stat_io") is not None
    assert producers.producer("pg_catalog", "pg_stat_io") is None
