"""Tables as CSV: what is read back is what was written, and a spreadsheet runs none of it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.csv_tables import (
    bare_table,
    guarded,
    read_bare_table,
    read_table,
    table,
    unguarded,
)
from autograder.errors import CourseError

HEADER = ("from", "reason", "student")
CALC = "=cmd|' /C calc'!A0"
# Any text that a file can hold, and often one that begins like a formula or like a guarded one.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SIGNS = st.text(st.sampled_from("'=+-@\t\r\n\"=,;1.e \uff1d"), max_size=6)
FIELD = st.one_of(TEXT, SIGNS, st.builds(str.__add__, SIGNS, TEXT))
ROWS = st.lists(st.lists(FIELD, min_size=3, max_size=3), max_size=6)
quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(ROWS)
def test_reading_gives_back_what_was_written(tmp_path: Path, rows: list[list[str]]) -> None:
    for write, read in ((table, read_table), (bare_table, read_bare_table)):
        path = tmp_path / "table.csv"
        path.write_bytes(write(HEADER, rows).encode())
        sheet = read(path, HEADER)
        assert sheet.header == HEADER
        assert [list(row.values()) for row in sheet.rows] == rows


@given(ROWS)
def test_no_field_is_a_formula_for_any_reader(rows: list[list[str]]) -> None:
    for row in csv.reader(io.StringIO(table(HEADER, rows), newline="")):
        for field in row:
            assert field[:1] not in tuple("=+-@\t\r\n\uff1d") or is_number(field)


def is_number(text: str) -> bool:
    """Whether Python takes a text for a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


@given(FIELD)
def test_the_guard_can_be_taken_away_again(value: str) -> None:
    assert unguarded(guarded(value)) == value


@pytest.mark.parametrize("value", ["ada", "'t Hooft", "-0.25", "+3", "-1e-3", "", "'", "O'Neill"])
def test_harmless_text_and_numbers_stay_as_they_are(value: str) -> None:
    assert guarded(value) == value == unguarded(value)


@pytest.mark.parametrize("value", [CALC, "-inf", "- x", "'=1", "\t=1", "\uff1d1+1"])
def test_what_may_be_run_gets_a_sign_in_front(value: str) -> None:
    assert guarded(value) == f"'{value}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_are_read_as_spreadsheets_write_them(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "roster.csv"
    lines = ["id,name", '1,"Nöther\r\nEmmy"', "", "2", "3,x,more"]
    text = "\r\n".join(lines).replace(",", delimiter)
    path.write_bytes(text.encode(encoding))
    assert read_bare_table(path).lines == (
        (3, {"id": "1", "name": "Nöther\r\nEmmy"}),
        (5, {"id": "2", "name": ""}),
        (6, {"id": "3", "name": "x"}),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [("id,name\n1,a\n2,b\n", "table.csv, line 1: there is no column 'student'"),
     ("", "table.csv, line 1: there is no column 'student'"),
     ('student\na\n"b" c\n', "table.csv, line 3: can't be read: "),
     ('student\na\n"b\n', "table.csv, line 3: can't be read: unexpected end of data"),
     (None, "table.csv: can't be read: No such file or directory")],
)  # fmt: skip
def test_a_bad_table_is_one_sentence_with_its_place(
    tmp_path: Path, text: str | None, problem: str
) -> None:
    path = tmp_path / "table.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        read_table(path, ["student"])
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)
