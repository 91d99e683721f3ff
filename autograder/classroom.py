"""A class of fictitious students, made of what is known about a session's exercises.

Every student's id says what it is made of: ``flips-kernel-conv2d`` has one mistake in one
exercise and everything else right. Nobody here has a person's name.
"""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.engine.plan import grade_id
from autograder.rehearse import Attempt, attempts, merged
from autograder.session import BEGIN, END, Session
from cvlib import mistakes
from cvlib.own_numbers import SAMPLE, are_drawn

ESSAY = "I worked through one small example by hand, and this is what I think: it depends."
NOT_A_NOTEBOOK = "Dear teacher, my notebook is on my other computer. I will send it on Monday.\n"
SINGLES = 1  # mistakes of each exercise that get a student of their own
SEVERAL = 8  # students with mistakes in several exercises


@dataclass(frozen=True)
class Student:
    """One fictitious student.

    Attributes:
        id: says what the student is made of.
        answers: exercise id → attempt; an exercise that is missing was left blank.
        essay: whether the open questions are answered.
        numbers_of: whose own numbers stand in the answers, if not this student's.
        file: "notebook", "empty" (without cells) or "no notebook"; only the first can be
            graded.
    """

    id: str
    answers: Mapping[str, Attempt] = field(default_factory=dict)
    essay: bool = False
    file: str = "notebook"
    numbers_of: str = ""

    @property
    def owner(self) -> str:
        """Whose own numbers the answers are about."""
        return self.numbers_of or self.id

    @property
    def mistakes(self) -> dict[str, str]:
        """Exercise id → the known mistake made there."""
        return {key: a.name for key, a in self.answers.items() if a.kind == "mistake"}


class Bank:
    """Everything known about a session's exercises, sorted by kind."""

    def __init__(self, session: Session, root: Path) -> None:
        self.exercises = session.exercises
        self.known = {e.id: list(attempts(e, root)) for e in session.exercises}

    def of(self, exercise: str, kind: str) -> list[Attempt]:
        """The attempts of one kind at an exercise."""
        return [attempt for attempt in self.known[exercise] if attempt.kind == kind]

    def solutions(self) -> dict[str, Attempt]:
        """The course's own solution to every exercise."""
        return {name: self.of(name, "solution")[0] for name in self.known}

    def variants(self, index: int) -> dict[str, Attempt]:
        """Another right answer to every exercise that has as many."""
        others = {name: self.of(name, "variant")[index : index + 1] for name in self.known}
        return self.solutions() | {name: found[0] for name, found in others.items() if found}

    def with_mistakes(
        self, wrong: Mapping[str, Attempt], among: Iterable[str] = ()
    ) -> dict[str, Attempt]:
        """These wrong answers, and right ones to all exercises that don't build on them.

        An exercise whose known right answers all call a function that is wrong here, or blank,
        is left blank: what it should get could not be told.

        Args:
            among: the exercises that are worked on; all of them if none is named.
        """
        worked_on = {*among} or self.known.keys()
        names = {attempt.exercise.answer_name for attempt in wrong.values()} - {""}
        chosen = dict(wrong)
        for exercise in self.exercises:  # none builds on a later one
            right = [*self.of(exercise.id, "solution"), *self.of(exercise.id, "variant")]
            usable = [attempt for attempt in right if not names_in(attempt.source) & names]
            if exercise.id in wrong:
                continue
            if usable and exercise.id in worked_on:
                chosen[exercise.id] = usable[0]
            else:
                names |= {exercise.answer_name} - {""}
        return chosen

    def foundations(self) -> set[str]:
        """Exercises whose function is called in answers to other exercises."""
        names = {exercise.answer_name: exercise.id for exercise in self.exercises}
        found = set()
        for attempt in (attempt for known in self.known.values() for attempt in known):
            called = {names[name] for name in names_in(attempt.source) & names.keys()}
            found |= called - {attempt.exercise.id}
        return found


def names_in(source: str) -> set[str]:
    """All names that a piece of code uses."""
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


def make_class(session: Session, root: Path) -> list[Student]:
    """The whole class; each exercise has somebody who gets just that one wrong."""
    bank = Bank(session, root)
    right, names = bank.solutions(), [exercise.id for exercise in session.exercises]
    half = (len(names) + 1) // 2
    return [
        Student("everything-right", right, essay=True),
        Student("everything-right-no-essay", right),
        Student("right-another-way", bank.variants(0), essay=True),
        Student("right-a-third-way", bank.variants(1)),
        *copies(bank),
        Student("first-half-only", bank.with_mistakes({}, among=names[:half])),
        Student("every-other-exercise", bank.with_mistakes({}, among=names[::2]), essay=True),
        Student("only-the-first-exercise", {name: right[name] for name in names[:1]}),
        Student("only-the-essay", essay=True),
        Student("blank-as-released"),
        Student("empty-notebook", file="empty"),
        Student("not-a-notebook", file="no notebook"),
        *single_mistakes(bank),
        *several_mistakes(bank),
    ]


def copies(bank: Bank) -> list[Student]:
    """Somebody who copied all answers, where the numbers are everybody's own."""
    if not any(are_drawn(exercise) for exercise in bank.known):
        return []
    return [Student("copied-everything", bank.solutions(), numbers_of="everything-right")]


def single_mistakes(bank: Bank) -> Iterator[Student]:
    """Students with one mistake in one exercise."""
    for exercise in bank.known:
        topic = exercise.partition("-")[2]
        for attempt in bank.of(exercise, "mistake")[:SINGLES]:
            name = f"{attempt.name.replace('_', '-')}-{topic}"
            yield Student(name, bank.with_mistakes({exercise: attempt}))


def several_mistakes(bank: Bank) -> Iterator[Student]:
    """Students with mistakes in three exercises that no other one builds on."""
    solid = [name for name in bank.known if name not in bank.foundations()]
    for index in range(SEVERAL):
        names = {solid[(index + step) % len(solid)] for step in (0, 3, 6)} if solid else set()
        known = {name: bank.of(name, "mistake") for name in bank.known if name in names}
        wrong = {name: some[index // 2 % len(some)] for name, some in known.items() if some}
        if wrong:
            yield Student(f"several-mistakes-{index + 1}", bank.with_mistakes(wrong))


def hand_in(student: Student, released: Path, folder: Path) -> Path:
    """Write a student's submission of the released notebook into `folder`."""
    path = folder / released.name
    path.parent.mkdir(parents=True, exist_ok=True)
    if student.file == "no notebook":
        path.write_text(NOT_A_NOTEBOOK, encoding="utf-8")
        return path
    notebook = json.loads(released.read_text(encoding="utf-8"))
    path.write_text(json.dumps(filled(notebook, student), indent=1), encoding="utf-8")
    return path


def filled(notebook: dict[str, Any], student: Student) -> dict[str, Any]:
    """The released notebook with the student's answers in its solution cells."""
    new = copy.deepcopy(notebook)
    if student.file == "empty":
        return {**new, "cells": []}
    for cell in new["cells"]:
        exercise, _, role = grade_id(cell).rpartition("-")
        if role == "solution" and exercise in student.answers:
            cell["source"] = without_markers(handed_in(student.answers[exercise], student.owner))
        elif role == "open" and student.essay:
            cell["source"] = ESSAY
    return new


def handed_in(attempt: Attempt, student: str) -> str:
    """An attempt's text, with the student's own numbers where an exercise draws them."""
    known = {m.id: m for m in mistakes.of(attempt.exercise.id) if m.slips}
    source = attempt.source
    if attempt.kind == "mistake" and attempt.name in known:
        source = merged(attempt.exercise, known[attempt.name].source_for(student))
    return source.replace(f'student_id = "{SAMPLE}"', f'student_id = "{student}"')


def without_markers(source: str) -> str:
    """A solution as a learner would have it, without the author's marker lines."""
    return "\n".join(line for line in source.splitlines() if BEGIN not in line and END not in line)
