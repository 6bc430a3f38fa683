"""What a drawing starts from inside a mask; the words are A1111's."""

from typing import Literal

Fill = Literal["fill", "original", "latent noise", "latent nothing"]
