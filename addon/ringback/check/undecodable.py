"""The one finding about a frame that holds no stanza."""

from __future__ import annotations

from ringback.check.stanza_codes import STANZA_UNDECODABLE
from ringback.findings import Evidence, Finding
from ringback.wire.events import FrameUnread


def undecodable(evidence: Evidence, event: FrameUnread) -> Finding:
    """The finding for a frame that authenticated but is no valid node.

    Whether the frame matters to calls is for the caller to decide: a root that was read and is no stanza of a
    call needs no finding. `expected` and `got` are the words of the decoder, the place is as far as it came.
    """
    error = event.error
    path = tuple(error.path.split("/")) if error.path else ()
    return STANZA_UNDECODABLE.finding(
        None, path, (evidence,), call_id=None, expected=error.expected, got=error.got
    )
