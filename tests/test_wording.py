"""Numbers and the words that go with them."""

from __future__ import annotations

import pytest

from ringback.wording import agreeing, counted


@pytest.mark.parametrize(("number", "told"), [(0, "0 calls are"), (1, "1 call is"), (2, "2 calls are")])
def test_one_is_one(number: int, told: str) -> None:
    assert f"{counted(number, 'call')} {agreeing(number, 'is', 'are')}" == told
