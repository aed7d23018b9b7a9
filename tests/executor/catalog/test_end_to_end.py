"""What clients ask the catalogs for, over the wire: psql's commands, pg_dump, SQLAlchemy and Django."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.pgquill_server import PgquillServer, needs_engine
from tests.postgres18 import Unavailable, find_programs

pytestmark = needs_engine

SCHEMA = """
create schema sales;
create table p(id serial primary key, name varchar(20) not null default 'x', price numeric(10,2) check (price > 0),
    tags text[], at timestamptz default now(), unique (name, price));
create table sales.orders(id int generated always as identity primary key,
    pid int references p on delete cascade deferrable initially deferred, "Odd Name" char(3),
    constraint ck check (pid > 0));
create index oi on sales.orders(lower("Odd Name") desc, pid) where pid is not null;
create view v as select id, name from p;
create sequence s1 increment 5 cycle maxvalue 99;
comment on table p is 'the p'; comment on column p.name is 'its name';
insert into p(name, price) values ('a', 1.5);
"""


@pytest.fixture(scope="module", name="server")
def a_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    started = PgquillServer(tmp_path_factory.mktemp("catalog"))
    with psycopg.connect(started.dsn(), autocommit=True) as connection:
        connection.execute("create database shown")
    with psycopg.connect(started.dsn("shown"), autocommit=True) as connection:
        connection.execute(SCHEMA)
    yield started
    started.stop()


def program(name: str, server: PgquillServer, *arguments: str) -> str:
    try:
        path = find_programs() / name
    except Unavailable as reason:
        pytest.skip(str(reason))
    found = subprocess.run([path, "-d", server.dsn("shown"), *arguments], capture_output=True, text=True, timeout=60,
                           env=os.environ | {"PGAPPNAME": name}, check=False)
    assert "ERROR" not in found.stderr, found.stderr
    assert found.returncode == 0, found.stderr
    return found.stdout


COMMANDS = r"""\d \d+ \d_p \d+_p \d_sales.* \d+_sales.orders \d_s1 \d_v \d+_v \d_p_pkey \dt+ \di+ \dv+ \ds+ \dn+ \du+ \l
\l+ \df \df+_abs \dT \dT+_int4 \dp \ddp \dC \dD \do+ \dO \dc \db+ \dx \dy \dL \dF+ \dFp+ \dFd \dFt \des \dew \det \dm \dg
\drds \dRp \dRs \dX \dA+ \dAc \dAf \dAo \dAp \dconfig \dconfig+_* \dP \dl \sv_v \dS_pg_class \da \dE \dd \drg \dtS \z"""


def test_psql_describes_everything(server: PgquillServer) -> None:
    script = [argument for command in COMMANDS.split() for argument in ("-c", command.replace("_", " ", 1))]
    shown = program("psql", server, "-v", "ON_ERROR_STOP=1", *script)
    assert '"p_price_check" CHECK (price > 0::numeric)' in shown
    assert 'TABLE "sales.orders" CONSTRAINT "orders_pid_fkey" FOREIGN KEY (pid) REFERENCES p(id) ON DELETE CASCADE ' \
           "DEFERRABLE INITIALLY DEFERRED" in shown


def test_pg_dump_writes_what_can_be_restored(server: PgquillServer) -> None:
    dump = program("pg_dump", server, "--inserts")
    for line in ("CREATE SEQUENCE public.p_id_seq", "CREATE VIEW public.v AS", "    id integer NOT NULL,",
                 "ALTER TABLE ONLY public.p ALTER COLUMN id SET DEFAULT nextval('public.p_id_seq'::regclass);",
                 "INSERT INTO public.p VALUES (1, 'a', 1.50, NULL, ", "SELECT pg_catalog.setval('public.p_id_seq', 1, true);",
                 "COMMENT ON COLUMN public.p.name IS 'its name';"):
        assert line in dump, line
    assert dump.index("CREATE SEQUENCE public.p_id_seq") < dump.index("SET DEFAULT nextval")


def test_sqlalchemy_reflects_tables(server: PgquillServer) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(server.dsn("shown")))
    inspector = sqlalchemy.inspect(engine)
    assert inspector.get_pk_constraint("p") == {"constrained_columns": ["id"], "name": "p_pkey", "comment": None,
                                                "dialect_options": {"postgresql_include": []}}
    columns = {column["name"]: column for column in inspector.get_columns("orders", schema="sales")}
    assert columns["id"]["identity"] == {"always": True, "start": 1, "increment": 1, "minvalue": 1,
                                         "maxvalue": 2147483647, "cache": 1, "cycle": False}
    (index,) = inspector.get_indexes("orders", schema="sales")
    assert index["expressions"] == ['lower("Odd Name"::text)', "pid"]
    (key,) = inspector.get_foreign_keys("orders", schema="sales")
    assert (key["referred_table"], key["options"]) == (
        "p", {"ondelete": "CASCADE", "deferrable": True, "initially": "DEFERRED"})
    engine.dispose()


def test_django_inspects_tables(server: PgquillServer) -> None:
    pytest.importorskip("django")
    parts = psycopg.conninfo.conninfo_to_dict(server.dsn("shown"))
    database = {"ENGINE": "django.db.backends.postgresql", "NAME": parts["dbname"], "USER": parts["user"],
                "HOST": parts["host"], "PORT": str(parts["port"])}
    script = ("import django; from django.conf import settings; from django.core.management import call_command; "
              f"settings.configure(DATABASES={{'default': {database!r}}}); django.setup(); "
              "call_command('inspectdb', '--include-views')")
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True).stdout
    assert "Unable to inspect" not in shown
    assert "    name = models.CharField(max_length=20, db_comment='its name')" in shown
    assert "        unique_together = (('name', 'price'),)" in shown


# Recorded from PostgreSQL 18.
QUERIES: list[tuple[str, list[tuple[Any, ...]]]] = [
    ("select indkey[0], indkey[2], array_lower(indkey, 1), indkey::int2[]::text, indkey[0:1]::text from pg_index "
     "where indexrelid = 'pg_class_relname_nsp_index'::regclass", [(2, None, 0, "[0:1]={2,3}", "{2,3}")]),
    ("select generate_subscripts(indkey, 1) from pg_index where indexrelid = 'pg_class_relname_nsp_index'::regclass",
     [(0,), (1,)]),
    ("select typname[0], typname[0] = '_' from pg_type where oid in (23, 1007) order by oid",
     [("i", False), ("_", True)]),
    ("select * from unnest('1 2'::int2vector, '5 6'::int2vector) with ordinality", [(1, 5, 1), (2, 6, 2)]),
    ("select x, n from information_schema._pg_expandarray('3 4'::int2vector) as t(x, n)", [(3, 1), (4, 2)]),
    ("select last_value, is_called from pg_get_sequence_data('s1')", [(1, False)]),
    ("select start_value, increment, data_type::regtype::text from pg_sequence_parameters('s1'::regclass)",
     [(1, 5, "bigint")]),
    ("select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = 'p'::regclass and adnum = 1",
     [("nextval('p_id_seq'::regclass)",)]),
    ("select array['a'] || array['b'], array[1] || null, 3 || array[4]", [(["a", "b"], [1], [3, 4])]),
]


@pytest.mark.parametrize(("query", "expected"), QUERIES, ids=[query for query, _ in QUERIES])
def test_query_gives_what_postgres_gives(server: PgquillServer, query: str, expected: list[tuple[Any, ...]]) -> None:
    with psycopg.connect(server.dsn("shown")) as connection:
        assert connection.execute(query.encode()).fetchall() == expected


def test_relation_without_producer_is_refused(server: PgquillServer) -> None:
    with psycopg.connect(server.dsn("shown")) as connection, pytest.raises(psycopg.errors.FeatureNotSupported) as raised:
        connection.execute("select * from pg_stat_io")
    assert "pg_catalog.pg_stat_io" in str(raised.value)
