"""The small tasks of session 09: clouds of points, scenes to segment, a long tail."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from cvlib import imbalance_task, segment_task


def test_clouds_have_the_ratio_and_are_always_the_same() -> None:
    points, labels = imbalance_task.clouds(10)
    assert points.shape == (550, 2)
    assert labels.sum() == 50
    assert torch.equal(points, imbalance_task.clouds(10)[0])


def test_border_is_at_the_minimum_that_scikit_learn_finds() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    points, labels = imbalance_task.clouds(3)
    scores = imbalance_task.fit_border(F.binary_cross_entropy_with_logits, points, labels)
    model = linear.LogisticRegression(C=1e8, tol=1e-8).fit(points.numpy(), labels.numpy())
    expected = torch.tensor(model.decision_function(points.numpy()), dtype=torch.float32)
    torch.testing.assert_close(scores, expected, rtol=0.01, atol=0.02)


def test_judge_matches_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    scores, labels = torch.randn(300), (torch.rand(300) < 0.2).float()
    found = imbalance_task.judge(scores, labels)
    said = scores > 0
    assert found.accuracy == pytest.approx(metrics.accuracy_score(labels, said))
    assert found.recall == pytest.approx(metrics.recall_score(labels, said))
    assert found.precision == pytest.approx(metrics.precision_score(labels, said))
    assert found.ranking == pytest.approx(metrics.roc_auc_score(labels, scores))


def test_long_tail_keeps_fewer_of_each_class() -> None:
    images, labels = torch.arange(40.0).view(40, 1, 1, 1), torch.arange(40) % 4
    kept, names = imbalance_task.long_tail(images, labels, keep=0.5)
    assert names.bincount().tolist() == [10, 5, 2, 1]
    assert (kept.flatten().long() % 4 == names).all()


def test_small_network_learns_and_recalls_are_counted_by_class() -> None:
    images = torch.zeros(40, 1, 8, 8)
    labels = torch.arange(40) % 2
    images[labels == 1, :, :4] = 1
    net = imbalance_task.train_on(images, labels, F.cross_entropy, epochs=6)
    assert imbalance_task.recalls(net, images, labels) == [1, 1]


def test_scenes_are_small_and_the_same_each_time() -> None:
    images, labels = segment_task.scenes(5, seed=1)
    assert images.shape == (5, 1, 32, 32)
    assert labels.unique().tolist() == [0, 1, 2]
    assert torch.equal(images, segment_task.scenes(5, seed=1)[0])
    assert not torch.equal(images, segment_task.scenes(5, seed=2)[0])


def test_overlaps_are_counted() -> None:
    prediction, labels = torch.tensor([[0, 0, 1, 1]]), torch.tensor([[0, 1, 1, 1]])
    found = segment_task.overlaps(prediction, labels)
    assert (found["ground"], found["disc"]) == (1 / 2, 2 / 3)
    assert found["hair"] != found["hair"]


def test_bad_arguments_are_refused() -> None:
    for call, message in (
        (lambda: imbalance_task.clouds(0), "ratio"),
        (lambda: imbalance_task.long_tail(torch.zeros(1), torch.zeros(1), 0), "keep .* 0"),
        (lambda: segment_task.scenes(0), "count"),
        (lambda: segment_task.scenes(1, size=4), "size"),
        (lambda: segment_task.train_segmenter(F.cross_entropy, steps=0), "steps"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
