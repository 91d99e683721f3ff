"""The `course` command: parse, call, print, set the exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from autograder.errors import CourseError
from autograder.session import Session, find_session, read_session, session_paths
from autograder.settings import Settings, load_settings

console = Console()


class OneSentenceGroup(click.Group):
    """Show errors of ours as one sentence on stderr and exit with status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except CourseError as error:
            click.echo(f"course: {error}", err=True)
            sys.exit(1)


@click.group(cls=OneSentenceGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("."),
    help="The course's folder, the one with course/ in it. Default: here.",
)
@click.version_option(package_name="cvlib-course")
@click.pass_context
def main(ctx: click.Context, root: Path) -> None:
    """Build, release, grade and report a course on vision architectures.

    Sessions are named by their number or full name: 01 or 01_convolution_arithmetic.

    \b
    An author edits course/NN_topic.py, then:
      course check 01      do the tests catch every known mistake?
      course build 01      text → source/ (with solutions)
      course release 01    source/ → release/ (what students get)
    \b
    An instructor has submissions in submitted/STUDENT/NN/, then:
      course grade 01      run the tests, fill the gradebook
      course report 01     what did the class not understand?
    """
    ctx.obj = root.resolve()


@main.command()
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


@main.command()
@click.argument("sessions", nargs=-1)
@click.pass_obj
def release(root: Path, sessions: Sequence[str]) -> None:
    """Build, then make the notebooks that students get, and check them for leaks."""
    from autograder.release import register_session, release_session

    settings = load_settings(root)
    for session in read_all(settings, sessions):
        path = release_session(session, settings)
        register_session(session, settings)
        click.echo(f"{path.relative_to(root)}: released, no leak found")


@main.command()
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
        click.echo(f"{session.name}: {len(verdicts)} attempts, {problems} problems")
    sys.exit(1 if problems else 0)


def read_all(settings: Settings, wanted: Sequence[str]) -> list[Session]:
    """The sessions named on the command line, or all of them."""
    names = list(wanted)
    if not names:
        return [read_session(path) for path in session_paths(settings.course)]
    return [read_session(find_session(settings.course, name)) for name in names]


def show_progress(items: Sequence[Any], title: str) -> Any:
    """A progress bar over `items`; silent when the output is not a terminal."""
    return track(items, title, console=Console(stderr=True), disable=not sys.stderr.isatty())
