"""The messages of PostgreSQL's protocol, one module per family: encoding and decoding of bodies, nothing else.

Framing, tags and limits are in pgwire.connection. Every message is a frozen Struct with `encode_body() -> bytes` and
`decode_body(body) -> message`, and those with a tag have it as `tag`. Source: protocol-message-formats.html.
"""
