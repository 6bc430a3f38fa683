"""What is known of each family of flow-matching models, as data. Imports neither torch nor diffusers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Guidance = Literal["usual", "added", "true", "embedded"]
"""How a pipeline takes cfg_scale: as it is; as what is added to 1; as `true_cfg_scale`, beside a distilled
scale that the network may take as an input; or only as that input."""
Latents = Literal["image", "tokens"]
"""The form in which a pipeline takes latents: images (1, C, h, w), or tokens of patches (1, hw / 4, 4 C)."""


@dataclass(frozen=True)
class FlowFamily:
    """A family of flow-matching models.

    Attributes:
        key: Its key in `identify.FAMILY_NAMES`.
        title: Its name, for people.
        pipeline: Name of diffusers' text-to-image pipeline.
        transformer: Name of diffusers' class of the network.
        texts: Names of what `encode_prompt` returns, in its order, as arguments of the pipeline; "" for what
            the pipeline makes itself.
        encoders: Its text encoders, for people.
        encodes_both: True where one call of `encode_prompt` encodes the prompt and the negative prompt, which
            some models wrap in different words.
        guidance: How it takes cfg_scale.
        takes_clip_skip: True where its pipeline can read an earlier layer of CLIP.
        latents: The form of its latents.
        patch: Latent pixels per token and side.
        latent_space: Families of one space can continue each other's latents.
        normalizes: True where the pipeline changes the contrast of what it has guided.
        takes_float32: True where the pipeline casts latents for the network itself, and steps in float32.
        arguments: Other arguments of the pipeline.
    """

    key: str
    title: str
    pipeline: str
    transformer: str
    texts: tuple[str, ...]
    encoders: str
    encodes_both: bool = False
    guidance: Guidance = "usual"
    takes_clip_skip: bool = False
    latents: Latents = "image"
    patch: int = 2
    latent_space: str = ""
    normalizes: bool = False
    takes_float32: bool = False
    arguments: Mapping[str, Any] = field(default_factory=dict)


_POOLED = ("prompt_embeds", "pooled_prompt_embeds", "")
_MASKED = ("prompt_embeds", "prompt_embeds_mask")
_BOTH_MASKED = (
    "prompt_embeds",
    "prompt_attention_mask",
    "negative_prompt_embeds",
    "negative_prompt_attention_mask",
)

FLOW_FAMILIES: Mapping[str, FlowFamily] = {
    family.key: family
    for family in (
        FlowFamily(
            "sd3",
            "Stable Diffusion 3",
            "StableDiffusion3Pipeline",
            "SD3Transformer2DModel",
            (
                "prompt_embeds",
                "negative_prompt_embeds",
                "pooled_prompt_embeds",
                "negative_pooled_prompt_embeds",
            ),
            "CLIP-L, CLIP-G and T5-XXL",
            encodes_both=True,
            takes_clip_skip=True,
            latent_space="sd3",
        ),
        FlowFamily(
            "flux",
            "Flux",
            "FluxPipeline",
            "FluxTransformer2DModel",
            _POOLED,
            "CLIP-L and T5-XXL",
            guidance="true",
            latents="tokens",
            latent_space="flux",
        ),
        FlowFamily(
            "flux2",
            "Flux.2",
            "Flux2Pipeline",
            "Flux2Transformer2DModel",
            ("prompt_embeds", ""),
            "Mistral Small 3",
            guidance="embedded",
            latents="tokens",
            patch=1,
            latent_space="flux2",
        ),
        FlowFamily(
            "flux2-klein",
            "Flux.2 Klein",
            "Flux2KleinPipeline",
            "Flux2Transformer2DModel",
            ("prompt_embeds", ""),
            "Qwen3",
            latents="tokens",
            patch=1,
            latent_space="flux2",
        ),
        FlowFamily(
            "chroma",
            "Chroma",
            "ChromaPipeline",
            "ChromaTransformer2DModel",
            (
                "prompt_embeds",
                "",
                "prompt_attention_mask",
                "negative_prompt_embeds",
                "",
                "negative_prompt_attention_mask",
            ),
            "T5-XXL",
            encodes_both=True,
            latents="tokens",
            latent_space="flux",
        ),
        FlowFamily(
            "qwen-image",
            "Qwen-Image",
            "QwenImagePipeline",
            "QwenImageTransformer2DModel",
            _MASKED,
            "Qwen2.5-VL 7B",
            guidance="true",
            latents="tokens",
            latent_space="qwen",
            normalizes=True,
        ),
        FlowFamily(
            "z-image",
            "Z-Image",
            "ZImagePipeline",
            "ZImageTransformer2DModel",
            ("prompt_embeds", "negative_prompt_embeds"),
            "Qwen3 4B",
            encodes_both=True,
            guidance="added",
            latent_space="flux",
            takes_float32=True,
            arguments={"cfg_truncation": None},  # 1, the default, does the same, and waits for the device
        ),
        FlowFamily(
            "lumina2",
            "Lumina 2",
            "Lumina2Pipeline",
            "Lumina2Transformer2DModel",
            _BOTH_MASKED,
            "Gemma 2 2B",
            encodes_both=True,
            latent_space="flux",
            normalizes=True,
        ),
        FlowFamily(
            "krea2",
            "Krea 2",
            "Krea2Pipeline",
            "Krea2Transformer2DModel",
            _MASKED,
            "Qwen3-VL",
            guidance="added",
            latents="tokens",
            latent_space="qwen",
        ),
        FlowFamily(
            "sana",
            "Sana",
            "SanaPipeline",
            "SanaTransformer2DModel",
            _BOTH_MASKED,
            "Gemma 2 2B",
            encodes_both=True,
            patch=1,
            latent_space="sana",
            arguments={"use_resolution_binning": False, "negative_prompt": None},
        ),
    )
}
"""All families, by key."""


def family_of_pipeline(class_name: str) -> FlowFamily | None:
    """Returns the family of a pipeline's class name, such as "FluxImg2ImgPipeline"; None for others."""
    named = [
        family
        for family in FLOW_FAMILIES.values()
        if class_name.startswith(family.pipeline.removesuffix("Pipeline"))
    ]
    return max(named, key=lambda family: len(family.pipeline), default=None)
