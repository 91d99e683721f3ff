"""A JupyterLab on a free port, and one notebook page in chromium that tests type cells into."""

from __future__ import annotations

import ast
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, Locator, Page, sync_playwright

START_SECONDS = 60
PATIENCE_MS = 8000  # for anything on the page
REPOSITORY = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Quiet (no news, no update check), and every cell in the page, also those out of view.
SETTINGS = {
    "apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "notebook-extension/tracker": {"windowingMode": "none"},
}
# Adds a cell below, runs it, returns [index, outputs].
RUN_CELL = """async (source) => {
    const app = window.jupyterapp;
    const notebook = app.shell.currentWidget.content;
    await app.commands.execute("notebook:insert-cell-below");
    notebook.activeCell.model.sharedModel.setSource(source);
    await app.commands.execute("notebook:run-cell");
    return [notebook.activeCellIndex, notebook.activeCell.model.outputs.toJSON()];
}"""
# A widget sends its next change only when the kernel has answered the one before. Once an empty
# request has come back, the last change is on its way, ahead of what is asked next.
SETTLE = """async () => {
    const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
    await kernel.requestExecute({ code: "", silent: true }).done;
}"""
KERNEL_IDLE = """() => {
    const panel = window.jupyterapp?.shell.currentWidget;
    return panel?.sessionContext?.session?.kernel?.status === "idle";
}"""
CHANGE_THEME = """async (theme) => {
    await window.jupyterapp.commands.execute("apputils:change-theme", { theme });
}"""
CLEAR = """async () => {
    await window.jupyterapp.commands.execute("notebook:select-all");
    await window.jupyterapp.commands.execute("notebook:delete-cell");
}"""


class Notebook:
    """One open notebook. Cells share a kernel; `errors` collects what went wrong in the page."""

    def __init__(self, page: Page, server: str) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._note_console)
        page.on("request", lambda request: self._note_request(request.url, server))

    def _note_console(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url')})")

    def _note_request(self, url: str, server: str) -> None:
        if not url.startswith((server, server.replace("http", "ws"), "data:", "blob:")):
            self.errors.append(f"request to {url}")

    def run(self, source: str) -> Locator:
        """Run `source` in a new cell; return the cell's output area."""
        index, outputs = self.page.evaluate(RUN_CELL, source)
        for output in outputs:
            assert output["output_type"] != "error", "\n".join(output["traceback"])
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index).locator(".jp-OutputArea")

    def show(self, source: str) -> Locator:
        """Run `source`, whose last line is a widget; return the widget, drawn."""
        widget = self.run(source).locator(".cv-widget")
        widget.wait_for()
        return widget

    def value(self, expression: str) -> Any:
        """What a new cell with `print(repr(…))` prints, as a Python value."""
        self.page.evaluate(SETTLE)
        _, outputs = self.page.evaluate(RUN_CELL, f"print(repr(({expression})))")
        text = "".join(output.get("text", "") for output in outputs)
        assert text, outputs
        return ast.literal_eval(text)

    def outputs(self, source: str) -> list[dict[str, Any]]:
        """Run `source` in a new cell; return its outputs as the notebook file stores them."""
        return self.page.evaluate(RUN_CELL, source)[1]

    def use_theme(self, theme: str) -> None:
        """Switch the page between the "light" and the "dark" theme of JupyterLab."""
        name = f"JupyterLab {theme.title()}"
        self.page.evaluate(CHANGE_THEME, name)
        self.page.wait_for_selector(f"body[data-jp-theme-name='{name}']", state="attached")

    def clear(self) -> None:
        """Remove all cells and move the mouse out of the way; variables stay."""
        self.page.evaluate(CLEAR)
        self.page.mouse.move(0, 0)


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """Serve `folder` with a JupyterLab that has no token; yield its address."""
    for name, values in SETTINGS.items():
        file = folder / ".settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}"]
    command += ["--ip=127.0.0.1", "--allow-root", f"--ServerApp.root_dir={folder}"]
    command += ["--IdentityProvider.token=", f"--LabApp.user_settings_dir={folder / '.settings'}"]
    command += [f"--LabApp.workspaces_dir={folder / '.workspaces'}", "--expose-app-in-browser"]
    environment = os.environ | {
        "PYTHONPATH": str(REPOSITORY),
        "JUPYTER_CONFIG_DIR": str(folder / ".config"),
        "JUPYTER_RUNTIME_DIR": str(folder / ".runtime"),
        "IPYTHONDIR": str(folder / ".ipython"),
    }
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
        try:
            yield _wait_for(f"http://127.0.0.1:{port}", server, folder / "server.log")
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> str:
    """Return `address` as soon as it answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/api/status", timeout=2).close()
            return address
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """The system's chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def open_notebook(browser: Browser, server: str, folder: Path) -> Notebook:
    """A new notebook in `folder`, open in a new page, its kernel ready."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
    nbformat.write(content, folder / "page.ipynb")
    page = browser.new_page(viewport={"width": 1000, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    notebook = Notebook(page, server)
    page.goto(f"{server}/doc/tree/page.ipynb")
    page.wait_for_function(KERNEL_IDLE, timeout=START_SECONDS * 1000)
    return notebook
