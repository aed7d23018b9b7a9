"""XML: functions that PostgreSQL calls by name. The SQL/XML expressions are in executor.builtins.xml_build."""

from executor.builtins.base import Builtin, Python, PythonAggregate
from executor.builtins.xml_build import concatenated
from executor.context import Context
from executor.sqlstates import FeatureNotSupported, InvalidXmlComment
from executor.types.base import Stored
from executor.types.xmltext import CONTENT, DOCUMENT, check, is_well_formed

_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})


def comment(text: str) -> str:
    """xmlcomment (2200S)."""
    if "--" in text or text.endswith("-"):
        raise InvalidXmlComment("invalid XML comment")
    return f"<!--{text}-->"


def of_text(context: Context, text: str) -> str:
    """text::xml, by xmloption (2200M, 2200N)."""
    check(text, context.env.xml_option)
    return text


def well_formed(context: Context, text: str) -> int:
    """xml_is_well_formed, by xmloption."""
    return int(is_well_formed(text, context.env.xml_option))


def validate(text: str, schema: str) -> Stored:
    """xmlvalidate, which PostgreSQL has only in name."""
    raise FeatureNotSupported("xmlvalidate is not implemented")


class Joined:
    """xmlagg."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def step(self, value: str) -> None:
        """Take one row."""
        self.found.append(value)

    def final(self) -> Stored:
        """All in order; NULL for none. A single one stays as it is."""
        return self.found[0] if len(self.found) == 1 else concatenated(*self.found)


BUILTINS = (
    Builtin("xml(text)", Python(of_text, context=True), ("'a<b/>'::text::xml", "a<b/>")),
    Builtin("xmlcomment(text)", Python(comment), ("xmlcomment('hello')", "<!--hello-->")),
    Builtin("xmltext(text)", Python(lambda text: text.translate(_SPECIAL)), ("xmltext('< & >')", "&lt; &amp; &gt;")),
    Builtin("xmlconcat2(xml,xml)", Python(lambda a, b: b if a is None else a if b is None else concatenated(a, b)),
            ("xmlconcat2('<a/>', '<b/>')", "<a/><b/>")),
    Builtin("xmlagg(xml)", PythonAggregate(Joined),
            ("(SELECT xmlagg(x ORDER BY x::text) FROM (VALUES ('<b/>'::xml), ('<a/>')) v (x))", "<a/><b/>")),
    Builtin("xmlvalidate(xml,text)", Python(validate), ("xmlvalidate('<a/>', 'x')", "ERROR 0A000")),
    Builtin("xml_is_well_formed(text)", Python(well_formed, context=True), ("xml_is_well_formed('<a')", "f")),
    Builtin("xml_is_well_formed_document(text)", Python(lambda text: int(is_well_formed(text, DOCUMENT))),
            ("xml_is_well_formed_document('a<b/>')", "f")),
    Builtin("xml_is_well_formed_content(text)", Python(lambda text: int(is_well_formed(text, CONTENT))),
            ("xml_is_well_formed_content('a<b/>')", "t")),
)
