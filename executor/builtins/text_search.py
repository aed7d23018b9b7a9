"""Full text search through a configuration: to_tsvector, to_tsquery and their kin, ts_headline, parser and dictionaries.

The forms without a configuration take that of the setting default_text_search_config. to_tsvector with a
configuration knows nothing of the session, so that generated columns and indexes may use it: it gives no notices.
"""

from collections.abc import Callable, Iterator
from functools import partial
from json.encoder import encode_basestring as quote
from typing import Any

from executor.builtins.base import Builtin, Example, Python, SetReturning
from executor.context import Context
from executor.sqlstates import InternalError, UndefinedObject
from executor.textsearch.dictionaries import configuration_named, dictionaries_of, dictionary, lexizers
from executor.textsearch.documents import STRINGS, flags, vector_of_json, vector_of_text
from executor.textsearch.headline_choice import headline
from executor.textsearch.headline_options import Options, read_options
from executor.textsearch.match import look_into, matches
from executor.textsearch.parser import tokens
from executor.textsearch.queries import FORMS, query_of_text
from executor.textsearch.token_types import TOKEN_TYPES
from executor.types import arrays, tsquery, tsvector
from executor.types.base import Stored
from executor.types.jsontext import Json, Number, Pairs, dump, load, load_pairs

DEFAULT_PARSER, DEFAULT_PARSER_NAME = 3722, "default"


def current(context: Context) -> int:
    """get_current_ts_config: the OID of the session's configuration."""
    return configuration_named(str(context.settings.get("default_text_search_config")))


def _with_current(function: Callable[..., Stored]) -> Callable[..., Stored]:
    """The form of a function(context, configuration, ...) that takes the session's configuration."""
    return lambda context, *arguments: function(context, current(context), *arguments)


# Vectors


def to_tsvector(configuration: int, text: str) -> str:
    """to_tsvector with a configuration."""
    return tsvector.dump(vector_of_text(configuration, text))


def current_to_tsvector(context: Context, text: str) -> str:
    """to_tsvector without one."""
    return tsvector.dump(vector_of_text(current(context), text, context.notices))


Loader = Callable[[str], Json]


def _json_to_tsvector(read: Loader, configuration: int, document: str, wanted: str | None = None) -> str:
    return tsvector.dump(vector_of_json(configuration, read(document), STRINGS if wanted is None else flags(wanted)))


def _current_json_to_tsvector(read: Loader, context: Context, document: str, wanted: str | None = None) -> str:
    kinds = STRINGS if wanted is None else flags(wanted)
    return tsvector.dump(vector_of_json(current(context), read(document), kinds, context.notices))


# Queries


def _to_query(form: str, context: Context, configuration: int, text: str) -> str:
    return tsquery.dump(query_of_text(FORMS[form], configuration, text, context.notices))


def match_text(context: Context, text: str, query: str) -> int:
    """text @@ tsquery."""
    vector = vector_of_text(current(context), text, context.notices)
    return int(matches(tsquery.load(query), look_into(tsvector.dump(vector))))


def match_texts(context: Context, text: str, query: str) -> int:
    """text @@ text: the second is a plain text."""
    return match_text(context, text, _to_query("plainto_tsquery", context, current(context), query))


# Headlines


def _options(text: str | None) -> Options:
    return Options() if text is None else read_options(text)


def text_headline(context: Context, configuration: int, text: str, query: str, options: str | None = None) -> str:
    """ts_headline of a text."""
    return headline(configuration, text, tsquery.load(query), _options(options), context.notices)


def json_headline(context: Context, configuration: int, text: str, query: str, options: str | None = None) -> str:
    """ts_headline of json: each string is a document; blanks between the parts are lost."""
    parts: list[str] = []
    _write(load_pairs(text), lambda string: text_headline(context, configuration, string, query, options), parts)
    return "".join(parts)


def jsonb_headline(context: Context, configuration: int, text: str, query: str, options: str | None = None) -> str:
    """ts_headline of jsonb."""
    return dump(_mapped(load(text), lambda string: text_headline(context, configuration, string, query, options)))


def _write(value: Json, change: Callable[[str], str], parts: list[str]) -> None:
    """Write JSON without blanks, its strings changed."""
    if isinstance(value, Pairs):
        parts.append("{")
        for number, (name, inner) in enumerate(value):
            parts.append(f"{',' if number else ''}{quote(name)}:")
            _write(inner, change, parts)
        parts.append("}")
    elif isinstance(value, list):
        parts.append("[")
        for number, inner in enumerate(value):
            parts.append("," if number else "")
            _write(inner, change, parts)
        parts.append("]")
    elif isinstance(value, str) and not isinstance(value, Number):
        parts.append(quote(change(value)))
    else:
        parts.append(dump(value))


def _mapped(value: Json, change: Callable[[str], str]) -> Json:
    if isinstance(value, dict):
        return {name: _mapped(inner, change) for name, inner in value.items()}
    if isinstance(value, list):
        return [_mapped(inner, change) for inner in value]
    return change(value) if isinstance(value, str) and not isinstance(value, Number) else value


# Parser and dictionaries


def _check_parser(parser: str | int) -> None:
    """The default parser is the only one (42704; XX000 for an OID, as in PostgreSQL)."""
    if isinstance(parser, int) and parser != DEFAULT_PARSER:
        raise InternalError(f"cache lookup failed for text search parser {parser}")
    if isinstance(parser, str) and parser.removeprefix("pg_catalog.") != DEFAULT_PARSER_NAME:
        raise UndefinedObject(f'text search parser "{parser}" does not exist')


def token_types(parser: str | int) -> Iterator[tuple[int, str, str]]:
    """ts_token_type: number, alias and description of each kind of token."""
    _check_parser(parser)
    return ((number, *token) for number, token in enumerate(TOKEN_TYPES, 1))


def parse(parser: str | int, text: str) -> Iterator[tuple[int, str]]:
    """ts_parse: kind and text of each token."""
    _check_parser(parser)
    return ((kind, token) for kind, token, _ in tokens(text))


def lexize(oid: int, token: str) -> str:
    """ts_lexize: the lexemes that a dictionary makes of a token."""
    lexeme = dictionary(oid)(token)
    return arrays.dump([] if lexeme is None else [lexeme])


def debug(configuration: int, text: str) -> Iterator[tuple[Any, ...]]:
    """ts_debug: each token, its dictionaries and what they make of it."""
    oids, functions = dictionaries_of(configuration), lexizers(configuration)
    for kind, token, _ in tokens(text):
        alias, description = TOKEN_TYPES[kind - 1]
        if kind not in oids:
            yield alias, description, token, arrays.dump([]), None, None
            continue
        lexeme = functions[kind](token)
        yield (alias, description, token, arrays.dump([oids[kind]]), oids[kind],
               arrays.dump([] if lexeme is None else [lexeme]))


def current_debug(context: Context, text: str) -> Iterator[tuple[Any, ...]]:
    """ts_debug with the session's configuration."""
    return debug(current(context), text)


# Rows


def _both(name: str, arguments: str, function: Callable[..., Stored], example: Example = None) -> Iterator[Builtin]:
    """A function(context, configuration, ...) with and without a configuration among its arguments."""
    yield Builtin(f"{name}(regconfig,{arguments})", Python(function, context=True), example)
    yield Builtin(f"{name}({arguments})", Python(_with_current(function), context=True))


def _query_rows() -> Iterator[Builtin]:
    for name, text, expected in (
        ("to_tsquery", "The <-> fat & Rats:A", "'fat' & 'rat':A"),
        ("plainto_tsquery", "The Fat Rats", "'fat' & 'rat'"), ("phraseto_tsquery", "fat and rats", "'fat' <2> 'rat'"),
        ("websearch_to_tsquery", '"fat rat" or -cat', "'fat' <-> 'rat' | !'cat'"),
    ):
        yield from _both(name, "text", partial(_to_query, name), (f"{name}('english'::regconfig, '{text}')", expected))


def _json_rows() -> Iterator[Builtin]:
    readers: tuple[tuple[str, Loader], ...] = (("json", load_pairs), ("jsonb", load))
    for kind, read in readers:
        with_configuration = Python(partial(_json_to_tsvector, read))
        without = Python(partial(_current_json_to_tsvector, read), context=True)
        yield Builtin(f"to_tsvector(regconfig,{kind})", with_configuration,
                      (f"to_tsvector('english'::regconfig, '{{\"a\": \"fat rats\"}}'::{kind})", "'fat':1 'rat':2"))
        yield Builtin(f"to_tsvector({kind})", without)
        yield Builtin(f"{kind}_to_tsvector(regconfig,{kind},jsonb)", with_configuration,
                      (f"{kind}_to_tsvector('english'::regconfig, '{{\"a\": 1, \"b\": \"Rats\"}}'::{kind}, '\"all\"')",
                       "'1':2 'b':4 'rat':6"))
        yield Builtin(f"{kind}_to_tsvector({kind},jsonb)", without)


def _headline_rows() -> Iterator[Builtin]:
    for kind, function in (("text", text_headline), ("json", json_headline), ("jsonb", jsonb_headline)):
        for more in ("", ",text"):
            yield from _both("ts_headline", f"{kind},tsquery{more}", function)


BUILTINS = (
    Builtin("to_tsvector(regconfig,text)", Python(to_tsvector),
            ("to_tsvector('english'::regconfig, 'The Fat Rats')", "'fat':2 'rat':3")),
    Builtin("to_tsvector(text)", Python(current_to_tsvector, context=True)),
    *_json_rows(), *_query_rows(), *_headline_rows(),
    Builtin("ts_match_tq(text,tsquery)", Python(match_text, context=True)),
    Builtin("ts_match_tt(text,text)", Python(match_texts, context=True)),
    Builtin("get_current_ts_config()", Python(current, context=True)),
    Builtin("ts_token_type(oid)", SetReturning(token_types)),
    Builtin("ts_token_type(text)", SetReturning(token_types)),
    Builtin("ts_parse(oid,text)", SetReturning(parse)),
    Builtin("ts_parse(text,text)", SetReturning(parse)),
    Builtin("ts_lexize(regdictionary,text)", Python(lexize), ("ts_lexize('english_stem'::regdictionary, 'Stars')", "{star}")),
    Builtin("ts_debug(regconfig,text)", SetReturning(debug)),
    Builtin("ts_debug(text)", SetReturning(current_debug, context=True)),
)
