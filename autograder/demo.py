"""The demonstration: a fictitious class goes through the whole pipeline, and is checked.

    session's text → release → a class hands in → grades → feedback → table, report

Everything is written below ``.demo/``, which is made anew each time. At the end the
gradebook is held against what every student was made of.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.classroom import Student, hand_in, make_class
from autograder.engine.engine import Engine
from autograder.errors import CourseError
from autograder.feedback import give_feedback
from autograder.grading import Options, Result, grade_session
from autograder.reasons import remember
from autograder.release import release_session
from autograder.report import write_report
from autograder.results import StudentResult, read_results
from autograder.session import Exercise, Session
from autograder.settings import Settings
from cvlib.own_numbers import are_drawn

Progress = Callable[[list[Any], str], Iterable[Any]]
STAMP = "made-by-course-demo"


@dataclass(frozen=True)
class Demonstration:
    """What the demonstration made, for the command to print.

    Attributes:
        wrong: one line for each disagreement with what a student was made of.
    """

    students: list[Student]
    graded: list[Result]
    results: list[StudentResult]
    report: Path
    wrong: list[str]


def demonstrate(
    settings: Settings, session: Session, progress: Progress, engine: Engine
) -> Demonstration:
    """Run the whole pipeline for a fictitious class.

    Args:
        settings: the course's own settings; data goes to ``.demo/`` below its root.
        engine: sandboxed, where there is a sandbox.

    Raises:
        CourseError: when ``.demo/`` holds something that is not ours, or a step fails.
    """
    here = settings.at(clean_folder(settings.root / ".demo"))
    released = release_session(session, here)
    students = make_class(session, settings.root)
    for student in students:
        hand_in(student, released, here.submitted / student.id / session.number)
    graded = grade_session(here, session, progress, Options(sandboxed=engine.sandboxed), engine)
    remember(here, session, graded)
    give_feedback(here, session, progress)
    read = {result.student: result for result in read_results(here, session)}
    results = [read[student.id] for student in students if student.id in read]
    page = write_report(here, session, results)
    return Demonstration(students, graded, results, page, differences(session, students, results))


def clean_folder(folder: Path) -> Path:
    """An empty folder of ours; one that somebody else made is left alone."""
    stamp = folder / STAMP
    if folder.is_dir() and any(folder.iterdir()) and not stamp.is_file():
        raise CourseError(f"{folder}: was not made by `course demo`, so it is not replaced")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
        stamp.write_text("course demo makes this folder anew each time.\n", encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{folder}: can't be written: {error.strerror}") from None
    return folder


def differences(
    session: Session, students: Iterable[Student], results: Iterable[StudentResult]
) -> list[str]:
    """Where the results disagree with what each student was made of; one line each."""
    by_name = {result.student: result for result in results}
    lines = []
    for student in students:
        result = by_name.get(student.id)
        if result is None:
            lines.append(f"{student.id}: is missing from the results")
        else:
            lines += [f"{student.id}: {line}" for line in disagreements(session, student, result)]
    return lines


def disagreements(session: Session, student: Student, result: StudentResult) -> Iterator[str]:
    """Where one student's result is not what it must be."""
    if student.file != "notebook":
        if not result.reason or result.cells:
            yield f"handed in a file that is {student.file}, yet was graded"
        return
    if result.reason:
        yield f"was not graded: {result.reason}"
        return
    for exercise in session.exercises:
        attempt = student.answers.get(exercise.id)
        kind = attempt.kind if attempt else "blank"
        if student.numbers_of and are_drawn(exercise.id):
            kind = "copy"
        if problem := verdict(exercise, kind, attempt.name if attempt else "", result):
            yield f"{exercise.id}: {problem}"
    for cell in result.cells:
        if cell.role == "open" and cell.waits != student.essay:
            yield f"{cell.exercise}: {'does not wait' if student.essay else 'waits'} for a person"


def verdict(exercise: Exercise, kind: str, name: str, result: StudentResult) -> str:
    """What is wrong with the points and words for one exercise; "" when nothing is."""
    points = result.points(exercise.id)
    if kind in ("solution", "variant"):
        return "" if points == exercise.points else f"a right answer got {points:g} points"
    if kind == "copy":
        return "" if points < exercise.points / 2 else f"copied numbers got {points:g} points"
    if kind == "blank":
        return "" if points == 0 else f"an empty answer got {points:g} points"
    hidden = next(cell for cell in result.of(exercise.id) if cell.role == "hidden")
    if hidden.points >= hidden.most:
        return f"{name} passed the hidden test"
    told = ", ".join(hidden.told) or "nothing"
    return "" if hidden.told == (name,) else f"{name} was told {told}"
