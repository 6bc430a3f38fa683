"""What each kind of video model is called with: texts, the two images, sizes."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from PIL.Image import Image

from animator.models.video.kinds import LTX, WAN, VideoKind

_WAN_TOKENS = 512
"""Tokens of a text, the padding included."""
_WAN_SIDE, _LTX_SIDE = 16, 32
"""Sides of images are multiples of these, whatever the networks are."""


@dataclass(frozen=True, eq=False)
class Shot:
    """The images and numbers of one call.

    Attributes:
        first: The image before the others.
        last: The image after them.
        frames: Number of images to generate, these two included.
        fps: Images per second.
    """

    first: Image
    last: Image
    frames: int
    fps: float


class Calls(Protocol):
    """Calls the pipeline of one kind of video model."""

    def multiple(self, pipeline: Any) -> int:
        """Returns what the sides of its images are multiples of, in pixels."""
        ...

    def time_multiple(self, pipeline: Any) -> int:
        """Returns by what factor its images are compressed in time."""
        ...

    def text(self, pipeline: Any, text: str, device: torch.device) -> Mapping[str, Any]:
        """Returns the arguments of the pipeline that carry a text, encoded on a device."""
        ...

    def images(self, shot: Shot) -> Mapping[str, Any]:
        """Returns the arguments of the pipeline that carry the two images."""
        ...


class WanCalls:
    """Calls `WanImageToVideoPipeline`."""

    def multiple(self, pipeline: Any) -> int:
        """Returns what the sides of its images are multiples of, in pixels."""
        patch = max(pipeline.transformer.config.patch_size[1:])
        return max(_WAN_SIDE, int(pipeline.vae_scale_factor_spatial * patch))

    def time_multiple(self, pipeline: Any) -> int:
        """Returns by what factor its images are compressed in time."""
        return int(pipeline.vae_scale_factor_temporal)

    def text(self, pipeline: Any, text: str, device: torch.device) -> Mapping[str, Any]:
        """Returns the arguments of the pipeline that carry a text, encoded on a device.

        The pipeline's own `encode_prompt` needs the package ftfy, which mends wrongly decoded texts, and is
        otherwise the same.
        """
        words = " ".join(html.unescape(html.unescape(text)).split())
        tokens = pipeline.tokenizer(
            [words],
            padding="max_length",
            max_length=_WAN_TOKENS,
            truncation=True,
            add_special_tokens=True,
            return_attention_mask=True,
            return_tensors="pt",
        )
        mask = tokens.attention_mask.to(device)
        embeddings = pipeline.text_encoder(tokens.input_ids.to(device), mask).last_hidden_state
        used = mask.gt(0).sum(dim=1)  # the padding is on the right
        embeddings[:, int(used) :] = 0.0
        return {"prompt_embeds": embeddings}

    def images(self, shot: Shot) -> Mapping[str, Any]:
        """Returns the arguments of the pipeline that carry the two images."""
        return {"image": shot.first, "last_image": shot.last}


class LTXCalls:
    """Calls `LTXConditionPipeline`."""

    def multiple(self, pipeline: Any) -> int:
        """Returns what the sides of its images are multiples of, in pixels."""
        patch = pipeline.transformer_spatial_patch_size
        return max(_LTX_SIDE, int(pipeline.vae_spatial_compression_ratio * patch))

    def time_multiple(self, pipeline: Any) -> int:
        """Returns by what factor its images are compressed in time."""
        return int(pipeline.vae_temporal_compression_ratio)

    def text(self, pipeline: Any, text: str, device: torch.device) -> Mapping[str, Any]:
        """Returns the arguments of the pipeline that carry a text, encoded on a device."""
        embeddings, mask, *_ = pipeline.encode_prompt(text, do_classifier_free_guidance=False, device=device)
        return {"prompt_embeds": embeddings, "prompt_attention_mask": mask}

    def images(self, shot: Shot) -> Mapping[str, Any]:
        """Returns the arguments of the pipeline that carry the two images."""
        from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition

        conditions = [
            LTXVideoCondition(image=shot.first, frame_index=0),
            LTXVideoCondition(image=shot.last, frame_index=shot.frames - 1),
        ]
        return {"conditions": conditions, "frame_rate": shot.fps}


_CALLS: Mapping[str, Calls] = {WAN.key: WanCalls(), LTX.key: LTXCalls()}


def calls_of(kind: VideoKind) -> Calls:
    """Returns how the pipeline of a kind of video model is called."""
    return _CALLS[kind.key]
