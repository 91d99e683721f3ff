"""The receipt for one file: what it says, and that it grades and keeps nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner, Result

from autograder.cli import main
from autograder.engine.engine import Engine
from autograder.engine.outputs import points_in
from autograder.engine.preprocessors import ExecuteIsolated
from autograder.errors import CourseError, GradingError
from autograder.receipt import BLANK, FAILS, PASSES, Receipt, make_receipt
from autograder.release import release_session
from autograder.session_of import recognised
from tests.autograder.grading_course import FULL, RIGHT_FIELD, RIGHT_SIZE, WRONG_SIZE, Class
from tests.tiny import ROOT, TEXT, files_below, make_course, tiny_session

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is missing")
WRONG_FIELD = RIGHT_FIELD.replace("jump *= stride", "jump += stride")
LUCKY = "def conv_output_size(*sizes):\n    return 3 if sizes[0] == 7 else 32\n"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Class:
    return Class(tmp_path_factory.mktemp("receipt"), engine)


def look(course: Class, path: Path) -> Receipt:
    assert course.engine is not None
    before = files_below(course.settings.root)
    try:
        return make_receipt(path, course.session, course.settings, course.engine)
    finally:
        assert files_below(course.settings.root) == before, "it keeps nothing"


def states(receipt: Receipt) -> list[str]:
    return [answer.state for answer in receipt.answers]


def test_right_answers_pass_and_the_open_question_is_for_a_person(course: Class) -> None:
    receipt = look(course, course.hand_in("right"))
    assert states(receipt) == [PASSES, PASSES]
    assert (receipt.repairs, receipt.stopped) == ((), ())
    assert not receipt.complete  # the open question is not answered
    done = course.hand_in_cells("done", {
        "01-output-size-solution": RIGHT_SIZE, "01-receptive-field-solution": RIGHT_FIELD,
        "01-why-open": "Because of the borders."})  # fmt: skip
    receipt = look(course, done)
    assert receipt.open == {"Open question": True}
    assert receipt.complete


def test_what_is_blank_wrong_or_raises_is_told_apart(course: Class) -> None:
    receipt = look(course, course.hand_in_cells("wrong", {
        "01-receptive-field-solution": WRONG_FIELD}))  # fmt: skip
    assert states(receipt) == [BLANK, FAILS]
    assert "0 of 1 cases right" in receipt.answers[1].said
    receipt = look(course, course.hand_in("raises", field="import nothing_like_this\n"))
    assert receipt.answers[1].error.startswith("ModuleNotFoundError")
    assert states(receipt) == [PASSES, FAILS]


@pytest.mark.parametrize("text", ["", "# no time\npass", "def receptive_field(layers): ..."])
def test_an_emptied_cell_is_no_answer(course: Class, text: str) -> None:
    receipt = look(course, course.hand_in_cells("emptied", {
        "01-output-size-solution": RIGHT_SIZE, "01-receptive-field-solution": text,
        "01-why-open": "  \n"}))  # fmt: skip
    assert states(receipt) == [PASSES, BLANK]
    assert receipt.open == {"Open question": False}


def test_only_visible_tests_are_run_and_nothing_of_hidden_ones_is_needed(course: Class) -> None:
    source = course.settings.source / "01" / "01_tiny.ipynb"
    away = source.rename(source.with_suffix(".away"))
    try:
        receipt = look(course, course.hand_in("lucky", size=LUCKY))
    finally:
        away.rename(source)
    assert states(receipt) == [PASSES, PASSES]


def test_repairs_are_told(course: Class) -> None:
    path = course.hand_in("stripped")
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.metadata, cell["id"] = nbformat.from_dict({}), f"x-{cell['id']}"
    path.write_bytes(b"\xef\xbb\xbf" + nbformat.writes(notebook).encode())
    receipt = look(course, path)
    assert states(receipt) == [PASSES, PASSES]
    assert "byte-order mark" in receipt.repairs[0]
    assert ["found in cell" in note for note in receipt.repairs[1:3]] == [True, True]


def test_other_cells_that_raise_are_named(course: Class) -> None:
    path = course.hand_in("noisy")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("nobody_knows_this"))
    nbformat.write(notebook, path)
    (line,) = look(course, path).stopped
    assert line.endswith("NameError: name 'nobody_knows_this' is not defined")
    assert line.startswith("cell ")


def test_of_two_cells_for_one_exercise_the_better_counts_here_and_in_grading(course: Class) -> None:
    for student, texts in (("left", (RIGHT_SIZE, WRONG_SIZE)), ("right", (WRONG_SIZE, RIGHT_SIZE))):
        receipt = look(course, course.hand_in_two(student, *texts))
        assert states(receipt) == [PASSES, PASSES]
        assert ["2 cells claim it" in note for note in receipt.repairs] == [True]
    results = course.grade()
    for student in ("left", "right"):
        assert FULL.items() <= course.scores(student).items()
        assert "counts, with 1 of 1 points" in results[student].repairs[0]
    assert ExecuteIsolated.engine is None, "recording tries nothing again"


def test_a_file_that_is_none_is_one_sentence(course: Class, tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("Dear teacher")
    with pytest.raises(GradingError, match=r"a\.ipynb: is not a notebook"):
        look(course, tmp_path / "a.ipynb")
    with pytest.raises(GradingError, match=r"b\.ipynb: can't be read"):
        look(course, tmp_path / "b.ipynb")
    with pytest.raises(GradingError, match=r"01_tiny\.ipynb: nothing in it answers 01_tiny"):
        look(course, course.released)


@pytest.mark.usefixtures("lent_engine")
def test_what_a_student_wrote_does_not_steer_the_terminal(course: Class) -> None:
    raises = (
        "def receptive_field(layers):\n    raise OSError('\\x1b[2J\\x1b]0;evil\\x07 [red]x[/]')\n"
    )
    path = course.hand_in("loud", size="1 / 0 # \\x1b\nraise OSError('\\x1b[2J')\n", field=raises)
    receipt = look(course, path)
    assert "\x1b" not in receipt.answers[0].error + receipt.answers[1].said
    assert "[red]x[/]" in receipt.answers[1].said
    output = command(course, str(path)).output
    assert "[red]x[/]" in output
    assert "\x1b" not in output


def test_the_session_is_recognised_by_cells_then_by_name(course: Class, tmp_path: Path) -> None:
    path = tmp_path / "homework.ipynb"
    shutil.copy(course.hand_in("anyone"), path)
    assert recognised(path, [course.session]).number == "01"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    path.write_text(json.dumps(notebook))
    with pytest.raises(CourseError, match="which session is it"):
        recognised(path, [course.session])
    renamed = path.rename(tmp_path / "Copy of 01_tiny (1).ipynb")
    assert recognised(renamed, [course.session]).number == "01"


@pytest.mark.parametrize(
    ("outputs", "points"),
    [(None, 0), ([], 2), ([{"output_type": "stream", "text": "✓"}], 2),
     ([{"output_type": "execute_result", "data": {"text/plain": "1.5"}}], 1.5),
     ([{"output_type": "execute_result", "data": {"text/plain": "3"}}], 0),
     ([{"output_type": "execute_result", "data": {"text/plain": "nan"}}], 0),
     ([{"output_type": "execute_result", "data": {"text/plain": "lots"}}], 0),
     ([{"output_type": "execute_result", "data": {}}], 0),
     ([{"output_type": "execute_result", "data": {"text/plain": "2"}},
       {"output_type": "error", "ename": "E", "evalue": ""}], 0)],
)  # fmt: skip
def test_points_are_read_as_nbgrader_does_but_closed(outputs: list | None, points: float) -> None:
    assert points_in(outputs, 2) == points


def command(course: Class, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--root", str(course.settings.root), "receipt", *arguments])


@pytest.mark.usefixtures("lent_engine")
def test_the_exit_status_tells(course: Class, tmp_path: Path) -> None:
    texts = {"01-output-size-solution": RIGHT_SIZE, "01-receptive-field-solution": RIGHT_FIELD}
    done = course.hand_in_cells("done", texts | {"01-why-open": "Because."})
    result = command(course, str(done))
    assert result.exit_code == 0, result.output
    assert "2 of 2 visible tests pass; complete" in result.output
    result = command(course, str(course.hand_in("w", field=WRONG_FIELD)), "--assignment", "01")
    assert result.exit_code == 3
    assert "1 of 2 visible tests pass; not complete" in result.output
    (tmp_path / "no.ipynb").write_text("no")
    assert command(course, str(tmp_path / "no.ipynb")).exit_code == 1


def test_the_engine_starts_with_what_the_session_needs(tmp_path: Path) -> None:
    settings = make_course(tmp_path, TEXT.replace("setup=true", 'setup=true extra="prompting"'))
    release_session(tiny_session(settings), settings)
    notebook = nbformat.read(settings.release / "01" / "01_tiny.ipynb", as_version=4)
    warm = f"import sys\nsys.modules['segment_anything']\n{RIGHT_SIZE}"
    texts = {"01-output-size-solution": warm, "01-receptive-field-solution": RIGHT_FIELD,
             "01-why-open": "Because."}  # fmt: skip
    for cell in notebook.cells:
        cell.source = texts.get(cell["id"], cell.source)
    nbformat.write(notebook, tmp_path / "w.ipynb")
    command = ["--root", str(tmp_path), "receipt", str(tmp_path / "w.ipynb")]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output


@pytest.mark.slow
@pytest.mark.parametrize("number", ["06", "08"])
def test_sessions_with_models_of_others_get_a_receipt(number: str) -> None:
    (path,) = (ROOT / "source" / number).glob("*.ipynb")
    result = CliRunner().invoke(main, ["--root", str(ROOT), "receipt", str(path)])
    assert result.exit_code == 0, result.output
