"""A hundred damaged hand-ins, each made from one answered notebook of a real session.

Every damage is a small function with what must become of it: ``full`` (all points of the
undamaged notebook: the answers' text is still there), ``partly`` (full points for each
question whose text is still there, and a sentence about the others) or ``reported`` (no
mark at all, and a reason).
"""

from __future__ import annotations

import ast
import copy
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Cells = list[dict[str, Any]]
FULL, PARTLY, REPORTED = "full", "partly", "reported"
PLAIN_NAME = "01_convolution_arithmetic.ipynb"
WIDGETS = "application/vnd.jupyter.widget-state+json"
LONG = {"output_type": "stream", "name": "stdout", "text": "line\n" * 600_000}
PICTURE = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 40_000}}


@dataclass(frozen=True)
class Damage:
    """One way to damage a notebook.

    Attributes:
        make: notebook → the files that are handed in, by their names.
        expect: full, partly or reported.
        lost: exercises whose answers are there but call answers that are not.
    """

    name: str
    make: Callable[[dict[str, Any]], dict[str, bytes]]
    expect: str = FULL
    lost: tuple[str, ...] = ()


DAMAGES: list[Damage] = []


def add(
    name: str, make: Callable[[Any], Any], expect: str = FULL, lost: Iterable[str] = ()
) -> None:
    """Register a damage; what `make` returns may be files, bytes or a notebook."""

    def files(notebook: dict[str, Any]) -> dict[str, bytes]:
        made = make(copy.deepcopy(notebook))
        if isinstance(made, bytes):
            return {PLAIN_NAME: made}
        if isinstance(made, dict) and all(isinstance(value, bytes) for value in made.values()):
            return made
        return {PLAIN_NAME: dump(made)}

    DAMAGES.append(Damage(name, files, expect, tuple(lost)))


def dump(notebook: Any) -> bytes:
    """A notebook as Jupyter writes it."""
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode() + b"\n"


def on_text(change: Callable[[str], str | bytes]) -> Callable[[dict[str, Any]], bytes]:
    """A change of the file's text."""

    def make(notebook: dict[str, Any]) -> bytes:
        changed = change(dump(notebook).decode())
        return changed if isinstance(changed, bytes) else changed.encode()

    return make


def on_cells(change: Callable[[Cells], Cells | None]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A change of the list of cells, in place or to a new one."""

    def make(notebook: dict[str, Any]) -> dict[str, Any]:
        changed = change(notebook["cells"])
        return notebook if changed is None else {**notebook, "cells": changed}

    return make


def on_each(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], Any]:
    """A change of every cell."""
    return on_cells(lambda cells: [change(cell) or cell for cell in cells])


def mark(cell: dict[str, Any]) -> str:
    """A cell's grade_id."""
    return str(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", ""))


def answers(cells: Cells) -> Cells:
    """The cells with code answers."""
    return [cell for cell in cells if mark(cell).endswith("-solution")]


def answer(cells: Cells, name: str) -> dict[str, Any]:
    """The answer to one exercise."""
    return next(cell for cell in cells if mark(cell) == f"01-{name}-solution")


def bare(source: str, kind: str = "code") -> dict[str, Any]:
    """A cell of the student's own."""
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": f"own-{abs(hash(source)) % 10**8}",
        "metadata": {},
        "source": source,
    }
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def zipped(files: dict[str, bytes]) -> bytes:
    """Files as a zip."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return raw.getvalue()


# ── The file: encodings ──────────────────────────────────────────────────────────────────
add("bom", on_text(lambda t: b"\xef\xbb\xbf" + t.encode()))
add("utf_16", on_text(lambda t: t.encode("utf-16")))
add("utf_16_big_endian", on_text(lambda t: b"\xfe\xff" + t.encode("utf-16-be")))
add("utf_16_without_its_mark", on_text(lambda t: t.encode("utf-16-le")))
add("latin_1", on_text(lambda t: t.encode("latin-1", errors="replace")))
add("cp1252", on_text(lambda t: t.encode("cp1252", errors="replace")))
add("line_ends_of_windows", on_text(lambda t: t.replace("\n", "\r\n")))
add("line_ends_of_old_macs", on_text(lambda t: t.replace("\n", "\r")))
add("bom_and_line_ends_of_windows", on_text(lambda t: "\ufeff" + t.replace("\n", "\r\n")))
add("one_line", lambda nb: json.dumps(nb).encode())
add("nuls_behind", on_text(lambda t: t + "\x00" * 4096))
add("bytes_that_are_no_utf_8", on_text(lambda t: t.encode().replace(b"picture", b"pict\xffre", 3)))
add("half_an_emoji", on_text(lambda t: t.replace("A small grid", r"A \ud83d small grid", 1)))
add("written_by_python", lambda nb: repr(nb).encode())
add("json_in_json", lambda nb: json.dumps(dump(nb).decode()).encode())
add("in_a_list", lambda nb: json.dumps([nb]).encode())
add("gzip", lambda nb: gzip.compress(dump(nb), mtime=0))
add("words_before", on_text(lambda t: "Hello, this is my notebook:\n" + t))
add("words_behind", on_text(lambda t: t + "\nsent from my phone"))
add("two_notebooks_in_a_row", on_text(lambda t: t + t))
add("comma_behind_the_last_cell", on_text(lambda t: t.replace("\n ],\n", ",\n ],\n", 1)))
add("missing_comma", on_text(lambda t: t.replace("},\n  {", "}\n  {", 3)))
add("raw_line_breaks_in_texts", on_text(lambda t: t.replace(r"picture\n", "picture\n", 4)))
add("raw_tabs_in_texts", on_text(lambda t: t.replace("A small grid", "A small\tgrid")))

# ── The file: parts are missing ──────────────────────────────────────────────────────────
for percent in (80, 60, 40, 25):
    add(f"cut_at_{percent}_percent", on_text(lambda t, p=percent: t[: len(t) * p // 100]), PARTLY)  # type: ignore[misc]
add("cut_at_97_percent", on_text(lambda t: t[: len(t) * 97 // 100]))
add("only_the_last_brace_is_missing", on_text(lambda t: t.rstrip()[:-1]))
# Two of the answers that are still there call one that is not.
add(
    "the_first_third_is_missing",
    on_text(lambda t: t[len(t) // 3 :]),
    PARTLY,
    ["01-conv2d-unfold", "01-max-pool"],
)
add("a_block_of_zeros_inside", on_text(lambda t: blocked(t, "\x00" * 2048)), PARTLY)
add("a_block_is_missing_inside", on_text(lambda t: blocked(t, "")), PARTLY)
add("cut_in_the_first_cell", on_text(lambda t: t[:60]), REPORTED)
add("empty_file", lambda nb: b"", REPORTED)
add("blanks_only", lambda nb: b" \n" * 40, REPORTED)
add("zeros_only", lambda nb: b"\x00" * 4096, REPORTED)
add("no_cells", lambda nb: {**nb, "cells": []}, REPORTED)
add("a_web_page_to_sign_in", lambda nb: b"<!doctype html><title>Sign in</title>", REPORTED)
add("a_letter", lambda nb: b"Dear teacher, I will send it on Monday.", REPORTED)


def blocked(text: str, block: str) -> str:
    """2 KiB in the middle of an answer are overwritten."""
    place = text.index("def max_pool2d")
    return text[:place] + block + text[place + 2048 :]


# ── The format ───────────────────────────────────────────────────────────────────────────
def format_3(notebook: dict[str, Any]) -> dict[str, Any]:
    cells = []
    for cell in notebook["cells"]:
        old = {key: cell[key] for key in ("cell_type", "metadata")}
        if cell["cell_type"] == "code":
            old |= {
                "input": cell["source"],
                "outputs": [],
                "language": "python",
                "collapsed": False,
            }
        else:
            old |= {"source": cell["source"]}
        cells.append(old)
    return {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [{"cells": cells, "metadata": {}}],
    }


def without(*keys: str) -> Callable[[dict[str, Any]], None]:
    def change(cell: dict[str, Any]) -> None:
        for key in keys:
            cell.pop(key, None)

    return change


add("format_3", format_3)
add("format_4_0", lambda nb: on_each(without("id"))({**nb, "nbformat_minor": 0}))
add("format_of_the_future", lambda nb: {**nb, "nbformat": 7, "nbformat_minor": 1})
add("no_format", lambda nb: {"cells": nb["cells"]})
add("metadata_is_a_list", lambda nb: {**nb, "metadata": []})
add("metadata_is_missing", lambda nb: {k: v for k, v in nb.items() if k != "metadata"})
add("cells_without_metadata", on_each(without("metadata")))
add("metadata_of_cells_is_empty", on_each(lambda c: c.update(metadata={})))
add("metadata_of_cells_is_text", on_each(lambda c: c.update(metadata="none")))
add("only_ids_are_left", on_each(lambda c: c.update(metadata={"id": "x1y2"})))
add("no_ids", on_each(without("id")))
add("all_ids_are_the_same", on_each(lambda c: c.update(id="a")))
add("sources_as_lines", on_each(lambda c: c.update(source=c["source"].splitlines(keepends=True))))
add("no_outputs", on_each(without("outputs", "execution_count")))
add("outputs_are_nothing", on_each(lambda c: c.update(outputs=None)))
add("counts_are_words", on_each(lambda c: c.update(execution_count="two")))
add("things_that_are_no_cells", on_cells(lambda cells: [None, 5, *cells, {}, "cell"]))
add(
    "kernel_of_another_language",
    lambda nb: kernel(nb, {"name": "ir", "language": "R", "display_name": "R"}),
)
add("kernel_without_a_name", lambda nb: kernel(nb, {"language": "python"}))
add("kernel_is_a_number", lambda nb: kernel(nb, 3))
add(
    "broken_widget_state",
    lambda nb: with_metadata(nb, widgets={WIDGETS: {"state": None, "version_major": "x"}}),
)
add(
    "widget_state_of_a_megabyte",
    lambda nb: with_metadata(nb, widgets={WIDGETS: {"state": {"a": "x" * 2**20}}}),
)
add("output_of_three_megabytes", on_cells(lambda cells: answers(cells)[0].update(outputs=[LONG])))
add("huge_pictures", on_each(lambda c: c["cell_type"] == "code" and c.update(outputs=[PICTURE])))
add("not_a_number_in_metadata", lambda nb: with_metadata(nb, zoom=float("nan")))


def kernel(notebook: dict[str, Any], spec: Any) -> dict[str, Any]:
    return with_metadata(notebook, kernelspec=spec)


def with_metadata(notebook: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**notebook, "metadata": {**notebook["metadata"], **more}}


# ── Cells: doubled, moved, merged, split, retyped, deleted ───────────────────────────────
def doubled(cells: Cells) -> Cells:
    return [copy.deepcopy(c) for cell in cells for c in (cell, cell)]


def with_stubs(cells: Cells, *, before: bool) -> Cells:
    """The released stub is there as well, with the same mark."""
    new: Cells = []
    for cell in cells:
        both = [cell]
        if mark(cell).endswith("-solution") and cell["source"].startswith("def "):
            head = re.split(r'\n    """', cell["source"])[0]
            rest = cell["source"].partition("\n\n\n")[2]
            stub = f"{head}\n    raise NotImplementedError('stub')\n\n\n{rest}".rstrip()
            both.append({**cell, "source": stub})
        new += both if not before else both[::-1]
    return new


def moved_to_an_end(cells: Cells, *, top: bool) -> Cells:
    theirs = answers(cells)
    others = [cell for cell in cells if cell not in theirs]
    return theirs + others if top else others + theirs


def merged(cells: Cells, count: int) -> Cells:
    """The first answers stand together in one cell; the others' cells are gone."""
    written = [cell for cell in answers(cells) if "NotImplementedError" not in cell["source"]]
    first, *others = written[:count]
    first["source"] = "\n\n".join(cell["source"] for cell in (first, *others))
    return [cell for cell in cells if not any(cell is other for other in others)]


def rewritten(cells: Cells) -> Cells:
    """The answers' cells were deleted, and the answers written into new ones."""
    return [bare(cell["source"]) if mark(cell).endswith("-solution") else cell for cell in cells]


def retyped(kind: str, *names: str) -> Callable[[Cells], None]:
    def change(cells: Cells) -> None:
        for cell in [answer(cells, name) for name in names] if names else answers(cells):
            cell["cell_type"] = kind
            without("outputs", "execution_count")(cell)

    return change


def dropped(wanted: Callable[[dict[str, Any]], bool]) -> Callable[[Cells], Cells]:
    return lambda cells: [cell for cell in cells if not wanted(cell)]


def helper_before(cells: Cells) -> Cells:
    cell = answer(cells, "max-pool")
    cell["source"] = cell["source"].replace("max_pool2d(", "my_pool(", 1)
    after = bare(
        "def max_pool2d(x, kernel_size, stride=None, padding=0):\n"
        "    return my_pool(x, kernel_size, stride, padding)"
    )
    place = next(n for n, c in enumerate(cells) if c is cell)
    return [*cells[: place + 1], after, *cells[place + 1 :]]


def split_in_the_middle(cells: Cells) -> Cells:
    cell = answer(cells, "max-pool")
    lines = cell["source"].splitlines()
    place = next(n for n, c in enumerate(cells) if c is cell)
    cell["source"] = "\n".join(lines[: len(lines) // 2])
    return [*cells[: place + 1], bare("\n".join(lines[len(lines) // 2 :])), *cells[place + 1 :]]


def conflict(text: str, mine: str, theirs: str, base: str = "") -> str:
    middle = f"||||||| base\n{base}\n" if base else ""
    return f"<<<<<<< HEAD\n{mine}\n{middle}=======\n{theirs}\n>>>>>>> branch\n"


def in_conflict(text: str, *, base: bool = False) -> str:
    """Git could not merge two answers: its marks stand among the lines of the file."""
    lines = text.split("\n")
    place = next(n for n, line in enumerate(lines) if '"def max_pool2d' in line)
    other = lines[place].replace("kernel_size", "kernel_size ", 1)
    marks = conflict(text, lines[place], other, lines[place] if base else "")
    return "\n".join([*lines[:place], marks.rstrip("\n"), *lines[place + 1 :]])


add("every_cell_twice", on_cells(doubled))
add("stubs_behind_the_answers", on_cells(lambda cells: with_stubs(cells, before=False)))
add("stubs_before_the_answers", on_cells(lambda cells: with_stubs(cells, before=True)))
add("the_whole_notebook_twice", on_cells(lambda cells: [*cells, *copy.deepcopy(cells)]))
add("answers_at_the_end", on_cells(lambda cells: moved_to_an_end(cells, top=False)))
add("answers_at_the_top", on_cells(lambda cells: moved_to_an_end(cells, top=True)))
add("two_answers_in_one_cell", on_cells(lambda cells: merged(cells, 2)))
add("all_answers_in_one_cell", on_cells(lambda cells: merged(cells, 20)))
add("answers_in_new_cells", on_cells(rewritten))
add(
    "answers_in_new_cells_without_any_mark",
    lambda nb: on_each(lambda c: c.update(metadata={}))(on_cells(rewritten)(nb)),
)
add("an_answer_through_a_helper", on_cells(helper_before))
add("answers_as_text_cells", on_cells(retyped("markdown")))
add("answers_as_raw_cells", on_cells(retyped("raw")))
add("one_answer_as_a_text_cell", on_cells(retyped("markdown", "sobel")))
add("kinds_in_capitals", on_each(lambda c: c.update(cell_type=c["cell_type"].upper())))
add(
    "set_up_and_tests_deleted",
    on_cells(dropped(lambda c: mark(c).endswith(("-check", "-hidden", "setup")))),
)
add(
    "only_answers_are_left",
    on_cells(dropped(lambda c: not mark(c).endswith(("-solution", "-open")))),
)
add("tests_overwritten", on_each(lambda c: mark(c).endswith("-check") and c.update(source="pass")))
add("set_up_overwritten", on_each(lambda c: mark(c).endswith("setup") and c.update(source="x = 1")))
add(
    "two_answers_deleted",
    on_cells(dropped(lambda c: mark(c) in ("01-sobel-solution", "01-cost-solution"))),
    PARTLY,
)
add("an_answer_split_in_the_middle", on_cells(split_in_the_middle))
add("merge_conflict", on_text(in_conflict))
add("merge_conflict_with_the_base", on_text(lambda t: in_conflict(t, base=True)))
add(
    "conflict_marks_in_an_own_cell",
    on_cells(lambda cells: [*cells, bare(conflict("", "x = 1", "x = 2"))]),
)
add(
    "another_session",
    lambda nb: on_each(
        lambda c: c.update(
            id=None,
            metadata=json.loads(json.dumps(c["metadata"]).replace("01-", "02-")),
            source=f"other = {len(c['source'])}",
        )
    )(nb),
    REPORTED,
)


# ── What the code says: lines for Colab and for a person ─────────────────────────────────
def beginning(lines: str) -> Callable[[dict[str, Any]], Any]:
    """These lines stand at the beginning of every answer."""
    return on_cells(
        lambda cells: [c.update(source=f"{lines}\n{c['source']}") for c in answers(cells)] and None
    )


def own_cell(source: str) -> Callable[[dict[str, Any]], Any]:
    """A cell of the student's own stands before everything else."""
    return on_cells(lambda cells: [bare(source), *cells])


add("colab_imports", beginning("from google.colab import drive, files"))
add("drive_mount", own_cell("from google.colab import drive\ndrive.mount('/content/drive')"))
add("cd_into_the_drive", beginning("%cd /content/drive/MyDrive"))
add("pip_in_answers", beginning("!pip install -q einops"))
add("percent_pip", own_cell("%pip install torchinfo\n!nvidia-smi"))
add("input_asks", own_cell("name = input('Your name? ')\nprint(int(input('Your number? ') or 0))"))
add("cell_magic_for_the_time", beginning("%%time"))
add("uploads", own_cell("from google.colab import files\nup = files.upload()\nfiles.download('x')"))
add("an_own_cell_that_fails", own_cell("import not_on_this_machine\nundefined_name + 1"))
add("an_own_cell_with_a_syntax_error", own_cell("def broken(:\n    pass"))
add("an_own_cell_that_leaves", own_cell("import sys\nsys.exit(1)"))


# ── Names and packages ───────────────────────────────────────────────────────────────────
def named(name: str) -> Callable[[dict[str, Any]], dict[str, bytes]]:
    return lambda notebook: {name: dump(notebook)}


def script(notebook: dict[str, Any]) -> bytes:
    """As Colab's "Download .py" writes it."""
    text = "\n\n".join(cell["source"] for cell in answers(notebook["cells"]))
    ast.parse(text)
    return f'"""Automatically generated by Colab."""\n\n{text}\n'.encode()


add("ipynb_txt", named("01_convolution_arithmetic.ipynb.txt"))
add("copy_of", named("Copy of 01_convolution_arithmetic (2).ipynb"))
add("other_name_in_capitals", named("HOMEWORK final FINAL.IPYNB"))
add("json", named("notebook.json"))
add("zip", lambda nb: {"work.zip": zipped({"a/b/work.ipynb": dump(nb), "__MACOSX/._w": b"x"})})
add("zip_in_zip", lambda nb: {"w.zip": zipped({"inner.zip": zipped({"w.ipynb": dump(nb)})})})
add("beside_other_files", lambda nb: {"report.pdf": b"%PDF", "w.ipynb": dump(nb), "p.png": b"\x89"})
add(
    "beside_its_checkpoint",
    lambda nb: {"w.ipynb": dump(nb), ".ipynb_checkpoints/w-checkpoint.ipynb": b"{}"},
)
add("a_script", lambda nb: {"work.py": script(nb)}, REPORTED)
add("a_printed_page", lambda nb: {"work.pdf": b"%PDF-1.7 ..."}, REPORTED)
add("a_broken_zip", lambda nb: {"work.zip": zipped({"w.ipynb": dump(nb)})[:900]}, REPORTED)
