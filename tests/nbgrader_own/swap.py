"""A pytest plug-in: nbgrader's `autograde` with the course's preprocessors in place of its own."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nbgrader.converters import Autograde

CONFIG = Path(__file__).parents[2] / "nbgrader_config.py"


class Section(SimpleNamespace):
    """One section of a configuration file."""


class Recorder:
    """Stands for the object that a configuration file fills."""

    def __getattr__(self, name: str) -> Section:
        section = Section()
        setattr(self, name, section)
        return section


def our_lists() -> Section:
    """What the course's configuration file says about `Autograde`."""
    config = Recorder()
    runpy.run_path(str(CONFIG), {"get_config": lambda: config})
    return config.Autograde


def pytest_configure(config: Any) -> None:
    """Exchange the lists before any test runs."""
    ours = our_lists()

    def init_preprocessors(self: Autograde) -> None:
        self.exporter._preprocessors = []
        chosen = ours.sanitize_preprocessors if self._sanitizing else ours.autograde_preprocessors
        for name in chosen:
            self.exporter.register_preprocessor(name, enabled=True)

    Autograde._init_preprocessors = init_preprocessors
