"""A hundred damaged hand-ins of a real session, through `course collect` and `course grade`.

Nothing may be dropped: each is graded as far as its answers' text is still there, and what
could not be repaired is told with a reason.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass, field

import pytest

from autograder.classroom import Bank, Student, filled
from autograder.engine.engine import Engine
from autograder.grading import Result, grade_session
from autograder.intake.collect import Collection, Collector
from autograder.intake.roster import Person, Roster
from autograder.nbgrader_bridge import open_gradebook
from autograder.release import release_session
from autograder.session import Session, find_session, read_session
from autograder.settings import Settings, load_settings
from autograder.written import joined
from tests.intake.damage import DAMAGES, FULL, PARTLY, PLAIN_NAME, REPORTED, Damage, dump, zipped
from tests.tiny import ROOT

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is missing")
EVERY = 5  # one of so many is graded without --slow
LEFT_OUT = ("01-sizes",)  # its numbers differ from student to student
SAMPLE = [
    pytest.param(damage, id=damage.name, marks=[pytest.mark.slow] if index % EVERY else [])
    for index, damage in enumerate(DAMAGES)
]


@dataclass
class Class:
    """What was handed in, and what became of it."""

    settings: Settings
    session: Session
    whole: dict[str, str]  # exercise -> the undamaged answer
    collection: Collection = field(default_factory=Collection)
    results: dict[str, Result] = field(default_factory=dict)

    def points(self, student: str) -> dict[str, float]:
        """Exercise → points of its tests."""
        points: Counter[str] = Counter()
        with open_gradebook(self.settings) as book:
            for grade in book.find_submission_notebook(self.session.name, "01", student).grades:
                points[grade.name.rpartition("-")[0]] += grade.auto_score or 0
        return dict(points)

    def reasons(self, student: str) -> list[str]:
        """Everything that was told about a student's hand-in."""
        asked = [q.reason for q in self.collection.questions if f"Student {student}_" in q.origin]
        result = self.results.get(student)
        told = [*result.repairs, result.reason] if result else []
        return [text for text in (*asked, *told) if text]


def student_of(damage: Damage) -> str:
    return f"s{DAMAGES.index(damage):03d}"


def chosen(request: pytest.FixtureRequest) -> list[Damage]:
    """The damages that this run is about: the sample, all with --slow, or what -k names."""
    slow = request.config.getoption("--slow")
    items = [item for item in request.session.items if slow or "slow" not in item.keywords]
    cases = [getattr(item, "callspec", None) for item in items if item.path == request.path]
    return [case.params["damage"] for case in cases if case and "damage" in case.params]


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, engine: Engine
) -> Class:
    """The sample (with --slow: all), zipped as Moodle does it, collected and graded."""
    root = tmp_path_factory.mktemp("damaged")
    (root / "course").mkdir()
    for name in ("course/course.toml", "course/01_convolution_arithmetic.py", "nbgrader_config.py"):
        shutil.copy(ROOT / name, root / name)
    settings = load_settings(root)
    session = read_session(find_session(settings.course, "01"))
    released = json.loads(release_session(session, settings).read_text(encoding="utf-8"))
    right = {name: attempt for name, attempt in Bank(session, ROOT).solutions().items()
             if name not in LEFT_OUT}  # fmt: skip
    notebook = filled(released, Student("whole", right, essay=True))
    for cell in notebook["cells"]:
        cell["source"] = joined(cell["source"])
    sources = {cell["id"]: cell["source"] for cell in notebook["cells"]}
    course = Class(settings, session, {name: sources[f"{name}-solution"] for name in right})

    package = {"Student whole_1_assignsubmission_file_/w.ipynb": dump(notebook)}
    people = [Person("whole", "Student", "whole")]
    for damage in chosen(request):
        student = student_of(damage)
        people.append(Person(student, "Student", student))
        for name, content in damage.make(notebook).items():
            package[f"Student {student}_1_assignsubmission_file_/{name}"] = content
    (root / "moodle.zip").write_bytes(zipped(package))
    collector = Collector(settings, session, Roster(people))
    course.collection = collector.collect([root / "moodle.zip"])
    results = grade_session(settings, session, lambda items, _: items, engine=engine)
    course.results = {result.student: result for result in results}
    return course


def test_the_undamaged_notebook_gets_everything(graded: Class) -> None:
    result, points = graded.results["whole"], graded.points("whole")
    assert (result.reason, result.repairs) == ("", ())
    for exercise in graded.session.exercises:
        if exercise.id not in LEFT_OUT:
            assert points[exercise.id] == exercise.points


@pytest.mark.parametrize("damage", SAMPLE)
def test_damaged_file_is_graded_as_far_as_its_answers_are_there(
    graded: Class, damage: Damage
) -> None:
    student = student_of(damage)
    result, told = graded.results.get(student), graded.reasons(student)
    if damage.expect == REPORTED:
        assert told, "nobody was told anything"
        assert result is None or result.reason, "it was graded, with nothing in it"
        return
    assert result is not None, told
    assert not result.reason, result.reason
    points, whole = graded.points(student), graded.points("whole")
    if damage.expect == FULL:
        assert points == whole, told
        return
    kept = kept_by(damage, graded)
    assert 0 < len(kept) < len(graded.whole)
    assert {name: points[name] for name in kept} == {name: whole[name] for name in kept}, told
    for name in graded.whole.keys() - set(kept):
        assert points[name] == 0
        assert name in damage.lost or any(name in reason for reason in told), (name, told)


def kept_by(damage: Damage, graded: Class) -> list[str]:
    """The exercises whose answers' text still is in the file, whole."""
    path = graded.settings.data / "quarantine" / student_of(damage) / "01" / PLAIN_NAME
    if not path.is_file():  # the file itself needed no repair
        path = graded.settings.submitted / student_of(damage) / "01" / PLAIN_NAME
    text = path.read_bytes().decode(errors="replace")
    return [name for name, source in graded.whole.items()
            if json.dumps(source, ensure_ascii=False)[1:-1] in text
            and name not in damage.lost]  # fmt: skip


def test_there_are_a_hundred_and_none_is_dropped(
    graded: Class, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(DAMAGES) >= 100
    assert len({damage.name for damage in DAMAGES}) == len(DAMAGES)
    whole = graded.points("whole")
    counts: Counter[str] = Counter()
    questioned = {q.origin.partition("Student ")[2].partition("_")[0]
                  for q in graded.collection.questions}  # fmt: skip
    handed_in = {student_of(damage) for damage in chosen(request)}
    for student in handed_in:
        result = graded.results.get(student)
        if result is None or result.reason:
            assert student in questioned or result
            counts[REPORTED] += 1
        else:
            counts[FULL if graded.points(student) == whole else PARTLY] += 1
    with capsys.disabled():
        print(f"\n{len(handed_in)} damaged files: {counts[FULL]} graded fully, "
              f"{counts[PARTLY]} partly, {counts[REPORTED]} reported")  # fmt: skip


def test_nothing_that_was_handed_in_is_gone(graded: Class) -> None:
    folders = [graded.settings.data / name for name in ("submitted", "quarantine", "collected")]
    kept = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    for damage in (d for d in DAMAGES if student_of(d) in graded.results):
        assert any(student_of(damage) in path.parts for path in kept)
