"""Photographs that come with packages, compared with what ultralytics and PIL read."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from cvlib.images import sample_image
from cvlib.photographs import STREET, photograph
from cvlib.ultralytics_offline import offline_ultralytics


@pytest.mark.parametrize(("name", "shape"), [("bus", (1080, 810, 3)), ("zidane", (720, 1280, 3))])
def test_photographs_of_ultralytics_are_read_red_first(
    name: str, shape: tuple[int, int, int]
) -> None:
    picture = photograph(name)
    assert picture.shape == shape
    assert picture.dtype == np.uint8
    oracle = np.asarray(
        Image.open(offline_ultralytics().ASSETS / STREET[name]).convert("RGB")
    ).astype(int)
    assert abs(picture.astype(int) - oracle).mean() < 1


def test_a_photograph_is_cut_and_made_smaller() -> None:
    assert photograph("bus", (64, 96)).shape == (64, 96, 3)


def test_photographs_of_scikit_image_are_the_same_as_before() -> None:
    assert np.array_equal(photograph("chelsea", 64), sample_image("chelsea", 64))


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"bus, zidane, astronaut, .*got 'car'"):
        photograph("car")


def test_without_ultralytics_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cvlib.photographs.find_spec", lambda name: None)
    with pytest.raises(ImportError, match="%pip install ultralytics"):
        photograph("bus")
