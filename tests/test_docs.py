"""README and CONTRIBUTING tell the truth: their examples are run, their links exist."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cells import run_cell
from autograder.cli import main
from autograder.rehearse import Rehearsal, attempts
from autograder.session import ROLES, find_session, read_session
from tests.conftest import ROOT
from tests.tiny import TEXT, make_course, tiny_session

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_readme_shows_a_real_message() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    session = read_session(find_session(ROOT / "course", "01"))
    exercise = next(e for e in session.exercises if e.id == "01-conv2d")
    attempt = next(a for a in attempts(exercise, ROOT) if a.name == "flips_kernel")
    namespace = dict(Rehearsal(session).before[exercise.id])
    run_cell(attempt.source, namespace, exercise.id)
    error = run_cell(exercise.check.source, namespace, "check").error
    assert f"```\n✗ {error}\n```" in readme


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_between_files_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_within_a_page_lead_to_a_heading(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, flags=re.M)
    anchors = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors


def test_every_mark_is_explained() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    marks = re.findall(r"^\| `# %%[^`]*?(\w+)=", text, flags=re.M)
    assert tuple(marks) == ROLES


def test_the_exercise_of_contributing_is_well_formed(tmp_path: Path) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    block = next(
        b for b in re.findall(r"```python\n(.*?)```", text, flags=re.S) if "solution=" in b
    )
    settings = make_course(tmp_path, TEXT + "\n" + textwrap.dedent(block))
    added = tiny_session(settings).exercises[-1]
    assert (added.id, added.answer_name, added.points) == ("01-average-pool", "average_pool2d", 3)


def test_every_command_that_the_texts_name_exists() -> None:
    for page in PAGES:
        for name in re.findall(r"^course (\w+)", page.read_text(encoding="utf-8"), flags=re.M):
            assert name in main.commands, f"{page.name}: course {name}"


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_help(name: str) -> None:
    done = CliRunner().invoke(main, [name, "--help"])
    assert done.exit_code == 0
    assert len(done.output.splitlines()) >= 5
