"""The video models that generate images between two images, as data; loads nothing."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class VideoKind:
    """One kind of video model.

    Attributes:
        key: Its name in code.
        title: Its name for people.
        pipeline: The class of diffusers' pipeline that generates from two images.
        saved_as: Names of pipelines by which diffusers' folders of such models call themselves.
        parts: The classes that each component may have, of those that every model has; empty for any.
        time_multiple: Images are compressed by this factor in time.
        most_images: Number of images at a time for which it is made.
        vae_is_single: True for a VAE that computes in single precision where nothing else is asked for.
    """

    key: str
    title: str
    pipeline: str
    saved_as: tuple[str, ...]
    parts: Mapping[str, tuple[str, ...]]
    time_multiple: int
    most_images: int
    vae_is_single: bool = False


WAN = VideoKind(
    key="wan",
    title="Wan first-last-frame (Wan 2.1 FLF2V, Wan 2.2 I2V A14B)",
    pipeline="WanImageToVideoPipeline",
    saved_as=("WanImageToVideoPipeline",),
    parts={
        "transformer": ("WanTransformer3DModel",),
        "vae": ("AutoencoderKLWan",),
        "text_encoder": ("UMT5EncoderModel",),
        "tokenizer": (),
        "scheduler": (
            "UniPCMultistepScheduler",
            "FlowMatchEulerDiscreteScheduler",
            "DPMSolverMultistepScheduler",
        ),
    },
    time_multiple=4,
    most_images=81,
    vae_is_single=True,
)
LTX = VideoKind(
    key="ltx",
    title="LTX-Video from 0.9.5 on",
    pipeline="LTXConditionPipeline",
    saved_as=("LTXConditionPipeline", "LTXPipeline", "LTXImageToVideoPipeline"),
    parts={
        "transformer": ("LTXVideoTransformer3DModel",),
        "vae": ("AutoencoderKLLTXVideo",),
        "text_encoder": ("T5EncoderModel",),
        "tokenizer": (),
        "scheduler": ("FlowMatchEulerDiscreteScheduler",),
    },
    time_multiple=8,
    most_images=257,
)
VIDEO_KINDS = (WAN, LTX)
OTHERS = {
    "WanPipeline": "Wan text-to-video, which takes no images",
    "WanVACEPipeline": "Wan VACE",
    "LTX2Pipeline": "LTX-2, which is not supported yet",
    "LTX2ImageToVideoPipeline": "LTX-2, which is not supported yet",
    "LTX2ConditionPipeline": "LTX-2, which is not supported yet",
}
"""What other pipelines are, for messages."""


def kind_of_pipeline(name: str) -> VideoKind | None:
    """Returns the kind of video model that a pipeline's class name belongs to; None for another model."""
    return next((kind for kind in VIDEO_KINDS if name in kind.saved_as), None)
