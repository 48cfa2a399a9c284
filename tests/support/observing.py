"""Observations to weigh, out of the few things that a test is about."""

from __future__ import annotations

from hypothesis import strategies as st

from ringback.confidence import ObservedFact
from ringback.findings import FactRef, Stance
from ringback.spec.model import TECHNIQUES

PATH = "call/preaccept/@call-id"


def fact(confidence: str = "probable", path: str = PATH) -> FactRef:
    return FactRef("call-preaccept", path, confidence, ("websocket-capture",))


def seen(
    technique: str = "websocket-capture",
    build: str | None = "2.3000.1",
    *,
    stance: Stance = Stance.SUPPORTS,
    path: str = PATH,
    platform: str | None = "WEB",
    capture: str = "one.flow",
    call_id: str | None = "CALLID-0001",
    flavor: str | None = None,
) -> ObservedFact:
    name = f"call-preaccept#{path}"
    return ObservedFact(name, stance, technique, build, platform, capture, call_id, flavor=flavor)


observations = st.builds(
    seen,
    st.sampled_from((*TECHNIQUES, "whatsapp-rust")),
    st.sampled_from((None, "2.3000.1", "2.3000.2", "2.25.1")),
    stance=st.sampled_from(Stance),
    capture=st.sampled_from(("one.flow", "two.flow")),
    flavor=st.sampled_from((None, None, None, "cobalt")),
)
"""Any observation of one fact."""
