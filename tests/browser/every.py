"""How to show each widget: for the tests that all of them have to pass, and for the gallery."""

from __future__ import annotations

from dataclasses import dataclass, field

BOXES = """\
from cvlib.scenes import CLASSES, make_scene
scene = make_scene(160, seed=33, objects=5)
moved = scene.boxes + torch.tensor([4.0, -3, 6, 2])
shifted = scene.boxes - torch.tensor([9.0, 4, 3, 8])
boxes = torch.cat([scene.boxes, moved, shifted]).clamp(0, 160)
scores = torch.linspace(0.95, 0.3, len(boxes))
labels = scene.labels.repeat(3)
"""
PICTURES = """\
from cvlib.scenes import CLASSES, make_scenes
from cvlib.small_yolo import small_yolo
scenes = make_scenes(6, 128, seed=7)
pictures = [(scene.image.permute(1, 2, 0).flip(-1) * 255).byte().numpy() for scene in scenes]
found = [result.boxes for result in small_yolo()(pictures, conf=0.02, imgsz=128, verbose=False)]
detections = [(boxes.xyxy, boxes.conf, boxes.cls.long()) for boxes in found]
truths = [(scene.boxes, scene.labels) for scene in scenes]
"""


@dataclass(frozen=True)
class Shown:
    """One widget on a page.

    Attributes:
        session: where the course uses it.
        does: what one can do with it.
        arguments: for its constructor; most need none.
        before: lines of code that these need.
        fill, press: fields to fill in and buttons to press before its picture is taken.
    """

    session: str
    does: str
    arguments: str = ""
    before: str = ""
    fill: dict[str, str] = field(default_factory=dict)
    press: tuple[str, ...] = ()

    def source(self, name: str) -> str:
        """Code whose last line is the widget."""
        imports = f"import torch\nfrom cvlib.widgets import {name}\n"
        return f"{imports}{self.before}{name}({self.arguments})"


FIRST, SECOND, THIRD = "01 Convolution arithmetic", "02 Activations", "03 VGG"
FOURTH, SIXTH, SEVENTH = "04 ResNet", "06 YOLO inference", "07 U-Net"
EIGHTH, NINTH, TENTH = "08 SAM prompting", "09 Losses", "10 Optimizers and schedulers"
SHOWN = {
    "ConvolutionExplorer": Shown(
        FIRST, "let the window walk, and see the sum behind each output", "position=4"
    ),
    "OutputSizeDrill": Shown(
        FIRST,
        "how wide is the output? A worked solution after each answer",
        "level=3, seed=4",
        fill={"Output width": "7"},
        press=("Check",),
    ),
    "KernelPlayground": Shown(FIRST, "edit nine numbers and see the filtered picture"),
    "ReceptiveFieldViewer": Shown(FIRST, "stack layers and see how far one output looks"),
    "Quiz": Shown(FIRST, "questions with hints, and a reason for every option", '"01-recall"'),
    "ActivationPlayground": Shown(SECOND, "curves, slopes, and where a batch falls on them"),
    "NumbersDrill": Shown(
        SECOND,
        "a session's graded questions with other numbers: slips are named, and there are hints",
        '"02-numbers", "he_std", seed=3',
        fill={"Your answer": "sqrt(2 / (128 * 25))"},
        press=("Check",),
    ),
    "DyingReLU": Shown(SECOND, "choose a rate and a bias, and watch units die"),
    "SoftmaxTemperature": Shown(SECOND, "sharpen and flatten a distribution"),
    "ModelExplorer": Shown(THIRD, "parameters and work of whole networks, side by side"),
    "BlockBuilder": Shown(FOURTH, "put a block together and follow the shapes"),
    "GradientFlow": Shown(FOURTH, "how much of the gradient arrives, with shortcuts and without"),
    "NMSStepper": Shown(
        SIXTH,
        "non-maximum suppression, one box at a time",
        "boxes, scores, labels, scene.image, names=CLASSES, step=3",
        BOXES,
    ),
    "ConfidenceExplorer": Shown(
        SIXTH,
        "move the threshold: what is found, what is missed, and the curve behind it",
        "detections, truths, images=[scene.image for scene in scenes], names=CLASSES",
        PICTURES,
    ),
    "DrawABox": Shown(
        SIXTH,
        "draw a box by eye and guess its IoU",
        "make_scenes(8, 160, seed=3)",
        "from cvlib.scenes import make_scenes\n",
    ),
    "MaskMetrics": Shown(SEVENTH, "paint a mask and watch accuracy, IoU and Dice move"),
    "ClickToSegment": Shown(
        EIGHTH,
        "click, look, correct: a promptable model at work",
        "actions=[[17, 55, 1], [20, 15, 0]]",
    ),
    "LossExplorer": Shown(NINTH, "six losses and their slopes over one probability"),
    "ImbalanceSlider": Shown(NINTH, "from 1:1 to 1:1000: who is heard in the gradient?"),
    "BoxPairEditor": Shown(NINTH, "two boxes, and IoU, GIoU and DIoU between them"),
    "OptimizerRace": Shown(TENTH, "four optimizers on three landscapes", "step=40"),
    "ScheduleDesigner": Shown(TENTH, "shape a schedule and take its code along"),
    "LiveTraining": Shown(
        TENTH, "a loss that is being trained: stop, change the rate, go on", press=("Start",)
    ),
}
