"""`ModelFacts`: facts about a checkpoint from its headers and configs, without loading it."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from animator.core.confinement import named_path
from animator.errors import ModelError
from animator.models.diffusion import configs
from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.file_header import HARMLESS, SAFE
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES, family_of_pipeline
from animator.models.diffusion.checkpoints.identify import FAMILY_NAMES, Kind, identify, share_latents
from animator.models.diffusion.checkpoints.latent_shape import UNKNOWN, LatentShape, shape_of_config
from animator.models.diffusion.checkpoints.library import INDEX
from animator.models.diffusion.checkpoints.parts import is_network
from animator.models.model_folder import components
from animator.models.video.kinds import kind_of_pipeline

_TEXT_ENCODERS = ("text_encoder", "text_encoder_2")
_OPEN_CLIP_WIDTH = 1024
_WEIGHTLESS = ("scheduler", "tokenizer", "feature_extractor", "safety_checker", "image_encoder")


@dataclass(frozen=True)
class ModelFacts:
    """Facts about a checkpoint.

    Attributes:
        family: Key of `identify.FAMILY_NAMES`.
        text_layers: Number of layers of each CLIP text encoder.
        text_widths: Width of the token embeddings of each.
        context_width: Width of the U-Net's text context; 0 for a transformer, or if unknown.
        input_blocks: Number of the U-Net's input blocks; 0 for a transformer, or if unknown.
        latent_scale: Factor of the VAE's latents; 0 if unknown.
        latents: Shape of the latents of its VAE.
        takes_scale: True for a flow-matching network that takes the guidance scale as an input.
        is_distilled: True for a flow-matching model that is not guided away from a negative prompt.
        is_network: True for a file that holds the network alone; see `parts`.
    """

    family: str
    text_layers: tuple[int, ...] = ()
    text_widths: tuple[int, ...] = ()
    context_width: int = 0
    input_blocks: int = 0
    latent_scale: float = 0.0
    latents: LatentShape = UNKNOWN
    takes_scale: bool = False
    is_distilled: bool = False
    is_network: bool = False

    @property
    def is_transformer(self) -> bool:
        """True for flow-matching models, which are transformers."""
        return self.family in FLOW_FAMILIES

    def shares_latents(self, other: "ModelFacts") -> bool:
        """Returns True if another model's latents mean the same, as `UNetModel.shares_latents`."""
        scales = {self.latent_scale, other.latent_scale} - {0.0}
        return share_latents(self.family, other.family) and len(scales) < 2


def facts_of(
    checkpoint: Checkpoint, architecture: str = "", *, is_refiner: bool = False
) -> ModelFacts | None:
    """Returns the facts of a checkpoint; None where they are not known without a download or unpickling.

    Args:
        checkpoint: The model.
        architecture: Folder of configs for a single file; empty for the packaged ones.
        is_refiner: True for a model that makes the last steps only, as SDXL's refiner does.

    Raises:
        ModelError: The model is broken, incomplete, or not one that generates images by itself, which a
            refiner need not.
    """
    path = Path(checkpoint.location)
    if checkpoint.kind == "hub" or (checkpoint.kind == "file" and path.suffix not in HARMLESS):
        return None
    if checkpoint.kind == "folder":
        facts, kind = _folder_facts(checkpoint.name, path), "folder"
    else:
        identified = identify(path)
        if is_network(identified):
            return ModelFacts(identified.family, is_network=True)
        packaged = config_folder(checkpoint.name, identified)
        facts = _facts(named_path(architecture) if architecture else packaged, identified.family)
        kind = "file"
    if facts.family == "sdxl-refiner" and not is_refiner:
        raise ModelError(
            f"model {checkpoint.name}: the {kind} is of kind {FAMILY_NAMES[facts.family]} checkpoint, which "
            "needs a base model: use that, and name this one in diffusion.refiner"
        )
    return facts


def config_folder(name: str, kind: Kind) -> Path:
    """Returns the packaged folder of diffusers configs for a single file of this kind.

    Raises:
        ModelError: The file is not a checkpoint that can generate images.
    """
    if kind.what != "checkpoint" or kind.family not in ("sd1", "sd2", "sdxl", "sdxl-refiner"):
        hint = ""
        if kind.what == "lora":
            hint = "; name it in a prompt, as <lora:name:0.8>, and use a checkpoint of the same base"
        raise ModelError(f"model {name}: cannot generate images: the file is of kind {kind}{hint}")
    if kind.is_editing and kind.family != "sd1":
        raise ModelError(
            f"model {name}: the file is of kind {kind}, whose description is not included; use its diffusers "
            "folder"
        )
    suffix = "-inpaint" if kind.is_inpainting else "-edit" if kind.is_editing else ""
    if kind.family == "sd2" and kind.prediction == "v_prediction" and not suffix:
        suffix = "-v"
    return Path(str(resources.files(configs).joinpath(f"{kind.family}{suffix}")))


def _folder_facts(name: str, folder: Path) -> ModelFacts:
    index = read_config(folder / INDEX)
    class_name = str(index.get("_class_name", ""))
    if video := kind_of_pipeline(class_name):
        raise ModelError(
            f"model {name}: is a video model ({video.title}), which generates no single images; name it in "
            "diffusion.tween_model, with cadence_blend: video"
        )
    parts = [part for part, of in components(index).items() if len(of) == 2 and None not in of]
    for part in parts:
        if part.startswith(_WEIGHTLESS):
            continue
        weights = [path for path in folder.joinpath(part).glob(f"*{SAFE}") if path.is_file()]
        if not (folder / part / "config.json").is_file() or not weights:
            raise ModelError(
                f"model {name}: the folder {folder / part} lacks config.json or its weights ({SAFE}); "
                "download or copy the model again"
            )
    flow = family_of_pipeline(class_name)
    family = "" if flow is None else flow.key
    if "text_encoder_2" in parts and "text_encoder" not in parts:
        family = family or "sdxl-refiner"
    needed = ("unet", "vae", "text_encoder_2" if family == "sdxl-refiner" else "text_encoder")
    if family not in FLOW_FAMILIES and (missing := [part for part in needed if part not in parts]):
        raise ModelError(f"model {name}: {class_name} without {', '.join(missing)} cannot generate images")
    return _facts(folder, family)


def flow_facts(folder: Path, family: str) -> ModelFacts:
    """Returns the facts of a flow-matching model.

    Args:
        folder: Diffusers folder of the model, or with the rest of its network.
        family: Key of its family.
    """
    is_embedded = FLOW_FAMILIES[family].guidance == "embedded"
    return ModelFacts(
        family,
        latents=shape_of_config(_config(folder / "vae")),
        takes_scale=is_embedded or _config(folder / "transformer").get("guidance_embeds") is True,
        is_distilled=is_embedded or read_config(folder / INDEX).get("is_distilled") is True,
    )


def _facts(folder: Path, family: str) -> ModelFacts:
    if family in FLOW_FAMILIES:
        return flow_facts(folder, family)
    texts = [read_config(path) for path in _configs(folder)]
    widths = tuple(_number(config, "hidden_size") for config in texts)
    if not family:
        family = "sdxl" if len(texts) > 1 else "sd2" if widths == (_OPEN_CLIP_WIDTH,) else "sd1"
    unet, vae = _config(folder / "unet"), _config(folder / "vae")
    scale = vae.get("scaling_factor")
    return ModelFacts(
        family=family,
        text_layers=tuple(_number(config, "num_hidden_layers") for config in texts),
        text_widths=widths,
        context_width=_number(unet, "cross_attention_dim"),
        input_blocks=_input_blocks(unet),
        latents=shape_of_config(vae),
        latent_scale=scale if isinstance(scale, float) else _number(vae, "scaling_factor"),
    )


def _config(part: Path) -> Mapping[str, Any]:
    """Returns the config of a component; an empty one where it has none."""
    path = part / "config.json"
    return read_config(path) if path.is_file() else {}


def _input_blocks(unet: Mapping[str, Any]) -> int:
    """Returns how many input blocks a U-Net has, as `DeepShrink` counts them; 0 if that is not known."""
    stages, layers = unet.get("down_block_types"), unet.get("layers_per_block")
    if not isinstance(stages, list) or not isinstance(layers, int):
        return 0
    return 1 + len(stages) * layers + len(stages) - 1


def _configs(folder: Path) -> list[Path]:
    paths = [folder / part / "config.json" for part in _TEXT_ENCODERS]
    return [path for path in paths if path.is_file()]


def _number(config: Mapping[str, Any], name: str) -> int:
    value = config.get(name)
    return value if isinstance(value, int) else 0
