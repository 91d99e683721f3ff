"""LeNet-5 (LeCun, Bottou, Bengio and Haffner, 1998): digits on cheques, read by convolution."""

from __future__ import annotations

from torch import Tensor, nn


class LeNet5(nn.Module):
    """LeNet-5 as it is taught today: two convolutions 5×5 with pooling, three layers on top.

    (N, 1, 32, 32) grey images → logits (N, num_classes). Tanh and average pooling as in 1998. Left
    out of the original: learnt scales in the pools, a hand-made table of which channels of the
    second convolution see which, and the radial basis functions at the end.

    | layer | output | parameters |
    |---|---|---|
    | conv 5×5, 1 → 6 | (6, 28, 28) | 156 |
    | average pool 2 | (6, 14, 14) | 0 |
    | conv 5×5, 6 → 16 | (16, 10, 10) | 2,416 |
    | average pool 2 | (16, 5, 5) | 0 |
    | linear 400 → 120 | (120,) | 48,120 |
    | linear 120 → 84 | (84,) | 10,164 |
    | linear 84 → 10 | (10,) | 850 |
    | together | | 61,706 |

    Training and evaluation mode do the same. Another image size than 32 doesn't fit the first
    linear layer and makes torch raise a RuntimeError.

    Source: LeCun et al. (1998), section II.B. Checked against the sums above.
    """

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, 5),  # (N, 6, 28, 28)
            nn.Tanh(),
            nn.AvgPool2d(2),  # (N, 6, 14, 14)
            nn.Conv2d(6, 16, 5),  # (N, 16, 10, 10)
            nn.Tanh(),
            nn.AvgPool2d(2),  # (N, 16, 5, 5)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),  # (N, 400)
            nn.Linear(400, 120),
            nn.Tanh(),
            nn.Linear(120, 84),
            nn.Tanh(),
            nn.Linear(84, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x))  # (N, num_classes)


REFERENCES = {"03": (LeNet5,)}
