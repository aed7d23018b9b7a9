"""Extract the facts of PostgreSQL's system catalogs from a running server into executor/facts/*.json.

    python tools/extract_facts.py "host=127.0.0.1 port=5432 user=postgres dbname=template1"

Run it on a freshly made PostgreSQL 18 cluster (initdb --locale=C --encoding=UTF8). Each file holds one
catalog: {"columns": [[name, type oid], ...], "rows": [...]}, one row a line, values in pgquill's stored form
(bool 0/1, arrays and vectors as JSON text, OIDs as integers; expressions as SQL text).
"""

import json
import sys
from pathlib import Path
from typing import Any

import psycopg

FACTS = Path(__file__).resolve().parent.parent / "executor" / "facts"

CATALOGS = """pg_type pg_proc pg_operator pg_cast pg_aggregate pg_opclass pg_opfamily pg_amop pg_amproc pg_am
pg_language pg_collation pg_namespace pg_range pg_conversion pg_ts_config pg_ts_config_map pg_ts_dict pg_ts_parser
pg_ts_template pg_class pg_attribute pg_index pg_constraint pg_description pg_tablespace pg_authid pg_auth_members
pg_settings pg_timezone_abbrevs pg_shdescription pg_init_privs pg_extension pg_depend pg_rewrite pg_wait_events
information_schema.sql_features information_schema.sql_implementation_info information_schema.sql_parts
information_schema.sql_sizing""".split()

# Rows made by the cluster rather than by PostgreSQL, or useless without its storage.
FILTERS = {
    "pg_class": "relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)",
    "pg_attribute": "attrelid IN (SELECT oid FROM pg_class WHERE relnamespace IN "
                    "('pg_catalog'::regnamespace, 'information_schema'::regnamespace)) AND attnum > 0",
    "pg_type": "typnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)",
    "pg_namespace": "nspname IN ('pg_catalog', 'information_schema', 'public')",
    "pg_index": "indexrelid < 16384",
    "pg_constraint": "oid < 16384",
    "pg_description": "objoid < 16384",
    "pg_tablespace": "true",
    "pg_depend": "objid < 16384 AND refobjid < 16384",
    "pg_init_privs": "objoid < 16384",
    "pg_rewrite": "ev_class < 16384",
}
# Columns whose stored text is a node tree: the SQL text instead.
EXPRESSIONS = {
    ("pg_proc", "proargdefaults"): "pg_get_function_arguments(oid)",
    ("pg_proc", "prosqlbody"): "NULL",
    ("pg_type", "typdefaultbin"): "typdefault",
    ("pg_index", "indexprs"): "pg_get_expr(indexprs, indrelid)",
    ("pg_index", "indpred"): "pg_get_expr(indpred, indrelid)",
    ("pg_constraint", "conbin"): "pg_get_expr(conbin, conrelid)",
    ("pg_rewrite", "ev_qual"): "NULL",
    ("pg_rewrite", "ev_action"): "CASE WHEN rulename = '_RETURN' THEN pg_get_viewdef(ev_class) ELSE "
                                 "pg_get_ruledef(oid) END",
}
SETTINGS_DROPPED = {"data_directory", "config_file", "hba_file", "ident_file", "external_pid_file"}
VECTORS = {"int2vector", "oidvector"}
KEYWORDS = "SELECT word, catcode::text, barelabel::int, catdesc, baredesc FROM pg_get_keywords() ORDER BY word"
"""Not a catalog: the words that quote_ident() must quote; written to keywords.json."""
STOP_WORDS = r"""
    SELECT language, lower(split_part(word, ' ', 1)) FROM (
        SELECT substring(dictinitoption FROM $$stopwords = '(\w+)'$$) AS language FROM pg_ts_dict) AS d,
        pg_config AS c, string_to_table(pg_read_file(c.setting || '/tsearch_data/' || language || '.stop'), E'\n') AS word
    WHERE c.name = 'SHAREDIR' AND language IS NOT NULL AND word <> '' GROUP BY 1, 2 ORDER BY 1, 2"""
"""Not a catalog either: what text search dictionaries leave out; written to stop_words.json."""


def expression(catalog: str, column: str, type_name: str) -> str:
    """The SQL expression that gives one column in stored form."""
    if (catalog, column) in EXPRESSIONS:
        return EXPRESSIONS[catalog, column]
    quoted = f'"{column}"'
    if type_name.startswith("reg"):
        return f"{quoted}::oid::int8"
    if type_name in ("oid", "xid"):
        return f"{quoted}::text::int8"
    if type_name == "bool":
        return f"{quoted}::int"
    if type_name in VECTORS:
        return f"CASE WHEN {quoted} IS NOT NULL THEN to_json(string_to_array({quoted}::text, ' ')::int8[])::text END"
    if type_name == "_oid":
        return f"to_json({quoted}::int8[])::text"
    if type_name.startswith("_"):
        return f"to_json({quoted}::text[])::text" if type_name != "_int2" else f"to_json({quoted})::text"
    if type_name in ("anyarray", "pg_node_tree", "pg_lsn", "interval"):
        return f"{quoted}::text"
    if type_name in ("int2", "int4", "int8", "float4", "float8", "cardinal_number"):
        return quoted
    return f"{quoted}::text"


def extract(connection: psycopg.Connection[Any], catalog: str) -> dict[str, Any]:
    """One catalog as {"columns": ..., "rows": ...}, rows ordered by their key."""
    columns = connection.execute(
        "SELECT attname, atttypid::int8, t.typname FROM pg_attribute a JOIN pg_type t ON t.oid = atttypid "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [catalog]).fetchall()
    chosen = ", ".join(expression(catalog, name, type_name) for name, _, type_name in columns)
    where = f" WHERE {FILTERS[catalog]}" if catalog in FILTERS else ""
    rows = connection.execute(f"SELECT {chosen} FROM {catalog}{where} ORDER BY 1, 2").fetchall()
    if catalog == "pg_settings":
        rows = [row for row in rows if row[0] not in SETTINGS_DROPPED]
    return {"columns": [[name, oid] for name, oid, _ in columns], "rows": [list(row) for row in rows]}


def write(name: str, table: dict[str, Any]) -> None:
    """Write one catalog with a row a line, so that a new PostgreSQL version shows as a small diff."""
    rows = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in table["rows"])
    head = json.dumps(table["columns"], separators=(",", ":"))
    (FACTS / f"{name}.json").write_text(f'{{"columns":{head},\n"rows":[\n{rows}\n]}}\n')


def main() -> None:
    """Extract every catalog; print what was written."""
    with psycopg.connect(sys.argv[1], options="-c timezone=UTC") as connection:
        for catalog in CATALOGS:
            table = extract(connection, catalog)
            write(catalog.removeprefix("information_schema."), table)
            print(f"{catalog}: {len(table['rows'])} rows")
        columns = [["word", 25], ["catcode", 18], ["barelabel", 16], ["catdesc", 25], ["baredesc", 25]]
        words = connection.execute(KEYWORDS).fetchall()
        write("keywords", {"columns": columns, "rows": [list(row) for row in words]})
        stop_words = connection.execute(STOP_WORDS).fetchall()
        write("stop_words", {"columns": [["language", 25], ["word", 25]], "rows": [list(row) for row in stop_words]})


if __name__ == "__main__":
    main()
