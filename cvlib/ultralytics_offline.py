"""Ultralytics as a course can use it: nothing sent, nothing fetched unasked, nothing in your home.

Import this module before `ultralytics`. The library reads some environment variables while it is
imported, and they are set here: its settings go to a private folder for temporary files, and it
looks up no address, reports no use and installs nothing by itself. `YOLO("yolo11n.pt")` still
downloads its weights: that is asked for.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType

FOLDER = "YOLO_CONFIG_DIR"
QUIET = {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "YOLO_VERBOSE": "false"}
# Reports of its use, and packages to which it would send the course of a training.
SENDS = ("sync", "clearml", "comet", "dvc", "mlflow", "raytune", "tensorboard", "wandb")


def prepare() -> None:
    """Set the environment variables, and write the settings of a new private folder."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if not os.environ.get(FOLDER):
        folder = private_folder(f"cvlib-{os.getuid() if hasattr(os, 'getuid') else 'user'}")
        os.environ[FOLDER] = str(folder)
        settings = folder / "Ultralytics" / "settings.json"
        if not settings.exists():
            settings.parent.mkdir(exist_ok=True)
            places = {f"{kind}_dir": str(folder / kind) for kind in ("datasets", "weights", "runs")}
            settings.write_text(json.dumps(dict.fromkeys(SENDS, False) | places))


def private_folder(name: str) -> Path:
    """A folder for temporary files that only this user can read; the same one each time."""
    folder = Path(tempfile.gettempdir(), name)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return Path(tempfile.mkdtemp(prefix=f"{name}-"))
    own = not hasattr(os, "getuid") or (found.st_uid, found.st_mode & 0o77) == (os.getuid(), 0)
    if stat.S_ISDIR(found.st_mode) and own:
        return folder
    return Path(tempfile.mkdtemp(prefix=f"{name}-"))  # somebody else's: one of our own


prepare()


@cache
def offline_ultralytics() -> ModuleType:
    """The package `ultralytics`: quiet, without reports, and numbers printed as before.

    Raises:
        ImportError: ultralytics isn't installed.
    """
    try:
        import ultralytics
    except ImportError:
        raise ImportError("The detectors come with ultralytics: %pip install ultralytics") from None
    importlib.import_module("ultralytics.models.yolo.detect")  # else loaded at first use
    settings = ultralytics.settings
    if any(settings.get(name) for name in SENDS):
        settings.update({name: False for name in SENDS if name in settings})
    if events := sys.modules.get("ultralytics.utils.events"):
        events.events.enabled = False
    logging.getLogger("ultralytics").setLevel(logging.WARNING)
    give_a_font(ultralytics)
    print_as_usual()
    return ultralytics


def give_a_font(ultralytics: ModuleType) -> None:
    """A font under the name that ultralytics asks for, which it would download otherwise."""
    import matplotlib

    font = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    for name in ("Arial.ttf", "Arial.Unicode.ttf"):
        link = ultralytics.utils.USER_CONFIG_DIR / name
        if not link.exists() and os.access(link.parent, os.W_OK):
            link.symlink_to(font)


def print_as_usual() -> None:
    """Numbers in lines of usual width: ultralytics sets 320 letters for everybody."""
    import numpy as np
    import torch

    torch.set_printoptions(profile="default")
    np.set_printoptions(linewidth=75, formatter=None)
