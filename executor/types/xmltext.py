"""XML as text: checking that it is well-formed, its declaration, escaping. libxml2 (through lxml) does the parsing.

lxml is optional, as libxml is for PostgreSQL: without it, what needs a parser is PostgreSQL's own 0A000. It is imported
at first use. External entities are never read. Source: datatype-xml.html, functions-xml.html.
"""

import re
from functools import cache
from typing import Any, NamedTuple

from executor.errors import SqlError
from executor.sqlstates import FeatureNotSupported, InvalidXmlContent, InvalidXmlDocument

DOCUMENT, CONTENT = "document", "content"
_SPACE = "[ \t\r\n]"
_DECLARATION = re.compile(
    rf"<\?xml(?={_SPACE})(?:{_SPACE}+version{_SPACE}*={_SPACE}*(?:'(?P<v1>[^']*)'|\"(?P<v2>[^\"]*)\"))?"
    rf"(?:{_SPACE}+encoding{_SPACE}*={_SPACE}*(?:'[^']*'|\"[^\"]*\"))?"
    rf"(?:{_SPACE}+standalone{_SPACE}*={_SPACE}*(?:'(?P<s1>[^']*)'|\"(?P<s2>[^\"]*)\"))?{_SPACE}*(?P<end>\?>)?")
# What was once passed stays passed (possessive): otherwise a row of comments could be divided in exponentially many ways.
_DOCTYPE = re.compile(rf"(?:{_SPACE}|<!--(?:(?!-->).)*+-->|<\?(?:(?!\?>).)*+\?>)*+<!DOCTYPE", re.DOTALL)
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#x0d;"})
_ATTRIBUTE_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;",
                                    "\t": "&#9;"})
_NAME_START = re.compile(r"[A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F"
                         r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF:]")
_NAME = re.compile(_NAME_START.pattern[:-1] + r"\-.0-9\u00B7\u0300-\u036F\u203F\u2040]")
_ROOT = "r"
"""An element that content is put into, to be parsed."""


class Declaration(NamedTuple):
    """What stands at the beginning of XML. standalone: None if not given. length: characters it takes."""

    version: str | None = None
    standalone: bool | None = None
    length: int = 0


@cache
def library() -> Any:
    """lxml.etree (0A000 where it is not installed)."""
    try:
        from lxml import etree
    except ImportError:
        raise FeatureNotSupported(
            "unsupported XML feature",
            detail="This functionality requires the server to be built with libxml support.") from None
    return etree


def parser(**options: Any) -> Any:
    """A parser that reads nothing but what it is given."""
    return library().XMLParser(resolve_entities="internal", no_network=True, load_dtd=False, dtd_validation=False,
                               strip_cdata=False, collect_ids=False, **options)


# Declarations


def declaration(text: str, kind: type[SqlError] | None = InvalidXmlContent) -> Declaration:
    """The declaration that text begins with (2200M or 2200N if it is malformed; kind None: it is not looked at then)."""
    match = _DECLARATION.match(text)
    if match is None:
        return Declaration()
    version = match["v1"] if match["v1"] is not None else match["v2"]
    standalone = match["s1"] if match["s1"] is not None else match["s2"]
    problem = None
    if version is None:
        problem = "Malformed declaration: missing version."
    elif standalone not in (None, "yes", "no"):
        problem = "Unexpected character in declaration."
    elif match["end"] is None:
        problem = "Parsing XML declaration: '?>' expected."
    if problem:
        if kind is None:
            return Declaration()
        what = "document" if kind is InvalidXmlDocument else "content"
        raise kind(f"invalid XML {what}: invalid XML declaration", detail=problem)
    return Declaration(version, None if standalone is None else standalone == "yes", match.end())


def declared(version: str | None, standalone: bool | None) -> str:
    """A declaration's text; empty where it would say nothing but version 1.0."""
    if (version is None or version == "1.0") and standalone is None:
        return ""
    shown = "" if standalone is None else f' standalone="{"yes" if standalone else "no"}"'
    return f'<?xml version="{version or "1.0"}"{shown}?>'


def printed(text: str) -> str:
    """XML as it is sent to a client: the declaration without the encoding."""
    found = declaration(text, None)
    if not found.length:
        return text
    head, body = declared(found.version, found.standalone), text[found.length :]
    return head + (body if head else body.removeprefix("\n"))


def joined(first: str, second: str) -> str:
    """xmlconcat: two values as one, with a declaration that holds for both."""
    one, two = declaration(first, None), declaration(second, None)
    version = one.version if one.version == two.version else None
    standalone = None if one.standalone is None or two.standalone is None else one.standalone and two.standalone
    return declared(version, standalone) + first[one.length :] + second[two.length :]


# Parsing


def is_document_form(text: str, option: str) -> bool:
    """Whether text is to be read as a document: where that is asked for, or it begins with a DOCTYPE."""
    return option == DOCUMENT or _DOCTYPE.match(text) is not None


def check(text: str, option: str) -> None:
    """2200M or 2200N, with the parser's message as DETAIL, unless text is well-formed."""
    kind = InvalidXmlDocument if option == DOCUMENT else InvalidXmlContent
    found = declaration(text, None if option == DOCUMENT else kind)
    body = text[found.length :]
    if is_document_form(body, option):
        _parsed(body, "", "", kind, f"invalid XML {option}")
    elif body:
        _parsed(body, f"<{_ROOT}>", f"</{_ROOT}>", kind, f"invalid XML {option}")


def is_well_formed(text: str, option: str) -> bool:
    """The same as a question."""
    try:
        check(text, option)
    except (InvalidXmlDocument, InvalidXmlContent):
        return False
    return True


def _parsed(body: str, opening: str, closing: str, kind: type[SqlError], message: str) -> None:
    reader = parser()
    etree = library()
    try:
        etree.fromstring((opening + body + closing).encode(), reader)
        return
    except etree.XMLSyntaxError:
        problems = _serious(reader)
    if not problems:
        return  # a namespace that is not declared
    if closing:  # what it is without the closing tag, of which the text knows nothing
        reader = parser()
        try:
            etree.fromstring((opening + body).encode(), reader)
        except etree.XMLSyntaxError:
            problems = _serious(reader) or problems
        if problems[0].type_name == "ERR_DOCUMENT_END" or f"mismatch: {_ROOT} line" in problems[0].message:
            line = problems[0].line
            shown = body.split("\n")[line - 1]
            raise kind(message, detail=f"line {line}: chunk is not well balanced\n{shown}\n^")
    raise kind(message, detail=detail_of(problems[0], body, len(opening)))


def _serious(reader: Any) -> list[Any]:
    """What keeps text from being well-formed."""
    return [problem for problem in reader.error_log if problem.domain_name != "NAMESPACE"]


def detail_of(problem: Any, body: str, offset: int = 0) -> str:
    """A problem's message, its line of the text, and a mark below the place in it."""
    lines = body.split("\n")
    line = lines[problem.line - 1] if problem.line <= len(lines) else ""
    column = max(problem.column - 1 - (offset if problem.line == 1 else 0), 0)
    return f"line {problem.line}: {problem.message}\n{line}\n{' ' * min(column, len(line))}^"


def document(text: str, message: str) -> Any:
    """The tree of a document, for XPath (2200M with this message). Namespaces must be declared."""
    body = text[declaration(text, None).length :]
    reader = parser()
    etree = library()
    try:
        return etree.fromstring(body.encode(), reader).getroottree()
    except etree.XMLSyntaxError:
        raise InvalidXmlDocument(message, detail=detail_of(reader.error_log[0], body)) from None


# Escaping


def escaped(text: str) -> str:
    """Text as content of an element."""
    return text.translate(_ESCAPES)


def attribute_escaped(text: str) -> str:
    """Text as an attribute's value between double quotes."""
    return text.translate(_ATTRIBUTE_ESCAPES)


def name_of(identifier: str, fully: bool) -> str:
    """An SQL identifier as an XML name: characters that names cannot have are written _xHHHH_. `fully`: colons too, and
    an xml at the beginning."""
    parts = []
    for at, character in enumerate(identifier):
        ahead = identifier[at : at + 3]
        if (character == ":" and (at == 0 or fully)) or (character == "_" and identifier[at + 1 : at + 2] == "x"):
            parts.append(f"_x{ord(character):04X}_")
        elif fully and at == 0 and ahead.lower() == "xml":
            parts.append("_x0078_" if character == "x" else "_x0058_")
        elif not (_NAME_START if at == 0 else _NAME).match(character):
            parts.append(f"_x{ord(character):04X}_")
        else:
            parts.append(character)
    return "".join(parts)
