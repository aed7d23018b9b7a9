"""xml: stored as the TEXT that was given, checked to be well-formed as a document or as content (xmloption)."""

from executor.types.base import Codec, Env, Stored, constant, declared, misfit, utf8, without_zero
from executor.types.oids import XML
from executor.types.xmltext import check, printed


def parse_xml(text: str, typmod: int, env: Env) -> Stored:
    """xml_in (2200M, 2200N)."""
    check(without_zero(text), env.xml_option)
    return text


def _encode(value: Stored) -> bytes:
    if isinstance(value, str):
        return printed(value).encode()
    raise misfit("xml", value)


CODECS = (
    Codec(XML, parse_xml, constant(_encode), lambda data, typmod, env: parse_xml(utf8(data), typmod, env), constant(_encode),
          declared("xml TEXT")),
)
