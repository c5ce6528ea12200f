from __future__ import annotations

import pytest

from journeyorch.supervisor.residents import (
    LONGEST_SILENCE,
    SILENT_AFTER,
    Run,
    count_in_vain,
    patience,
    plan,
)

QUEUE = "journeyorch:host-1:drain:7"


def run(id: int, *, slot: int = 0, age: float = 3.0, silent: float = 0.5, **more: object) -> Run:
    usual = {"slot": slot, "queue": QUEUE, "age": age, "silent": silent, "pid": 100 + id}
    return Run(**{"id": id, **usual, **more})


WAITING = {"pid": None, "age": 1.0, "silent": 1.0}

CASES = [
    # name, slots, runs, given up (ids), started (slots)
    ("nobody is there", 2, [], [], [0, 1]),
    ("all is well", 2, [run(1), run(2, slot=1)], [], []),
    ("one place is empty", 2, [run(2, slot=1)], [], [0]),
    ("enqueued, but not begun yet", 1, [run(1, **WAITING)], [], []),
    ("a run is silent", 1, [run(1, silent=5.0)], [1], [0]),
    ("a run never began", 1, [run(1, pid=None, age=5.0, silent=5.0)], [1], [0]),
    ("a process is gone", 1, [run(1, alive=False)], [1], [0]),
    ("its cluster was started anew", 1, [run(1, queue="journeyorch:host-1:drain:6")], [1], [0]),
    ("a run will soon return", 1, [run(1, age=18.0)], [], [0]),
    ("its successor is on the way", 1, [run(1, age=18.5), run(2, **WAITING)], [], []),
    ("its successor has taken over", 1, [run(1, age=18.5), run(2, age=1.0)], [], []),
    ("its successor got lost", 1, [run(1, age=23.0), run(2, pid=None, age=5.0, silent=5.0)], [2], [0]),
    ("one change at a time", 2, [run(1, age=19.0), run(2, slot=1, age=19.0)], [], [0]),
    ("the next change waits", 2, [run(1, age=19.0), run(2, slot=1, age=19.0), run(3, **WAITING)], [], []),
    ("then it comes", 2, [run(2, slot=1, age=19.5), run(3, age=0.5)], [], [1]),
    ("an empty place comes before a change", 2, [run(1, age=19.0)], [], [1]),
]


@pytest.mark.parametrize(
    ("slots", "runs", "given_up", "started"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_plan(slots: int, runs: list[Run], given_up: list[int], started: list[int]) -> None:
    decided = plan(runs, slots=slots, queue=QUEUE)
    assert [given.id for given in decided.give_up] == given_up
    assert list(decided.start) == started


def test_who_is_given_up_for_silence_again_and_again_gets_more_time() -> None:
    """On a machine that is so busy that nobody begins in time, nobody would ever begin."""
    assert [patience(in_vain) for in_vain in range(5)] == [
        SILENT_AFTER, SILENT_AFTER, 2 * SILENT_AFTER, LONGEST_SILENCE, LONGEST_SILENCE,
    ]  # fmt: skip
    slow = run(1, silent=7.0)
    assert plan([slow], slots=1, queue=QUEUE).give_up == (slow,)
    assert plan([slow], slots=1, queue=QUEUE, silent_after=patience(2)).give_up == ()


@pytest.mark.parametrize(
    ("runs", "given_up", "counted"),
    [
        ([run(1, silent=5.0)], [run(1, silent=5.0)], 3),
        ([run(1)], [], 2),
        ([run(1, alive=False)], [run(1, alive=False)], 2),
        ([run(1, queue="of an earlier cluster")], [run(1, queue="of an earlier cluster")], 2),
        ([run(1, age=18.0)], [], 0),
        ([run(1, pid=None, age=18.0)], [], 2),
    ],
    ids=["silent", "all is well", "gone", "its cluster is gone", "worked through its time", "never began"],
)
def test_only_silence_counts_until_somebody_has_worked(
    runs: list[Run], given_up: list[Run], counted: int
) -> None:
    assert count_in_vain(2, runs, given_up, queue=QUEUE) == counted
