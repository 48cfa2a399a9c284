"""Spellings of a stanza that are valid but that no client of today writes."""

from __future__ import annotations

_LIST_8, _LIST_16, _BINARY_8 = 248, 249, 252
_FIRST_DOUBLE_BYTE, _LAST_DOUBLE_BYTE = 236, 239
"""Source: Baileys 7.0.0-rc13, lib/WABinary/constants TAGS (read in code)."""


def respell(plaintext: bytes, *, wide_list: bool = False, tag: str | None = None) -> bytes:
    """The same stanza with its root's list length in two bytes, or its `tag` as text instead of a token.

    Takes and returns a plaintext that is not compressed, flag byte included.

    Raises:
        ValueError: the plaintext is not what the encoder writes for a root with fewer than 256 items.
    """
    if plaintext[1] != _LIST_8:
        raise ValueError("the root is not spelled as LIST_8")
    size = plaintext[2:3]
    token_length = 2 if _FIRST_DOUBLE_BYTE <= plaintext[3] <= _LAST_DOUBLE_BYTE else 1
    token, rest = plaintext[3 : 3 + token_length], plaintext[3 + token_length :]
    head = bytes([_LIST_16, 0]) if wide_list else bytes([_LIST_8])
    spelled = token if tag is None else bytes([_BINARY_8, len(tag)]) + tag.encode()
    return plaintext[:1] + head + size + spelled + rest
