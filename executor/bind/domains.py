"""Domains: conversion of values to them, which checks their constraints.

A value of a domain is one of its base type. Whatever makes one (a cast, an assignment, a parameter, a value read from
text) gets a plan.CheckDomain around it; values of columns are taken to be right. Types that contain domains (arrays of
them, composite types with such columns) are checked part by part where they are read from text or binary.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from executor import plan
from executor.bind.scope import Item, Scope
from executor.bind.statement import Statement, type_name
from executor.parse import Source, parse_expression
from executor.plan import Case, CheckDomain, Const, DomainValue, ElementRef, Expr, Field, IsTest, Param, Relabel, Row
from executor.types import oids as T
from executor.types.made import DOMAIN, FIRST_NUMBER, Definition, contains_domain, definition_of
from executor.types.made import base_typmod as typmod_of_base


def domain_of(number: int) -> Definition | None:
    """The definition of a user's domain; None for other types."""
    found = definition_of(number) if number >= FIRST_NUMBER else None
    return found if found is not None and found.kind == DOMAIN else None


def _lineage(definition: Definition) -> Iterator[Definition]:
    """A domain and the domains under it."""
    found: Definition | None = definition
    while found is not None:
        yield found
        found = domain_of(found.base)


def default_text(number: int) -> str | None:
    """The default of a domain (the domain below gave it its own when it was made)."""
    found = domain_of(number)
    return found.default if found is not None else None


def fills_columns(number: int) -> bool:
    """True if a column of the type that an INSERT leaves out is more than NULL: a default, or a constraint to check."""
    found = domain_of(number)
    return found is not None and any(d.default or d.not_null or d.checks for d in _lineage(found))


def checked(s: Statement, value: Expr, number: int, explicit: bool = False) -> Expr:
    """A value of a domain's base type as one of the domain."""
    found = domain_of(number)
    assert found is not None, number
    lineage = list(_lineage(found))
    not_null = any(d.not_null for d in lineage)
    typmod = typmod_of_base(number)
    if not not_null and not any(d.checks for d in lineage):
        return Relabel(type=number, typmod=typmod, argument=value, position=value.position, explicit=explicit)
    entry = s.new_entry()
    checks = tuple((check.name, _bound(s, d, check.expression, entry))
                   for d in reversed(lineage) for check in d.checks)
    return CheckDomain(type=number, typmod=typmod, argument=value, entry=entry, name=type_name(number), schema=found.schema,
                       datatype=found.name, not_null=not_null, checks=checks, position=value.position, explicit=explicit)


def _bound(s: Statement, definition: Definition, text: str, entry: int) -> Expr:
    """A CHECK, where VALUE is column 0 of the entry."""
    return bind_check(s, text, definition.base, definition.base_typmod, entry)


def bind_check(s: Statement, text: str, base: int, typmod: int, entry: int) -> Expr:
    """A stored CHECK of a domain over its base type."""
    from executor.bind.expressions import bind

    before = s.positions, s.lifted, s.source
    s.positions, s.lifted, s.source = False, {}, Source("")
    try:
        return bind(s, value_scope(base, typmod, entry), parse_expression(text))
    finally:
        s.positions, s.lifted, s.source = before


def value_scope(base: int, typmod: int, entry: int) -> Scope:
    """The scope of a domain's CHECK: VALUE alone."""
    if domain_of(base) is not None:
        typmod = typmod_of_base(base)
    column = DomainValue(type=base, typmod=typmod, entry=entry, index=0, name="value")
    return Scope(items=[Item(None, (("value", column),))])


def input_checked(s: Statement, value: Expr) -> Expr:
    """A value as an input function gave it, with what is a domain's in it checked."""
    number = value.type
    if not contains_domain(number):
        return value
    found = definition_of(number)
    if found is None:
        element = input_checked(s, ElementRef(type=number - 1))
        return plan.ArrayConvert(type=number, typmod=value.typmod, argument=value, element=element, position=value.position)
    if found.kind == DOMAIN:
        return checked(s, input_checked(s, _retyped(value, found.base)), number)
    fields = tuple(input_checked(s, Field(type=f.type, typmod=f.typmod, argument=value, index=i, name=f.name))
                   for i, f in enumerate(found.fields))
    row = Row(type=number, fields=fields, names=tuple(f.name for f in found.fields), position=value.position)
    null = IsTest(type=T.BOOL, test="unknown", negated=False, argument=value)
    return Case(type=number, whens=((null, Const(type=number, value=None)),), otherwise=row, position=value.position)


def _retyped(value: Expr, number: int) -> Expr:
    typmod = value.typmod if domain_of(number) is None else typmod_of_base(number)
    if isinstance(value, (Const, Param, ElementRef)):
        return replace(value, type=number, typmod=typmod)
    return Relabel(type=number, typmod=typmod, argument=value, position=value.position)

