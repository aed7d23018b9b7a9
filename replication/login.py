"""How a client answers a server that asks who it is: trust, cleartext, md5 and SCRAM; sans-IO.

    login = Login(user, password, binding, words)
    answer = login.answer(message)        an Authentication message's answer; None if there is nothing to say
"""

import hashlib
from collections.abc import Callable

from pgwire.messages.body import Reader, encode_counted, encode_string
from pgwire.messages.startup import Authentication
from replication.scram_client import PLAIN, PLUS, BadServer, ScramClient

OK, CLEARTEXT, MD5, SASL, SASL_CONTINUE, SASL_FINAL = 0, 3, 5, 10, 11, 12
UNSUPPORTED = {2: "Kerberos V5", 7: "GSSAPI", 8: "GSSAPI", 9: "SSPI"}


class CannotLogIn(Exception):
    """Why the client does not do as the server asks."""


class Login:
    """One authentication. binding: of the server's certificate, None without TLS. channel_binding: the word of the string."""

    def __init__(self, user: str, password: str | None, binding: bytes | None, channel_binding: str) -> None:
        self._user = user
        self._password = password
        self._binding = None if channel_binding == "disable" else binding
        self._must_bind = channel_binding == "require"
        self._scram: ScramClient | None = None
        self._plus = False
        self.done = False

    def answer(self, asked: Authentication) -> bytes | None:
        """What to answer. Raises: CannotLogIn."""
        handler = _HANDLERS.get(asked.method)
        if handler is None:
            named = UNSUPPORTED.get(asked.method, f"number {asked.method}")
            raise CannotLogIn(f"authentication method {named} is not supported by pgquill")
        if self._must_bind and asked.method in (CLEARTEXT, MD5):
            raise CannotLogIn("channel binding required but not supported by server's authentication request")
        try:
            return handler(self, asked.data)
        except BadServer as error:
            raise CannotLogIn(str(error)) from None

    def _secret(self) -> str:
        if self._password is None:
            raise CannotLogIn("no password supplied")
        return self._password

    def _ok(self, _data: bytes) -> None:
        if self._must_bind and not (self._plus and self._scram is None and self.done):
            raise CannotLogIn("channel binding required, but server authenticated client without channel binding")
        if self._scram is not None:
            raise CannotLogIn("the server ended SCRAM before it has shown who it is")
        self.done = True

    def _cleartext(self, _data: bytes) -> bytes:
        return encode_string(self._secret())

    def _md5(self, salt: bytes) -> bytes:
        inner = hashlib.md5(self._secret().encode() + self._user.encode(), usedforsecurity=False).hexdigest()
        return encode_string("md5" + hashlib.md5(inner.encode() + salt, usedforsecurity=False).hexdigest())

    def _sasl(self, data: bytes) -> bytes:
        reader, mechanisms = Reader(data), []
        while name := reader.string():
            mechanisms.append(name)
        self._plus = PLUS in mechanisms and self._binding is not None
        if self._must_bind and not self._plus:
            raise CannotLogIn("channel binding is required, but server did not offer an authentication method that supports it")
        if not self._plus and PLAIN not in mechanisms:
            raise CannotLogIn("none of the server's SASL authentication mechanisms are supported")
        self._scram = ScramClient(self._secret(), binding=self._binding, plus=self._plus)
        return encode_string(PLUS if self._plus else PLAIN) + encode_counted((self._scram.first(),))

    def _sasl_continue(self, data: bytes) -> bytes:
        if self._scram is None:
            raise CannotLogIn("the server goes on with SASL that was not begun")
        return self._scram.answer(data)

    def _sasl_final(self, data: bytes) -> None:
        if self._scram is None:
            raise CannotLogIn("the server ends SASL that was not begun")
        self._scram.verify(data)
        self._scram = None
        self.done = True


_HANDLERS: dict[int, Callable[[Login, bytes], bytes | None]] = {
    OK: Login._ok, CLEARTEXT: Login._cleartext, MD5: Login._md5, SASL: Login._sasl, SASL_CONTINUE: Login._sasl_continue,
    SASL_FINAL: Login._sasl_final}
