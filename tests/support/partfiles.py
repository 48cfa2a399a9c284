"""Spec part files of our own, in the shape of wacrg's."""

from __future__ import annotations

from pathlib import Path

from support.specfiles import write

PART = """\
id: call-wave
code: WAV-01
category: signalling
title: A wave of the hand
status: review
order: 3
features: [ audio, video ]
since: "0.1.0"
summary: >
  A hand that waves,
  on two lines.
normative: |
  A client MAY wave. It MUST NOT wave twice,
  and SHOULD wait. Nobody has to wave back.

  Wire format:

      <call to="<friend>" id="{id}">
        <wave hand="left" [speed="..."]>
          <finger length="short"/>     ; one or more, thumb first
          [<ring>{bytes}</ring>]
          <palm>01 0a ff</palm>
        </wave>
      </call>

  - The server MUST wave as follows:

    ```
    <ack to="{friend}"/>
    ```

      finger → ring → palm
findings: |
  Waves are rare.
requires: [ call-offer ]
implementations:
  - {
      flavor: one,
      status: working,
      note: "builds it",
      commits: [ 0123abc ],
      path: src/wave.rs
    }
  - { flavor: two, status: planned }
open_questions:
  - "Is it ever answered?"
references:
  - { title: Of hands, url: "https://example.org/hands" }
changelog:
  - date: 2026-06-21
    note: Initial spec entry.
contributors:
  - contributor: someone
    note: wrote it
"""
"""Every key of the format but `parent`, and each way in which a normative text is laid out."""

PREACCEPT = """\
id: call-preaccept
code: SIG-04
category: signalling
title: Ringing
summary: A device rings.
normative: |
  A callee MAY send it.

      <call to="{caller}" id="{stanza-id}">
        <preaccept call-id="{call-id}" call-creator="{creator}">
          <audio enc="opus" rate="{rate}"/> ; one or more
          <encopt keygen="2"/>
          <capability ver="1">01 02 03</capability>
        </preaccept>
      </call>
"""
"""A rival model of the pre-accept, its blob made up."""


def parts(root: Path, **texts: str) -> Path:
    """A checkout with `spec/signalling`; keywords are ids, with `_` for a dash."""
    for name, text in texts.items():
        write(root / "spec" / "signalling", f"{name.replace('_', '-')}.yaml", text)
    return root
