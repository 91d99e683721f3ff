from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = "from cvlib.widgets import DyingReLU\nw = DyingReLU()\nw"
SAME = """(lambda other: [abs(a - b) < 1e-9 for name in ("weights", "biases")
    for a, b in zip(w.state[name], other.state[name])])"""


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def press(widget: Locator, name: str) -> None:
    widget.get_by_role("button", name=name, exact=True).click()


def test_steps_on_the_screen_are_those_of_python(notebook: Notebook, widget: Locator) -> None:
    press(widget, "Step")
    expect(widget.get_by_role("status")).to_contain_text("Step 1: every unit is active")
    press(widget, "20 steps")
    expect(widget.get_by_role("status")).to_contain_text("Step 21:")
    notebook.run("other = DyingReLU()\nother.advance(21)")
    assert notebook.value("w.steps") == 21
    assert all(notebook.value(f"{SAME}(other)"))


def test_large_steps_kill_units_and_leaking_revives_them(
    notebook: Notebook, widget: Locator
) -> None:
    dead = widget.locator(".cv-dead")
    expect(dead).to_have_count(0)
    notebook.run("w.learning_rate = 1.5")
    press(widget, "20 steps")
    expect(dead.first).to_be_visible()
    count = notebook.value("int(w.dead.sum())")
    assert dead.count() == count >= 8
    expect(widget.get_by_role("status")).to_contain_text(f"{count} of 16 units are dead")
    widget.get_by_role("combobox", name="Activation").select_option("LeakyReLU")
    expect(dead).to_have_count(0)
    expect(widget.locator(".cv-leaking")).to_have_count(count)
    notebook.run("w.learning_rate = 0.5")
    for steps in range(40, 121, 20):
        press(widget, "20 steps")
        expect(widget.get_by_role("status")).to_contain_text(f"Step {steps}:")
    expect(widget.locator(".cv-leaking")).to_have_count(0)
    assert notebook.value("w.steps, int(w.silent.sum()), w.activation") == (120, 0, "leaky_relu")


def test_bias_slider_starts_anew(notebook: Notebook, widget: Locator) -> None:
    press(widget, "20 steps")
    widget.get_by_label("Initial bias").fill("-4")
    expect(widget.locator(".cv-dead")).to_have_count(16)
    expect(widget.get_by_role("status")).to_contain_text("Step 0: 16 of 16 units are dead")
    assert notebook.value("w.initial_bias, w.steps, bool(w.dead.all())") == (-4.0, 0, True)


def test_play_and_pause(notebook: Notebook, widget: Locator) -> None:
    press(widget, "Play")
    expect(widget.get_by_role("status")).to_contain_text(re.compile(r"Step ([3-9]|\d\d):"))
    press(widget, "Pause")
    steps = notebook.value("w.steps")
    notebook.page.wait_for_timeout(400)
    assert notebook.value("w.steps") == steps >= 3
    press(widget, "Start again")
    expect(widget.get_by_role("status")).to_contain_text("Step 0:")
    assert notebook.value("w.steps") == 0


def test_other_units(notebook: Notebook, widget: Locator) -> None:
    before = widget.locator(".cv-target").first.get_attribute("d")
    press(widget, "Other units")
    expect(widget.locator(".cv-target").first).not_to_have_attribute("d", before or "")
    assert notebook.value("w.seed, w.steps") == (1, 0)


def test_learning_rate_by_keyboard_has_two_digits(notebook: Notebook, widget: Locator) -> None:
    rate = widget.get_by_label("Learning rate")
    rate.focus()
    notebook.page.keyboard.press("ArrowRight")
    expect(rate).to_have_attribute("aria-valuetext", "0.11")
    notebook.page.keyboard.press("PageUp")
    expect(rate).to_have_attribute("aria-valuetext", "0.2")
    assert notebook.value("w.learning_rate") == 0.2
