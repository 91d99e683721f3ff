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
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--assignment", "name", default="", help="The session, such as 01, if unclear.")
@click.option("--student", default="", help="The id under which it will be graded, if known.")
@click.option("--no-sandbox", is_flag=True, help="Run student code unprotected. Are you sure?")
@click.pass_obj
def receipt(root: Path, path: Path, name: str, student: str, no_sandbox: bool) -> None:
    """Look at one hand-in before the deadline: what is in FILE, and do its visible tests pass?

    Nothing is graded or kept, and hidden tests are not run. The exit status is 0 when
    everything is answered and passes, 3 when something is missing or fails, and 1 when the
    file can't be read or holds no answer.
    """
    from autograder.engine.engine import Engine

    settings = load_settings(root)
    with Engine(sandboxed=not no_sandbox) as engine:
        engine.warm()  # it starts while the rest is imported
        from autograder.receipt import make_receipt, recognised
        from autograder.tables import receipt_lines, receipt_table

        sessions = read_all(settings, [name] if name else [])
        session = sessions[0] if name else recognised(path, sessions)
        made = make_receipt(path, session, settings, engine, student)
    console.print(receipt_table(made, path.name))
    console.print(receipt_lines(made), highlight=False, soft_wrap=True)
    sys.exit(0 if made.complete else 3)


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
@click.option("--cell-seconds", default=60.0, show_default=True, help="Limit for one cell.")
@click.option("--total-seconds", default=240.0, show_default=True, help="Limit for a notebook.")
@click.option("--scheduler", default="", metavar="ADDRESS",
              help="Run on a Dask cluster, such as tcp://10.0.0.5:8786.")  # fmt: skip
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
    scheduler: str,
    no_sandbox: bool,
) -> None:
    """Grade what lies in submitted/STUDENT/NN/ and fill the gradebook.

    Submissions that were graded before and have not changed are left alone. A run that
    was interrupted goes on where it stopped.
    """
    from autograder.engine.ticket import Budget

    settings = load_settings(root)
    chosen = read_all(settings, sessions)
    extras = {name for session in chosen for name in session.extras}
    how = {"sandboxed": not no_sandbox, "device": device, "extras": extras}
    with engine_or_cluster(scheduler, how) as engine:
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
@click.argument("session")
@click.option("--exercise", "wanted", required=True, help="Its id, such as 01-conv2d.")
@click.option("--write", is_flag=True, help="Change the marks. Without it they are only shown.")
@click.option("--workers", default=0, help="Submissions run at once. Default: one for each core.")
@click.option("--device", default="cpu", show_default=True, help="Check answers on cpu or cuda.")
@click.option("--no-sandbox", is_flag=True, help="Run student code unprotected. Are you sure?")
@click.pass_obj
def regrade(
    root: Path,
    session: str,
    wanted: str,
    write: bool,
    workers: int,
    device: str,
    no_sandbox: bool,
) -> None:
    """Grade one exercise again after its tests were wrong, and show whose mark changes.

    Mend the test in course/NN_topic.py and release the session first. Manual grades and
    comments stay; late penalties follow the new sum.
    """
    from autograder.engine.engine import Engine

    settings = load_settings(root)
    (chosen,) = read_all(settings, [session])
    with Engine(sandboxed=not no_sandbox, device=device, extras=chosen.extras) as engine:
        engine.warm()  # it starts while the rest is imported
        from autograder.grading import Options
        from autograder.regrade import Regrader, changed_first, find_exercise
        from autograder.regraded import write as take_over
        from autograder.tables import changes_table

        exercise = find_exercise(chosen, wanted)
        options = Options(workers, not no_sandbox, device)
        regrader = Regrader(settings, chosen, exercise, engine, options)
        changes = regrader.look(show_progress)
        console.print(changes_table(f"{exercise.id}: what changes", list(changed_first(changes))))
        if write:
            take_over(regrader, changes)
    count = sum(change.changes for change in changes)
    done = "written" if write else "nothing is written; add --write"
    click.echo(f"{count} of {len(changes)} marks change: {done}")


@main.command()
@click.argument("sessions", nargs=-1)
@click.pass_obj
def report(root: Path, sessions: Sequence[str]) -> None:
    """Write reports/NN.html and tables: what did the class not understand?

    Without SESSIONS, all that something was handed in for. reports/index.html puts the
    course together.
    """
    from autograder.course_page import write_course_page
    from autograder.report import write_report
    from autograder.results import read_results

    settings = load_settings(root)
    every = read_all(settings, ())
    chosen = read_all(settings, sessions) if sessions else [
        s for s in every if any(settings.submitted.glob(f"*/{s.number}"))]  # fmt: skip
    for session in chosen:
        path = write_report(settings, session, read_results(settings, session))
        click.echo(f"{path.relative_to(root)}: written; open it in a browser")
    page = write_course_page(settings, every)
    click.echo(f"{page.relative_to(root)}: the whole course" if page else
               f"{settings.submitted}: nothing was handed in yet")  # fmt: skip


@main.command()
@click.argument("sessions", nargs=-1, required=True)
@click.option("--pack", "kind", type=click.Choice(["moodle", "canvas"]),
              help="Pack the pages so that the platform knows whose they are.")  # fmt: skip
@click.pass_obj
def feedback(root: Path, sessions: Sequence[str], kind: str | None) -> None:
    """Write a page for each student: points, what happened, what to read again.

    feedback/STUDENT/NN/ holds the page. --pack writes feedback/NN-moodle.zip or
    NN-canvas.zip for the platform's bulk upload, named as in the download.
    """
    from autograder.feedback import give_feedback

    settings = load_settings(root)
    for session in read_all(settings, sessions):
        pages, failed = give_feedback(settings, session, show_progress)
        click.echo(f"{session.name}: {len(pages)} pages in feedback/")
        for result in failed:
            click.echo(f"  {result.student}: no page, {result.reason}")
        if kind:
            from autograder.packing import pack

            package = pack(settings, session, kind)
            click.echo(f"{package.path.relative_to(root)}: {len(package.packed)} pages")
            if package.nameless:
                click.echo(f"  not from {kind}, left out: {', '.join(package.nameless)}")


@main.command()
@click.argument("sessions", nargs=-1, required=True)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--to", "kind", type=click.Choice(["moodle", "canvas", "generic"]), required=True,
              help="For whom the table is.")  # fmt: skip
@click.option("--column", "titles", multiple=True, metavar="NN=TITLE",
              help="A session's title on the platform. Default: its heading.")  # fmt: skip
@click.option("--worksheet", type=click.Path(path_type=Path),
              help="Moodle's grading worksheet, to be filled in as FILE.")  # fmt: skip
@click.option("--roster", "people", type=click.Path(path_type=Path),
              help="A table of the class as CSV. Default: roster.csv in the course.")  # fmt: skip
@click.pass_obj
def export(
    root: Path,
    sessions: Sequence[str],
    file: Path,
    kind: str,
    titles: Sequence[str],
    worksheet: Path | None,
    people: Path | None,
) -> None:
    """Write the grades of SESSIONS into FILE, as a learning platform takes them.

    Manual grades and late penalties are in it. What is not graded yet has no grade.
    """
    from autograder.export import read_column, read_rows, read_titles, strangers, to_csv
    from autograder.files import write_text
    from autograder.intake.roster import Roster, read_roster

    settings = load_settings(root)
    chosen = read_all(settings, sessions)
    path = people or root / "roster.csv"
    bare = kind == "generic" and people is None and not path.is_file()
    roster = Roster([]) if bare else read_roster(path)
    named = read_titles(titles, chosen)
    columns = [read_column(settings, s, named.get(s.number, "")) for s in chosen]
    if worksheet is not None:
        from autograder.worksheet import fill

        if kind != "moodle" or len(columns) > 1:
            raise CourseError("--worksheet: it is Moodle's, and for one session")
        text, unknown = fill(worksheet, columns[0], roster)
        if unknown:
            click.echo(f"not on the roster, left as they are: {', '.join(unknown)}")
    else:
        text = to_csv(kind, columns, roster, read_rows(path))
    write_text(file, text)
    for column in columns:
        click.echo(f"{column.session.name}: {column.counts()}")
    if kind != "generic" and (left_out := strangers(columns, roster)):
        click.echo(f"not on the roster, left out: {', '.join(left_out)}")
    click.echo(f"{file}: written, for {kind}")


@main.command()
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
    with Engine(sandboxed=not reason_against(), extras=chosen.extras) as engine:
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


def engine_or_cluster(scheduler: str, how: dict[str, Any]) -> Any:
    """This machine's engine, or the cluster at an address."""
    if scheduler:
        from autograder.cluster import Cluster

        return Cluster(scheduler, **how)
    from autograder.engine.engine import Engine

    return Engine(**how)


def has_new(settings: Settings, session: Session) -> bool:
    """Whether a submission was never graded: a quick look, before much is imported."""
    stamps = settings.autograded.glob(f"*/{session.number}/{STAMP}")
    graded = {path.parents[1].name for path in stamps}
    return any(p.parent.name not in graded for p in settings.submitted.glob(f"*/{session.number}"))


def show_progress(items: Sequence[Any], title: str) -> Any:
    """A progress bar over `items`; silent when the output is not a terminal."""
    return track(items, title, console=Console(stderr=True), disable=not sys.stderr.isatty())
