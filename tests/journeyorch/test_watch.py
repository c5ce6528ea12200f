from __future__ import annotations

from journeyorch.supervisor.watch import Seen, Watch


def looks(watch: Watch, *values_and_times: tuple[object, float]) -> Seen:
    for value, now in values_and_times:
        seen = watch.look({"beat": value}, now=now)["beat"]
    return seen


def test_a_value_that_does_not_change_stands_still() -> None:
    assert looks(Watch(), (1, 10.0), (1, 11.0), (1, 12.5)) == Seen(age=2.5, still=2.5)


def test_a_change_counts_from_the_moment_it_was_seen() -> None:
    assert looks(Watch(), (1, 10.0), (2, 11.0), (2, 12.0)) == Seen(age=2.0, still=1.0)


def test_a_value_may_change_to_an_earlier_one_when_a_clock_is_set_back() -> None:
    assert looks(Watch(), (5000, 10.0), (1400, 11.0)).still == 0.0


def test_who_did_not_look_himself_blames_nobody() -> None:
    assert looks(Watch(), (1, 10.0), (1, 11.0), (1, 60.0)) == Seen(age=50.0, still=0.0)


def test_missing_keys_are_forgotten() -> None:
    watch = Watch()
    watch.look({"a": 1}, now=1.0)
    assert watch.look({"b": 1}, now=2.0) == {"b": Seen(0.0, 0.0)}
    assert watch.look({"a": 1}, now=3.0) == {"a": Seen(0.0, 0.0)}
