"""Names from the roster in the real gradebook: filled in, corrected, never put over a person's."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.intake.enrol import FIELDS, enrol
from autograder.intake.roster import Person, Roster
from autograder.nbgrader_bridge import open_gradebook
from autograder.settings import Settings
from tests.autograder.grading_course import Class
from tests.tiny import make_course

ADA = Person("ada", "Ada", "Lovelace", "ada@example.org")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A released course with a gradebook."""
    return Class(tmp_path / "course").settings


def entries(settings: Settings) -> dict[str, tuple[str | None, ...]]:
    with open_gradebook(settings) as book:
        return {s.id: tuple(getattr(s, field) for field in FIELDS) for s in book.students}


def change(settings: Settings, student: str, **fields: str | None) -> None:
    """What a person does in the formgrader, under *Manage Students*."""
    with open_gradebook(settings) as book:
        book.update_or_create_student(student, **fields)


def test_who_handed_in_is_entered_with_name_and_address(settings: Settings) -> None:
    change(settings, "grace")  # as nbgrader adds them: without a name
    people = Roster([ADA, Person("grace", "Grace", "Hopper"), Person("absent", "A", "B")])
    assert enrol(settings, people, ["grace", "ada"]) == []
    assert entries(settings) == {
        "ada": ("Ada", "Lovelace", "ada@example.org"),
        "grace": ("Grace", "Hopper", None),
    }


def test_where_there_is_no_name_the_id_stands_for_it(settings: Settings) -> None:
    for student in ("ada", "grace"):
        change(settings, student)  # as nbgrader adds them
    change(settings, "kurt", first_name="Kurt")
    for _ in range(2):
        assert enrol(settings, Roster([]), ["ada", "grace", "kurt", "not graded"]) == []
        assert entries(settings) == {
            "ada": ("", "ada", None), "grace": ("", "grace", None), "kurt": ("Kurt", "", None)
        }  # fmt: skip
    people = Roster([ADA, Person("kurt", "Kurt", "Gödel")])
    for known in (people, Roster([])):  # the roster comes later, and goes again
        assert enrol(settings, known, ["ada", "grace", "kurt"]) == []
        assert entries(settings) == {
            "ada": ("Ada", "Lovelace", "ada@example.org"),
            "grace": ("", "grace", None),
            "kurt": ("Kurt", "Gödel", None),
        }


def test_what_a_person_wrote_stays_and_is_told(settings: Settings) -> None:
    change(settings, "ada", first_name="Countess")
    assert enrol(settings, Roster([ADA]), ["ada"]) == ["ada"]
    assert entries(settings)["ada"] == ("Countess", "Lovelace", "ada@example.org")
    change(settings, "ada", last_name="King")
    for _ in range(2):
        assert enrol(settings, Roster([ADA]), ["ada"]) == ["ada"]
        assert entries(settings)["ada"] == ("Countess", "King", "ada@example.org")


def test_a_corrected_roster_is_taken_over_where_nobody_changed_anything(
    settings: Settings,
) -> None:
    wrong = Person("ada", "Ada", "Lovelaze", "ada@example.org")
    enrol(settings, Roster([wrong]), ["ada"])
    change(settings, "ada", first_name="Countess")
    bare = Person("ada", "Ada", "Lovelaze")
    assert enrol(settings, Roster([bare]), ["ada"]) == ["ada"]
    assert entries(settings)["ada"][2] == "ada@example.org", "a shorter roster erases nothing"
    right = Person("ada", "Ada", "Lovelace", "a.lovelace@example.org")
    assert enrol(settings, Roster([right]), ["ada"]) == ["ada"]
    assert entries(settings)["ada"] == ("Countess", "Lovelace", "a.lovelace@example.org")


def test_one_name_is_enough(settings: Settings) -> None:
    people = Roster([Person("plato", "", "Plato"), Person("p2", email="p2@example.org")])
    enrol(settings, people, ["plato", "p2"])
    assert entries(settings) == {"plato": ("", "Plato", None), "p2": ("", "p2", "p2@example.org")}


def test_a_name_cannot_act_in_the_formgrader(settings: Settings) -> None:
    nasty = Person("x", "<script>alert(1)</script>", "Ex\x00" + 300 * "o", "<b>@example.org")
    for _ in range(2):
        assert enrol(settings, Roster([nasty]), ["x"]) == []
    assert entries(settings)["x"] == ("scriptalert(1)/script", "Ex" + 126 * "o", "b@example.org")


def test_without_a_gradebook_nothing_is_made(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    assert enrol(settings, Roster([ADA]), ["ada"]) == []
    assert not settings.gradebook.exists()
    assert not (tmp_path / "collected").exists()


def test_collecting_enters_names_and_says_whose_differ(settings: Settings) -> None:
    table, package = settings.root / "class.csv", settings.root / "all.zip"
    table.write_text("id,name,email\nada,Ada Lovelace,ada@example.org\nzoe,Zoe Zed,\n")
    with zipfile.ZipFile(package, "w") as files:
        released = settings.release / "01" / "01_tiny.ipynb"
        files.write(released, "Ada Lovelace_1_assignsubmission_file_/w.ipynb")
    command = ["--root", str(settings.root), "collect", str(package), "--assignment", "01",
               "--roster", str(table)]  # fmt: skip
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert "named otherwise" not in done.output
    assert entries(settings) == {"ada": ("Ada", "Lovelace", "ada@example.org")}
    change(settings, "ada", last_name="King")
    done = CliRunner().invoke(main, command)
    assert "named otherwise than on the roster, left so: ada" in done.output
