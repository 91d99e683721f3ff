"""No line of a solution, hidden test or model answer gets out, wherever it hides."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import LeakError
from autograder.leaks import check_release, secret_lines
from autograder.session import Session
from tests.tiny import make_course, tiny_session

SOLUTION = "room = size + 2 * padding - dilation * (kernel_size - 1) - 1"
HIDDEN = "cases=[(32, 3), (224, 7, 2, 3), (8, 3, 2, 1), (64, 3, 3, 1, 2), (5, 5), (4, 9)],"
MODEL = "The model answer says that borders count too."


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return tiny_session(make_course(tmp_path / "course-root"))


def release_with(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A folder with a harmless notebook, changed."""
    notebook: dict[str, Any] = {
        "cells": [
            {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Hello"]},
            {"cell_type": "code", "id": "b", "metadata": {}, "source": [], "outputs": [],
             "execution_count": None},
        ],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    change(notebook)
    folder.mkdir()
    (folder / "01_tiny.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return folder


def test_what_is_secret(session: Session) -> None:
    secrets = secret_lines(session)
    assert {SOLUTION, HIDDEN, MODEL} <= secrets
    assert "like=conv.conv_output_size," not in secrets  # the visible test shows it anyway
    assert 'exercise="01-output-size",' not in secrets


def test_harmless_notebook_passes(session: Session, tmp_path: Path) -> None:
    check_release(session, release_with(tmp_path / "01", lambda notebook: None))


@pytest.mark.parametrize("secret", [SOLUTION, HIDDEN, MODEL], ids=["solution", "hidden", "model"])
@pytest.mark.parametrize(
    "place",
    [
        lambda n, s: n["cells"][0]["source"].append(f"\n{s}"),
        lambda n, s: n["cells"][1].update(source=f"if True:\n        {s}\n"),
        lambda n, s: n["cells"][1]["source"].append(s.replace(" ", "   ")),
        lambda n, s: n["cells"][1]["outputs"].append({"output_type": "stream", "text": [s]}),
        lambda n, s: n["cells"][1]["outputs"].append({"data": {"text/html": f"<p>\n{s}\n</p>"}}),
        lambda n, s: n["cells"][0].update(attachments={"a.txt": {"text/plain": s}}),
        lambda n, s: n["cells"][0]["metadata"].update(note=s),
        lambda n, s: n["metadata"].update({"authors": [{"name": s}]}),
        lambda n, s: n["metadata"].update({s: 1}),
    ],
    ids=["prose", "code", "spaces", "stream", "html", "attachment", "cell", "notebook", "key"],
)
def test_secret_is_found_wherever_it_hides(
    session: Session, tmp_path: Path, place: Callable[[Any, str], None], secret: str
) -> None:
    folder = release_with(tmp_path / "01", lambda notebook: place(notebook, secret))
    with pytest.raises(LeakError, match=r"01_tiny\.ipynb: shows a hidden line of 01_tiny\.py"):
        check_release(session, folder)


def test_any_other_file_is_a_leak(session: Session, tmp_path: Path) -> None:
    folder = release_with(tmp_path / "01", lambda notebook: None)
    (folder / "data").mkdir()
    (folder / "data" / ".notes").write_text("harmless")
    with pytest.raises(LeakError, match=r"\.notes: this file does not belong"):
        check_release(session, folder)
