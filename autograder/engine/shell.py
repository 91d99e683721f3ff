"""An IPython shell without a kernel: runs a learner's cells and keeps their outputs.

Outputs are kept in nbformat's own shape, in the order in which they appeared, and only
up to a limit: who prints without end fills no memory.
"""

from __future__ import annotations

import base64
import sys
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList
from traitlets import Type
from traitlets.config import Config

from autograder.engine.stand_ins import IDLE_MAGICS

MAX_TEXT = 100_000  # characters of printed text a cell
MAX_OUTPUTS = 60  # pictures and other results a cell
MAX_DATA = 4 * 2**20  # characters of one picture or other result
MAX_CELL = 24 * 2**20  # characters of all of a cell's pictures and other results


class Outputs(list[dict[str, Any]]):
    """The outputs of one cell."""

    def __init__(self) -> None:
        super().__init__()
        self.text_left = MAX_TEXT
        self.data_left = MAX_CELL

    def write(self, stream: str, text: str) -> None:
        """Add printed text; neighbours on the same stream become one output."""
        if self.text_left <= 0:
            return
        kept = text[: self.text_left]
        self.text_left -= len(text)
        if self.text_left <= 0:
            kept += "\n… (more output is left out)\n"
        if self and self[-1]["output_type"] == "stream" and self[-1]["name"] == stream:
            self[-1]["text"] += kept
        else:
            self.append({"output_type": "stream", "name": stream, "text": kept})

    def show(self, kind: str, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Add a picture, a table or the value of the cell's last line."""
        if len(self) >= MAX_OUTPUTS:
            return
        texts = {mime: as_text(value) for mime, value in data.items()}
        most = min(MAX_DATA, self.data_left)
        small = {mime: value for mime, value in texts.items() if len(str(value)) <= most}
        self.data_left -= sum(len(str(value)) for value in small.values())
        output = {"output_type": kind, "data": small, "metadata": plain_metadata(metadata)}
        self.append(output | ({"execution_count": None} if kind == "execute_result" else {}))


class Stream:
    """Stands for stdout or stderr."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, shell: Shell, name: str) -> None:
        self.shell, self.name = shell, name

    def write(self, text: str) -> int:
        """Keep the text as output of the running cell."""
        self.shell.outputs.write(self.name, str(text))
        return len(text)

    def flush(self) -> None:
        """Nothing is buffered."""

    def isatty(self) -> bool:
        """It is no terminal."""
        return False

    def fileno(self) -> int:
        """There is no file behind it."""
        raise OSError("this stream has no file")


class Publisher(DisplayPublisher):
    """Keeps what `display` shows."""

    shell: Shell

    def publish(  # type: ignore[override]
        self, data: Any, metadata: Any = None, **_: Any
    ) -> None:
        """Add it to the outputs of the running cell."""
        self.shell.outputs.show("display_data", dict(data), dict(metadata or {}))


class Hook(DisplayHook):
    """Keeps the value of a cell's last line."""

    shell: Shell

    def __call__(self, result: Any = None) -> None:
        """Add it to the outputs of the running cell."""
        if result is None or self.quiet():
            return
        data, metadata = self.compute_format_data(result)
        self.update_user_ns(result)
        self.shell.outputs.show("execute_result", data, metadata)


class Shell(InteractiveShell):
    """IPython's shell, with outputs kept instead of printed."""

    display_pub_class = Type(Publisher)
    displayhook_class = Type(Hook)

    def __init__(self, **kwargs: Any) -> None:
        self.outputs = Outputs()
        super().__init__(**kwargs)

    @classmethod
    def make(cls) -> Shell:
        """The one shell of this process; without history, which would start a thread."""
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "NoColor"
        config.InteractiveShell.xmode = "Plain"  # the others take seconds for a deep recursion
        shell = cls.instance(config=config)
        shell.enable_matplotlib("inline")
        return shell

    def run(self, source: str) -> tuple[list[dict[str, Any]], bool]:
        """Run one cell; the outputs, and whether it ended without an error."""
        self.outputs = Outputs()
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Stream(self, "stdout"), Stream(self, "stderr")  # type: ignore[assignment]
        try:
            result = self.run_cell(source, store_history=False)
        finally:
            sys.stdout, sys.stderr = before
        return list(self.outputs), bool(result.success)

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        lines = "\n".join(map(str, stb)).splitlines()
        if len(lines) > 40:
            lines = [*lines[:15], f"… ({len(lines) - 35} lines are left out)", *lines[-20:]]
        self.outputs.append(
            {
                "output_type": "error",
                "ename": str(getattr(etype, "__name__", etype)),
                "evalue": str(evalue)[:2000],
                "traceback": [line[:2000] for line in lines],
            }
        )

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window system."""

    def ask_exit(self) -> None:
        """`exit` in a cell ends nothing."""

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """Run a magic; those that have nothing to do here do nothing."""
        if magic_name in IDLE_MAGICS:
            return None
        return super().run_line_magic(magic_name, line, _stack_depth=_stack_depth + 1)

    def system(self, cmd: str) -> None:
        """Lines with an exclamation mark are not run: what they install or fetch is not there."""
        print(f"(not run while your work is graded: !{cmd})")

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> SList | str:
        """As `system`; what comes out is empty."""
        self.system(cmd)
        return SList([]) if split else ""


def as_text(value: Any) -> Any:
    """Pictures as base64, as nbformat keeps them."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def plain_metadata(value: Any) -> Any:
    """Metadata with plain keys and values only."""
    if isinstance(value, dict):
        return {str(key): plain_metadata(item) for key, item in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)
