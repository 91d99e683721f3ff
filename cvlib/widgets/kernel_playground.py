"""Kernel playground: change nine numbers, and see at once what they do to a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import traitlets

from .base import BadValueError
from .presets import PresetWidget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_SIDE = 128  # pixels; larger pictures are made smaller
PRESETS: dict[str, list[float]] = {
    "identity": [0, 0, 0, 0, 1, 0, 0, 0, 0],
    "sobel_x": [-1, 0, 1, -2, 0, 2, -1, 0, 1],
    "sobel_y": [-1, -2, -1, 0, 0, 0, 1, 2, 1],
    "gaussian": [weight / 16 for weight in (1, 2, 1, 2, 4, 2, 1, 2, 1)],
    "sharpen": [0, -1, 0, -1, 5, -1, 0, -1, 0],
    "laplacian": [0, 1, 0, 1, -4, 1, 0, 1, 0],
}


class NineNumbers(traitlets.List):
    """A kernel: any 3×3 or 9 finite numbers, kept as a list of 9 floats, row by row."""

    def validate(self, obj: Any, value: Any) -> list[float]:
        """Return the nine floats, or raise BadValueError."""
        try:
            weights = np.asarray(value, dtype=np.float64).ravel()  # (9,)
        except (TypeError, ValueError):
            weights = np.empty(0)
        if weights.size != 9 or not np.isfinite(weights).all():
            raise BadValueError(f"{self.name} must be 9 finite numbers, got {value!r}")
        return weights.tolist()


class Picture(traitlets.TraitType):
    """A picture, (H, W) or (H, W, 3), uint8 or floats in [0, 1]; kept as grey uint8 (H, W)."""

    def validate(self, obj: Any, value: Any) -> npt.NDArray[np.uint8]:
        """Return the picture in grey, at most MAX_SIDE pixels a side, or raise BadValueError."""
        pixels = np.asarray(value)
        if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
            raise BadValueError(
                f"{self.name} must be (H, W) or (H, W, 3), got shape {pixels.shape}"
            )
        if min(pixels.shape[:2]) < 3:
            raise BadValueError(f"{self.name} must have 3 × 3 pixels or more, got {pixels.shape}")
        levels = pixels.astype(np.float64) * (1 if pixels.dtype == np.uint8 else 255)
        if not (levels.min() >= 0 and levels.max() <= 255):
            raise BadValueError(
                f"{self.name} must be uint8, or floats from 0 to 1, "
                f"got {pixels.dtype} from {pixels.min()} to {pixels.max()}"
            )
        grey = levels @ (0.2125, 0.7154, 0.0721) if levels.ndim == 3 else levels  # (H, W)
        return _shrink(grey).round().astype(np.uint8)


def _shrink(grey: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Means of equal blocks, so that no side is longer than MAX_SIDE: (H, W) → (h, w)."""
    block = -(-max(grey.shape) // MAX_SIDE)
    height, width = (max(1, side // block) for side in grey.shape)
    whole = grey[: height * block, : width * block]
    return whole.reshape(height, block, width, block).mean((1, 3))


def _for_browser(picture: npt.NDArray[np.uint8], _widget: Any) -> dict[str, Any]:
    height, width = picture.shape
    return {"height": height, "width": width, "pixels": picture.tobytes()}


class KernelPlayground(PresetWidget):
    """A 3×3 kernel over a grey picture, computed anew at every change.

    `kernel` holds the nine weights row by row, `preset` the name that goes with them ("custom"
    for any others); setting one sets the other. `image` is the picture; `filtered` is the
    cross-correlation without padding, so it is two pixels smaller each way. A bad value raises
    ValueError.
    """

    preset_of, presets = "kernel", PRESETS

    kernel = NineNumbers(PRESETS["sobel_x"]).tag(sync=True)
    preset = traitlets.Unicode("sobel_x").tag(sync=True)
    image = Picture().tag(sync=True, to_json=_for_browser)

    @traitlets.default("image")
    def _photograph(self) -> npt.NDArray[np.uint8]:
        from cvlib.images import sample_image

        return sample_image("camera", MAX_SIDE)[..., 0]

    @property
    def filtered(self) -> npt.NDArray[np.float64]:
        """Each 3×3 block of `image` times the kernel, summed: (H − 2, W − 2)."""
        blocks = np.lib.stride_tricks.sliding_window_view(self.image, (3, 3))
        return (blocks * np.reshape(self.kernel, (3, 3))).sum((2, 3))

    def summary(self) -> str:
        """The kernel and the range of the result."""
        low, high = self.filtered.min(), self.filtered.max()
        weights = ", ".join(f"{weight:g}" for weight in self.kernel)
        return f"Kernel playground: {self.preset} ({weights}); result from {low:g} to {high:g}."

    def fallback_figure(self) -> Figure:
        """The picture and what the kernel makes of it."""
        from cvlib.plots import images_figure

        # As in the browser: weights that sum to 0 or less measure differences, signed ones.
        most = np.abs(self.filtered).max()
        if sum(self.kernel) < 1e-6 and most > 0:
            filtered = self.filtered
        else:
            filtered = self.filtered.clip(0, 255).astype(np.uint8)
        return images_figure([self.image, filtered], ["original", self.preset])
