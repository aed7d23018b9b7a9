"""COPY: data in PostgreSQL's text, CSV and binary formats, into tables and out of queries.

    options.py   the statement's options
    lines.py     bytes -> records (lines of text or CSV), whatever way they are cut
    text.py      records <-> fields, text format
    csv.py       the same for CSV
    binary.py    the same for the binary format
    convert.py   columns of fields -> stored values
    copy_in.py   COPY FROM: readers, conversion and batches of inserted rows put together
    copy_out.py  COPY TO
    statement.py the statement: which table or query, which columns, client or file
"""
