"""For authors: build, check and release sessions, and publish them for students."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from autograder.commands.shared import console, read_all, show_progress
from autograder.settings import load_settings


@click.command()
@click.argument("sessions", nargs=-1)
@click.pass_obj
def build(root: Path, sessions: Sequence[str]) -> None:
    """Build notebooks with solutions from the sessions' text (default: all)."""
    from autograder.build import build_session

    settings = load_settings(root)
    for session in read_all(settings, sessions):
        path = build_session(session, settings)
        click.echo(
            f"{path.relative_to(root)}: {len(session.cells)} cells, {session.points:g} points"
        )


@click.command()
@click.argument("sessions", nargs=-1)
@click.pass_obj
def release(root: Path, sessions: Sequence[str]) -> None:
    """Build, then make the notebooks that students get, and check them for leaks."""
    from autograder.release import release_session

    settings = load_settings(root)
    for session in read_all(settings, sessions):
        path = release_session(session, settings)
        click.echo(f"{path.relative_to(root)}: released, no leak found")


@click.command()
@click.argument("sessions", nargs=-1)
@click.option("--seeds", default=3, show_default=True, help="On how many random inputs.")
@click.option("--quiet", is_flag=True, help="Print only what is wrong.")
@click.pass_obj
def check(root: Path, sessions: Sequence[str], seeds: int, quiet: bool) -> None:
    """Try each session's tests on its solution, blanks, mistakes and variants."""
    from autograder.rehearse import idle_tests, rehearse
    from autograder.tables import rehearsal_table

    settings = load_settings(root)
    problems = 0
    for session in read_all(settings, sessions):
        verdicts = list(rehearse(session, root, seeds, show_progress))
        if not quiet:
            console.print(rehearsal_table(session, verdicts))
        wrong = [v for v in verdicts if v.problem]
        for verdict in wrong:
            attempt = verdict.attempt
            name = f"{attempt.exercise.id} {attempt.kind} {attempt.name}"
            click.echo(f"{name}: {verdict.problem} (seed {verdict.seed})")
        idle = idle_tests(verdicts)
        for name in idle:
            click.echo(f"{name}: fails none of the mistakes, so it tests nothing")
        problems += len(wrong) + len(idle)
        right = sum(v.seconds for v in verdicts if v.attempt.kind == "solution")
        click.echo(f"{session.name}: {len(verdicts)} attempts, {problems} problems; "
                   f"all tests of right answers take {right:.2f} s")  # fmt: skip
    sys.exit(1 if problems else 0)


@click.command()
@click.argument("sessions", nargs=-1)
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False),
              help="An empty folder, or one from an earlier run.")  # fmt: skip
@click.pass_obj
def publish(root: Path, sessions: Sequence[str], folder: Path) -> None:
    """Write the repository that students see: released notebooks and the student package.

    Without SESSIONS, all that were released. Nothing of the instructor's goes in, and all of
    it is searched for leaks first. Files of others in the folder are left alone.
    """
    from autograder.publish import publish as write

    settings = load_settings(root)
    chosen = read_all(settings, sessions)
    if not sessions:
        chosen = [s for s in chosen if (settings.release / s.number / f"{s.name}.ipynb").is_file()]
    files = write(settings, chosen, folder)
    click.echo(f"{folder}: {len(files)} files, {len(chosen)} sessions, no leak found")
