"""What all recorded runs came to, target by target, and the table of it in the documentation."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from fuzz.running import Figures

RECORD = Path(__file__).with_name("record.json")
"""What the page in the documentation tells."""
BEGIN, END = "<!-- fuzz figures: begin -->\n", "<!-- fuzz figures: end -->\n"
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Recorded:
    """Runs of one target."""

    executions: int = 0
    seconds: int = 0
    coverage: int = 0
    """Of the run that reached most; the next two likewise."""
    features: int = 0
    corpus: int = 0


def read_record(file: Path = RECORD) -> dict[str, Recorded]:
    """By target; empty where there is no such file."""
    if not file.exists():
        return {}
    return {name: Recorded(**told) for name, told in json.loads(file.read_text()).items()}


def add_to_record(target: str, figures: Figures, file: Path) -> None:
    """Add what a run came to."""
    with _LOCK:
        record = read_record(file)
        before = record.get(target, Recorded())
        record[target] = Recorded(
            before.executions + figures.executions,
            before.seconds + round(figures.seconds),
            max(before.coverage, figures.coverage),
            max(before.features, figures.features),
            max(before.corpus, figures.corpus),
        )
        told = {name: asdict(record[name]) for name in sorted(record)}
        file.write_text(json.dumps(told, indent=1) + "\n")


def table(record: dict[str, Recorded]) -> str:
    """The record in Markdown, a row a target."""
    rows = [
        "| target | executions | seconds | places reached | features | corpus |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    rows += [_row(f"`{name}`", each) for name, each in record.items()]
    total = Recorded(
        sum(each.executions for each in record.values()), sum(each.seconds for each in record.values())
    )
    rows.append(f"| all | {total.executions:,} | {total.seconds:,} | | | |")
    return "\n".join(rows) + "\n"


def _row(name: str, each: Recorded) -> str:
    cells = (each.executions, each.seconds, each.coverage, each.features, each.corpus)
    return f"| {name} | {' | '.join(f'{cell:,}' for cell in cells)} |"


def write_table(page: Path, file: Path) -> None:
    """Put the table of a record between the markers of a page."""
    text = page.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}{table(read_record(file))}{END}{after}")
