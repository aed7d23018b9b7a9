"""Reading a value's binary format piece by piece."""

from struct import Struct

from executor.sqlstates import InvalidBinaryRepresentation, ProtocolViolation


class Message:
    """The body of one value; `at` is how far it has been read (08P01 where it is too short)."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def integer(self, form: Struct) -> int:
        """The next number."""
        if len(self.data) - self.at < form.size:
            raise ProtocolViolation("insufficient data left in message")
        (value,) = form.unpack_from(self.data, self.at)
        self.at += form.size
        number: int = value
        return number

    def string(self) -> bytes:
        """The bytes up to the next zero byte, which is passed."""
        end = self.data.find(b"\0", self.at)
        if end < 0:
            raise ProtocolViolation("invalid string in message")
        found, self.at = self.data[self.at : end], end + 1
        return found

    def end(self) -> None:
        """22P03 if something is left."""
        if self.at < len(self.data):
            raise InvalidBinaryRepresentation("incorrect binary data format")
