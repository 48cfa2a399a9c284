from __future__ import annotations

import io

from rich.console import Console

from synthetic.picture import LEFT_OUT, show


def test_the_picture_says_what_it_leaves_out() -> None:
    """Stanzas are left out of the README's picture, and one line of it says which."""
    console = Console(file=io.StringIO(), width=112, record=True)
    show(console)
    shown = console.export_text().splitlines()
    assert [line for line in shown if "not show" in line] == [LEFT_OUT]
    assert not [line for line in shown if "↓  ack" in line or "↑  ack" in line or "relaylatency" in line]
