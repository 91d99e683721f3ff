"""The schema of a question file: which fields there are, of which types, which are needed."""

from __future__ import annotations

from typing import Any

# Field name -> type and whether it must be there.
BANK_FIELDS = {"session": (str, True), "groups": (dict, True), "question": (list, True)}
OPTION_FIELDS = {"text": (str, True), "explanation": (str, True), "right": (bool, False)}
QUESTION_FIELDS = {
    "id": (str, True),
    "kind": (str, True),
    "topic": (str, True),
    "text": (str, True),
    "explanation": (str, True),
    "option": (list, True),
    "group": (str, False),
    "code": (str, False),
    "hints": (list, False),
    "tolerance": ((int, float), False),
}


class BankError(ValueError):
    """A question file is wrong; the message is one sentence naming the file and the question."""


def check_fields(table: Any, fields: dict[str, tuple[Any, bool]], where: str) -> None:
    """Each field known, of its type, not empty, and there if it must be."""
    if not isinstance(table, dict):
        raise BankError(f"{where}: expected a table of fields, got {table!r}")
    for name, value in table.items():
        if name not in fields:
            raise BankError(f"{where}: there is no field {name!r}; known are {', '.join(fields)}")
        kind, needed = fields[name]
        wrong_type = not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)
        if wrong_type or (needed and not value):
            raise BankError(f"{where}: the field {name!r} can't be {value!r}")
    for name, (_, needed) in fields.items():
        if needed and name not in table:
            raise BankError(f"{where}: the field {name!r} is missing")
