"""`ringback.addon` in a mitmproxy of its own: options, hooks, and what other add-ons get of it."""

# mitmproxy's test helpers are not annotated.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.addons import readfile
from mitmproxy.exceptions import OptionsError
from mitmproxy.http import HTTPFlow
from mitmproxy.options import Options
from mitmproxy.test import taddons

from ringback import addon as addon_module
from ringback.addon import Ringback
from ringback.findings import Finding
from ringback.observations import StanzaObserved
from ringback.sources.keylog_file import KEYLOG_VARIABLE
from ringback.sources.notice import Notice
from support.recorded import capture, websocket_flows

NAME = "single-callee"


class Watcher:
    """Another add-on, which subscribes to ringback's events."""

    def __init__(self) -> None:
        self.stanzas: list[StanzaObserved] = []
        self.findings: list[Finding] = []

    def ringback_stanza(self, observation: StanzaObserved) -> None:
        self.stanzas.append(observation)

    def ringback_finding(self, finding: Finding) -> None:
        self.findings.append(finding)

    @property
    def seen(self) -> Counter[tuple[str, str]]:
        """Code and place of every finding."""
        return Counter((finding.code, finding.place) for finding in self.findings)


@pytest.fixture(autouse=True)
def no_key_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEYLOG_VARIABLE, raising=False)


@pytest.fixture
def addon() -> Ringback:
    return Ringback()


@contextmanager
def loaded(addon: Ringback, *others: object, **options: Any) -> Iterator[taddons.context]:
    """A mitmproxy with the add-on in it, configured as it is at start."""
    with taddons.context(*others) as tctx:
        tctx.master.addons.add(addon)
        tctx.configure(addon, **(options or {"ringback_level": "ok"}))
        yield tctx


def live(flows: list[HTTPFlow]) -> list[HTTPFlow]:
    for flow in flows:
        flow.live = True
    return flows


def cycle(tctx: taddons.context, addon: Ringback, flows: list[HTTPFlow]) -> None:
    """Let the flows run through the hooks, message by message."""

    async def run() -> None:
        for flow in flows:
            await tctx.cycle(addon, flow)

    asyncio.run(run())


def test_options_are_typed_and_documented(addon: Ringback) -> None:
    """Nine options, each with its type, its default and a help line."""
    with loaded(addon) as tctx:
        tctx.options.reset()
        own = {name: option for name, option in tctx.options.items() if name.startswith("ringback_")}
        assert {name: option.default for name, option in own.items()} == {
            "ringback_keylog": None,
            "ringback_events": None,
            "ringback_ledger": None,
            "ringback_spec": None,
            "ringback_hosts": [],
            "ringback_level": "note",
            "ringback_marks": True,
            "ringback_call_flows": True,
            "ringback_trim_messages": False,
        }
        for option in own.values():
            assert option.help.endswith(".")
            assert "\n" not in option.help
        assert own["ringback_level"].choices == ("ok", "note", "warning", "error")


@pytest.mark.parametrize(("value", "default"), [("/keys/of/mine", "/keys/of/mine"), ("", None)])
def test_key_log_from_the_environment(
    addon: Ringback, monkeypatch: pytest.MonkeyPatch, value: str, default: str | None
) -> None:
    """The environment variable names the key log where no option does; an empty one names none."""
    monkeypatch.setenv(KEYLOG_VARIABLE, value)
    with loaded(addon) as tctx:
        assert tctx.options.ringback_keylog == default


def test_key_log_from_the_environment_is_told(
    addon: Ringback, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Nobody looks for it in the options."""
    caplog.set_level(logging.INFO, logger="ringback")
    path = str(tmp_path / "mine.keys")
    monkeypatch.setenv(KEYLOG_VARIABLE, path)
    with loaded(addon, ringback_keylog=path):
        assert f"keys are read from {path}, which {KEYLOG_VARIABLE} names" in caplog.text


def test_several_hosts_in_one_value(addon: Ringback) -> None:
    """The refusal says how several are given."""
    with loaded(addon) as tctx, pytest.raises(OptionsError, match=r"repeat --set ringback_hosts=HOST"):
        tctx.configure(addon, ringback_hosts=["a.example.org,b.example.org"])


def test_loading_it_again_adds_no_option_twice(caplog: pytest.LogCaptureFixture) -> None:
    """A script that is loaded anew brings the same options, which mitmproxy takes without a word."""
    with loaded(Ringback()) as tctx:
        tctx.master.addons.clear()
        tctx.master.addons.add(Ringback())
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("level", "loud", "'loud' is no severity; use one of ok, note, warning, error"),
        (
            "hosts",
            ["https://example.org/"],
            "not a host pattern: 'https://example.org/'; write a name such as",
        ),
        ("keylog", "{folder}", "{folder} is a folder; name the file that the client writes its keys to"),
        ("events", "{folder}", "{folder}"),
        ("events", "{folder}/missing/events.jsonl", "{folder}/missing/events.jsonl"),
        ("spec", "{folder}/missing.yaml", "{folder}/missing.yaml: no such file or folder"),
        ("spec", "{folder}/broken.yaml", "{folder}/broken.yaml:3: "),
    ],
)
def test_bad_options(addon: Ringback, tmp_path: Path, option: str, value: Any, message: str) -> None:
    """A bad value is refused at once, with the option's name, what is wrong and what to do."""
    (tmp_path / "broken.yaml").write_text("id: broken\ntag: call\nsurprise: 1\n")
    if isinstance(value, str):
        value = value.format(folder=tmp_path)
    with loaded(addon) as tctx, pytest.raises(OptionsError) as refused:
        tctx.configure(addon, **{f"ringback_{option}": value})
    assert str(refused.value).startswith(f"ringback_{option}: {message.format(folder=tmp_path)}")


def test_refused_value_leaves_the_old_one_in_use(addon: Ringback, tmp_path: Path) -> None:
    """mitmproxy takes a refused value back; the event file of before goes on."""
    events = tmp_path / "events.jsonl"
    with loaded(addon, ringback_events=str(events)) as tctx:
        with pytest.raises(OptionsError):
            tctx.configure(addon, ringback_events=str(tmp_path))
        tctx.configure(addon, ringback_keylog=str(capture(NAME).with_suffix(".keys")))
        cycle(tctx, addon, live(websocket_flows(NAME)))
        tctx.master.addons.clear()
    assert {json.loads(line)["type"] for line in events.read_text().splitlines()} >= {"stanza", "finding"}


def test_home_folder_in_paths(addon: Ringback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`~` means the home folder, as in mitmproxy's own options."""
    monkeypatch.setenv("HOME", str(tmp_path))
    with loaded(addon, ringback_events="~/events.jsonl"):
        assert (tmp_path / "events.jsonl").is_file()


def test_specification_is_fixed_once_a_connection_was_seen(addon: Ringback, tmp_path: Path) -> None:
    """Judging one half of a connection by one file and the rest by another would make no sense."""
    spec = tmp_path / "call-preaccept.yaml"
    spec.write_bytes(
        (Path(__file__).parents[1] / "addon/ringback/spec/data/call-preaccept.yaml").read_bytes()
    )
    with loaded(addon, ringback_spec=str(spec)) as tctx:
        tctx.configure(addon, ringback_spec=None)
        cycle(tctx, addon, live(websocket_flows(NAME)))
        with pytest.raises(OptionsError, match="ringback_spec: it is fixed once a connection was seen"):
            tctx.configure(addon, ringback_spec=str(spec))


def test_other_addons_get_stanzas_and_findings(addon: Ringback) -> None:
    """Subscribers get every call stanza and every new finding, raw, each finding once."""
    watcher = Watcher()
    keys = capture(NAME).with_suffix(".keys")
    with loaded(addon, watcher, ringback_keylog=str(keys)) as tctx:
        cycle(tctx, addon, live(websocket_flows(NAME)))
        tctx.master.addons.remove(addon)
    actions = [observation.action for observation in watcher.stanzas]
    assert actions.count("preaccept") == 4, "sent, delivered, and the ack of each"
    call_ids = {finding.call_id for finding in watcher.findings}
    assert call_ids == {"00AAAAAAAAAAAAAAAAAAAAAAAAAAAA01"}, "raw: no placeholder"
    assert max(watcher.seen.values()) == 1
    assert ("addresses-literal", "/call/@from") in watcher.seen


def test_a_subscriber_below_another_add_on(addon: Ringback) -> None:
    """An add-on that brings others with it is asked for theirs, also for those that it takes up later."""

    class Nest:
        addons: tuple[object, ...] = ()

    nest, watcher = Nest(), Watcher()
    keys = capture(NAME).with_suffix(".keys")
    with loaded(addon, nest, ringback_keylog=str(keys)) as tctx:
        nest.addons = (watcher,)
        cycle(tctx, addon, live(websocket_flows(NAME)))
        tctx.master.addons.remove(addon)
    assert len(watcher.stanzas) > 10
    assert watcher.findings


def test_subscriber_that_fails(addon: Ringback, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of another add-on is mitmproxy's to report and costs the others nothing."""

    class Broken:
        def ringback_stanza(self, observation: StanzaObserved) -> None:
            raise ValueError("broken")

    watcher = Watcher()
    keys = capture(NAME).with_suffix(".keys")
    with loaded(addon, Broken(), watcher, ringback_keylog=str(keys)) as tctx:
        cycle(tctx, addon, live(websocket_flows(NAME)))
        tctx.master.addons.remove(addon)
    assert len(watcher.stanzas) > 10
    assert "fault of ringback" not in caplog.text


def test_findings_are_logged_where_a_screen_belongs_to_mitmproxy(
    addon: Ringback, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """In mitmproxy's own screens nothing is printed; findings are log lines, with placeholders."""
    caplog.set_level(logging.INFO, logger="ringback")
    keys = capture(NAME).with_suffix(".keys")
    with loaded(addon, ringback_keylog=str(keys), ringback_level="note") as tctx:
        cycle(tctx, addon, live(websocket_flows(NAME)))
        tctx.master.addons.remove(addon)
    assert capsys.readouterr().out == ""
    lines = [record.getMessage() for record in caplog.records]
    assert any("(addresses-literal at /call/@from of call CALLID-0001)" in line for line in lines)
    assert not any("ringback: ok:" in line for line in lines)
    assert "00AAAAAAAAAAAAAAAAAAAAAAAAAAAA01" not in caplog.text
    assert lines[-1] == "ringback: 61 of 61 frames opened; calls: 1; pre-accepts: 1"
    assert sum("speaks the protocol" in line for line in lines) == 2, "one for each connection"
    assert "ringback: pre-accept of call CALLID-0001 sent on connection 2: " in "\n".join(lines)


def test_findings_are_logged_as_severe_as_they_are(addon: Ringback, caplog: pytest.LogCaptureFixture) -> None:
    """A warning is a warning of the log, an error an error, and the rest is information."""
    caplog.set_level(logging.INFO, logger="ringback")
    keys = capture("violations").with_suffix(".keys")
    with loaded(addon, ringback_keylog=str(keys), ringback_level="ok") as tctx:
        cycle(tctx, addon, live(websocket_flows("violations")))
        tctx.master.addons.remove(addon)
    levels = {(record.getMessage().split()[1], record.levelname) for record in caplog.records}
    assert {kind for kind in levels if kind[0] in {"ok:", "note:", "warning:", "error:"}} == {
        ("ok:", "INFO"),
        ("note:", "INFO"),
        ("warning:", "WARNING"),
        ("error:", "ERROR"),
    }


def test_frames_that_stay_closed_are_logged_once_with_advice(
    addon: Ringback, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One warning for each reason and connection, and the counts when a connection has ended."""
    caplog.set_level(logging.INFO, logger="ringback")
    flows = live(websocket_flows(NAME))
    with loaded(addon, ringback_keylog=str(tmp_path / "none.keys"), ringback_level="note") as tctx:
        cycle(tctx, addon, flows)
        addon._session.tick(4_000_000_000.0, reading=False)
        closed = [record for record in caplog.records if "frames stay closed" in record.getMessage()]
        assert [record.levelno for record in closed] == [logging.WARNING] * 2
        assert all("Run the client with the key-log preload" in record.getMessage() for record in closed)
        counts = "ringback: 0 of 61 frames opened; calls: 0; pre-accepts: 0"
        assert caplog.records[-1].getMessage() == counts
        tctx.master.addons.remove(addon)
    assert caplog.text.count(counts) == 1


def test_recording_in_a_running_master(addon: Ringback) -> None:
    """Flows that mitmproxy reads are gone through when the reading is over, in order of time."""
    watcher = Watcher()

    async def run() -> None:
        with taddons.context(watcher, readfile.ReadFile(), options=Options()) as tctx:
            tctx.master.addons.add(addon)
            tctx.configure(addon, ringback_level="ok", rfile=str(capture(NAME)))
            await tctx.master.running()
            for _ in range(100):
                if watcher.stanzas:
                    break
                await asyncio.sleep(0.05)
            await tctx.master.done()

    asyncio.run(run())
    times = [observation.sighting.evidence.place.at for observation in watcher.stanzas]
    assert times == sorted(times) != []
    assert {observation.sighting.evidence.connection for observation in watcher.stanzas} == {1, 2}
    assert {observation.sighting.evidence.capture for observation in watcher.stanzas} == {capture(NAME).name}


def test_event_file_is_given_back(addon: Ringback, tmp_path: Path) -> None:
    """After `done` the next instance can take the same event file."""
    events = tmp_path / "events.jsonl"
    for instance in (addon, Ringback()):
        with loaded(instance, ringback_events=str(events)) as tctx:
            tctx.master.addons.remove(instance)
    assert events.stat().st_size > 0


def test_a_terminal_obeys_no_notice(caplog: pytest.LogCaptureFixture) -> None:
    """Ids of flows and names of files are somebody else's, and mitmdump prints its log as it is."""
    with caplog.at_level("INFO"):
        addon_module._tell(Notice("flow \x1b]0;x\x07"))
    assert caplog.messages == ["ringback: flow \\x1b]0;x\\x07"]
