"""Logins with libpq and asyncpg, as data: who, how, and what PostgreSQL 18 answered (answers.json).

    python -m tests.clients.authentication.cases PORT FOLDER     records answers.json from a PostgreSQL 18 with TLS

The server needs hba.conf, ident.conf and roles.sql of this folder, and as its certificate, key and authority the files that
`make_certificates(FOLDER)` makes.
"""

import asyncio
import gc
import json
import ssl
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psycopg

from pgwire.certificates import make

HERE = Path(__file__).parent
ANSWERS = HERE / "answers.json"
WHO_AM_I = ("SELECT current_user::text, system_user, (SELECT ROW(ssl, client_dn, issuer_dn)::text FROM pg_stat_ssl "
            "WHERE pid = pg_backend_pid())")
TLS, PLAIN = "sslmode=require", "sslmode=disable"
ALICE, BOB, MALLORY = (f"sslcert=CERTS/{name}.crt sslkey=CERTS/{name}.key"
                       for name in ("people/alice", "people/bob", "strangers/alice"))
VERIFIED = "sslmode=verify-full sslrootcert=CERTS/people/ca.crt"
USERS = """tlsonly plainonly pw pwghost m5 m5s m5ghost m5scram rej tr trghost nologin_tr limited exp_tr ing notgrp grp rx1 rxghost
dbuser su scr scrghost exp nopw nologin future unmatched""".split()


@dataclass(frozen=True)
class Case:
    """One login. options: further words of libpq's connection string; CERTS is the folder of certificates."""

    user: str
    options: str
    password: str | None = "secret"
    database: str = "postgres"

    @property
    def name(self) -> str:
        return " ".join(filter(None, [self.user, self.options, f"password={self.password}", f"in {self.database}"]))


def make_certificates(folder: Path) -> None:
    """people: the server's authority and who it knows; strangers: somebody else's authority."""
    make(folder / "people", "server", "localhost", hosts=["localhost", "127.0.0.1"])
    for name in ("alice", "bob"):
        make(folder / "people", name, name)
    make(folder / "strangers", "alice", "alice")


def cases() -> Iterator[Case]:
    for user in ("certonly", "certmap", "certdn", "vfull", "vca"):
        yield from (Case(user, f"{TLS} {who}".strip()) for who in ("", ALICE, BOB, MALLORY))
        yield Case(user, PLAIN)
    yield Case("alice", f"{TLS} {ALICE}")
    yield Case("vfull", f"{TLS} {ALICE}", "wrong")
    for user in USERS:
        yield from (Case(user, mode, password) for mode in (TLS, PLAIN) for password in ("secret", "wrong", None))
    yield from (Case(user, PLAIN, database=name) for user, name in (
        ("dbuser", "onlydb"), ("su", "su"), ("scr", "nodb"), ("limited", "nodb"), ("nologin", "nodb"), ("tr", "nodb")))
    yield Case("scr", PLAIN, "wrong", "nodb")
    for binding in ("require", "disable", "prefer"):
        yield from (Case(user, f"{TLS} channel_binding={binding}") for user in ("scr", "pw", "m5", "tr"))
        yield Case("certonly", f"{TLS} channel_binding={binding} {ALICE}")
    yield Case("scr", f"{PLAIN} channel_binding=require")
    for wanted in ("scram-sha-256", "password", "md5", "none", "!password"):
        yield from (Case(user, f"{PLAIN} require_auth={wanted}") for user in ("scr", "pw", "m5", "tr"))
    for version in ("TLSv1.2", "TLSv1.3"):
        only = f"ssl_min_protocol_version={version} ssl_max_protocol_version={version}"
        yield Case("scr", f"{VERIFIED} {only} channel_binding=require")
    yield Case("scr", "sslmode=verify-full sslrootcert=CERTS/strangers/ca.crt")
    yield Case("scr", "sslmode=verify-ca sslrootcert=CERTS/people/ca.crt")
    yield Case("scr", "sslmode=require sslnegotiation=direct")
    yield Case("scr", f"{VERIFIED} sslnegotiation=direct channel_binding=require")
    yield from (Case("vfull", f"sslmode=require sslnegotiation=direct {who}") for who in (ALICE, BOB))
    yield Case("scr", f"{PLAIN} replication=true")
    yield Case("rej", f"{PLAIN} replication=true")


def log_in(case: Case, port: int, certificates: Path) -> str:
    """What libpq's user gets: who he is, or the message."""
    words = [f"host=127.0.0.1 port={port} user={case.user} dbname={case.database} connect_timeout=20",
             case.options.replace("CERTS", str(certificates))]
    if "sslcert" not in case.options:
        words.append("sslcert=/nonexistent sslkey=/nonexistent")
    try:
        with psycopg.connect(" ".join(words), password=case.password) as connection:
            return str(connection.execute(WHO_AM_I.encode()).fetchone())
    except psycopg.OperationalError as error:
        text = str(error).replace(str(port), "PORT").replace(str(certificates), "CERTS").splitlines()
        return text[-1].partition("failed: ")[2] or text[-1]


def states(port: int, certificates: Path) -> dict[str, str | None]:
    """By case, the SQLSTATE that asyncpg gets; None: it got in. It leaves sockets of failed logins to the garbage collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        found = _states(port, certificates)
        gc.collect()
    return found


def _states(port: int, certificates: Path) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for user in [*USERS, "certonly"]:
        for password in ("secret", "wrong"):
            for encrypted in (False, True):
                name = f"{user} {password} {'TLS' if encrypted else 'plain'}"
                found[name] = asyncio.run(_state(user, password, "postgres", port, certificates if encrypted else None))
    found["nodb"] = asyncio.run(_state("scr", "secret", "nodb", port, None))
    return found


async def _state(user: str, password: str, database: str, port: int, certificates: Path | None) -> str | None:
    context: ssl.SSLContext | bool = False
    if certificates is not None:
        context = ssl.create_default_context(cafile=str(certificates / "people/ca.crt"))
    try:
        connection = await asyncpg.connect(host="127.0.0.1", port=port, user=user, password=password, database=database,
                                           ssl=context, timeout=20)
    except asyncpg.PostgresError as error:
        return str(error.sqlstate)
    await connection.close()
    return None


def main() -> None:
    port, certificates = int(sys.argv[1]), Path(sys.argv[2])
    answers = {"libpq": {case.name: log_in(case, port, certificates) for case in cases()}, "asyncpg": states(port, certificates)}
    ANSWERS.write_text(json.dumps(answers, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
