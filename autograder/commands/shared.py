"""What the commands share: options, the sessions that are meant, the engine, what is printed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from autograder.guard import STAMP
from autograder.reasons import read_reasons
from autograder.session import Session, find_session, read_session, session_paths
from autograder.settings import Settings

console = Console(width=None if sys.stdout.isatty() else 100)
no_sandbox_option = click.option(
    "--no-sandbox", is_flag=True, help="Run student code unprotected. Are you sure?"
)
workers_option = click.option(
    "--workers", default=0, help="Submissions run at once. Default: one for each core."
)
device_option = click.option(
    "--device", default="cpu", show_default=True, help="Check answers on cpu or cuda."
)


def read_all(settings: Settings, wanted: Sequence[str]) -> list[Session]:
    """The sessions named on the command line, or all of them."""
    names = list(wanted)
    if not names:
        return [read_session(path) for path in session_paths(settings.course)]
    return [read_session(find_session(settings.course, name)) for name in names]


def say_kept(students: Sequence[str]) -> None:
    """Tell whose names in the gradebook are not the roster's."""
    if students:
        click.echo(f"named otherwise than on the roster, left so: {', '.join(students)}")


def say_waiting(settings: Settings, session: Session) -> None:
    """Tell how many answers a person has still to grade."""
    from autograder.gradebook import waiting

    if count := len(waiting(settings, session.number)):
        click.echo(f"  {count} {'waits' if count == 1 else 'wait'} for a person: `jupyter lab`, "
                   "Nbgrader, Formgrader, Manual Grading")  # fmt: skip


def engine_or_cluster(scheduler: str, how: dict[str, Any]) -> Any:
    """This machine's engine, or the cluster at an address."""
    if scheduler:
        from autograder.cluster import Cluster

        return Cluster(scheduler, **how)
    from autograder.engine.engine import Engine

    return Engine(**how)


def has_new(settings: Settings, session: Session) -> bool:
    """Whether a submission was never tried: a quick look, before much is imported."""
    stamps = settings.autograded.glob(f"*/{session.number}/{STAMP}")
    tried = {path.parents[1].name for path in stamps} | read_reasons(settings, session).keys()
    return any(p.parent.name not in tried for p in settings.submitted.glob(f"*/{session.number}"))


def show_progress(items: Sequence[Any], title: str) -> Any:
    """A progress bar over `items`; silent when the output is not a terminal."""
    return track(items, title, console=Console(stderr=True), disable=not sys.stderr.isatty())
