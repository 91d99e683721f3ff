"""Write the repository that students see: notebooks, the student package, how to begin.

It is put together elsewhere, searched for leaks, and only then laid where it belongs. A list
beside it says which files are ours: the next run replaces those and leaves all others alone,
so that the folder may be a git repository.
"""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.build import to_notebook
from autograder.engine.course_cells import read_cells
from autograder.engine.plan import grade_id, is_locked
from autograder.errors import CourseError
from autograder.files import write_bytes, write_text
from autograder.leaks import check_package, check_release
from autograder.report import templates
from autograder.session import Session, heading
from autograder.settings import Settings

STAMP = ".course-publish.json"
PACKAGE = (".py", ".js", ".css", ".json", ".toml", ".pt", ".npz", ".png")  # files of cvlib
EXTRAS = ("detection", "prompting", "jupyter")  # what students may install besides


def publish(settings: Settings, sessions: Sequence[Session], folder: Path) -> list[Path]:
    """Write the student repository into a folder; returns its files.

    Raises:
        CourseError: when the folder holds something that is not ours, or a session was not
            released since its text was changed.
        LeakError: when something shows what students must not see; nothing is written then.
    """
    before = ours_in(folder)
    with tempfile.TemporaryDirectory(prefix="course-publish-") as made:
        draft = Path(made)
        for session in sessions:
            copy_release(settings, session, draft)
        copy_package(settings.root / "cvlib", draft / "cvlib")
        write_papers(settings, sessions, draft)
        for session in sessions:
            check_release(session, draft / "release" / session.number)
            check_package(session, draft / "cvlib")
        files = sorted(p.relative_to(draft) for p in draft.rglob("*") if p.is_file())
        for name in files:
            write_bytes(folder / name, (draft / name).read_bytes())
    for name in sorted(before - set(files)):
        (folder / name).unlink(missing_ok=True)
    write_text(folder / STAMP, json.dumps([str(name) for name in files], indent=1) + "\n")
    return files


def ours_in(folder: Path) -> set[Path]:
    """The files that an earlier run wrote there.

    Raises:
        CourseError: when the folder is not empty and not one of ours.
    """
    if not folder.exists() or (folder.is_dir() and set(folder.iterdir()) <= {folder / ".git"}):
        return set()
    try:
        names = [Path(name) for name in json.loads((folder / STAMP).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        raise CourseError(f"{folder}: is not empty and was not made by `course publish`, "
                          "so nothing is written there") from None  # fmt: skip
    return {name for name in names if not name.is_absolute() and ".." not in name.parts}


def copy_release(settings: Settings, session: Session, draft: Path) -> None:
    """One session's notebook, if it is the one that its text asks for."""
    name = f"{session.name}.ipynb"
    path = settings.release / session.number / name
    given = {grade_id(cell): cell.source for cell in read_cells(path) if is_locked(cell)}
    built = {grade_id(cell): cell.source for cell in to_notebook(session, settings).cells
             if is_locked(cell) and not grade_id(cell).endswith("-hidden")}  # fmt: skip
    if not built.items() <= given.items():
        raise CourseError(f"{path}: is missing or older than the session's text; "
                          f"run `course release {session.number}`")  # fmt: skip
    write_bytes(draft / "release" / session.number / name, path.read_bytes())


def copy_package(package: Path, target: Path) -> None:
    """The student package, without what Python or an editor left there."""
    if not package.is_dir():
        raise CourseError(f"{package}: there is no student package in this course")
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package)
        hidden = any(part.startswith(".") for part in name.parts) or path.is_symlink()
        if path.suffix in PACKAGE and path.is_file() and not hidden:
            write_bytes(target / name, path.read_bytes())


def write_papers(settings: Settings, sessions: Sequence[Session], draft: Path) -> None:
    """README, licence, how to install."""
    listed: list[dict[str, Any]] = [
        {
            "title": heading(session.cells[0].source),
            "minutes": session.minutes,
            "path": f"release/{session.number}/{session.name}.ipynb",
            "colab": settings.colab_link(session.number, session.name),
        }
        for session in sessions
    ]
    page = templates().get_template("student_readme.md")
    write_text(draft / "README.md", page.render(sessions=listed, address=settings.repository))
    write_text(draft / "pyproject.toml", student_project(settings.root / "pyproject.toml"))
    write_text(draft / ".gitignore", "__pycache__/\n*.egg-info/\n.ipynb_checkpoints/\n.venv/\n")
    write_text(draft / "environment.yml", ENVIRONMENT)
    write_bytes(draft / "LICENSE", (settings.root / "LICENSE").read_bytes())


ENVIRONMENT = """\
# For conda users:  conda env create -f environment.yml && conda activate vision-course
name: vision-course
channels:
  - conda-forge
dependencies:
  - python>=3.11
  - pip
  - pip:
      - --editable .[jupyter]
"""


def student_project(path: Path) -> str:
    """The course's pyproject.toml with the student package alone.

    Raises:
        CourseError: when it can't be read.
    """
    try:
        whole = tomllib.loads(path.read_text(encoding="utf-8"))
        project, tools = whole["project"], whole["tool"]["setuptools"]
        extras = {name: project["optional-dependencies"][name] for name in EXTRAS}
        data = tools["package-data"]["cvlib"]
        kept = {
            name: project[name]
            for name in (
                "name",
                "version",
                "license",
                "license-files",
                "requires-python",
                "dependencies",
            )
        }
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise CourseError(f"{path}: can't be understood: {error}") from None
    lines = ["[build-system]", *map(assigned, whole["build-system"].items()), "", "[project]",
             *map(assigned, kept.items()), assigned(("readme", "README.md")),
             assigned(("description", "The student package of a course on vision architectures")),
             "", "[project.optional-dependencies]", *map(assigned, extras.items()),
             "", "[tool.setuptools.packages.find]", assigned(("include", ["cvlib*"])),
             "", "[tool.setuptools.package-data]", assigned(("cvlib", data))]  # fmt: skip
    return "\n".join(lines) + "\n"


def assigned(item: tuple[str, Any]) -> str:
    """One line of TOML: texts and lists of texts are written as in JSON."""
    return f"{item[0]} = {json.dumps(item[1], ensure_ascii=False)}"
