"""The grammar of filters, read from the left with one token of foresight.

```
filter     = [ either ]
either     = both { "or" both }
both       = one { "and" one }
one        = "not" one | "(" either ")" | key operator value | text
value, text = word | quoted
```
"""

from __future__ import annotations

from ringback.filters.errors import FilterError, alternatives
from ringback.filters.expression import Asked, Filter
from ringback.filters.keys import KEYS, Key, Test, UnknownValueError
from ringback.filters.tokens import Kind, Token, tokens_of

MAX_DEPTH = 50
"""Parentheses and `not` within each other. Against a filter that exhausts the stack."""


def parse(text: str) -> Filter:
    """The filter that `text` spells; without any word it lets everything through.

    Raises:
        FilterError: it cannot be understood; the error shows where and says what could stand there.
    """
    parser = _Parser(text)
    if parser.is_at_end():
        return Filter(text, lambda _subject: True, is_empty=True)
    test = parser.either(0)
    if not parser.is_at_end():
        raise parser.unexpected("`and`, `or` or the end of the filter")
    return Filter(text, test, questions=tuple(parser.questions))


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = iter(tokens_of(text))
        self.token = next(self._tokens)
        self.questions: list[Asked] = []
        """Values that questions are compared with."""

    def is_at_end(self) -> bool:
        """Whether nothing is left."""
        return self.token.kind is Kind.END

    def either(self, depth: int) -> Test:
        tests = [self._both(depth)]
        while self.token.kind is Kind.OR:
            self._take()
            tests.append(self._both(depth))
        return tests[0] if len(tests) == 1 else lambda subject: any(test(subject) for test in tests)

    def unexpected(self, expected: str) -> FilterError:
        """What to say of the token in hand, where something else is needed."""
        token = self.token
        if self.is_at_end():
            reason = f"the filter ends too early: {expected} is missing"
        else:
            reason = f"{expected} is needed here"
        return self._error(token, reason)

    def _both(self, depth: int) -> Test:
        tests = [self._one(depth)]
        while self.token.kind is Kind.AND:
            self._take()
            tests.append(self._one(depth))
        return tests[0] if len(tests) == 1 else lambda subject: all(test(subject) for test in tests)

    def _one(self, depth: int) -> Test:
        if depth > MAX_DEPTH:
            raise self._error(self.token, f"more than {MAX_DEPTH} parentheses or `not` within each other")
        token = self._take()
        if token.kind is Kind.NOT:
            negated = self._one(depth + 1)
            return lambda subject: not negated(subject)
        if token.kind is Kind.OPEN:
            return self._closed(token, depth)
        if token.kind is Kind.QUOTED:
            return self._searched(token)
        if token.kind is Kind.WORD:
            return self._compared(token) if self.token.kind is Kind.OPERATOR else self._bare(token)
        self.token = token
        raise self.unexpected("a comparison such as `severity >= warning`, a text, `not` or `(`")

    def _closed(self, opened: Token, depth: int) -> Test:
        test = self.either(depth + 1)
        if self.is_at_end():
            raise self._error(opened, "this parenthesis is not closed: `)` is missing at the end")
        if self.token.kind is not Kind.CLOSE:
            raise self.unexpected("`and`, `or` or `)`")
        self._take()
        return test

    def _bare(self, word: Token) -> Test:
        key = KEYS.get(word.value.lower())
        if key is not None:
            operators = ", ".join(f"`{each}`" for each in key.operators)
            reason = f"a comparison of {key.name} is missing: one of {operators}, then a value"
            raise self._error(word, f'{reason}; to search for the word itself write "{word.value}"')
        return self._searched(word)

    def _searched(self, token: Token) -> Test:
        return self._tested(KEYS["text"], "~", token)

    def _compared(self, word: Token) -> Test:
        key = KEYS.get(word.value.lower())
        if key is None:
            raise self._error(word, f"there is no key {word.value!r}{alternatives(word.value, KEYS)}")
        operator = self._take()
        if operator.value not in key.operators:
            known = ", ".join(f"`{each}`" for each in key.operators)
            raise self._error(operator, f"{key.name} cannot be compared so: use one of {known}")
        if self.token.kind not in (Kind.WORD, Kind.QUOTED):
            raise self.unexpected(f"a value of {key.name}")
        return self._tested(key, operator.value, self._take())

    def _tested(self, key: Key, operator: str, value: Token) -> Test:
        if key is KEYS["question"]:
            self.questions.append(Asked(operator, value))
        try:
            return key.test(operator, value.value)
        except UnknownValueError as error:
            if error.known:
                told = f"{key.name} is never {value.value!r}{alternatives(value.value, error.known)}"
            else:
                told = f"{value.value!r} is no {key.name}: write {error.expected}"
            raise self._error(value, told) from None

    def _take(self) -> Token:
        """The token in hand; the one after it is then in hand."""
        token = self.token
        self.token = next(self._tokens, token)
        return token

    def _error(self, token: Token, reason: str) -> FilterError:
        return FilterError(self._text, token.start, token.end - token.start, reason)
