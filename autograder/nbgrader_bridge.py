"""Run nbgrader's own converters inside this process, and hand on what they complain about."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import warnings
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning
from nbgrader.api import Gradebook, MissingEntry, Notebook
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SAWarning
from traitlets import TraitError
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from autograder.errors import CourseError, GradingError
from autograder.nbgrader_log import capturing
from autograder.settings import Settings

CONFIG_FILE = "nbgrader_config.py"
SQLITE = "sqlite:///"
MAX_REASON = 300  # characters of what a database complains about


def load_config(settings: Settings) -> Config:
    """nbgrader's configuration: the course's file, then our folders.

    Raises:
        CourseError: when there is no such file; without it nbgrader would run answers and
            tests in one process.
    """
    try:
        config = PyFileConfigLoader(CONFIG_FILE, path=str(settings.root)).load_config()
    except ConfigFileNotFound:
        raise CourseError(f"{settings.root / CONFIG_FILE}: not found") from None
    directory = config.CourseDirectory
    directory.root = str(settings.data)
    if "db_url" not in directory:
        directory.db_url = f"{SQLITE}{settings.gradebook}"
    return config


def require_usable(settings: Settings, config: Config) -> None:
    """Whether the late penalties can be computed, before a whole class is run.

    Raises:
        CourseError: when the plug-in that the configuration names can't be imported.
    """
    try:
        AssignLatePenalties(config=config)
    except TraitError:
        name = config.AssignLatePenalties.get("plugin_class")
        told = f"AssignLatePenalties.plugin_class, {name!r}, can't be imported"
        raise CourseError(f"{settings.root / CONFIG_FILE}: {told}; is its folder on PYTHONPATH?"
                          ) from None  # fmt: skip


def generate(settings: Settings, assignment: str, release: Path) -> None:
    """Run ``nbgrader generate_assignment``: source/ → the folder `release` and the gradebook."""
    config = Config({"CourseDirectory": {"release_directory": str(release)}})
    run(settings, GenerateAssignment, assignment, force=True, config=config)


def autograde(
    settings: Settings, assignment: str, student: str, base: Config | None = None
) -> None:
    """Run ``nbgrader autograde`` for one student; `base` saves reading the configuration."""
    run(settings, Autograde, assignment, student, force=True, base=base)


def feedback(settings: Settings, assignment: str, student: str = "*") -> None:
    """Run ``nbgrader generate_feedback``."""
    config = Config(
        {
            "HTMLExporter": {"template_name": "feedback"},
            "GenerateFeedback": {"exporter_class": "autograder.exporter.QuickHTMLExporter"},
        }
    )
    run(settings, GenerateFeedback, assignment, student, force=True, config=config)


def run(
    settings: Settings,
    converter: type[BaseConverter],
    assignment: str,
    student: str = "",
    *,
    force: bool,
    config: Config | None = None,
    base: Config | None = None,
) -> None:
    """Run one of nbgrader's converters.

    Raises:
        GradingError: with the first thing that nbgrader complained about.
    """
    full = deepcopy(base) if base is not None else load_config(settings)
    full.merge(config or Config())
    directory = CourseDirectory(config=full, assignment_id=assignment)
    if student:
        directory.student_id = student
    app = converter(coursedir=directory, config=full)
    app.force = force
    # Of no use to anybody. For good, since `catch_warnings` is not made for several threads.
    for kind in (SAWarning, DuplicateCellId, MissingIDFieldWarning):
        warnings.simplefilter("ignore", kind)
    with capturing(app.log) as log, one_sentence(settings):
        try:
            app.start()
        except (NbGraderException, SystemExit) as error:
            raise GradingError(reason(settings, assignment, log.sentence(str(error)))) from None


def reason(settings: Settings, assignment: str, sentence: str) -> str:
    """What to tell: a complaint of the database names the gradebook's file."""
    database = re.search(r"\((?:sqlite3|psycopg[\w.]*)\.\w+\) (.+)", sentence)
    if database:
        return f"{place_of(settings)}: {database.group(1)}; is it in use or damaged?"
    return f"{assignment}: {sentence}"


@contextlib.contextmanager
def one_sentence(settings: Settings) -> Iterator[None]:
    """Turn a locked or broken gradebook into one sentence."""
    own_tools = str(Path(sys.executable).parent)
    if own_tools not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = own_tools + os.pathsep + os.environ["PATH"]  # nbgrader calls alembic
    try:
        yield
    except DBAPIError as error:
        told = " ".join(str(error.orig).split())[:MAX_REASON]
        advice = "; is it in use?" if "locked" in told else ""
        raise GradingError(f"{place_of(settings)}: {told}{advice}") from None
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise GradingError(f"{place_of(settings)}: {error}; for PostgreSQL, install "
                           "'cvlib-course[postgres]'") from None  # fmt: skip


def place_of(settings: Settings) -> str:
    """Where the gradebook is, for people: its file, or its address without the password."""
    url = make_url(load_config(settings).CourseDirectory.db_url)
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.render_as_string(hide_password=True)


@contextlib.contextmanager
def open_gradebook(settings: Settings) -> Iterator[Gradebook]:
    """The gradebook of the course, closed again at the end."""
    url = load_config(settings).CourseDirectory.db_url
    if not is_there(url):
        path = url.removeprefix(SQLITE)
        raise CourseError(f"{path}: there is no gradebook yet; run `course release` first")
    with one_sentence(settings), Gradebook(url) as book:
        yield book


def has_gradebook(settings: Settings) -> bool:
    """Whether there is one to write to; a server's is taken to be there."""
    return is_there(load_config(settings).CourseDirectory.db_url)


def is_there(url: str) -> bool:
    """Whether a gradebook in a file exists; opening it would make an empty one."""
    return not url.startswith(SQLITE) or Path(url.removeprefix(SQLITE)).is_file()


def find_notebook(book: Gradebook, assignment: str, notebook: str) -> Notebook:
    """A session's entry in the gradebook.

    Raises:
        CourseError: when the session has not been released yet.
    """
    try:
        return book.find_notebook(notebook, assignment)
    except MissingEntry:
        raise CourseError(
            f"{notebook}: not in the gradebook; run `course release {assignment}`"
        ) from None
