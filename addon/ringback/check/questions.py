"""Which findings bear on which open question: one table by fact path and code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_INDEX = re.compile(r"\[[0-9]+\]\Z")

TRANSPORT_TAGS = frozenset({"destination", "te", "te2", "rte", "net", "relay", "transport", "endpoint"})
"""Tags that carry transport endpoints elsewhere, or speak of the network.

Source: Cobalt's published fixtures (commit dce2b51a) for te, te2, rte, relay and net; wacrg
spec/stanzas/call-transport.yaml for destination and endpoint.
"""


@dataclass(frozen=True, slots=True)
class _Bearing:
    """A set of findings that bear on one question; an empty field sets no condition."""

    question: int
    codes: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ()
    """Places without indices: the finding stands at one of them, or below where it ends in a slash."""


def _bearing(question: int, codes: str = "", *paths: str) -> _Bearing:
    return _Bearing(question, frozenset(codes.split()), paths)


_ALWAYS_EMITTED, _EARLY_CANDIDATES, _MULTI_DEVICE = 1, 2, 3

_TRANSPORT_CHILDREN = tuple(f"call/preaccept/{tag}" for tag in sorted(TRANSPORT_TAGS))

_BEARINGS = {
    "call-preaccept": (
        _bearing(_ALWAYS_EMITTED, "fact-observed child-missing child-repeated", "call/preaccept"),
        _bearing(_ALWAYS_EMITTED, "ack-received ack-missing ack-refused"),
        _bearing(_ALWAYS_EMITTED, "ack-type-differs ack-address-differs receipt-for-preaccept"),
        _bearing(_ALWAYS_EMITTED, "call-id-matches call-id-unknown offer-first preaccept-before-offer"),
        _bearing(_ALWAYS_EMITTED, "preaccept-after-accept preaccept-after-terminate preaccept-after-reject"),
        _bearing(_EARLY_CANDIDATES, "", "call/preaccept/destination", "call/preaccept/destination/"),
        _bearing(_EARLY_CANDIDATES, "child-undocumented", *_TRANSPORT_CHILDREN),
        _bearing(_MULTI_DEVICE, "device-offered device-not-offered preaccept-repeated preaccept-by-creator"),
        _bearing(_MULTI_DEVICE, "preaccept-after-accept-elsewhere preaccept-after-reject"),
    ),
}
"""By id of the stanza file whose questions they are."""


@lru_cache(maxsize=1024)
def questions_of(spec_id: str, code: str, path: tuple[str, ...]) -> tuple[str, ...]:
    """The open questions that a finding bears on, such as `call-preaccept/2`, each once, in order."""
    place = "/".join(_INDEX.sub("", segment) for segment in path)
    numbers = {bearing.question for bearing in _BEARINGS.get(spec_id, ()) if _bears(bearing, code, place)}
    return tuple(f"{spec_id}/{number}" for number in sorted(numbers))


def _bears(bearing: _Bearing, code: str, place: str) -> bool:
    if bearing.codes and code not in bearing.codes:
        return False
    below = (path for path in bearing.paths if path.endswith("/"))
    return not bearing.paths or place in bearing.paths or any(place.startswith(path) for path in below)
