"""Which names a cell defines, uses, and asks of the cells before it."""

from __future__ import annotations

import ast
import re
import symtable
from collections import ChainMap
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from autograder.engine.as_python import SCOPES, UNREADABLE, as_python, tree_of

IDENTIFIER = re.compile(r"[^\W\d]\w*")
LOOK_UP = {"eval", "exec", "globals", "locals", "vars"}  # reach names that stand in strings


@lru_cache(10_000)  # in a class, most cells are the same in all submissions
def names_in(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell defines at its top level, and the global names it uses."""
    try:
        return names_of(as_python(source))
    except UNREADABLE:
        words = words_of(source)
        return words, words


def words_of(source: str) -> set[str]:
    """Every word of a text."""
    return set(IDENTIFIER.findall(source))


def names_of(code: str) -> tuple[set[str], set[str]]:
    """`names_in` for plain Python."""
    table = symtable.symtable(code, "cell", "exec")
    defines = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    return defines, globals_used(table, top=True)


@lru_cache(10_000)
def objects_in(source: str) -> set[str]:
    """The names of `names_in` that stand for data, and not for a module, function or class."""
    try:
        symbols = symtable.symtable(as_python(source), "cell", "exec").get_symbols()
    except UNREADABLE:
        return words_of(source)
    return {s.get_name() for s in symbols
            if s.is_assigned() and not s.is_imported() and not s.is_namespace()}  # fmt: skip


def globals_used(table: symtable.SymbolTable, *, top: bool = False) -> set[str]:
    """Global names that a scope and the scopes inside it refer to."""
    used = {s.get_name() for s in table.get_symbols()
            if s.is_referenced() and (top or s.is_global())}  # fmt: skip
    return used.union(*(globals_used(child) for child in table.get_children()))


@lru_cache(10_000)
def asked_and_given(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell may read before it gives them a value, and those that it surely gives.

    Surely, that is, when no error stops it.
    """
    known: Known = ChainMap()
    try:
        asked = read_first(tree_of(source).body, known)
    except UNREADABLE:
        return words_of(source), set()
    if asked & LOOK_UP:
        asked |= words_of(source)
    return asked, {name for name, there in known.items() if there}


Known = ChainMap[str, bool]  # name -> whether it is there; False once it was deleted


def read_first(statements: list[ast.stmt], known: Known) -> set[str]:
    """What statements, run in order, may read before it is in `known`, which grows with them.

    What a branch or a loop defines counts inside of it only: perhaps it does not run.
    """
    read: set[str] = set()
    for statement in statements:
        blocks = [] if isinstance(statement, SCOPES) else list(blocks_of(statement))
        defines, uses = names_of(ast.unparse(hollow(statement) if blocks else statement))
        if isinstance(statement, ast.AugAssign | ast.Delete):  # they need what they change
            uses = uses | defines
        read |= {name for name in uses if not known.get(name)}
        if not blocks:
            known |= dict.fromkeys(defines, not isinstance(statement, ast.Delete))
        elif isinstance(statement, ast.With | ast.AsyncWith):  # its block surely runs
            known |= dict.fromkeys(defines, True)
            read |= read_first(statement.body, known)
        else:
            for block in blocks:
                read |= read_first(block, known.new_child(dict.fromkeys(defines, True)))
    return read


PARTS = ast.excepthandler | ast.match_case


def blocks_of(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The blocks of a statement: of an `if` its two branches, of a `try` each handler's."""
    for _, value in ast.iter_fields(node):
        if is_block(value):
            yield value
        elif isinstance(value, list):
            for part in value:
                if isinstance(part, PARTS):
                    yield from blocks_of(part)


def hollow(node: Any) -> Any:
    """A statement with `pass` in place of each of its blocks."""
    fields = dict(ast.iter_fields(node))
    for name, value in fields.items():
        if is_block(value):
            fields[name] = [ast.Pass()]
        elif isinstance(value, list):
            fields[name] = [hollow(part) if isinstance(part, PARTS) else part for part in value]
    return ast.copy_location(type(node)(**fields), node)


def is_block(value: Any) -> bool:
    """Whether a field of a statement holds statements."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], ast.stmt)
