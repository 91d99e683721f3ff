"""Take the pictures of docs/gallery.md: every widget, as JupyterLab shows it.

    python tools/make_gallery.py                   # all of them, and the page
    python tools/make_gallery.py NMSStepper Quiz   # only these pictures

A JupyterLab is started on a free port, a Chromium without a window opens a notebook, each widget
is shown, used a little, and photographed into docs/images/. The page lists them by session.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from cvlib.widgets import _HOMES as HOMES  # noqa: E402  (after the path)
from tests.browser.every import SHOWN, Shown  # noqa: E402
from tests.browser.lab import Notebook, open_notebook, running_chromium, running_server  # noqa: E402

IMAGES = ROOT / "docs" / "images"
PAGE = ROOT / "docs" / "gallery.md"
HEAD = """\
# The widgets

Every interactive figure of the course, as JupyterLab shows it (`python tools/make_gallery.py`
takes these pictures anew). How they are built, and what they do where nothing is interactive,
stands in [widgets.md](widgets.md).
"""


def main() -> None:
    """Take the pictures that were asked for; with all of them, write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", metavar="WIDGET", help="all, if none is named")
    wanted = parser.parse_args().names or list(SHOWN)
    if unknown := sorted(set(wanted) - set(SHOWN)):
        parser.error(f"there is no widget {unknown[0]!r}; known are {', '.join(SHOWN)}")
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder)) as server,
        running_chromium() as browser,
    ):
        notebook = open_notebook(browser, server, Path(folder))
        for name in wanted:
            photograph(notebook, name, SHOWN[name])
    PAGE.write_text(page(), encoding="utf-8")


def photograph(notebook: Notebook, name: str, shown: Shown) -> None:
    """One widget's picture."""
    notebook.clear()
    widget = notebook.show(f"from cvlib.widgets import {name}\n{shown.source(name)}")
    for label, value in shown.fill.items():
        widget.get_by_label(label).first.fill(value)
    for label in shown.press:
        widget.get_by_role("button", name=label, exact=True).first.click()
    notebook.page.wait_for_timeout(800)
    path = IMAGES / f"{HOMES[name]}.png"
    widget.screenshot(path=str(path))
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")


def page() -> str:
    """docs/gallery.md."""
    parts = [HEAD]
    for session in sorted({shown.session for shown in SHOWN.values()}):
        parts.append(f"## {session}\n")
        for name, shown in SHOWN.items():
            if shown.session == session:
                alt = f"{name}: {shown.does}"
                parts.append(f"**{name}** — {shown.does}\n\n![{alt}](images/{HOMES[name]}.png)\n")
    return "\n".join(parts)


if __name__ == "__main__":
    main()
