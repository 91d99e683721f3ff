"""Whose file is this? What Moodle's and Canvas's names for downloads say.

=======  ==================================================================================
Moodle   ``Ada Lovelace_4711_assignsubmission_file_/work.ipynb``, newer versions without the
         last underscore, or everything in one file name. The number counts the participants
         of that assignment; it is no user's number.
Canvas   ``lovelaceada_LATE_815_9001_work-2.ipynb``: the sortable name in lower case without
         spaces and signs, whether it came late, the user's number, the file's number, the
         file's own name, and ``-2`` for a third attempt.
folder   ``STUDENT/work.ipynb``, ``STUDENT/NN/work.ipynb`` (nbgrader's own) or
         ``work_STUDENT.ipynb``.
=======  ==================================================================================
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

KINDS = ("moodle", "canvas", "folder")
MOODLE = re.compile(r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_(?P<what>[a-z]+)_?(?P<rest>.*)")
CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<user>\d+)_(?P<number>\d+)_(?P<file>.+)")
ATTEMPT = re.compile(r"-(\d{1,3})(?=\.[A-Za-z])")
COPY = re.compile(r"^(copy of|copia de|kopie von)\s+|\s*(\(\d+\)|- ?copy|- ?kopie)(?=\.|$)", re.I)
# Letters that Unicode does not take apart into a plain one and a sign.
PLAIN = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae",
                       "œ": "oe", "ı": "i"})  # fmt: skip
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})


@dataclass(frozen=True)
class Named:
    """What the name of a file says.

    Attributes:
        persons: names, ids, or both, as they were written; the likeliest first.
        user: the platform's number of the user, "" where there is none.
        file: the file's own name.
        attempt: 0 for the first; larger ones came later.
        late: whether the platform marked it so.
    """

    persons: tuple[str, ...]
    file: str
    user: str = ""
    attempt: int = 0
    late: bool = False


def understand(parts: Sequence[str], kind: str, number: str, session: str) -> Named:
    """What a file's place in a download says.

    Args:
        parts: the folders and the name.
        kind: moodle, canvas or folder.
        number: the session's number, such as ``01``.
        session: its full name.
    """
    for index, part in enumerate(parts):
        own = index == len(parts) - 1  # the name is the file's, not a folder's
        if kind == "moodle" and (found := MOODLE.fullmatch(part)):
            return Named((found["name"],), found["rest"] if own else parts[-1])
        if kind == "canvas" and (found := CANVAS.fullmatch(part)):
            again = ATTEMPT.search(found["file"])
            file = ATTEMPT.sub("", found["file"]) if own else parts[-1]
            return Named((found["name"],), file, found["user"], int(again[1]) if again else 0,
                         bool(found["late"]))  # fmt: skip
    folders = [p for p in parts[:-1] if p not in (number, session)]
    persons = [re.sub(r"\.zip$", "", p, flags=re.I) for p in reversed(folders)]
    return Named((*persons, without(stem(parts[-1]), session)), parts[-1])


def kind_of(names: Sequence[Sequence[str]]) -> str:
    """Where a download comes from, by the names in it."""
    moodle = sum(any(MOODLE.fullmatch(part) for part in parts) for parts in names)
    canvas = sum(any(CANVAS.fullmatch(part) for part in parts) for parts in names)
    if max(moodle, canvas) * 2 <= len(names):
        return "folder"
    return "moodle" if moodle >= canvas else "canvas"


def stem(file: str) -> str:
    """A file's name without its endings and without the marks of a copy."""
    return PurePosixPath(COPY.sub("", file)).name.partition(".")[0]


def without(name: str, session: str) -> str:
    """A name without the session's own name and the signs left at its ends."""
    kept = re.sub(re.escape(session), "", name, flags=re.I)
    return kept.strip(" _-.") or name


def fold(text: str) -> str:
    """Lower case, no accents, words separated by one space; other scripts stay."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(PLAIN))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", letters))


def spellings(text: str) -> set[str]:
    """A name as different systems would write it, without spaces: ü as u, as ue, left out."""
    lower = unicodedata.normalize("NFC", text.casefold())
    forms = {fold(lower), fold(lower.translate(UMLAUTS))}
    forms.add(fold("".join(c for c in lower if c.isascii())))
    return {form.replace(" ", "") for form in forms} - {""}
