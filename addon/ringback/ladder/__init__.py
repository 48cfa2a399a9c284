"""One call as a ladder: a sequence diagram with a lane for each device and for the server.

`layout.ladder_of` makes a `Ladder` of a case; the other modules draw it.
"""

from ringback.ladder.layout import ladder_of
from ringback.ladder.model import Answer, Arrow, Copy, Ladder, Lane, Remark, Role

__all__ = ["Answer", "Arrow", "Copy", "Ladder", "Lane", "Remark", "Role", "ladder_of"]
