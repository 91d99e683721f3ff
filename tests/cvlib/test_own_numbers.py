"""Numbers of one's own: the same for one student everywhere, others for everybody else."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from cvlib import check, own_numbers
from cvlib.check import NotDone
from cvlib.own_numbers import Draw, draw_sets, folded, handed_in_by, numbers_of

SETS = draw_sets()
each_set = pytest.mark.parametrize("exercise", SETS)
PEOPLE = [f"student-{number}" for number in range(40)]


def test_choices_are_the_same_in_every_python() -> None:
    draw = Draw("01-sizes\nada01")
    assert [draw.choice(range(1000)) for _ in range(6)] == [934, 316, 637, 512, 978, 99]


def test_every_option_is_drawn_about_as_often() -> None:
    draw = Draw("a seed")
    counts = [0] * 5
    for _ in range(5000):
        counts[draw.choice(range(5))] += 1
    assert min(counts) > 900


@each_set
def test_one_student_gets_one_set(exercise: str) -> None:
    assert numbers_of(exercise, "Ada01") == numbers_of(exercise, " ada01 ")
    assert numbers_of(exercise, 4711) == numbers_of(exercise, "4711")


@each_set
def test_hardly_two_students_share_a_set(exercise: str) -> None:
    drawn = [repr(numbers_of(exercise, name)) for name in PEOPLE]
    pairs = list(itertools.combinations(drawn, 2))
    assert sum(one == other for one, other in pairs) < len(pairs) / 50


@pytest.mark.parametrize("student_id", ["", "  ", None, True, 1.5, ["ada"]])
def test_what_is_no_id_is_refused_and_named(student_id: Any) -> None:
    with pytest.raises(ValueError, match="student_id must be the id"):
        folded(student_id)


def test_other_exercises_have_no_numbers_of_ones_own() -> None:
    with pytest.raises(ValueError, match="'01-conv2d'"):
        numbers_of("01-conv2d", "ada01")


@each_set
def test_questions_are_shown_with_every_name(
    exercise: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = own_numbers.own_numbers(exercise, "ada01")
    shown = capsys.readouterr().out
    assert mine == numbers_of(exercise, "ada01")
    assert all(f"{name}: " in shown for name in mine)


def test_without_an_id_nothing_is_shown_and_the_check_asks_for_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert own_numbers.own_numbers("01-sizes", None) == {}
    assert capsys.readouterr().out == ""
    with pytest.raises(NotDone, match="Put the id under which you hand in there"):
        check.own_numbers("01-sizes", None)


def test_grading_counts_the_id_of_the_submission(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.own_numbers("01-sizes", "bob") == numbers_of("01-sizes", "bob")
    with handed_in_by("ada"):
        assert check.own_numbers("01-sizes", "bob") == numbers_of("01-sizes", "ada")
        assert "handed in by `ada`, but" in capsys.readouterr().out
        assert check.own_numbers("01-sizes", " Ada") == numbers_of("01-sizes", "ada")
        assert check.own_numbers("01-sizes", None) == numbers_of("01-sizes", "ada")
        assert check.own_numbers("01-sizes", object()) == numbers_of("01-sizes", "ada")
        assert capsys.readouterr().out == ""
    assert check.own_numbers("01-sizes", "bob") == numbers_of("01-sizes", "bob")


def drawn(exercise: str, question: str) -> list[Any]:
    """The numbers of one question, for everybody."""
    return [numbers_of(exercise, name)[question] for name in PEOPLE]


def test_letterboxes_of_session_06_need_no_rounding() -> None:
    for sides in drawn("06-numbers", "pad"):
        short, long = sorted(sides.values())
        inside, rest = divmod(640 * short, long)
        assert rest == 0, sides
        assert inside in range(2, 640, 2), sides


def test_boxes_of_session_06_overlap_and_may_be_misread() -> None:
    for boxes in drawn("06-numbers", "iou"):
        (*corner, width, height), other = boxes["xywh"], boxes["xyxy"]
        for low, size, first, last in zip(corner, (width, height), other, other[2:], strict=False):
            assert low < first < min(last, low + size), boxes
            assert low < size, boxes  # as xyxy, the first is a box as well


def test_a_later_hit_lifts_an_earlier_precision_in_session_06() -> None:
    for ranking in drawn("06-numbers", "ap"):
        hits, objects = ranking.values()
        precisions = [sum(hits[: n + 1]) / (n + 1) for n, hit in enumerate(hits) if hit]
        assert any(later > one for one, later in itertools.pairwise(precisions)), ranking
        assert sum(hits) < objects, ranking


def test_every_pool_of_session_07_gets_an_even_size() -> None:
    for unpadded in drawn("07-numbers", "unpadded"):
        side, levels = unpadded.values()
        for _ in range(levels):
            assert side - 4 in range(2, side, 2), unpadded
            side = (side - 4) // 2
        assert side > 4, unpadded


def test_clicks_of_session_08_lie_in_the_photograph_and_ask_for_the_shorter_side() -> None:
    for place in drawn("08-numbers", "place"):
        assert 0 < place["x"] < place["width"], place
        assert 0 < place["y"] < place["height"], place
        assert (place["axis"] == "x") == (place["width"] < place["height"]), place


def test_corrections_of_session_08_are_possible() -> None:
    for given in drawn("08-numbers", "iou"):
        mask, thing, shared, added, removed = given.values()
        assert 0 < added < thing - shared, given
        assert 0 < removed < mask - shared, given
