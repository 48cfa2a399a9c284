"""Which files are read, and what must hold between them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ringback.errors import SpecError
from ringback.spec.load import MAX_FILE_BYTES, SHIPPED, load_specification
from support.specfiles import HANDS, STANZA, corpus, edited, write

NOD = edited("tag: wave", "tag: nod", edited("id: call-wave", "id: call-nod"))
ENUM_VALUES = {"hands": ("left", "2")}


@pytest.mark.parametrize("inside", ["", "spec", "spec/stanzas"])
def test_a_checkout_is_found_from_its_top_its_spec_and_its_stanzas(tmp_path: Path, inside: str) -> None:
    """All three name the same stanzas and the enums beside them."""
    corpus(tmp_path, call_wave=STANZA, call_nod=NOD)
    loaded = load_specification(tmp_path / inside)
    assert list(loaded.stanzas) == ["call-nod", "call-wave"]
    assert loaded.enums == ENUM_VALUES


def test_one_file_of_a_checkout_brings_its_enums(tmp_path: Path) -> None:
    """A file alone is checked against the enums that stand beside its folder."""
    corpus(tmp_path, call_wave=STANZA, call_nod=NOD)
    loaded = load_specification(tmp_path / "spec" / "stanzas" / "call-wave.yaml")
    assert list(loaded.stanzas) == ["call-wave"]
    assert loaded.enums == ENUM_VALUES


def test_a_folder_named_relatively_finds_the_enums_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Standing in the stanzas folder, `.` is that folder."""
    corpus(tmp_path, call_wave=STANZA)
    monkeypatch.chdir(tmp_path / "spec" / "stanzas")
    assert load_specification(Path()).enums == ENUM_VALUES
    assert load_specification(Path("call-wave.yaml")).enums == ENUM_VALUES


def test_a_file_of_its_own_has_no_enums(tmp_path: Path) -> None:
    """Where no enums folder is, a reference to one is not refused: nothing is known about it."""
    loaded = load_specification(write(tmp_path, "call-wave.yaml", STANZA))
    assert loaded.enums == {}
    assert loaded.stanzas["call-wave"].children[0].attributes[0].type == "enum:hands"


def test_an_enum_that_is_not_beside_the_stanzas_is_refused(tmp_path: Path) -> None:
    """Where an enums folder is, a reference that leads nowhere is a mistake in the file."""
    text = edited("type: enum:hands", "type: enum:hand")
    with pytest.raises(SpecError, match="no enum 'hand' beside the stanzas; did you mean 'hands'") as caught:
        load_specification(corpus(tmp_path, call_wave=text))
    assert caught.value.line == 37


def test_other_files_in_the_folder_are_not_read(tmp_path: Path) -> None:
    """Notes, editor backups and folders beside the stanzas are none."""
    corpus(tmp_path, call_wave=STANZA)
    folder = tmp_path / "spec" / "stanzas"
    write(folder, "README.md", "not YAML: [")
    write(folder, "call-wave.yaml~", "not YAML: [")
    (folder / "drafts.yaml").mkdir()
    assert list(load_specification(tmp_path).stanzas) == ["call-wave"]


def test_two_files_about_one_action_are_refused(tmp_path: Path) -> None:
    """Both would judge its stanzas; the second is named, and what it is a second of."""
    text = edited("id: call-wave", "id: call-wink")
    with pytest.raises(SpecError, match=r"<call> with <wave> is defined in call-wave.yaml already") as caught:
        load_specification(corpus(tmp_path, call_wave=STANZA, call_wink=text))
    assert caught.value.file.name == "call-wink.yaml"
    assert caught.value.line == 2


def optional(text: str, tag: str) -> str:
    return edited("tag: wave", f"tag: {tag}", edited('occurrence: "1"', 'occurrence: "0..1"', text))


def test_files_without_an_action_must_know_different_ones(tmp_path: Path) -> None:
    """wacrg has two such files of `<call>`: one knows mute and video, the other transport."""
    nod = edited("id: call-wave", "id: call-nod")
    loaded = load_specification(
        corpus(tmp_path, call_wave=optional(STANZA, "wave"), call_nod=optional(nod, "nod"))
    )
    assert [loaded.for_action("call", action) for action in ("wave", "nod", "wink", None)] == [
        loaded.stanzas["call-wave"],
        loaded.stanzas["call-nod"],
        None,
        None,
    ]
    write(tmp_path / "spec" / "stanzas", "call-nod.yaml", optional(nod, "wave"))
    with pytest.raises(SpecError, match=r"<call> with <wave> is defined in call-nod.yaml already"):
        load_specification(tmp_path)


def test_two_files_of_one_tag_without_children_are_refused(tmp_path: Path) -> None:
    """Nothing could tell their stanzas apart."""
    head = STANZA[: STANZA.index("attributes:")]
    other = edited("id: call-wave", "id: call-nod", head)
    with pytest.raises(SpecError, match=r"<call> is defined in call-nod.yaml already"):
        load_specification(corpus(tmp_path, call_wave=head, call_nod=other))
    third = edited("tag: call\n", "tag: ack\n", other)
    write(tmp_path / "spec" / "stanzas", "call-nod.yaml", third)
    loaded = load_specification(tmp_path)
    assert loaded.for_action("ack", None) is loaded.stanzas["call-nod"]
    assert loaded.for_action("call", None) is loaded.stanzas["call-wave"]


UNUSABLE = [
    (b"", 1, "empty"),
    (STANZA.encode("utf-16"), 1, "not UTF-8: byte 0xff"),
    (STANZA.encode().replace(b"Call Wave", b"Call W\xe4ve"), 3, "not UTF-8: byte 0xe4"),
    (b"\x00\x01\x02\x03", 1, "not YAML: character U\\+0000"),
    (b"id: call-wave\ntag: [call\n", 3, "not YAML"),
    (b"\x89PNG\r\n\x1a\n", 1, "not UTF-8: byte 0x89"),
]


@pytest.mark.parametrize(("data", "line", "reason"), UNUSABLE)
def test_a_file_that_is_no_yaml_text_is_refused(tmp_path: Path, data: bytes, line: int, reason: str) -> None:
    """Empty, of another encoding, binary, or cut off."""
    file = write(tmp_path, "call-wave.yaml", data)
    with pytest.raises(SpecError, match=reason) as caught:
        load_specification(file)
    assert (caught.value.file, caught.value.line) == (file, line)
    assert str(caught.value).startswith(f"{file}:{line}: ")


def test_line_ends_and_byte_order_mark_of_windows_are_read(tmp_path: Path) -> None:
    """Editors there write both; neither moves a line."""
    data = b"\xef\xbb\xbf" + STANZA.replace("\n", "\r\n").encode()
    spec = load_specification(write(tmp_path, "call-wave.yaml", data)).stanzas["call-wave"]
    unix = load_specification(write(tmp_path / "unix", "call-wave.yaml", STANZA)).stanzas["call-wave"]
    assert spec == unix


@pytest.mark.parametrize("size", [MAX_FILE_BYTES, MAX_FILE_BYTES + 1, 4 * MAX_FILE_BYTES])
def test_a_file_is_read_up_to_a_size(tmp_path: Path, size: int) -> None:
    """At the limit, one past it, and far past it."""
    text = STANZA + "#"
    file = write(tmp_path, "call-wave.yaml", text + "x" * (size - len(text)))
    if size <= MAX_FILE_BYTES:
        assert "call-wave" in load_specification(file).stanzas
        return
    with pytest.raises(SpecError, match="larger than 262144 bytes") as caught:
        load_specification(file)
    assert caught.value.line is None


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    """A path that leads nowhere, a folder without stanzas, a name that no file system takes."""
    for path, reason in (
        (tmp_path / "absent.yaml", "no such file or folder"),
        (tmp_path, "no stanza files in it: expected a stanza file, a wacrg checkout"),
        (tmp_path / ("long" * 100), "cannot be read: File name too long"),
        (Path(os.devnull), "neither a file nor a folder"),
    ):
        with pytest.raises(SpecError, match=reason) as caught:
            load_specification(path)
        assert (caught.value.file, caught.value.line) == (path, None)


def test_a_checkout_without_stanzas_is_refused(tmp_path: Path) -> None:
    """An empty `spec/stanzas` is not passed over in favour of whatever else lies about."""
    corpus(tmp_path)
    (tmp_path / "spec" / "stanzas").mkdir()
    write(tmp_path, "call-wave.yaml", STANZA)
    with pytest.raises(SpecError, match="no stanza files in it"):
        load_specification(tmp_path)


def test_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the system says about it is the reason."""
    file = write(tmp_path, "call-wave.yaml", STANZA)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SpecError, match="cannot be read: Permission denied"):
        load_specification(file)


def test_the_shipped_file_is_part_of_the_package() -> None:
    """It stands where the package stands, also when that is installed."""
    assert SHIPPED.is_file()
    assert load_specification(SHIPPED) == load_specification(None)


def test_an_enum_may_hold_numbers(tmp_path: Path) -> None:
    """A value that YAML reads as a number is the text of the wire all the same."""
    text = edited("value: 2", "value: 0x1F", HANDS)
    assert load_specification(corpus(tmp_path, enum=text, call_wave=STANZA)).enums["hands"] == (
        "left",
        "0x1F",
    )
