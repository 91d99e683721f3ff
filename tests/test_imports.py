"""The rules of the house: who may import whom, and what importing costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CVLIB_MAY = {"IPython", "anywidget", "cvlib", "ipywidgets", "matplotlib", "numpy", "skimage",
             "sklearn", "torch", "torchvision", "traitlets"}  # fmt: skip
# What only single sessions need besides: an extra of the package installs it (session → packages).
EXTRA = {"06": {"ultralytics"}, "08": {"ultralytics", "segment_anything"}}
EXTRAS = {"ultralytics", "segment_anything"}
# Slow to load, or not installed everywhere; only where they are used.
LAZY = {"skimage", "sklearn", "torchvision", *EXTRAS}
# A class of ours that inherits from such a package's; so this module is loaded late as well.
LATE = {"cvlib.small_sam_drawing"}
# What runs inside the sandbox, next to a student's code.
STUDENT_SIDE = {"autograder", "autograder.engine"} | {
    f"autograder.engine.{name}"
    for name in (
        "frames",
        "lockdown",
        "shell",
        "stand_ins",
        "student",
        "syscalls",
        "watcher",
        "wire",
        "zygote",
    )
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path, *, top_only: bool = False) -> Iterator[str]:
    """Full names of all modules that a file imports, at its top or anywhere."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = list(path.relative_to(ROOT).parts[: -node.level]) if node.level else []
            module = ".".join([*package, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def loaded_by(statement: str) -> set[str]:
    """Top-level names of what is in sys.modules after a statement, in a fresh Python."""
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("path", modules("cvlib"), ids=lambda p: str(p.relative_to(ROOT)))
def test_cvlib_imports_only_what_a_student_has(path: Path) -> None:
    found = {name.split(".")[0] for name in imports(path)}
    assert found <= CVLIB_MAY | EXTRAS | sys.stdlib_module_names


@pytest.mark.parametrize("path", modules("cvlib"), ids=lambda p: str(p.relative_to(ROOT)))
def test_cvlib_loads_slow_packages_only_when_asked(path: Path) -> None:
    found = set(imports(path, top_only=True))
    assert not LATE & found
    if ".".join(path.relative_to(ROOT).with_suffix("").parts) not in LATE:
        assert not LAZY & {name.split(".")[0] for name in found}


def test_sessions_import_only_what_colab_has() -> None:
    colab = CVLIB_MAY | sys.stdlib_module_names
    for path in (ROOT / "course").glob("*.py"):
        found = {name.split(".")[0] for name in imports(path)}
        assert found <= colab | EXTRA.get(path.name[:2], set()), path.name


def test_the_student_side_of_the_engine_knows_nothing_of_the_rest() -> None:
    seen: set[str] = set()
    waiting = ["autograder.engine.zygote"]
    while waiting:
        name = waiting.pop()
        path = ROOT / f"{name.replace('.', '/')}.py"
        if name in seen or not path.is_file():
            continue
        seen.add(name)
        waiting += [found for found in imports(path) if found.startswith("autograder")]
    assert seen <= STUDENT_SIDE


def test_importing_cvlib_loads_nothing_heavy() -> None:
    heavy = {"torch", "numpy", "matplotlib", "anywidget", "ipywidgets", "skimage", "nbgrader"}
    heavy |= EXTRAS
    assert not loaded_by("import cvlib") & heavy


def test_importing_checks_loads_neither_widgets_nor_the_grader() -> None:
    loaded = loaded_by("import cvlib.check, cvlib.conv")
    assert "torch" in loaded
    assert not loaded & {"anywidget", "ipywidgets", "skimage", "nbgrader", "autograder"}


def test_help_needs_neither_torch_nor_nbgrader() -> None:
    assert not loaded_by("import autograder.cli") & {"torch", "nbgrader", "matplotlib"}
