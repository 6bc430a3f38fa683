"""`AdapterFacts` and `EncoderFacts`: what headers and configs say of IP-Adapters and image encoders."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animator.core.paths import is_file
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.adapter_keys import common_name, is_for_flux
from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.file_header import read_header
from animator.models.diffusion.checkpoints.identify import identify_header

Shapes = Mapping[str, tuple[int, ...]]
CONFIG = "config.json"
_ENCODERS = {768: "CLIP-ViT-L-14", 1024: "CLIP-ViT-H-14", 1280: "CLIP-ViT-bigG-14"}
"""Names of the image encoders that adapters were made for, by the width of the embedding."""
_ENCODERS_BY_LAYER = {1024: "CLIP-ViT-L-14", 1280: "CLIP-ViT-H-14", 1664: "CLIP-ViT-bigG-14"}
"""The same, by the width of the layers."""
_WIDTH_OF_LAYERS, _WIDTH_OF_EMBEDDING = 768, 512
"""What transformers assumes where a config does not say."""


@dataclass(frozen=True)
class EncoderFacts:
    """The sizes of an image encoder.

    Attributes:
        layers: Width of its layers.
        embedding: Width of the embedding that it makes of an image.
    """

    layers: int
    embedding: int


@dataclass(frozen=True)
class AdapterFacts:
    """What an adapter takes.

    Attributes:
        context_width: Width of the texts of the base that it was made for.
        encoder_width: Width of what the image encoder gives it.
        reads_layers: True for an adapter that reads the encoder's last layer but one, as those with "plus"
            and "full-face" in their names do; False for one that reads the embedding.
        family: Key of the family of flow-matching models that it was made for; empty for U-Nets.
    """

    context_width: int
    encoder_width: int
    reads_layers: bool
    family: str = ""

    @property
    def negative_is_black(self) -> bool:
        """True where the negative prompt attends to a black image, as in diffusers' pipelines."""
        return bool(self.family)

    @property
    def encoder_name(self) -> str:
        """What its image encoder is called."""
        known = _ENCODERS_BY_LAYER if self.reads_layers else _ENCODERS
        return known.get(self.encoder_width, f"a CLIP vision model of width {self.encoder_width}")

    def takes(self, encoder: EncoderFacts) -> bool:
        """Returns True if an encoder gives what the adapter takes."""
        return self.encoder_width == (encoder.layers if self.reads_layers else encoder.embedding)


def adapter_facts(path: Path) -> AdapterFacts:
    """Returns the facts of an adapter's file, which has to be one.

    Raises:
        ModelError: It is something else, or is for faces, or is broken.
    """
    header = read_header(path)
    kind = identify_header(header)
    if kind.what == "IP-Adapter FaceID":
        raise ModelError(
            f"{path}: is an IP-Adapter FaceID, which recognizes faces by a network that is not supported "
            "(insightface); use one with plus-face or full-face in its name"
        )
    if kind.what != "IP-Adapter":
        raise ModelError(f"{path}: is not an IP-Adapter but a file of kind {kind}")
    try:
        return _facts({common_name(name): shape for name, shape in header.shapes.items()})
    except (KeyError, IndexError) as error:
        raise ModelError(f"{path}: is broken: it lacks {error}; download or copy it again") from error


def _facts(shapes: Shapes) -> AdapterFacts:
    if is_for_flux(shapes):
        width = shapes["ip_adapter.0.to_k_ip.weight"][1]
        return AdapterFacts(width, shapes["image_proj.proj.weight"][1], reads_layers=False, family="flux")
    context = shapes["ip_adapter.1.to_k_ip.weight"][1]
    if "image_proj.proj.weight" in shapes:
        return AdapterFacts(context, shapes["image_proj.proj.weight"][1], reads_layers=False)
    if "image_proj.latents" in shapes:
        return AdapterFacts(context, shapes["image_proj.proj_in.weight"][1], reads_layers=True)
    return AdapterFacts(context, shapes["image_proj.proj.0.weight"][0], reads_layers=True)


def encoder_facts(path: Path) -> EncoderFacts:
    """Returns the facts of an image encoder: a folder as transformers saves it, or one file.

    Raises:
        ModelError: It is something else, or is broken.
    """
    if not is_file(path):
        config = read_config(path / CONFIG)
        vision = config.get("vision_config")
        sizes: Mapping[str, Any] = vision if isinstance(vision, Mapping) else config
        embedding = config.get("projection_dim", sizes.get("projection_dim", _WIDTH_OF_EMBEDDING))
        return EncoderFacts(
            _number(path, sizes.get("hidden_size", _WIDTH_OF_LAYERS)), _number(path, embedding)
        )
    header = read_header(path)
    kind = identify_header(header)
    if kind.what != "image encoder":
        raise ModelError(f"{path}: is not an image encoder (CLIP vision model) but a file of kind {kind}")
    projection = header.shapes["visual_projection.weight"]
    if len(projection) != 2:
        raise ModelError(f"{path}: is broken: its projection has the shape {projection}; download it again")
    return EncoderFacts(projection[1], projection[0])


def _number(path: Path, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ModelError(f"{path / CONFIG}: a width is {value!r:.40}; expected a whole number")
    return value
