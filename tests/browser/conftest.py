"""Browser tests: `notebook` is an empty notebook in a real JupyterLab.

    def test_stride_slider_halves_the_output(notebook):
        widget = notebook.show("from cvlib.widgets import Thing\\nthing = Thing()\\nthing")
        widget.get_by_label("Stride").fill("2")           # use it as a student would
        expect(widget.get_by_role("status")).to_contain_text("3")
        assert notebook.value("thing.stride") == 2        # printed by another cell

All tests share one server, one kernel and one page; the fixture empties the notebook before
each test, and fails a test whose page logged an error or asked another server for anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright", reason="playwright is not installed")

from .lab import (  # noqa: E402  (needs playwright)
    CHROMIUM,
    Browser,
    Notebook,
    open_notebook,
    running_chromium,
    running_server,
)

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


# Scope "package": playwright's event loop must be gone when other folders' tests run.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine (apt install chromium)")
    with running_chromium() as started:
        yield started


@pytest.fixture(scope="package")
def shared_notebook(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[Notebook]:
    folder = tmp_path_factory.mktemp("lab")
    with running_server(folder) as server:
        yield open_notebook(browser, server, folder)


@pytest.fixture
def notebook(shared_notebook: Notebook) -> Iterator[Notebook]:
    shared_notebook.clear()
    shared_notebook.errors.clear()
    yield shared_notebook
    assert shared_notebook.errors == []
