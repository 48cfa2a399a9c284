"""Hook events that ringback fires in mitmproxy, for add-ons that want stanzas and findings as they come.

    class Watcher:
        def ringback_stanza(self, observation):
            print(observation.action, observation.sighting.node.tag)

        def ringback_finding(self, finding):
            print(finding.code, finding.place)

Subscribers are plain functions: the events are fired one after the other in order of time, while the message
that they come from is on its way, or with a ledger as soon as it is in there. What they get stays in the
process and is therefore **raw**: addresses, call-ids and contents as they stood on the wire. Whoever writes
any of it anywhere puts placeholders in first (`ringback.sanitize`). The values are shared with ringback: read
them, never change them.
"""

from __future__ import annotations

from dataclasses import dataclass

from mitmproxy.hooks import Hook

from ringback.findings import Finding
from ringback.observations import StanzaObserved


@dataclass
class RingbackStanzaHook(Hook):  # type: ignore[no-untyped-call]
    """A call stanza was opened: `<call>`, or an ack or receipt that belongs to a call.

    Fired once for every sighting. What the facts say about it is in `observation.findings`; those that no
    other copy of the stanza has shown are fired one by one as `ringback_finding` right afterwards.
    """

    observation: StanzaObserved


@dataclass
class RingbackFindingHook(Hook):  # type: ignore[no-untyped-call]
    """A finding was made, about a stanza or, once it is certain, about a call. Fired once for each."""

    finding: Finding
