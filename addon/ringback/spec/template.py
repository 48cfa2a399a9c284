"""The grammar of wire formats: the XML-like blocks in which a spec part shows a stanza.

    block     = element+                          each a stanza
    element   = "<" name attribute* ( "/>" | ">" content "</" name ">" )
    attribute = given | "[" given "]"             in brackets: optional, else required
    given     = name [ "=" ( '"' value '"' | placeholder ) ]
                                                  a value without a placeholder is the one there may be
    content   = child* | text | ellipsis
    child     = ( element | "[" element "]" ) [ ellipsis ]
                                                  plain: once; in brackets: 0..1; before an ellipsis: once or
                                                  more, in brackets any number
    text      = two hex digits for each byte | placeholder
    ellipsis  = "..." or its sign; within an element alone: any content
    comment   = ";" to the end of the line | "<!--" ... "-->"

A placeholder is text with `<...>`, `{...}` or an ellipsis in it, and stands for anything. A comment belongs
to the element that stands before it, or that it stands in. If it begins with `one or more`, `zero or more` or
`optional`, up to a comma or its end, that is how often the element occurs; nothing else in it is interpreted.
Siblings of one tag, which no path could tell apart, are refused, as is everything that is not above.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from ringback.errors import SpecError
from ringback.spec.entry import quoted
from ringback.spec.part import Anything, WireAttribute, WireElement
from ringback.spec.template_tokens import Kind, Token, read_tokens
from ringback.spec.wacrg import MAX_CHILD_DEPTH

_PLACEHOLDER = re.compile(r"<[^<>]*>|\{[^{}]*\}|\.\.\.|…")
_HEX = re.compile(r"[0-9A-Fa-f]{2}(?:\s?[0-9A-Fa-f]{2})*")
_STATED = {"one or more": "1..n", "zero or more": "0..n", "optional": "0..1"}
_MORE = {"1": "1..n", "0..1": "0..n"}
_MAYBE = {"1": "0..1", "1..n": "0..n"}


def parse_templates(text: str, file: Path, line: int) -> tuple[WireElement, ...]:
    """The stanzas that a block shows, at least one. `line` is that of its first line in the file, which is
    only named.

    Raises:
        SpecError: the block is not of the grammar, with the line.
    """
    return _Parser(read_tokens(text, file, line), file, line).block()


class _Parser:
    """Recursive descent over the tokens of one block, one token ahead."""

    def __init__(self, tokens: list[Token], file: Path, line: int) -> None:
        self._tokens = tokens[::-1]
        self._file = file
        self._line = line

    def block(self) -> tuple[WireElement, ...]:
        before = self._comments()
        roots = [_noted(self._root(), before)]
        while self._tokens:
            roots.append(self._root())
        return tuple(roots)

    def _root(self) -> WireElement:
        root = self._element("", 0)
        if root.occurrence != "1":
            raise SpecError(self._file, root.line, f"<{root.tag}> is the stanza itself: expected it once")
        return root

    def _element(self, parent: str, depth: int) -> WireElement:
        token = self._take(Kind.OPEN)
        if depth > MAX_CHILD_DEPTH:
            reason = f"<{token.text}> is more than {MAX_CHILD_DEPTH} levels down"
            raise SpecError(self._file, token.line, reason)
        path = f"{parent}/{token.text}" if parent else token.text
        attributes, is_empty = self._attributes(path)
        element = WireElement(token.text, "1", attributes, (), None, (), path, token.line)
        element = _noted(element, self._comments())
        if not is_empty:
            element = self._content(element, depth)
            element = _noted(element, self._comments())
        return element

    def _attributes(self, path: str) -> tuple[tuple[WireAttribute, ...], bool]:
        """Those of the tag just entered, and whether it is an element without content."""
        found: dict[str, WireAttribute] = {}
        while (token := self._take(Kind.GIVEN, Kind.BRACKET, Kind.END)).kind is not Kind.END:
            attribute = self._attribute(token, path)
            if attribute.name in found:
                reason = f"attribute {quoted(attribute.name)} of {path} stands twice"
                raise SpecError(self._file, attribute.line, reason)
            found[attribute.name] = attribute
        return tuple(found.values()), token.text == "/>"

    def _attribute(self, first: Token, path: str) -> WireAttribute:
        bracketed = first.kind is Kind.BRACKET
        token = self._take(Kind.GIVEN) if bracketed and first.text == "[" else first
        if bracketed:
            self._closing(first)
        name, _, value = token.text.partition("=")
        fixed = value.strip('"') if value and not _PLACEHOLDER.search(value) else None
        return WireAttribute(name, not bracketed, fixed, f"{path}/@{name}", token.line)

    def _content(self, element: WireElement, depth: int) -> WireElement:
        """The element with what stands up to its end tag."""
        content: bytes | Anything | None = None
        children: dict[str, WireElement] = {}
        if self._is_next(Kind.TEXT, Kind.MORE):
            content = self._text(self._take(Kind.TEXT, Kind.MORE))
        while content is None and not self._is_next(Kind.CLOSE):
            child = self._child(element.path, depth)
            if child.tag in children:
                first = children[child.tag].line
                reason = f"child {quoted(child.tag)} of {element.path} stands since line {first}"
                raise SpecError(self._file, child.line, reason)
            children[child.tag] = child
        closing = self._take(Kind.CLOSE)
        if closing.text != element.tag:
            raise self._refusal(closing, f"</{element.tag}>, which opens in line {element.line}")
        return replace(element, children=tuple(children.values()), content=content)

    def _text(self, token: Token) -> bytes | Anything:
        if _HEX.fullmatch(token.text):
            return bytes.fromhex("".join(token.text.split()))
        if _PLACEHOLDER.search(token.text):
            return Anything.ANYTHING
        raise self._refusal(token, "bytes in hex, or a placeholder such as {bytes}")

    def _child(self, path: str, depth: int) -> WireElement:
        bracket = self._take(Kind.BRACKET) if self._is_next(Kind.BRACKET) else None
        child = self._repeated(self._element(path, depth + 1))
        if bracket is not None:
            self._closing(bracket)
            child = replace(child, occurrence=_MAYBE.get(child.occurrence, child.occurrence))
            child = self._repeated(child)
        return _noted(child, self._comments())

    def _repeated(self, element: WireElement) -> WireElement:
        if not self._is_next(Kind.MORE):
            return element
        self._take(Kind.MORE)
        return replace(element, occurrence=_MORE.get(element.occurrence, element.occurrence))

    def _closing(self, opening: Token) -> None:
        if opening.text != "[":
            raise self._refusal(opening, "'[' before it")
        closing = self._take(Kind.BRACKET)
        if closing.text != "]":
            raise self._refusal(closing, f"']', for the one in line {opening.line}")

    def _comments(self) -> list[str]:
        comments = []
        while self._is_next(Kind.COMMENT):
            comments.append(self._take(Kind.COMMENT).text)
        return comments

    def _is_next(self, *kinds: Kind) -> bool:
        return bool(self._tokens) and self._tokens[-1].kind in kinds

    def _take(self, *kinds: Kind) -> Token:
        wanted = " or ".join(kind.value for kind in kinds)
        if not self._tokens:
            raise SpecError(self._file, self._line, f"the block ends early: expected {wanted}")
        token = self._tokens.pop()
        if token.kind not in kinds:
            raise self._refusal(token, wanted)
        self._line = token.line
        return token

    def _refusal(self, token: Token, expected: str) -> SpecError:
        return SpecError(self._file, token.line, f"{token}: expected {expected}")


def _noted(element: WireElement, comments: list[str]) -> WireElement:
    """The element with what comments say of it."""
    stated = [_STATED.get(comment.partition(",")[0].strip().lower()) for comment in comments]
    occurrence = next((one for one in stated if one is not None), element.occurrence)
    return replace(element, occurrence=occurrence, notes=element.notes + tuple(comments))
