"""What the two sides of `ringback diff` name, found in a casebook."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ringback.casebook import Case, Casebook
from ringback.commands.show import ALL, find_cases
from ringback.commands.usage import ArgumentError
from ringback.observations import StanzaObserved
from ringback.recognise import StanzaKind
from ringback.spec.model import Specification, StanzaSpec
from ringback.view.stanza_line import clock, stanza_line, when
from ringback.view.visible import cropped
from ringback.wording import counted

MODEL = "spec:"
FORMS = (
    "write CALL/ACTION such as 1/preaccept or CALLID-0001/preaccept[2]:delivered, a model such as "
    "spec:call-preaccept, or ACTION@BUILD such as preaccept@WEB or preaccept@2.3000.*"
)
_STANZA = re.compile(
    r"(?P<call>[^/\[\]]+)/(?P<action>[^/\[\]:]+)(?:\[(?P<number>[0-9]{1,6})\])?(?::(?P<copy>sent|delivered))?"
)
_BUILD = re.compile(r"(?P<action>[^@/:]+)@(?P<build>.+)")
_MOST_LISTED = 20
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Side:
    """One side: a stanza, several, or a model."""

    name: str
    """As it was asked for."""
    told: str
    """What it turned out to be, for people."""
    stanzas: tuple[StanzaObserved, ...] = ()
    model: StanzaSpec | None = None
    is_one: bool = False
    """Whether one stanza was named; else all of a kind were."""


def find_side(text: str, casebook: Casebook, specification: Specification) -> Side:
    """What `text` names.

    Raises:
        ArgumentError: it names nothing there is; the message says what there is.
    """
    if text.startswith(MODEL):
        return _model(text, specification)
    stanza, build = _STANZA.fullmatch(text), _BUILD.fullmatch(text)
    if stanza is not None:
        if stanza["call"] == ALL:
            raise ArgumentError(f"{text!r} names no single call; {FORMS}")
        (case,) = find_cases(casebook, stanza["call"])[:1]
        return _stanza(text, casebook, case, stanza)
    if build is not None:
        return _build(text, casebook, build["action"], build["build"])
    raise ArgumentError(f"cannot tell what {text!r} is; {FORMS}")


def _model(text: str, specification: Specification) -> Side:
    name = text.removeprefix(MODEL)
    spec = specification.stanzas.get(name)
    if spec is None:
        known = _listed(sorted(specification.stanzas))
        raise ArgumentError(f"the specification has no stanza {name!r}; it has {known}")
    return Side(text, f"the model {spec.id}, version {spec.spec_version}", model=spec)


def _stanza(text: str, casebook: Casebook, case: Case, asked: re.Match[str]) -> Side:
    action, number = asked["action"].strip(), int(asked["number"] or 1)
    emitted = _emitted(casebook, case)
    found = emitted.get(action, [])
    if not found:
        raise ArgumentError(f"{casebook.name_of(case)} has no {action!r}; it has {_listed(list(emitted))}")
    if not 1 <= number <= len(found):
        raise ArgumentError(f"{casebook.name_of(case)} has {action}[1] to [{len(found)}], no [{number}]")
    copy = asked["copy"]
    wanted = [each for each in found[number - 1] if copy is None or each.sighting.sent is (copy == "sent")]
    if not wanted:
        raise ArgumentError(f"no {copy} copy of {action}[{number}] was seen")
    # The sender's own copy is the stanza before the server has touched it.
    chosen = next((each for each in wanted if each.sighting.sent), wanted[0])
    return Side(text, _described(casebook, chosen), (chosen,), is_one=True)


def _emitted(casebook: Casebook, case: Case) -> dict[str, list[list[StanzaObserved]]]:
    """By name of the action: every stanza with all its copies."""
    found: dict[str, dict[object, list[StanzaObserved]]] = {}
    for observed in case.stanzas:
        is_call = observed.recognised is None or observed.recognised.kind is StanzaKind.CALL
        one = observed.emission if is_call and observed.emission is not None else observed.sighting.evidence
        found.setdefault(_action(casebook, observed), {}).setdefault(one, []).append(observed)
    return {action: list(by_emission.values()) for action, by_emission in found.items()}


def _action(casebook: Casebook, observed: StanzaObserved) -> str:
    """As every view names it: `preaccept`, `ack preaccept`."""
    shown = casebook.placeholders.node(observed.sighting.node)
    return stanza_line(observed, shown, casebook.placeholders).action


def _described(casebook: Casebook, observed: StanzaObserved) -> str:
    shown = casebook.placeholders.node(observed.sighting.node)
    line = stanza_line(observed, shown, casebook.placeholders)
    way = f"sent by {line.sender}" if line.sent else f"delivered to {line.receiver}"
    client = _build_of(casebook, observed)
    at = clock(when(observed.sighting.at))
    return f"{line.action} of {line.call}, {way} at {at}" + (f", {' '.join(client)}" if client else "")


def _build(text: str, casebook: Casebook, action: str, build: str) -> Side:
    sent = [
        observed
        for observed in _all(casebook)
        if observed.sighting.sent and _action(casebook, observed) == action
    ]
    builds = {id(observed): _build_of(casebook, observed) for observed in sent}
    wanted = [
        observed
        for observed in sent
        if any(fnmatchcase(each.casefold(), build.casefold()) for each in builds[id(observed)])
    ]
    if not wanted:
        known = sorted({" ".join(each) for each in builds.values() if each})
        of = f"it was sent by {_listed(known)}" if known else "no client that is known has sent it"
        raise ArgumentError(f"no {action!r} by a client {build!r} is in the sources; {of}")
    clients = sorted({" ".join(builds[id(observed)]) for observed in wanted})
    return Side(text, f"{counted(len(wanted), 'stanza')} {action} sent by {_listed(clients)}", tuple(wanted))


def _all(casebook: Casebook) -> Iterable[StanzaObserved]:
    yield from casebook.loose
    for case in casebook.cases:
        yield from case.stanzas


def _build_of(casebook: Casebook, observed: StanzaObserved) -> tuple[str, ...]:
    """Platform and version of the client on whose connection it was seen, as they are shown."""
    client = casebook.client_of(observed.sighting.evidence)
    if client is None:
        return ()
    told = casebook.placeholders.client(client)
    return tuple(filter(None, (told.platform, told.version)))


def _listed(names: list[str]) -> str:
    shown = [cropped(name, _LONGEST, "...") for name in names[:_MOST_LISTED]]
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return ", ".join(shown) + more if shown else "none"
