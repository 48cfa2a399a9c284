"""The one filter language, of every view and command: a line of text in, what it lets through out. No I/O.

`docs/filters.md` is its page.
"""

from ringback.filters.errors import FilterError
from ringback.filters.expression import Filter
from ringback.filters.grammar import parse
from ringback.filters.keys import KEYS

__all__ = ["KEYS", "Filter", "FilterError", "parse"]
