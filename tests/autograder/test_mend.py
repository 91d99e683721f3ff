"""Notebooks in every state in which they arrive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import GradingError
from autograder.mend import mend, mend_file, read_mended

CELLS = [
    {"cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "text"]},
    {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "a"}}, "source": "x = 'ü'",
     "outputs": [], "execution_count": 3},
]  # fmt: skip
SOUND: dict[str, Any] = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": CELLS}
TEXT = json.dumps(SOUND, indent=1, ensure_ascii=False)
OLD = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": [
    {"cell_type": "heading", "level": 1, "metadata": {}, "source": "# Title\ntext"},
    {"cell_type": "code", "input": "x = 'ü'", "outputs": [], "language": "python",
     "metadata": {}, "collapsed": False}], "metadata": {}}]}  # fmt: skip


def code(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_a_sound_notebook_needs_nothing() -> None:
    notebook, notes = mend(TEXT.encode())
    assert notes == []
    assert [cell.source for cell in notebook.cells] == ["# Title\ntext", "x = 'ü'"]
    assert notebook.cells[1].metadata == {"nbgrader": {"grade_id": "a"}}
    nbformat.validate(notebook)


@pytest.mark.parametrize(
    ("raw", "note"),
    [
        (b"\xef\xbb\xbf" + TEXT.encode(), "byte-order mark"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (TEXT.encode("cp1252"), "not in UTF-8"),
        (json.dumps(OLD).encode(), "of format 3"),
        (TEXT[: TEXT.rindex("]") - 2].encode(), "2 whole cells"),
        (TEXT.encode() + b"\n}{ trailing", "2 whole cells"),
        (TEXT.replace('"metadata": {},\n "cells"', '"metadata": {,\n "cells"').encode(), "2 whole"),
        (json.dumps(SOUND | {"nbformat": 99}).encode(), "did not follow the format"),
        (json.dumps({"cells": CELLS}).encode(), "did not follow the format"),
        (json.dumps(SOUND | {"metadata": []}).encode(), "did not follow the format"),
        (json.dumps(SOUND | {"cells": [*CELLS, None, 5, {}]}).encode(), "3 things that are no"),
        (json.dumps(SOUND | {"metadata": {"widgets": {"x": {"state": 5}}}}).encode(), ""),
    ],
    ids=["bom", "utf-16", "cp1252", "format_3", "cut_off", "trailing", "broken_metadata",
         "future", "no_version", "metadata_list", "strange_cells", "widget_state"],
)  # fmt: skip
def test_damage_is_mended_and_told(tmp_path: Path, raw: bytes, note: str) -> None:
    path = tmp_path / "w.ipynb"
    path.write_bytes(raw)
    notebook, notes = mend_file(path, tmp_path / "kept")
    assert code(notebook) == ["x = 'ü'"]
    assert note in " ".join(notes)
    assert code(nbformat.read(path, as_version=4)) == ["x = 'ü'"]
    if notes:
        assert (tmp_path / "kept" / "w.ipynb").read_bytes() == raw
    assert read_mended(path)[1] == []  # it is sound now


def test_of_a_merge_conflict_one_side_is_taken() -> None:
    line = '   "source": "x = \'ü\'"'
    plain = json.dumps(SOUND, indent=3, ensure_ascii=False)
    mine, theirs = '"x = 1"', '"x = 2"'
    conflict = plain.replace(
        '"source": "x = \'ü\'"',
        f'\n<<<<<<< HEAD\n"source": {mine}\n=======\n"source": {theirs}\n>>>>>>> other\n',
    )
    assert conflict != plain
    assert line not in conflict
    notebook, notes = mend(conflict.encode())
    assert code(notebook) == ["x = 1"]
    assert notes[0] == "of each merge conflict the first side was taken"


@pytest.mark.parametrize("raw", [b"", b"{", b"[1, 2]", b"Dear colleague,", b"\x00" * 9, b"null",
                                 b'{"cells": []}', b'{"cells": "abc"}',
                                 b'{"cells": ' + b"[" * 100_000])  # fmt: skip
def test_what_holds_no_cell_is_one_sentence(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "w.ipynb"
    path.write_bytes(raw)
    with pytest.raises(GradingError) as caught:
        mend_file(path, tmp_path / "kept")
    assert str(caught.value).startswith("w.ipynb: is ")
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == raw


@given(st.binary(max_size=60), st.integers(0, len(TEXT)), st.integers(0, 40))
def test_no_damage_stops_it(noise: bytes, place: int, length: int) -> None:
    raw = TEXT.encode()
    try:
        notebook, _ = mend(raw[:place] + noise + raw[place + length :])
    except GradingError:
        return
    nbformat.validate(notebook)
