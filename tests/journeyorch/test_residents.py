from __future__ import annotations

import pytest

from journeyorch.supervisor.residents import Run, plan

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
