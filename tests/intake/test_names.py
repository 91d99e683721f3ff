"""What the names of files say, and who on the roster is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import CourseError
from autograder.intake.naming import kind_of, spellings, understand
from autograder.intake.roster import Person, Roster, read_roster

CLASS = Roster(
    [
        Person("ada", "Ada", "Lovelace", "ada@example.org", "815"),
        Person("jm", "Jürgen", "Müller-Lüdenscheidt", "jm@example.org", "816"),
        Person("so", "Søren", "Kierkegård", "", "817"),
        Person("lw", "王", "小明", "", "818"),
        Person("dc1", "Dan", "Carter", "", "819"),
        Person("dc2", "Dan", "Carter", "", "820"),
        Person("van", "Anna Maria", "van der Berg", "anna@example.org", "821"),
    ]
)


@pytest.mark.parametrize(
    ("parts", "person", "file"),
    [
        (("Ada Lovelace_4711_assignsubmission_file_", "w.ipynb"), "Ada Lovelace", "w.ipynb"),
        (("Ada Lovelace_4711_assignsubmission_file", "w.ipynb"), "Ada Lovelace", "w.ipynb"),
        (("Ada Lovelace_4711_assignsubmission_file_w.ipynb",), "Ada Lovelace", "w.ipynb"),
        (("all", "Ada Lovelace_4711_assignsubmission_file", "sub", "w.ipynb"),
         "Ada Lovelace", "w.ipynb"),
        (("Ada_Lovelace_4711_assignsubmission_file_", "w.ipynb"), "Ada_Lovelace", "w.ipynb"),
    ],
)  # fmt: skip
def test_moodles_names(parts: tuple[str, ...], person: str, file: str) -> None:
    named = understand(parts, "moodle", "01", "01_tiny")
    assert (named.persons, named.file, named.user) == ((person,), file, "")


@pytest.mark.parametrize(
    ("name", "user", "file", "attempt", "late"),
    [
        ("lovelaceada_815_9001_01_tiny.ipynb", "815", "01_tiny.ipynb", 0, False),
        ("lovelaceada_LATE_815_9001_01_tiny-2.ipynb", "815", "01_tiny.ipynb", 2, True),
        ("lovelaceada_815_9001_my_work_1.ipynb", "815", "my_work_1.ipynb", 0, False),
    ],
)
def test_canvass_names(name: str, user: str, file: str, attempt: int, late: bool) -> None:
    named = understand((name,), "canvas", "01", "01_tiny")
    assert named.persons == ("lovelaceada",)
    assert (named.user, named.file, named.attempt, named.late) == (user, file, attempt, late)


@pytest.mark.parametrize(
    "parts",
    [("ada", "01_tiny.ipynb"), ("ada", "01", "01_tiny.ipynb"), ("01_tiny_ada.ipynb",),
     ("Copy of 01_tiny-ada (2).ipynb",), ("ada.zip", "01", "01_tiny.ipynb")],
)  # fmt: skip
def test_folders_and_names_of_other_origin(parts: tuple[str, ...]) -> None:
    assert understand(parts, "folder", "01", "01_tiny").persons[0] == "ada"


def test_the_origin_is_seen_by_most_names() -> None:
    moodle = [("A B_1_assignsubmission_file_", "x.ipynb"), ("C D_2_assignsubmission_file", "y")]
    canvas = [("ab_1_2_x.ipynb",), ("cd_LATE_1_2_x.ipynb",), ("readme.txt",)]
    assert kind_of(moodle) == "moodle"
    assert kind_of(canvas) == "canvas"
    assert kind_of([("ada", "x.ipynb"), ("bob", "01_tiny.ipynb")]) == kind_of([]) == "folder"


@pytest.mark.parametrize(
    ("written", "who"),
    [
        ("ada", ["ada"]), ("ADA@example.org", ["ada"]), ("Lovelace, Ada", ["ada"]),
        ("ada  lovelace", ["ada"]), ("lovelaceada", ["ada"]), ("Ada_Lovelace", ["ada"]),
        ("Juergen Mueller-Luedenscheidt", ["jm"]), ("mullerludenscheidtjurgen", ["jm"]),
        ("mllerldenscheidtjrgen", ["jm"]), ("Jurgen Muller Ludenscheidt", ["jm"]),
        ("Soren Kierkegaard", ["so"]), ("kierkegardsoren", ["so"]), ("王 小明", ["lw"]),
        ("小明王", ["lw"]), ("Dan Carter", ["dc1", "dc2"]), ("work of dc2", ["dc2"]),
        ("Ada Byron", []),
        ("vanderberganna maria", ["van"]), ("Ada", ["ada"]), ("Lovelace", []), ("Nobody", []),
    ],
)  # fmt: skip
def test_people_are_found_by_any_spelling_of_their_whole_name(written: str, who: list[str]) -> None:
    assert [person.id for person in CLASS.find(written)] == who


def test_the_platforms_number_decides_between_equal_names() -> None:
    assert [person.id for person in CLASS.find("carterdan", "820")] == ["dc2"]
    assert [p.id for p in CLASS.like("Ada Lovelaze")] == ["ada"]


def test_an_empty_name_has_no_spelling() -> None:
    assert spellings(" -_ ") == set()


@pytest.mark.parametrize(
    "text",
    [
        "id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,ada@x.org,815\n",
        "ID number;First name;Last name;E-mail address\nada;Ada;Lovelace;ada@x.org\n",
        'Student,ID,SIS User ID,SIS Login ID,Section\n"    Points Possible",,,,\n'
        '"Lovelace, Ada",815,ada,ada@x.org,1\n',
        "\ufeffname\tusername\nAda Lovelace\tada\n",
    ],
    ids=["nbgrader", "moodle", "canvas", "tabs"],
)
def test_tables_of_every_platform_are_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "roster.csv"
    for encoding in ("utf-8", "utf-16"):
        path.write_text(text, encoding=encoding)
        (person,) = read_roster(path).people
        assert (person.id, person.first, person.last) == ("ada", "Ada", "Lovelace")
        assert person.number in ("", "815")


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "no column with ids"), ("name\nAda\n", "no column with ids"), ("id\n", "nobody"),
     ("id\n../x\n", "line 2: the id '../x' can't name a folder"),
     ("id,name\na,A B\na,C D\n", "line 3: the id a stands there twice")],
)  # fmt: skip
def test_a_bad_table_is_told_in_one_sentence(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(text)
    with pytest.raises(CourseError, match=r"roster\.csv") as caught:
        read_roster(path)
    assert problem in str(caught.value)


def test_a_missing_table_is_told(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"can't be read: .*make a table of the class"):
        read_roster(tmp_path / "roster.csv")
