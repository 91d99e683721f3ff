"""Where ultralytics keeps its settings: a private folder, whoever made one of that name before."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest

from cvlib import ultralytics_offline
from cvlib.ultralytics_offline import FOLDER, QUIET, SENDS, offline_ultralytics, prepare
from cvlib.ultralytics_offline import private_folder as private


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_a_private_folder_is_made_once(tmp_path: Path) -> None:
    folder = private("mine")
    assert folder == tmp_path / "mine" == private("mine")
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("what", ["open to others", "a link", "a file"])
def test_what_somebody_else_put_there_is_not_used(tmp_path: Path, what: str) -> None:
    place = tmp_path / "mine"
    if what == "open to others":
        place.mkdir()
        place.chmod(0o777)
    elif what == "a link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        place.symlink_to(tmp_path / "elsewhere")
    else:
        place.write_text("")
    folder = private("mine")
    assert folder not in (place, tmp_path / "elsewhere")
    assert folder.stat().st_mode & 0o777 == 0o700


def test_nothing_is_to_be_sent_from_the_first_import_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (FOLDER, *QUIET):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    prepare()
    folder = Path(os.environ[FOLDER])
    assert folder.parent == tmp_path
    settings = json.loads((folder / "Ultralytics" / "settings.json").read_text())
    assert not any(settings[name] for name in SENDS)
    assert all(settings[f"{n}_dir"] == str(folder / n) for n in ("datasets", "weights", "runs"))
    assert os.environ["YOLO_OFFLINE"] == "true"


def test_a_folder_of_ones_own_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "chosen"))
    prepare()
    assert os.environ[FOLDER] == str(tmp_path / "chosen")
    assert list(tmp_path.iterdir()) == []


def test_the_package_is_quiet_and_knows_a_font() -> None:
    ultralytics = offline_ultralytics()
    assert not any(ultralytics.settings[name] for name in SENDS)
    assert not ultralytics.utils.ONLINE
    assert logging.getLogger("ultralytics").level == logging.WARNING
    from ultralytics.utils.checks import check_font
    from ultralytics.utils.events import events

    assert not events.enabled
    assert Path(check_font("Arial.ttf")).is_file()


def test_settings_that_would_send_are_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = offline_ultralytics().settings
    settings.update({"sync": True, "mlflow": True})
    offline_ultralytics.cache_clear()
    assert offline_ultralytics().settings is settings
    assert not settings["sync"]
    assert not settings["mlflow"]


def test_without_ultralytics_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ultralytics_offline.sys.modules, "ultralytics", None)
    offline_ultralytics.cache_clear()
    with pytest.raises(ImportError, match="%pip install ultralytics"):
        offline_ultralytics()
