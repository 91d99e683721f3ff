"""What a session's text may be, and the one sentence about each thing it may not be."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.errors import CourseError, SessionError
from autograder.session import find_session, read_session, session_paths
from autograder.settings import load_settings
from tests.tiny import TEXT, make_course, tiny_session


def line_of(text: str, part: str) -> int:
    """The line in `text` on which `part` begins."""
    return text.count("\n", 0, text.index(part)) + 1


def test_session_is_read_with_its_exercises_points_and_names(tmp_path: Path) -> None:
    session = tiny_session(make_course(tmp_path))
    assert (session.name, session.number, session.minutes) == ("01_tiny", "01", 15)
    assert [e.id for e in session.exercises] == ["01-output-size", "01-receptive-field"]
    assert [e.points for e in session.exercises] == [3, 4]
    assert session.points == 10
    first = session.exercises[0]
    assert first.title == "Exercise 1 · How big?"
    assert first.answer_name == "conv_output_size"
    assert first.names == ["conv_output_size"]
    assert first.solution.line == line_of(TEXT, 'solution="01-output-size"')


EXERCISE_2 = '# %% [markdown] exercise="01-receptive-field" difficulty=2'
HIDDEN_2 = '# %% hidden="01-receptive-field" points=3'
BROKEN = {
    "duplicate exercise id": (
        (EXERCISE_2, '# %% [markdown] exercise="01-output-size" difficulty=2'),
        "a second exercise cell for '01-output-size'",
        'exercise="01-output-size" difficulty=2',
    ),
    "a test without an exercise": (
        (HIDDEN_2, '# %% hidden="01-nowhere" points=3'),
        "a hidden cell for '01-nowhere', which is no exercise yet",
        'hidden="01-nowhere"',
    ),
    "a solution that does not end": (
        ("    return room // stride + 1\n    ### END SOLUTION\n", "    return room\n"),
        "BEGIN SOLUTION without END SOLUTION",
        "### BEGIN SOLUTION",
    ),
    "a solution that does not begin": (
        ('fits."""\n    ### BEGIN SOLUTION\n', 'fits."""\n'),
        "END SOLUTION without BEGIN SOLUTION",
        "### END SOLUTION",
    ),
    "a solution inside a solution": (
        ("    room = size", "    ### BEGIN SOLUTION\n    room = size"),
        "BEGIN SOLUTION inside a solution region",
        "    ### BEGIN SOLUTION\n    room",
    ),
    "a solution in prose": (
        ("# Two exercises", "# ### BEGIN SOLUTION\n# Two exercises"),
        "BEGIN SOLUTION outside a solution or open cell",
        "# ### BEGIN SOLUTION\n# Two exercises",
    ),
    "an exercise without a hidden test": (
        (HIDDEN_2, "# %%"),
        "exercise '01-receptive-field' has no hidden cell",
        EXERCISE_2,
    ),
    "a second test": (
        ('# %% check="01-receptive-field" points=1', '# %% hidden="01-receptive-field" points=1'),
        "a second hidden cell for '01-receptive-field' (first: line 72)",
        HIDDEN_2,
    ),
    "no difficulty": (
        ('size" difficulty=1', 'size" difficulty=4'),
        "needs difficulty=1, 2 or 3",
        'exercise="01-output-size"',
    ),
    "no minutes": (
        ('size" difficulty=1 minutes=5', 'size" difficulty=1'),
        "needs minutes=<whole number>",
        'exercise="01-output-size"',
    ),
    "a test without points": (
        ('check="01-output-size" points=1', 'check="01-output-size"'),
        "the check cell of 01-output-size needs points > 0",
        'check="01-output-size"',
    ),
    "an unknown mark": (
        ('check="01-output-size" points=1', 'check="01-output-size" points=1 pionts=2'),
        "unknown mark 'pionts'",
        'check="01-output-size"',
    ),
    "an id of another session": (
        ('check="01-output-size"', 'check="02-output-size"'),
        "'02-output-size' does not belong to session 01_tiny",
        'check="02-output-size"',
    ),
    "a bad id": (
        ('check="01-output-size"', 'check="01_Output"'),
        "'01_Output' is not an exercise id",
        'check="01_Output"',
    ),
    "two roles at once": (
        ('# %% check="01-output-size"', '# %% check="01-output-size" solution="01-output-size"'),
        "a cell can't be solution and check at once",
        'check="01-output-size"',
    ),
    "code where prose belongs": (
        ('# %% [markdown] hints="01-output-size"', '# %% hints="01-output-size"'),
        "a hints cell must be a [markdown] cell",
        'hints="01-output-size"',
    ),
    "another name in the first cell": (
        ('session="01_tiny"', 'session="01_other"'),
        'the first cell must be marked session="01_tiny"',
        'session="01_other"',
    ),
    "a heading that is missing": (
        ("# ## Exercise 1 · How big?", "# How big?"),
        "must begin with a `## ` heading",
        'exercise="01-output-size"',
    ),
    "two hints only": (
        ("# 3. The first stop counts too.\n", ""),
        "the hints of '01-output-size' must be a list of 3, not 2",
        'hints="01-output-size"',
    ),
}


@pytest.mark.parametrize("case", BROKEN, ids=str)
def test_broken_session_is_one_sentence_with_file_and_line(tmp_path: Path, case: str) -> None:
    (old, new), sentence, place = BROKEN[case]
    assert TEXT.count(old) == 1, f"the test must change one place, not {TEXT.count(old)}"
    broken = TEXT.replace(old, new)
    settings = make_course(tmp_path, broken)
    done = CliRunner().invoke(main, ["--root", str(tmp_path), "build", "01"])
    assert done.exit_code == 1
    (message,) = done.stderr.splitlines()
    path = settings.course / "01_tiny.py"
    assert message.startswith(f"course: {path}:{line_of(broken, place)}:"), message
    assert sentence in message
    assert not settings.source.exists()


def test_unreadable_text_is_one_sentence(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    (settings.course / "01_tiny.py").write_bytes(b"\xff\xfe broken")
    with pytest.raises(CourseError, match=r"01_tiny\.py: can't be read"):
        tiny_session(settings)


def test_text_before_the_first_cell_is_refused(tmp_path: Path) -> None:
    settings = make_course(tmp_path, "import os\n\n" + TEXT)
    with pytest.raises(SessionError, match=r":1: text before the first"):
        tiny_session(settings)


def test_solution_with_a_syntax_error_is_one_sentence(tmp_path: Path) -> None:
    broken = TEXT.replace("    field, jump = 1, 1\n", "    field, jump = = 1\n")
    make_course(tmp_path, broken)
    done = CliRunner().invoke(main, ["--root", str(tmp_path), "check", "01"])
    assert done.exit_code == 1
    (message,) = done.stderr.splitlines()
    assert f"01_tiny.py:{line_of(broken, '= = 1')}: " in message


def test_unknown_session_names_the_known_ones(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    with pytest.raises(CourseError, match=r"^7: there is no such session .* there are: 01_tiny$"):
        find_session(settings.course, "7")


def test_missing_course_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="there is no such folder"):
        session_paths(tmp_path / "course")
    with pytest.raises(CourseError, match=r"course\.toml: not found"):
        load_settings(tmp_path)


@pytest.mark.parametrize("text", ["repository = ", "branch = 'main'", "repository = 3"])
def test_broken_settings_are_one_sentence(tmp_path: Path, text: str) -> None:
    make_course(tmp_path)
    (tmp_path / "course" / "course.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=r"course\.toml: can't be understood"):
        load_settings(tmp_path)


def test_extras_of_the_set_up_cell_are_read(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    assert tiny_session(settings).extras == ()
    path = settings.course / "01_tiny.py"
    marked = TEXT.replace("setup=true", 'setup=true extra="detection,prompting"')
    path.write_text(marked, encoding="utf-8")
    assert read_session(path).extras == ("detection", "prompting")


@pytest.mark.parametrize("extra", ['"magic"', '"detection,"', '""', "3"])
def test_an_unknown_extra_is_told(tmp_path: Path, extra: str) -> None:
    path = make_course(tmp_path).course / "01_tiny.py"
    path.write_text(TEXT.replace("setup=true", f"setup=true extra={extra}"), encoding="utf-8")
    with pytest.raises(SessionError, match=r"unknown extra .*; there are: detection, prompting"):
        read_session(path)


def test_only_the_set_up_cell_asks_for_extras(tmp_path: Path) -> None:
    path = make_course(tmp_path).course / "01_tiny.py"
    path.write_text(TEXT.replace("minutes=15", 'minutes=15 extra="detection"', 1), encoding="utf-8")
    with pytest.raises(SessionError, match="unknown mark 'extra'"):
        read_session(path)


def test_both_names_of_a_session_find_it(tmp_path: Path) -> None:
    course = make_course(tmp_path).course
    assert find_session(course, "01") == find_session(course, "01_tiny")
    assert read_session(find_session(course, "01")).name == "01_tiny"
