"""Images written as letters: one letter per pixel, rows separated by slashes, such as "RRG/BBW"."""

import torch
from torch import Tensor

COLORS = {
    "R": (1.0, 0.0, 0.0),
    "G": (0.0, 1.0, 0.0),
    "B": (0.0, 0.0, 1.0),
    "C": (0.0, 1.0, 1.0),
    "M": (1.0, 0.0, 1.0),
    "Y": (1.0, 1.0, 0.0),
    "K": (0.0, 0.0, 0.0),
    "W": (1.0, 1.0, 1.0),
}


def image_of(letters: str) -> Tensor:
    """Returns the image (3, H, W) of rows of color letters, top row first."""
    rows = [[COLORS[letter] for letter in row] for row in letters.split("/")]
    return torch.tensor(rows).permute(2, 0, 1).contiguous()


def letters_of(image: Tensor) -> str:
    """Returns the rows of letters of an image (3, H, W), with "?" for other colors."""
    names = {color: letter for letter, color in COLORS.items()}
    rows = image.permute(1, 2, 0).tolist()
    return "/".join("".join(names.get(tuple(pixel), "?") for pixel in row) for row in rows)
