"""ringback: reads call pre-accept stanzas off one's own WhatsApp test client and weighs the specification.

`ringback.open` gives what recordings hold; everything else is imported when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringback.errors import RingbackError
from ringback.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ringback.api import Recording, Source

__version__ = VERSION

__all__ = ["RingbackError", "__version__", "open"]


def open(  # noqa: A001 - as `tarfile.open`
    *sources: Source,
    keylog: Source | None = None,
    spec: Source | None = None,
    hosts: Sequence[str] = (),
    technique: str | None = None,
    filter: str = "",  # noqa: A002 - as the command line calls it
    raw: bool = False,
) -> Recording:
    """What recordings hold: calls, stanzas and findings, frozen, with placeholders in place of identities.

    A source is the path of a flow file, an event file, a ledger, a client's log or a document, told by what
    it holds; without any it is the user's own ledger. The other arguments are those of the command line:
    `keylog` opens flow files that have no key log beside them, `spec` is what they are held against, `hosts`
    leaves other WebSockets out, `technique` is how the stanzas of logs were observed, `filter` chooses calls.
    `raw` gives values as they were on the wire: they identify people.

    Ctrl-C while a recording is read raises KeyboardInterrupt.

    Raises:
        SourceError: a source cannot be read, or none is named and there is no ledger.
        LedgerError: a ledger cannot be read.
        SpecError: the specification cannot be used.
        FilterError: the filter cannot be understood.
    """
    from ringback.api import open_sources  # noqa: PLC0415 - mitmproxy takes long to import

    return open_sources(
        sources, keylog=keylog, spec=spec, hosts=hosts, technique=technique, filter=filter, raw=raw
    )
