"""The course's interactive figures, for JupyterLab and Colab.

Each name is loaded when it is first asked for, so that `import cvlib` stays quick and works
where no widget package is installed (the grader, for instance).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "ActivationPlayground": "activation_playground",
    "BlockBuilder": "block_builder",
    "BoxPairEditor": "box_pair_editor",
    "ClickToSegment": "click_to_segment",
    "ConfidenceExplorer": "confidence_explorer",
    "ConvolutionExplorer": "convolution_explorer",
    "CourseWidget": "base",
    "DrawABox": "draw_a_box",
    "DyingReLU": "dying_relu",
    "GradientFlow": "gradient_flow",
    "ImbalanceSlider": "imbalance_slider",
    "KernelPlayground": "kernel_playground",
    "LiveTraining": "live_training",
    "LossExplorer": "loss_explorer",
    "MaskMetrics": "mask_metrics",
    "ModelExplorer": "model_explorer",
    "NMSStepper": "nms_stepper",
    "NumbersDrill": "numbers_drill",
    "OptimizerRace": "optimizer_race",
    "OutputSizeDrill": "output_size_drill",
    "Quiz": "quiz",
    "ReceptiveFieldViewer": "receptive_field_viewer",
    "ScheduleDesigner": "schedule_designer",
    "SoftmaxTemperature": "softmax_temperature",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Load a widget class at its first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
