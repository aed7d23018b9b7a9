"""Bytes -> records of text or CSV data, however the bytes are cut.

Reader algorithm: bytes are kept until the end of a line is among them. Where nothing special is in them (no carriage
return; no backslash but in \\N, or no quote) a plain split at newlines does; else `_scan` looks at one record after the
other, as PostgreSQL's CopyReadLine does: the first line decides whether lines end with LF, CR or CRLF, a backslash
hides the character after it, and newlines inside CSV quotes belong to the record.

Invariant: `_carry` is the beginning of a record whose end has not come yet. When it is long and was looked at in vain,
as much again must come (`_wanted` bytes, into `_waiting`) before it is looked at once more, so that one huge record
costs no quadratic time.
"""

import re
from dataclasses import dataclass

from executor.copy.batch import Place, bad_format, find_invalid_utf8
from executor.copy.options import Options
from executor.errors import SqlError
from executor.types.base import invalid_utf8


@dataclass(slots=True)
class Lines:
    """Records: their texts without line ends, their numbers. plain: no record has an escape or a quote."""

    texts: list[str]
    numbers: range | list[int]
    plain: bool


LONG_RECORD_BYTES = 65_536

_CONTENT = re.compile(r"[^\\\r\n]*+(?:\\[\s\S][^\\\r\n]*+)*+")
_END_MARK = re.compile(r"[^\\]*+(?:\\[^.][^\\]*+)*+\\\.", re.DOTALL)
_MESSAGES = {
    True: ("unquoted carriage return found in data", "Use quoted CSV field to represent carriage return.",
           "unquoted newline found in data", "Use quoted CSV field to represent newline."),
    False: ("literal carriage return found in data", 'Use "\\r" to represent carriage return.',
            "literal newline found in data", 'Use "\\n" to represent newline.'),
}  # fmt: skip


class WaitForData(Exception):
    """More data are needed to know where a record ends."""


class LineReader:
    """Cuts the data of one COPY into records.

    number: of the record read last, counting lines as PostgreSQL does. ended: the end-of-data marker has come, and
    what follows is ignored. failure: what was wrong after the last record that was given.
    """

    def __init__(self, options: Options, place: Place) -> None:
        self.number = 0
        self.ended = False
        self.failure: SqlError | None = None
        self._place = place
        self._csv = options.csv
        self._content = _csv_content(options) if options.csv else _CONTENT
        self._special = options.quote.encode() if options.csv else b"\\"
        self._harmless = b"\\N" if not options.csv and options.null == "\\N" and options.default is None else None
        self._newline = ""
        self._carry = b""
        self._waiting: list[bytes] = []
        self._wanted = 0

    def feed(self, data: bytes, *, final: bool = False) -> Lines:
        """Take more data; gives the records that are complete. final: nothing will follow."""
        if self.ended or self.failure is not None:
            return Lines([], [], True)
        if self._wanted and not final:
            self._waiting.append(data)
            self._wanted -= len(data)
            if self._wanted > 0:
                return Lines([], [], True)
            data = b""
        buffer = b"".join((self._carry, *self._waiting, data))
        self._waiting.clear()
        cut = len(buffer) if final else max(buffer.rfind(b"\n"), buffer.rfind(b"\r")) + 1
        body, self._carry = buffer[:cut], buffer[cut:]
        wrong = None if body.isascii() and b"\0" not in body else find_invalid_utf8(body)
        if wrong is None:
            lines = self._read(body, final)
        else:
            lines = self._read_before(body, wrong)
        self._wanted = len(self._carry) if not lines.texts and len(self._carry) > LONG_RECORD_BYTES else 0
        return lines

    def _read_before(self, body: bytes, wrong: int) -> Lines:
        """The records before an invalid byte sequence, which is an error of the record it is in."""
        good = max(body.rfind(b"\n", 0, wrong), body.rfind(b"\r", 0, wrong)) + 1
        lines = self._read(body[:good], False)
        if not self.ended and self.failure is None:
            self.failure = invalid_utf8(body, wrong, self._place.line(self.number + 1))
        return lines

    def _read(self, body: bytes, final: bool) -> Lines:
        plain = self._is_plain(body)
        if not plain or b"\r" in body or self._newline not in ("", "\n"):
            return self._scan(body.decode(), final, plain)
        texts = body.decode().split("\n")
        if not texts[-1]:
            texts.pop()
        if b"\n" in body:
            self._newline = "\n"
        first = self.number + 1
        self.number += len(texts)
        return Lines(texts, range(first, self.number + 1), True)

    def _is_plain(self, body: bytes) -> bool:
        special = body.count(self._special)
        return not special or (self._harmless is not None and special == body.count(self._harmless))

    def _scan(self, text: str, final: bool, plain: bool) -> Lines:
        texts: list[str] = []
        numbers: list[int] = []
        at, end = 0, len(text)
        try:
            while at < end and not self.ended:
                counted = "\n" if self._newline == "\n" else "\r"  # PostgreSQL's choice, also while it knows no better
                stop, after = self._record_end(text, at, final)
                line = text[at:stop]
                self.number += 1 + (line.count(counted) if self._csv else 0)
                at = after
                if not self.ended:
                    texts.append(line)
                    numbers.append(self.number)
        except WaitForData:
            self._carry = text[at:].encode() + self._carry
        except SqlError as error:
            self.failure = error
        return Lines(texts, numbers, plain)

    def _record_end(self, text: str, at: int, final: bool) -> tuple[int, int]:
        """Where the record that begins at `at` ends, and where the next begins."""
        match = self._content.match(text, at)
        assert match is not None
        stop = match.end()
        character = text[stop : stop + 1]
        if character not in ("\r", "\n"):  # the end of the data, or an escape or quote that is not complete
            if not final:
                raise WaitForData
            stop, character = len(text), ""
        if not self._csv and "\\." in text[at:stop]:
            self._look_for_end_mark(text, at, stop, final)
        return stop, stop if not character else self._after_newline(text, stop, final)

    def _after_newline(self, text: str, stop: int, final: bool) -> int:
        return_message, return_hint, newline_message, newline_hint = _MESSAGES[self._csv]
        where = self._place.line(self.number + 1)
        if text[stop] == "\n":
            if self._newline in ("\r", "\r\n") and not self.ended:
                raise bad_format(newline_message, where, hint=newline_hint)
            self._newline = self._newline or "\n"
            return stop + 1
        if self._newline == "\n":
            raise bad_format(return_message, where, hint=return_hint)
        if self._newline == "\r":
            return stop + 1
        if stop + 1 == len(text) and not final:
            raise WaitForData
        if text[stop + 1 : stop + 2] == "\n":
            self._newline = "\r\n"
            return stop + 2
        if self._newline == "\r\n":
            raise bad_format(return_message, where, hint=return_hint)
        self._newline = "\r"
        return stop + 1

    def _look_for_end_mark(self, text: str, at: int, stop: int, final: bool) -> None:
        r"""Notice \. as the end of the data; it must be alone on its line, and the line end as in the other lines."""
        match = _END_MARK.match(text, at, stop)
        if match is None:
            return
        where = self._place.line(self.number + 1)
        alone = bad_format("end-of-copy marker is not alone on its line", where)
        differs = bad_format("end-of-copy marker does not match previous newline style", where)
        after = match.end()
        if len(text) < after + len(self._newline or "\n") and not final:
            raise WaitForData
        if self._newline == "\r\n":
            if text[after : after + 1] == "\n":
                raise differs
            if text[after : after + 1] != "\r":
                raise alone
            after += 1
        character = text[after : after + 1]
        if character not in ("\r", "\n"):
            raise alone
        if self._newline and character != self._newline[-1]:
            raise differs
        if match.end() - at > 2:
            raise alone
        self.ended = True


def _csv_content(options: Options) -> re.Pattern[str]:
    """A CSV record: what is outside of quotes has no line end. Stops before a quote that is not closed."""
    quote, escape = re.escape(options.quote), re.escape(options.escape)
    if quote == escape:
        quoted = f"{quote}[^{quote}]*+{quote}"
    else:
        quoted = rf"{quote}[^{quote}{escape}]*+(?:{escape}[\s\S][^{quote}{escape}]*+)*+{quote}"
    return re.compile(rf"[^{quote}\r\n]*+(?:{quoted}[^{quote}\r\n]*+)*+")
