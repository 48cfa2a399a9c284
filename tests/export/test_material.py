"""Who is named in the evidence behind an export."""

from __future__ import annotations

import pytest

from ringback.export.material import identities_of
from ringback.sanitize.named import CALL_IDS, IDS
from support.sightings import Tape, preaccept


@pytest.mark.parametrize("attribute", sorted(CALL_IDS | IDS))
def test_every_id_that_gets_a_placeholder_is_searched_for(attribute: str) -> None:
    """What is hidden where it stands must not leave by another way."""
    xml = preaccept(inside=f'<receipt {attribute}="3EB0C0FFEE"/>')
    assert "3EB0C0FFEE" in identities_of([Tape().sent(xml)])
