"""Stanza files of our own, whole and with one thing changed."""

from __future__ import annotations

from pathlib import Path

STANZA = """\
id: call-wave
tag: call
display_name: Call Wave
category: signaling
direction: [outgoing, incoming]
status: draft
spec_version: "0.1.0"
summary: >
  A hand that waves,
  on two lines.
attributes:
  - name: to
    type: jid
    required: true
    confidence: probable
    description: Who is waved at.
    observed_values: ["A@lid"]
    provenance:
      techniques: [websocket-capture, frida-hooking]
      tools: [warden]
      flavors: [one, two]
      contributors: [someone]
      sources: ["#12", "#12"]
  - name: t
    type: timestamp
    confidence: unknown
    description: When.
children:
  - tag: wave
    occurrence: "1"
    confidence: confirmed
    description: The wave.
    provenance:
      techniques: [memory-dump]
    attributes:
      - name: hand
        type: enum:hands
        required: false
        confidence: speculative
        description: With which hand.
        observed_values: [left, 2, 0.5, true, 7E10]
    children:
      - tag: finger
        occurrence: "0..n"
        confidence: speculative
        description: One finger.
examples:
  - title: A wave
    note: Made up.
    format: xml
    body: |
      <call to="A@lid">
        <wave hand="left"/>
      </call>
notes: >
  Waves are rare.
open_questions:
  - Is <wave> ever seen?
  - "Resolved: with which hand?"
references:
  - title: Of hands
    url: https://example.org/hands
  - title: Of waves
"""
"""Every key of the format, once."""

HANDS = """\
id: hands
title: Hands
status: draft
summary: Which hands there are.
values:
  - value: left
    confidence: probable
    description: The left one.
  - value: 2
    confidence: unknown
    description: The other one.
"""
"""The enum that `STANZA` refers to."""


def edited(old: str, new: str, text: str = STANZA) -> str:
    """`text` with `old`, which stands in it once, replaced by `new`."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the file"
    return text.replace(old, new)


def line_of(part: str, text: str) -> int:
    """Line of the first place of `part`, from 1."""
    return text.count("\n", 0, text.index(part)) + 1


def write(folder: Path, name: str, text: str | bytes) -> Path:
    """A file in the folder, which is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def corpus(root: Path, enum: str = HANDS, **stanzas: str) -> Path:
    """A checkout with `spec/stanzas` and `spec/enums`; keywords are ids, with `_` for a dash."""
    write(root / "spec" / "enums", "hands.yaml", enum)
    for name, text in stanzas.items():
        write(root / "spec" / "stanzas", f"{name.replace('_', '-')}.yaml", text)
    return root
