"""For newcomers: is the machine ready, and what does it all do?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from autograder.commands.shared import console, read_all, show_progress
from autograder.settings import load_settings


@click.command()
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


@click.command()
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
