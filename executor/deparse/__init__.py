"""Bound expressions and queries as SQL text, printed as PostgreSQL prints them (pg_get_expr, pg_get_viewdef ...).

`executor.deparse.stored` is what the catalog calls. printer.py holds the state, parentheses.py knows where the pretty
form needs none, expressions.py, calls.py and syntax.py print expressions, query.py and source.py queries, entries.py
gives range entries their names, rewritten.py undoes what the plan keeps in a form of its own.
"""
