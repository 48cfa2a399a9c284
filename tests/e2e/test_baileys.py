"""Real Baileys through a real mitmdump with ringback live, compared with what was sent at both ends."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from ringback.calls import Sighting
from ringback.nodejson import node_to_json
from ringback.sources.flows import Reading
from ringback.sources.hosts import HostFilter
from ringback.sources.log_file import read_log
from ringback.sources.notice import Notice
from support.conversation import BOB, PREACCEPTS, ROUTING_INFO, action_of, is_of_call
from support.encounter import Encounter, Json, records, ringback

pytestmark = pytest.mark.e2e

CONNECTIONS = 4
"""Three logins and a reconnect."""
UPLOADED_KEYS = {"baileys6": 30, "baileys7": 812}
"""One-time keys that a client uploads where the server has none left."""


def canonical(nodes: Iterable[Json]) -> Counter[str]:
    """The nodes as a bag that compares by value."""
    return Counter(json.dumps(node, sort_keys=True) for node in nodes)


def opening_tag(node: Json) -> str:
    """The root's opening tag in the spelling of Baileys' trace log."""
    attributes = " ".join(f"{name}='{value}'" for name, value in node["attrs"].items())
    return f"<{node['tag']} {attributes}"


@pytest.mark.parametrize(("direction", "kind"), [("client", "received"), ("server", "sent")])
def test_every_stanza_is_decoded_as_baileys_decodes_it(met: Encounter, direction: str, kind: str) -> None:
    """Connection by connection, in order: none missed, none invented, every value equal."""
    ours, theirs = met.at_proxy(direction), met.at_edge(kind)
    assert len(ours) == CONNECTIONS
    assert sorted(ours, key=str) == sorted(theirs, key=str)


def test_both_ends_agree_on_what_was_sent(met: Encounter) -> None:
    """Firm ground for the comparison: what one end sent is what the other received."""
    told = met.edge + met.client
    assert [event for event in told if event["event"] in {"broken", "error"}] == []
    assert [event for event in told if "ringback" in event.get("text", "")] == []
    for account in ("Alice", "Bob", "Carol"):
        of_edge = [event for event in met.edge if event.get("account") == account]
        of_client = [event for event in met.client if event.get("account") == account]
        sent = [event["node"] for event in of_edge if event["event"] == "sent"]
        received = [event["node"] for event in of_edge if event["event"] == "received"]
        heard = [event["node"] for event in of_client if event["event"] == "received"]
        said = [event["xml"] for event in of_client if event["event"] == "sent"]
        assert canonical(heard) == canonical(sent)
        assert [re.split("/?>", xml)[0] for xml in said] == list(map(opening_tag, received))


def test_the_clients_own_logs_tell_the_same_calls(met: Encounter) -> None:
    """Baileys' trace logs, as pino writes them: each stanza of a call as often as on the wire, and alike."""
    wire = canonical(line["node"] for line in met.decoded if is_of_call(line["node"]))
    told = [each for log in met.logs for each in read_log(log, log.name, Reading(refuse, HostFilter()))]
    nodes = [node_to_json(each.node) for each in told if isinstance(each, Sighting)]
    assert canonical(filter(is_of_call, nodes)) == wire


def refuse(notice: Notice) -> None:
    raise AssertionError(notice.text)


def test_the_conversation_held_what_it_should(met: Encounter) -> None:
    """All that framing and login can bring was on this wire: the tests above compared it."""
    nodes = [line["node"] for line in met.decoded]
    uploads = [node for node in nodes if node["attrs"].get("xmlns") == "encrypt" and len(node["content"]) > 2]
    assert [len(child["content"]) for child in uploads[0]["content"] if child["tag"] == "list"] == [
        UPLOADED_KEYS[met.version]
    ]
    assert [event["routing"] for event in met.edge if event["event"] == "connected"].count(ROUTING_INFO) == 1
    assert Counter(filter(None, map(action_of, nodes)))["preaccept"] == len(PREACCEPTS) + 1
    messages = Counter((line["flow"], line["msg"]) for line in met.decoded)
    assert max(messages.values()) == 3


def test_decoded_lines_are_numbered_in_order_of_time(met: Encounter) -> None:
    """Also over several connections, one of which is written to the flow file after a younger one."""
    assert [line["n"] for line in met.decoded] == list(range(1, len(met.decoded) + 1))
    times = [line["at"] for line in met.decoded]
    assert times == sorted(times)


def test_pre_accepts_are_reported_while_the_connection_is_open(met: Encounter) -> None:
    """Live, with keys that come after the frames they open: every pre-accept is in the event file at once."""
    assert met.live[-1]["type"] != "summary"
    rung = [record for record in met.live if is_pre_accept(record)]
    assert len({record["call"] for record in rung}) == len(PREACCEPTS)
    assert Counter(record["direction"] for record in rung) == {"client": len(PREACCEPTS), "server": 1}
    assert met.events[: len(met.live)] == met.live


def is_pre_accept(record: Json) -> bool:
    """Whether an event file's record is a pre-accept, sent or delivered."""
    return record["type"] == "stanza" and action_of(record["node"]) == "preaccept"


def test_every_call_stanza_is_in_the_event_file(met: Encounter) -> None:
    """Calls, their acks and their receipts, each with its flow and message; nothing else."""
    expected = Counter(
        (line["flow"], line["dir"], line["msg"], line["node"]["tag"])
        for line in met.decoded
        if is_of_call(line["node"])
    )
    told = [record for record in met.events if record["type"] == "stanza"]
    assert expected == Counter(
        (record["flow"], record["direction"], record["message"], record["node"]["tag"]) for record in told
    )


def test_the_summary_counts_what_was_on_the_wire(met: Encounter) -> None:
    """From frames down to pre-accepts, counted at the edge; one seen at both its ends counts once."""
    nodes = [event["node"] for event in met.edge if event["event"] in {"sent", "received"}]
    assert met.events[-1] == {
        "schema": met.events[0]["schema"],
        "type": "summary",
        "connections": CONNECTIONS,
        "frames": len(nodes),
        "opened": len(nodes),
        "stanzas": sum(map(is_of_call, nodes)),
        "calls": len(PREACCEPTS),
        "preaccepts": len(PREACCEPTS),
        **dict.fromkeys(("ignored", "unread", "held", "dropped", "evicted", "forgotten"), 0),
        "closed": {},
        "incomplete": False,
        "findings": Counter(record["severity"] for record in met.events if record["type"] == "finding"),
    }


def test_findings_are_those_of_the_conversation(met: Encounter) -> None:
    """One pre-accept was wrong in two ways, one carried candidates; nobody else is at fault."""
    findings = [record for record in met.events if record["type"] == "finding"]
    faults = {(each["severity"], each["code"], each["place"]) for each in findings}
    assert {fault for fault in faults if fault[0] in {"error", "warning"}} == {
        ("error", "attribute-missing", "/call/preaccept/@call-creator"),
        ("warning", "preaccept-after-terminate", "/call/preaccept"),
    }
    supported = {each["fact"]["path"] for each in findings if each["fact"] and each["stance"] == "supports"}
    assert {"call/preaccept/destination", "call/preaccept/destination/te/@port"} <= supported


def test_the_client_is_identified_and_its_owner_is_not(met: Encounter) -> None:
    """Login data was opened with the handshake key: which client, which device, never whose."""
    clients = [record for record in met.events if record["type"] == "client"]
    assert sorted(str(record["device"]) for record in clients) == ["2", "7", "7", "None"]
    assert {record["platform"] for record in clients} == {"WEB"}


def test_nothing_that_identifies_and_no_key_is_written(met: Encounter) -> None:
    """Terminal and event file carry placeholders only."""
    written = met.terminal + json.dumps(met.events)
    keys = re.findall("[0-9a-f]{64}", met.keylog.read_text())
    assert len(keys) >= 3 * CONNECTIONS
    secrets = [*keys, *PREACCEPTS, BOB.user, BOB.lid_user, "200004", "Bob Example"]
    assert [secret for secret in secrets if secret in written] == []


def test_the_terminal_shows_every_pre_accept_and_the_summary(met: Encounter) -> None:
    """What a person at the proxy sees while the client runs, and at its end."""
    assert len(re.findall(r"^. +<preaccept ", met.terminal, re.MULTILINE)) == len(PREACCEPTS) + 1
    assert re.search(rf"^opened +{len(met.decoded)} ", met.terminal, re.MULTILINE)
    assert re.search(rf"^pre-accepts +{len(PREACCEPTS)} ", met.terminal, re.MULTILINE)


def test_the_key_log_names_each_session_and_is_private(met: Encounter) -> None:
    """Three keys a session; those of the two sessions that begin at once may be candidates."""
    assert met.keylog.stat().st_mode & 0o777 == 0o600
    lines = [line.split() for line in met.keylog.read_text().splitlines() if not line.startswith("#")]
    labels = Counter(line[0] for line in lines)
    assert labels["CLIENT_HANDSHAKE_KEY"] == CONNECTIONS
    assert len({line[1] for line in lines} - {"*"}) == CONNECTIONS
    assert min(labels["CLIENT_TRANSPORT_KEY"], labels["SERVER_TRANSPORT_KEY"]) >= 2
    assert labels.total() == len(lines) == 3 * CONNECTIONS


def test_the_recording_tells_the_same_again(met: Encounter, tmp_path: Path) -> None:
    """Replaying the flow file, as documented, gives the findings that were made live."""
    again = tmp_path / "again.jsonl"
    ringback(*met.replay.arguments, "--events", str(again))

    def findings(events: Iterable[Json]) -> Counter[str]:
        told = [record for record in events if record["type"] == "finding"]
        return Counter(f"{each['code']} {each['severity']} {each['stance']} {each['place']}" for each in told)

    assert findings(records(again)) == findings(met.events)
    assert records(again)[-1] == met.events[-1]
