"""The two parts of the small SAM that are our own: what they take and give."""

from __future__ import annotations

import torch

from cvlib.small_sam_drawing import DrawingPromptEncoder
from cvlib.small_sam_encoder import ConvEncoder


def drawing_encoder() -> DrawingPromptEncoder:
    return DrawingPromptEncoder(
        embed_dim=32, image_embedding_size=(8, 16), input_image_size=(64, 128), mask_in_chans=4
    )


def test_a_picture_becomes_a_place_for_each_8_by_8_pixels() -> None:
    encoder = ConvEncoder(64, 24).eval()
    assert encoder.img_size == 64
    assert encoder(torch.rand(2, 3, 64, 64)).shape == (2, 24, 8, 8)


def test_the_encoder_tells_alike_things_in_different_places_apart() -> None:
    encoder = ConvEncoder(64, 24).eval()
    torch.nn.init.normal_(encoder.places)
    embedding = encoder(torch.full((1, 3, 64, 64), 0.5))[0]
    assert not torch.allclose(embedding[:, 3, 3], embedding[:, 4, 6], atol=1e-3)


def test_clicks_are_drawn_where_they_are_by_their_label() -> None:
    points = torch.tensor([[[41.0, 20.0], [100.0, 50.0], [9.0, 9.0]]])
    labels = torch.tensor([[1, 0, -1]])  # the third is padding
    drawn = drawing_encoder().drawn((points, labels), None, 1)
    assert drawn.shape == (1, 3, 32, 64)  # a place for each 2 × 2 pixels
    assert [divmod(int(one.argmax()), 64) for one in drawn[0, :2]] == [(10, 20), (25, 50)]
    assert (drawn[0, :2].amax((1, 2)) > 0.9).all()
    assert drawn[0, :, 4, 4].max() < 1e-3
    assert not drawn[0, 2].any()


def test_a_box_is_filled() -> None:
    boxes = torch.tensor([[10.0, 20.0, 30.0, 50.0], [0.0, 0.0, 128.0, 64.0]])
    drawn = drawing_encoder().drawn(None, boxes, 2)
    assert drawn[0, 2].nonzero().amin(0).tolist() == [10, 5]
    assert drawn[0, 2].nonzero().amax(0).tolist() == [24, 14]
    assert drawn[1, 2].all()
    assert not drawn[:, :2].any()


def test_a_mask_alone_is_encoded_as_sam_encodes_it() -> None:
    encoder = drawing_encoder()
    masks = torch.randn(2, 1, 32, 64)
    with torch.no_grad():
        sparse, dense = encoder(None, None, masks)
        nothing = encoder.drawing(torch.zeros(2, 3, 32, 64))
        assert sparse.shape == (2, 0, 32)
        torch.testing.assert_close(dense, encoder._embed_masks(masks) + nothing)
