"""Take over what regrading an exercise found: points, late penalties, what tests say."""

from __future__ import annotations

from collections.abc import Iterable

import nbformat
from nbformat import NotebookNode, from_dict
from nbgrader.preprocessors import AssignLatePenalties

from autograder import nbgrader_bridge
from autograder.change import Change
from autograder.engine.plan import grade_id, is_locked
from autograder.files import write_text
from autograder.nbgrader_log import capturing
from autograder.regrade import Regrader

PENALTIES = "nbgrader.preprocessors.AssignLatePenalties"


def write(regrader: Regrader, changes: Iterable[Change]) -> None:
    """Take over new points and words; what a person graded stays."""
    for change in changes:
        if change.reason:
            continue
        if change.changes:
            write_points(regrader, change)
        write_notebook(regrader, change)


def write_points(regrader: Regrader, change: Change) -> None:
    """New points into the gradebook, then the late penalty of the new sum."""
    place = (regrader.session.name, regrader.session.number, change.student)
    with nbgrader_bridge.open_gradebook(regrader.settings) as book:
        for name in regrader.tests:
            grade = book.find_grade(name, *place)
            changed = grade.auto_score != change.after[name]
            grade.auto_score = change.after[name]
            # as nbgrader does it: a person looks again at what they graded
            grade.needs_manual_grade |= changed and grade.manual_score is not None
        book.db.commit()
    config = regrader.desk.config
    if PENALTIES in config.Autograde.autograde_preprocessors:
        named = {"notebook": place[0], "assignment": place[1], "student": place[2],
                 "db_url": config.CourseDirectory.db_url}  # fmt: skip
        nothing = from_dict({"cells": [], "metadata": {}})
        penalties = AssignLatePenalties(config=config)
        with capturing(penalties.log):
            penalties.preprocess(nothing, {"nbgrader": named})


def write_notebook(regrader: Regrader, change: Change) -> None:
    """What the tests say into the autograded notebook, for feedback and reports.

    Where nothing but these tests has changed since it was graded, the stamp beside it is
    renewed: the submission counts as graded with the course as it is now.
    """
    path = regrader.path(change.student)
    notebook = nbformat.read(path, as_version=4)
    current = all(is_current(cell, regrader.desk.given) for cell in notebook.cells
                  if grade_id(cell) not in regrader.tests)  # fmt: skip
    for cell in notebook.cells:
        name = grade_id(cell)
        if name in regrader.tests:
            given = regrader.tests[name]
            cell.source, cell.metadata = given.source, from_dict(dict(given.metadata))
            cell.outputs = [from_dict(output) for output in change.outputs[name]]
    write_text(path, nbformat.writes(notebook) + "\n")
    if current:
        stamps = regrader.desk.stamps
        known = {key: value for key, value in stamps.read(change.student).items()
                 if key != "graded"}  # fmt: skip
        stamps.write(change.student, **known)


def is_current(cell: NotebookNode, given: list[NotebookNode]) -> bool:
    """Whether a cell of an autograded notebook was graded with the course's cell as it is."""
    for now in given:
        if grade_id(now) == grade_id(cell):
            same = not is_locked(now) or now.source == cell.source
            return same and dict(now.metadata["nbgrader"]) == dict(cell.metadata["nbgrader"])
    return True
