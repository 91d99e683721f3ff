"""How much faster is the engine than stock nbgrader, on the same class, in one run?

    python benchmarks/grading.py                 # a class of 40, session 01, stock and ours
    python benchmarks/grading.py --students 400 --no-stock      # does the cost stay the same?

Prints seconds per submission for both, their ratio, the floor (the learners' answers and
the test cells in one warm process, without any isolation), and the engine's memory. The
scores of all students must be equal, or the figures mean nothing and the exit status is 1.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from memory_watch import MemoryWatch

from autograder.cells import run_cell
from autograder.classroom import Student, hand_in, make_class
from autograder.nbgrader_bridge import open_gradebook
from autograder.rehearse import blank
from autograder.release import release_session
from autograder.session import Session, find_session, read_session
from autograder.settings import Settings, load_settings

STOCK = """\
c = get_config()
c.CourseDirectory.course_id = "benchmark"
c.Execute.timeout = 60
"""
PROGRAMS = Path(sys.executable).parent


def main() -> int:
    """Run the benchmark; 1 when scores differ."""
    wanted = arguments()
    root = Path(__file__).resolve().parents[1]
    with tempfile.TemporaryDirectory(prefix="grading-benchmark-") as folder:
        ours = make_course(root, Path(folder) / "ours")
        session = read_session(find_session(ours.course, wanted.session))
        students = fill(ours, session, root, wanted.students)
        print(f"session {session.name}, {len(students)} submissions, {machine()}")
        floor = warm_floor(session, students)
        print(f"floor (answers and tests in one warm process): {floor:.3f} s a submission")
        stock = ours.at(Path(folder) / "stock")
        shutil.copytree(ours.data, stock.data)
        seconds, peak = grade_ours(ours, session, wanted.workers)
        report_ours(seconds, floor, len(students), peak)
        if wanted.no_stock:
            return 0
        stock_seconds = grade_stock(stock, session)
        print(f"stock nbgrader autograde: {stock_seconds / len(students):.3f} s a submission")
        print(f"ratio: {stock_seconds / seconds:.1f}× (whole commands, start-up included)")
        return compare(ours, stock, session, students)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--session", default="01")
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--workers", type=int, default=0, help="0: one for each core")
    parser.add_argument("--no-stock", action="store_true", help="measure ours alone")
    return parser.parse_args()


def make_course(root: Path, folder: Path) -> Settings:
    """A course of its own in a temporary folder, released."""
    shutil.copytree(root / "course", folder / "course")
    shutil.copy(root / "nbgrader_config.py", folder)
    return load_settings(folder)


def fill(settings: Settings, session: Session, root: Path, number: int) -> list[Student]:
    """Release the session and hand in `number` notebooks, honest ones of every kind."""
    released = release_session(session, settings)
    kinds = [student for student in make_class(session, root) if student.file == "notebook"]
    students = []
    for index in range(number):
        kind = kinds[index % len(kinds)]
        student = Student(f"{index:04d}-{kind.id}", kind.answers, kind.essay)
        hand_in(student, released, settings.submitted / student.id / session.number)
        students.append(student)
    return students


def warm_floor(session: Session, students: list[Student]) -> float:
    """Seconds a submission for answers and tests alone, everything imported already."""
    torch.set_num_threads(1)  # as in the engine
    given: dict[str, Any] = {"__name__": "__main__"}
    for cell in session.cells:
        if cell.role == "setup":
            run_cell(cell.source, given, "set-up")
    chosen = students[:40]
    for student in chosen[:2]:
        run_answers(session, student, dict(given))
    begin = time.perf_counter()
    for student in chosen:
        run_answers(session, student, dict(given))
    return (time.perf_counter() - begin) / len(chosen)


def run_answers(session: Session, student: Student, namespace: dict[str, Any]) -> None:
    """A student's answers and their tests, in this process."""
    for exercise in session.exercises:
        attempt = student.answers.get(exercise.id)
        answer = attempt.source if attempt else blank(exercise.solution.source)
        for source in (answer, exercise.check.source, exercise.hidden.source):
            run_cell(source, namespace, exercise.id)


def grade_ours(settings: Settings, session: Session, workers: int) -> tuple[float, str]:
    """Seconds for the whole `course grade`, and what memory it took."""
    command = [PROGRAMS / "course", "--root", settings.root, "grade", session.number]
    if workers:
        command += ["--workers", str(workers)]
    begin = time.perf_counter()
    process = subprocess.Popen(command)
    watch = MemoryWatch(process.pid)
    watch.start()
    status = process.wait()
    seconds = time.perf_counter() - begin
    watch.stop()
    if status != 0:
        sys.exit(f"course grade ended with status {status}")
    return seconds, watch.summary()


def grade_stock(settings: Settings, session: Session) -> float:
    """Seconds for nbgrader's own command with nbgrader's own preprocessors."""
    (settings.data / "nbgrader_config.py").write_text(STOCK, encoding="utf-8")
    variables = os.environ | {"PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
    begin = time.perf_counter()
    done = subprocess.run(
        [PROGRAMS / "nbgrader", "autograde", session.number],
        cwd=settings.data, env=variables, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode != 0:
        sys.exit(f"nbgrader autograde failed: {done.stderr[-2000:]}")
    return time.perf_counter() - begin


def report_ours(seconds: float, floor: float, number: int, memory: str) -> None:
    """Print our figures."""
    each = seconds / number
    print(f"ours: {each:.3f} s a submission ({seconds:.1f} s for the whole command)")
    print(f"limit by the floor: 2 × {floor:.3f} + 0.15 = {2 * floor + 0.15:.3f} s")
    print(memory)


def compare(ours: Settings, stock: Settings, session: Session, students: list[Student]) -> int:
    """Scores must be the same in both gradebooks."""
    wrong = 0
    with open_gradebook(ours) as one, open_gradebook(stock) as other:
        for student in students:
            scores = [
                {g.name: g.auto_score for g in book.find_submission_notebook(
                    session.name, session.number, student.id).grades}
                for book in (one, other)
            ]  # fmt: skip
            for name, score in scores[0].items():
                if score != scores[1][name]:
                    wrong += 1
                    print(f"{student.id} {name}: ours {score}, stock {scores[1][name]}")
    print(f"scores of {len(students)} students compared: {wrong} differences")
    return 1 if wrong else 0


def machine() -> str:
    """What this ran on."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, torch {torch.__version__}"


if __name__ == "__main__":
    sys.exit(main())
