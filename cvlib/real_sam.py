"""Meta's `sam_vit_b` (Kirillov et al., 2023; Apache 2.0), fetched when it is first asked for."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlparse

import torch

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

URL = "https://dl.fbaipublicfiles.com/segment_anything/sam_vit_b_01ec64.pth"  # 375 MB
SHA256 = "ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912"


def vit_b() -> Sam:
    """SAM with a ViT-B as its encoder, in evaluation mode, on the graphics card if there is one.

    Raises:
        ConnectionError: the weights can't be fetched, or aren't what they should be.
    """
    from segment_anything import sam_model_registry

    file = checkpoint()
    model = sam_model_registry["vit_b"]()
    model.load_state_dict(torch.load(file, weights_only=True, map_location="cpu"))
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval()


def checkpoint(url: str = URL, sha256: str = SHA256) -> Path:
    """The file in torch's cache; fetched if it isn't there, refused if it is another.

    Raises:
        ConnectionError: no network, half a file, or one with another checksum.
    """
    file = Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(url).path).name
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(url, str(file), hash_prefix=sha256)
        with file.open("rb") as stored:
            found = hashlib.file_digest(stored, "sha256").hexdigest()
    except (OSError, RuntimeError):  # RuntimeError: torch compared the checksum
        raise ConnectionError(f"The weights {file.name} can't be downloaded here.") from None
    if found != sha256:
        raise ConnectionError(f"{file} has another checksum than Meta's file: delete it.")
    return file
