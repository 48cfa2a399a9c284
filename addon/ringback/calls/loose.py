"""Stanzas that name no call: nothing holds their copies together but the stanza id and who sent them."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

from ringback.calls.model import Emission, Sighting
from ringback.recognise import Recognised

MAX_IDS = 1024
"""Stanza ids remembered, the one not seen for longest is forgotten first. Against ids without end."""
MAX_EMISSIONS = 16
"""Emissions remembered of one id, and sightings of one emission. Against one id used for everything."""

_Key: TypeAlias = tuple[str, str | None, str | None]
"""Capture, action and stanza id."""


class LooseStanzas:
    """Tells the copies of one emission from another emission, as far as its limits go."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._emissions: OrderedDict[_Key, list[Emission]] = OrderedDict()

    def is_new(self, sighting: Sighting, recognised: Recognised) -> bool:
        """Whether this is the first copy of what it shows; it is remembered.

        Without a stanza id no copy can be told from another emission: each is new.
        """
        key = (sighting.evidence.capture, recognised.action, recognised.stanza_id)
        known = self._emissions.setdefault(key, [])
        self._emissions.move_to_end(key)
        if len(self._emissions) > MAX_IDS:
            self._emissions.popitem(last=False)
        for emission in known:
            if emission.is_seen_in(sighting):
                if len(emission.sightings) < MAX_EMISSIONS:
                    emission.sightings.append(sighting)
                return False
        if len(known) < MAX_EMISSIONS:
            known.append(Emission(recognised.action or "", recognised.stanza_id, None, [sighting]))
        return True
