"""WABinary: a frame's plaintext to a node and back.

    data = flag byte, then WABinary, as one zlib stream where the flag says so
    WABinary = a list of tag, attribute names and values, and content

`tags` names the bytes, `tokens` the texts that a byte or two stand for; `values`, `nodes` and `inflate` read,
with every limit beside the code that keeps it; `decode`, `peek` and `encode` are the entrances.
"""

from ringback.wire.wabinary.decode import Decoded, decode
from ringback.wire.wabinary.encode import encode
from ringback.wire.wabinary.peek import START_BYTES, decode_head, is_bare, peek_start, peek_tag
from ringback.wire.wabinary.tokens import KNOWN_DICTIONARIES, TokenTable, nearest_dictionary, token_table

__all__ = [
    "KNOWN_DICTIONARIES",
    "START_BYTES",
    "Decoded",
    "TokenTable",
    "decode",
    "decode_head",
    "encode",
    "is_bare",
    "nearest_dictionary",
    "peek_start",
    "peek_tag",
    "token_table",
]
