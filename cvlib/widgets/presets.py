"""What widgets with named settings have in common, beyond `CourseWidget`."""

from __future__ import annotations

from typing import Any, ClassVar

import traitlets

from .base import BadValueError, CourseWidget

CUSTOM = "custom"


class PresetWidget(CourseWidget):
    """Base class of widgets with a trait `preset`, the name of what another trait holds.

    A subclass says which one in `preset_of`, and the names and values in `presets`. Setting one
    sets the other; a value without a name is "custom".
    """

    preset_of: ClassVar[str]
    presets: ClassVar[dict[str, Any]]

    preset = traitlets.Unicode().tag(sync=True)
    _presets = traitlets.Dict().tag(sync=True)

    def __init__(self, **kwargs: Any) -> None:
        self.observe(self._name_value, self.preset_of)
        super().__init__(**kwargs)

    @traitlets.default("_presets")
    def _all_presets(self) -> dict[str, Any]:
        return self.presets

    @traitlets.validate("preset")
    def _known_preset(self, proposal: Any) -> str:
        if proposal["value"] not in (*self.presets, CUSTOM):
            names = ", ".join((*self.presets, CUSTOM))
            raise BadValueError(f"preset must be one of {names}, got {proposal['value']!r}")
        return proposal["value"]

    @traitlets.observe("preset")
    def _load_preset(self, _change: Any) -> None:
        if self.preset in self.presets:
            setattr(self, self.preset_of, self.presets[self.preset])

    def _name_value(self, _change: Any) -> None:
        value = getattr(self, self.preset_of)
        self.preset = next((n for n, known in self.presets.items() if known == value), CUSTOM)
