"""How long does a session take? From top to bottom with solutions, and its test cells alone.

    python benchmarks/sessions.py            # all sessions
    python benchmarks/sessions.py 07 08

Prints, for each session, the seconds of a whole run in a fresh kernel (all cells, imports
included) and the processor seconds of all visible and hidden tests with the solutions, best of
three. The limits are the course's own: 60 seconds a session, 120 where a network is trained for
real; one second of tests, 5 where the tests train or prompt one. Exit status 1 above a limit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import torch
from nbclient import NotebookClient

from autograder.rehearse import Rehearsal, attempts
from autograder.session import Session, read_session, session_paths

ROOT = Path(__file__).parents[1]
LONG = {"05", "07", "08"}
COSTLY = {"05", "08"}


def main() -> int:
    """Time the sessions that were named; 1 when one is above its limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("sessions", nargs="*", metavar="NN", help="all, if none is named")
    wanted = parser.parse_args().sessions
    torch.set_num_threads(1)
    above = 0
    print(f"{'session':32} {'whole run':>16} {'test cells':>16}")
    for path in session_paths(ROOT / "course"):
        session = read_session(path)
        if wanted and session.number not in wanted:
            continue
        most, most_tests = (
            120 if session.number in LONG else 60,
            5 if session.number in COSTLY else 1,
        )
        whole, tests = whole_run(session), test_cells(session)
        above += whole > most or tests > most_tests
        print(
            f"{session.name:32} {whole:6.1f} of {most:3} s  {tests:6.2f} of {most_tests} s",
            flush=True,
        )
    return int(above > 0)


def whole_run(session: Session) -> float:
    """Seconds for all cells with solutions, in a kernel of its own and an empty folder."""
    path = ROOT / "source" / session.number / f"{session.name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=600,
            resources={"metadata": {"path": folder}},
            extra_arguments=["--log-level=ERROR"],  # it warns that its port is not encrypted
        )
        begin = time.perf_counter()
        client.execute()
        return time.perf_counter() - begin


def test_cells(session: Session) -> float:
    """Processor seconds of all tests with the solutions: the best of three."""
    rehearsal = Rehearsal(session)
    right = [
        attempt
        for exercise in session.exercises
        for attempt in attempts(exercise, ROOT)
        if attempt.kind == "solution"
    ]
    return min(sum(v.seconds for a in right for v in rehearsal.judge(a)) for _ in range(3))


if __name__ == "__main__":
    sys.exit(main())
