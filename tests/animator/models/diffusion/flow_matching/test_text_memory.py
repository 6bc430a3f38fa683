"""Text encoders are on their device only while they encode."""

import pytest
import torch
from torch import nn

from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.flow_matching.texts import FlowTexts


class Encoder(nn.Module):
    """Notes where it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[str] = []

    def to(self, device: object) -> "Encoder":  # type: ignore[override]  # torch takes more
        self.places.append(str(device))
        return self


class Pipeline:
    """Encodes nothing, with one text encoder."""

    def __init__(self, *, fails: bool) -> None:
        self.text_encoder, self.text_encoder_2 = Encoder(), None
        self.fails = fails
        self.seen: list[str] = []

    def encode_prompt(self, prompt: str, device: object = None) -> tuple[torch.Tensor, None, None]:
        self.seen = list(self.text_encoder.places)
        if self.fails:
            raise ValueError(prompt)
        return torch.ones(1), None, None

    def __call__(self) -> None:
        """Is never called."""


@pytest.mark.parametrize("fails", [False, True])
def test_encoders_come_for_a_text_and_leave_after_it(*, fails: bool) -> None:
    pipeline = Pipeline(fails=fails)
    texts = FlowTexts(FLOW_FAMILIES["flux"], pipeline, torch.device("cuda:7"), torch.device("cpu"))
    if fails:
        with pytest.raises(ValueError, match="a cat"):
            texts.encode("a cat", None, 1, ())
    else:
        texts.encode("a cat", None, 1, ())
        texts.encode("a cat", None, 1, ())  # is known already
    assert pipeline.seen == ["cuda:7"]
    assert pipeline.text_encoder.places == ["cuda:7", "cpu"]
