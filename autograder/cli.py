"""The `course` command: parse, call, print, set the exit status."""

from __future__ import annotations

import autograder.fast_imports  # noqa: F401

# isort: split
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from autograder.errors import CourseError
from autograder.guard import STAMP
from autograder.session import Session, find_session, read_session, session_paths
from autograder.settings import Settings, load_settings

console = Console(width=None if sys.stdout.isatty() else 100)


class OneSentenceGroup(click.Group):
    """Show errors of ours as one sentence on stderr and exit with status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except CourseError as error:
            click.echo(f"course: {error}", err=True)
            sys.exit(1)
        except BrokenPipeError:
            raise
        except OSError as error:  # a full disk, a folder that can't be written
            click.echo(f"course: {error.filename or 'a file'}: {error.strerror}", err=True)
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
    An instructor has downloads from Moodle or Canvas, or submitted/STUDENT/NN/, then:
      course collect all.zip --assignment 01
      course grade 01      run the tests, fill the gradebook
      course report 01     what did the class not understand?

    \b
    New here?
      course doctor        is this machine ready?
      course demo          watch a fictitious class go through it all
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
    from autograder.release import release_session

    settings = load_settings(root)
    for session in read_all(settings, sessions):
        path = release_session(session, settings)
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
        right = sum(v.seconds for v in verdicts if v.attempt.kind == "solution")
        click.echo(f"{session.name}: {len(verdicts)} attempts, {problems} problems; "
                   f"all tests of right answers take {right:.2f} s")  # fmt: skip
    sys.exit(1 if problems else 0)


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--assignment", "name", required=True, help="The session, such as 01.")
@click.option("--from", "kind", type=click.Choice(["auto", "moodle", "canvas", "folder"]),
              default="auto", show_default=True, help="Where the download comes from.")  # fmt: skip
@click.option("--roster", "table", type=click.Path(path_type=Path),
              help="A table of the class as CSV. Default: roster.csv in the course.")  # fmt: skip
@click.pass_obj
def collect(root: Path, paths: Sequence[Path], name: str, kind: str, table: Path | None) -> None:
    """Put downloads (zips, folders) into submitted/STUDENT/NN/.

    Whatever is not certain is asked in collected/NN/questions.csv: write the student's id
    into its last column and run the command again. Nothing is overwritten or lost.
    """
    from autograder.intake.collect import Collector
    from autograder.intake.roster import read_roster
    from autograder.tables import collection_table, question_lines

    settings = load_settings(root)
    (session,) = read_all(settings, [name])
    collector = Collector(settings, session, read_roster(table or root / "roster.csv"))
    done = collector.collect(paths, kind)
    console.print(collection_table(session, done))
    console.print(question_lines(done), highlight=False, soft_wrap=True)


@main.command()
@click.argument("sessions", nargs=-1, required=True)
@click.option("--workers", default=0, help="Submissions run at once. Default: one for each core.")
@click.option("--again", is_flag=True, help="Grade unchanged submissions again, too.")
@click.option("--all-cells", is_flag=True, help="Run unchanged demonstrations, too.")
@click.option("--device", default="cpu", show_default=True, help="Check answers on cpu or cuda.")
@click.option("--cell-seconds", default=30.0, show_default=True, help="Limit for one cell.")
@click.option("--total-seconds", default=120.0, show_default=True, help="Limit for a notebook.")
@click.option("--no-sandbox", is_flag=True, help="Run student code unprotected. Are you sure?")
@click.pass_obj
def grade(
    root: Path,
    sessions: Sequence[str],
    workers: int,
    again: bool,
    all_cells: bool,
    device: str,
    cell_seconds: float,
    total_seconds: float,
    no_sandbox: bool,
) -> None:
    """Grade what lies in submitted/STUDENT/NN/ and fill the gradebook.

    Submissions that were graded before and have not changed are left alone. A run that
    was interrupted goes on where it stopped.
    """
    from autograder.engine.engine import Engine
    from autograder.engine.ticket import Budget

    settings = load_settings(root)
    chosen = read_all(settings, sessions)
    with Engine(sandboxed=not no_sandbox, device=device) as engine:
        if again or any(has_new(settings, session) for session in chosen):
            engine.warm()  # it starts while the rest is imported
        from autograder.grading import Options, grade_session
        from autograder.results import remember
        from autograder.tables import grading_summary

        budget = Budget(cell_seconds, total_seconds)
        options = Options(workers, not no_sandbox, device, again, all_cells, budget)
        for session in chosen:
            results = grade_session(settings, session, show_progress, options, engine)
            remember(settings, session, results)
            console.print(grading_summary(session, results))


@main.command()
@click.argument("sessions", nargs=-1, required=True)
@click.pass_obj
def report(root: Path, sessions: Sequence[str]) -> None:
    """Write reports/NN.html and NN.csv: what did the class not understand?"""
    from autograder.report import write_report
    from autograder.results import read_results

    settings = load_settings(root)
    for session in read_all(settings, sessions):
        path = write_report(settings, session, read_results(settings, session))
        click.echo(f"{path.relative_to(root)}: written; open it in a browser")


@main.command()
@click.argument("session", default="01")
@click.pass_obj
def demo(root: Path, session: str) -> None:
    """Let a class of fictitious students go through SESSION (default: 01), in .demo/.

    Builds, releases, hands in, grades, gives feedback and reports, then checks that the
    gradebook agrees with what each student was made of. Your own grades are not touched.
    """
    from autograder.engine.engine import Engine
    from autograder.engine.sandbox import reason_against

    settings = load_settings(root)
    (chosen,) = read_all(settings, [session])
    # The class is made up of the course's own text, so it may run where there is no sandbox.
    if reason_against():
        click.echo(f"{reason_against()}: this made-up class is graded without a sandbox.")
    with Engine(sandboxed=not reason_against()) as engine:
        engine.warm()  # it starts while the rest is imported
        from autograder.demo import demonstrate
        from autograder.tables import class_table, mistakes_table, reason_lines

        done = demonstrate(settings, chosen, show_progress, engine)
    console.print(class_table(chosen, done.results), "")
    console.print(mistakes_table(chosen, done.results), "")
    console.print(reason_lines(done.results), "", highlight=False, soft_wrap=True)
    click.echo(f"Report: {done.report.relative_to(root)}   Feedback: .demo/feedback/")
    for line in done.wrong:
        click.echo(line)
    verdict = "agree" if not done.wrong else f"disagree in {len(done.wrong)} places"
    click.echo(
        f"{len(done.students)} students: what the gradebook says and what they were made of "
        f"{verdict}."
    )
    sys.exit(1 if done.wrong else 0)


@main.command()
@click.pass_obj
def doctor(root: Path) -> None:
    """Is this machine ready to grade? One line for each thing, and what to do."""
    from autograder.doctor import examine
    from autograder.tables import finding_line

    findings = []
    for finding in examine(root):
        findings.append(finding)
        console.print(finding_line(finding), highlight=False, soft_wrap=True)
    sys.exit(1 if any(finding.state == "bad" for finding in findings) else 0)


def read_all(settings: Settings, wanted: Sequence[str]) -> list[Session]:
    """The sessions named on the command line, or all of them."""
    names = list(wanted)
    if not names:
        return [read_session(path) for path in session_paths(settings.course)]
    return [read_session(find_session(settings.course, name)) for name in names]


def has_new(settings: Settings, session: Session) -> bool:
    """Whether a submission was never graded: a quick look, before much is imported."""
    stamps = settings.autograded.glob(f"*/{session.number}/{STAMP}")
    graded = {path.parents[1].name for path in stamps}
    return any(p.parent.name not in graded for p in settings.submitted.glob(f"*/{session.number}"))


def show_progress(items: Sequence[Any], title: str) -> Any:
    """A progress bar over `items`; silent when the output is not a terminal."""
    return track(items, title, console=Console(stderr=True), disable=not sys.stderr.isatty())
