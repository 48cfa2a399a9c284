from __future__ import annotations

import copy
import pickle

from ringback.recent import Recent, note


def test_at_the_limit_all_is_remembered_and_one_past_it_the_oldest_is_not() -> None:
    """The newest are kept, and what they pushed out is counted."""
    recent: Recent[int, str] = Recent(3)
    for number in range(3):
        recent[number] = "known"
    assert (list(recent), recent.forgotten, recent.count) == ([0, 1, 2], 0, 3)
    for number in range(3, 1000):
        recent[number] = "known"
    assert (list(recent), recent.forgotten, recent.count) == ([997, 998, 999], 997, 1000)


def test_what_is_set_again_is_the_newest() -> None:
    """It is not counted twice, and goes last."""
    recent: Recent[str, int] = Recent(2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        recent[key] = value
    assert (dict(recent), recent.forgotten, recent.count) == ({"a": 3, "c": 4}, 1, 3)


def test_a_key_is_new_once() -> None:
    """Until it is forgotten; then it is new again."""
    recent: Recent[str, None] = Recent(1)
    assert [note(recent, key) for key in ("a", "a", "b", "b", "a")] == [True, False, True, False, True]


def test_a_copy_goes_on_where_it_was() -> None:
    """Also one that another process gets: its keys, their order, its limit and its count."""
    recent: Recent[str, int] = Recent(2)
    for number, key in enumerate("abc"):
        recent[key] = number
    for other in (copy.copy(recent), copy.deepcopy(recent), pickle.loads(pickle.dumps(recent))):
        other["d"] = 3
        assert (list(other.items()), other.forgotten) == ([("c", 2), ("d", 3)], 2)
    assert (recent.forgotten, recent.nameless().count, list(recent.nameless())) == (1, 3, [])
