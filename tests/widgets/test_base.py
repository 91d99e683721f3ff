from __future__ import annotations

import importlib
import re
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
import traitlets
from matplotlib.figure import Figure

import cvlib.widgets
from cvlib.widgets import base
from cvlib.widgets.base import BadValueError, CourseWidget, WholeNumber, bundle

from .node import WIDGETS, needs_node, run_js

ENOUGH_CONTRAST = 4.5  # WCAG 2.1, level AA, for text
BASE_CSS = (WIDGETS / "base.css").read_text(encoding="utf-8")
SCRIPTS = sorted(path.name for path in WIDGETS.glob("*.js"))


class Dial(CourseWidget):
    level = WholeNumber(3, 1, 5).tag(sync=True)
    drawn = 0

    def summary(self) -> str:
        return f"Dial at {self.level}"

    def fallback_figure(self) -> Figure:
        self.drawn += 1
        return Figure(figsize=(2, 1))


@pytest.fixture
def in_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "get_ipython", lambda: SimpleNamespace(kernel=object()))


@pytest.mark.parametrize("value", [0, 6, 2.0, True, "3", None])
def test_whole_number_refuses_value_and_names_it(value: Any) -> None:
    dial = Dial()
    with pytest.raises(ValueError, match=rf"level .* from 1 to 5, got {value!r}"):
        dial.level = value
    assert dial.level == 3


def test_bad_value_is_rolled_back_by_traitlets_too() -> None:
    assert issubclass(BadValueError, ValueError)
    assert issubclass(BadValueError, traitlets.TraitError)


def test_limits_reach_the_browser() -> None:
    assert Dial().get_state()["_limits"] == {"level": [1, 5]}


@pytest.mark.usefixtures("in_notebook")
def test_bundle_holds_widget_picture_and_sentence() -> None:
    data, metadata = Dial(level=4)._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert data["image/png"].startswith("iVBORw0KGgo")  # the first bytes of a PNG
    assert data["text/plain"] == metadata["image/png"]["alt"] == "Dial at 4"


def test_no_picture_is_drawn_outside_a_notebook() -> None:
    dial = Dial()
    data, _ = dial._repr_mimebundle_()
    assert "image/png" not in data
    assert dial.drawn == 0


@pytest.mark.usefixtures("in_notebook")
def test_colab_is_told_where_its_widget_manager_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colab shows widgets from outside of ipywidgets only with this address in the output."""
    switched_on = []
    output = SimpleNamespace(
        enable_custom_widget_manager=lambda: switched_on.append(True),
        _widgets=SimpleNamespace(_installed_url="https://example.org/manager.js"),
    )
    monkeypatch.setitem(sys.modules, "google.colab.output", output)
    anywidget_once = importlib.import_module("anywidget._util").enable_custom_widget_manager_once
    getattr(anywidget_once, "cache_clear", lambda: None)()
    data, metadata = Dial()._repr_mimebundle_()
    assert switched_on == [True]
    assert "image/png" in data
    manager = metadata["application/vnd.jupyter.widget-view+json"]["colab"]["custom_widget_manager"]
    assert manager == {"url": "https://example.org/manager.js"}


def test_old_ipywidgets_display_method_is_off() -> None:
    assert Dial()._ipython_display_ is None


@pytest.mark.parametrize("name", cvlib.widgets.__all__)
def test_every_exported_name_is_a_course_widget(name: str) -> None:
    assert issubclass(getattr(cvlib.widgets, name), CourseWidget)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Nothing"):
        _ = cvlib.widgets.Nothing


def test_importing_the_package_leaves_anywidget_alone() -> None:
    code = "import sys, cvlib, cvlib.widgets; sys.exit('anywidget' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@needs_node
@pytest.mark.parametrize("script", SCRIPTS)
def test_bundled_script_is_valid_and_imports_nothing(script: str) -> None:
    text = bundle(WIDGETS / script)
    assert not re.search(r"^import ", text, re.MULTILINE)
    assert run_js(script, "true")


@pytest.mark.parametrize("path", sorted(WIDGETS.glob("*.[jc]s*")), ids=lambda path: path.name)
def test_scripts_and_styles_ask_no_server(path: Any) -> None:
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|\bfetch\(|@import|url\(", text)


@needs_node
def test_number_writes_minus_signs_and_no_negative_zero() -> None:
    given = [[-3, 0], [-0.2, 0], [0.0625, 4], [1 / 3, 4], [1000, 1]]
    written = run_js("base.js", "given.map(([value, digits]) => number(value, digits))", given)
    assert written == ["−3", "0", "0.0625", "0.3333", "1000"]


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2.1)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


COLOURS = {
    name: (day, night)
    for name, day, night in re.findall(r"--cv-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", BASE_CSS)
}
HUES = ("blue", "orange", "green", "red")
TEXT_ON_GROUND = [
    *((text, ground) for text in ("ink", "muted", *HUES) for ground in ("surface", "raised")),
    *((text, f"{hue}-soft") for hue in HUES for text in ("ink", hue)),
    ("green", "blue-soft"),  # weights in the lit cells of the convolution explorer
    ("surface", "blue"),  # primary buttons
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_has_enough_contrast(text: str, ground: str, theme: int) -> None:
    assert contrast(COLOURS[text][theme], COLOURS[ground][theme]) >= ENOUGH_CONTRAST
