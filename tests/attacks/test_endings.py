"""Hang, end, kill: it costs the question where it happens, and nobody else anything."""

from __future__ import annotations

import pytest

from autograder.engine.ticket import Budget
from tests.attacks.conftest import Attack, Classroom, Graded, forged, with_neighbour
from tests.attacks.course import WRONG

BUDGET = Budget(cell=1.5, total=20.0)
BODY = (
    "import os, sys, time, ctypes, signal\ndef conv_output_size(*a, **k):\n    {}\n    return -1\n"
)
ENDS = {
    "os_exit": "os._exit(0)",
    "sys_exit": "sys.exit(0)",
    "exit": "exit()",
    "abort": "os.abort()",
    "segfault": "ctypes.string_at(0)",
    "stack_overflow": "sys.setrecursionlimit(10 ** 7); (lambda f: f(f))(lambda f: f(f))",
    "kill_all": "os.kill(-1, 9)",
    "kill_group": "os.killpg(0, 9)",
    "kill_parent": "os.kill(os.getppid(), 9)",
    "kill_every_number": "[ctypes.CDLL(None).kill(pid, 9) for pid in range(2, 70_000)]",
    "stop_itself": "os.kill(os.getpid(), signal.SIGSTOP)",
    "stop_all": "os.kill(-1, signal.SIGSTOP)",
    "close_everything": "os.closerange(0, 4096)",
    "exec": "os.execv('/bin/true', ['true'])",
    "exec_a_talker": "os.execv('/bin/cat', ['cat', '/dev/zero'])",
    "hang": "time.sleep(1000)",
    "hang_in_c": "ctypes.CDLL(None).pause()",
    "busy": "while True: pass",
    "hang_with_signals_blocked": "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n"
    "    while True:\n        try: time.sleep(1000)\n        except BaseException: pass",
}
ATTACKS = {name: ("", BODY.format(code)) for name, code in ENDS.items()}
ALIVE = {"sys_exit", "exit", "kill_all", "kill_group", "kill_parent", "kill_every_number",
         "stop_itself", "stop_all"}  # fmt: skip


@pytest.mark.parametrize("name", ENDS)
def test_submission_cannot_win_or_stop_grading_by(name: str, attacks: dict[str, Graded]) -> None:
    graded = attacks[name]
    assert not graded.reason
    graded.gained_nothing()
    graded.kept_the_rest()
    told = graded.told("01-output-size-hidden")
    assert "Stopped" in told or name in ALIVE, told


def test_submission_cannot_take_all_the_time_by_slow_cells(attack: Attack) -> None:
    """Each cell is quick enough, together they are not."""

    def slow(notebook: object) -> None:
        from nbformat.v4 import new_code_cell

        for number in range(20):
            text = f"import time; time.sleep(0.7)  # {number}"
            notebook.cells.insert(2, new_code_cell(text))  # type: ignore[attr-defined]

    graded = attack(edit=slow, budget=Budget(cell=3.0, total=5.0))
    assert "the time for this notebook is used up" in graded.text
    graded.gained_nothing()


def test_submission_cannot_hang_in_a_cell_and_lose_more_than_that_cell(attack: Attack) -> None:
    graded = attack("while True: pass", budget=Budget(cell=2.0, total=20.0))
    assert "this took too long and was stopped" in graded.text
    graded.kept_the_rest()


def test_submission_cannot_leave_a_daemon(room: Classroom, attack: Attack) -> None:
    """Double fork, a session of its own, signals ignored; `room` looks for what is left."""
    code = (
        "import os, signal, time, subprocess\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        for n in range(1, 65):\n"
        "            try: signal.signal(n, signal.SIG_IGN)\n"
        "            except (OSError, ValueError): pass\n"
        "        os.closerange(0, 256)\n"
        "        while True: time.sleep(1)\n"
        "    os._exit(0)\n"
        "subprocess.Popen('nohup setsid sleep 1000 &', shell=True, start_new_session=True)\n"
        "time.sleep(0.3)\n"
        "print(len([p for p in os.listdir('/proc') if p.isdigit()]), 'of mine')"
    )
    graded = attack(code)
    assert int(graded.text.split(" of mine")[0].split()[-1]) >= 3
    graded.gained_nothing()


def test_submission_cannot_live_on_when_it_ends_its_first_process(attack: Attack) -> None:
    code = "import os, time\nif os.fork() == 0:\n    time.sleep(1000)\nelse:\n    os._exit(0)"
    attack(code).gained_nothing()


def test_submission_cannot_kill_another_that_runs_at_once(room: Classroom) -> None:
    killer = (
        "import os, time, signal\nend = time.time() + 2\n"
        "while time.time() < end:\n"
        "    for pid in range(2, 3000):\n"
        "        try: os.kill(pid, 9)\n        except OSError: pass\n"
        "    try: os.kill(-1, signal.SIGSTOP)\n    except OSError: pass\n"
    )
    victim = "import time\ntime.sleep(1.5)\nprint('I live')"
    room.hand_in("mallory", forged(room, killer))
    room.hand_in("morgan", forged(room, victim))
    graded = with_neighbour(room)
    assert "I live" in graded["morgan"].text
    graded["morgan"].kept_the_rest()


def test_submission_cannot_use_up_the_processes_of_another(room: Classroom) -> None:
    bomb = (
        "import os, time\nend = time.time() + 2\n"
        "while time.time() < end:\n"
        "    try:\n        if os.fork() == 0: time.sleep(2); os._exit(0)\n"
        "    except OSError: time.sleep(0.05)\n"
    )
    victim = (
        "import subprocess, time\n"
        "for _ in range(12): subprocess.run(['true']); time.sleep(0.1)\nprint('I could')"
    )
    room.hand_in("mallory", forged(room, bomb))
    room.hand_in("morgan", forged(room, victim))
    graded = with_neighbour(room)
    assert "I could" in graded["morgan"].text, graded["morgan"].text


def test_submission_cannot_win_by_ending_while_a_test_runs(attack: Attack) -> None:
    """Right at first, then gone: the question is not answered."""
    answer = (
        "import os\ncalls = []\n"
        "def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):\n"
        "    calls.append(1)\n"
        "    if len(calls) > 1: os._exit(0)\n"
        "    return (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1\n"
    )
    graded = attack(answer=answer)
    assert graded.scores["01-output-size-hidden"] == 0
    assert "the process ended" in graded.told("01-output-size-hidden")
    assert WRONG
