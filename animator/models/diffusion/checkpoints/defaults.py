"""Size, steps, guidance and cadence that suit a model, for films that leave them open. Loads no model.

Numbers: the model cards of each family, and for cadence what keeps a film watchable while it is tried out.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from animator.core.json_text import parse_json
from animator.core.read import UnreadableError, read_text
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import HARMLESS
from animator.models.diffusion.checkpoints.find import STARTER, Checkpoint
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES, family_of_pipeline
from animator.models.diffusion.checkpoints.identify import identify

_CONFIG_BYTES = 1_000_000
_LATENT = 8
FEW_STEPS = ("turbo", "lightning", "lcm", "hyper", "schnell")
"""Words in the names of models that are distilled to a few steps without guidance."""


@dataclass(frozen=True)
class ModelDefaults:
    """What suits a model.

    Attributes:
        kind: The kind of model, for people.
        side: Width and height in pixels.
        steps: Sampler steps of a full generation.
        cfg_scale: Guidance scale.
        cadence: Every cadence-th frame is generated.
        step_work: Work of one step at that size, guidance included, for estimates: the floating-point
            operations of matrix products that take as long. The built-in model's is measured, others follow
            from the operations of their networks.
        begins_within_steps: True for a model that makes a part of its first step, which counts as one.
    """

    kind: str
    side: int
    steps: int
    cfg_scale: float
    cadence: int
    step_work: float
    begins_within_steps: bool = False


_STARTER = ModelDefaults("the built-in model", 256, 16, 3.0, 2, 4.7e9)
_FAMILIES = {
    "sd1": ModelDefaults("Stable Diffusion 1", 512, 25, 7.0, 2, 2.5e12),
    "sd2": ModelDefaults("Stable Diffusion 2", 768, 25, 7.0, 2, 6e12),
    "sdxl": ModelDefaults("SDXL", 1024, 25, 6.0, 3, 1.8e13),
    "sd3": ModelDefaults("Stable Diffusion 3", 1024, 28, 4.5, 3, 1.8e13),
    "flux": ModelDefaults("Flux", 1024, 20, 3.5, 3, 1.4e14),
    "flux2": ModelDefaults("Flux.2", 1024, 28, 4.0, 3, 3e14),
    "flux2-klein": ModelDefaults("Flux.2 Klein", 1024, 25, 4.0, 3, 7e13),
    "chroma": ModelDefaults("Chroma", 1024, 26, 4.0, 3, 1.6e14),
    "qwen-image": ModelDefaults("Qwen-Image", 1024, 30, 4.0, 3, 3.4e14),
    "z-image": ModelDefaults("Z-Image", 1024, 28, 4.0, 3, 1e14),
    "lumina2": ModelDefaults("Lumina 2", 1024, 30, 4.0, 3, 4.5e13),
    "krea2": ModelDefaults("Krea 2", 1024, 28, 4.5, 3, 2.2e14),
    "sana": ModelDefaults("Sana", 1024, 20, 4.5, 3, 7e12),
}
_FEW_STEPS = {"sd1": (8, 1.5), "sd2": (4, 1.0)}
_FEW_STEPS_OF_OTHERS = (8, 1.0)
"""Steps and guidance scale of the distilled models of each family; img2img runs a part of the steps."""
_NAMES = (
    ("klein", "flux2-klein"),
    ("flux.2", "flux2"),
    ("flux2", "flux2"),
    ("flux", "flux"),
    ("qwen-image", "qwen-image"),
    ("z-image", "z-image"),
    ("chroma", "chroma"),
    ("lumina", "lumina2"),
    ("krea-2", "krea2"),
    ("krea2", "krea2"),
    ("sana", "sana"),
    ("xl", "sdxl"),
    ("stable-diffusion-3", "sd3"),
    ("sd3", "sd3"),
    ("diffusion-2", "sd2"),
    ("diffusion-v1", "sd1"),
    ("sd-turbo", "sd2"),
    ("sd15", "sd1"),
)
"""Parts of models' names, the longer ones of a kind first."""
_WIDTHS = {768: "sd1", 1024: "sd2", 2048: "sdxl"}


def defaults_of(checkpoint: Checkpoint) -> ModelDefaults | None:
    """Returns what suits a model; None where its kind is unknown, as that of many hub ids."""
    if checkpoint.name == STARTER:
        return _STARTER
    if checkpoint.kind == "folder":
        return _of_folder(Path(checkpoint.location), checkpoint.name)
    if checkpoint.kind == "file":
        return _of_file(Path(checkpoint.location))
    return _of_name(checkpoint.name)


def _of_file(path: Path) -> ModelDefaults | None:
    if path.suffix not in HARMLESS:  # has no header that can be read without its weights
        return _of_name(path.stem)
    try:
        kind = identify(path)
    except ModelError:
        return None  # opening the model reports it, with all else that is wrong
    return _of_family(kind.family, is_few_step=kind.is_few_step or _names_few_steps(path.stem))


def _of_folder(folder: Path, name: str) -> ModelDefaults | None:
    index, network = _config(folder / "model_index.json"), _config(folder / "unet" / "config.json")
    pipeline = str(index.get("_class_name", ""))
    flow = family_of_pipeline(pipeline)
    family = flow.key if flow else "sdxl" if "XL" in pipeline else ""
    width = network.get("cross_attention_dim")
    family = family or (_WIDTHS.get(width, "") if isinstance(width, int) else "")
    is_few_step = bool(index.get("is_distilled")) or _names_few_steps(Path(name).name)
    defaults = _of_family(family, is_few_step=is_few_step)
    side = network.get("sample_size")
    if defaults is None or not isinstance(side, int) or not 8 <= side <= 512:
        return defaults
    return replace(defaults, side=side * _LATENT)


def _of_name(name: str) -> ModelDefaults | None:
    text = name.lower().replace("_", "-")
    family = next((family for sign, family in _NAMES if sign in text), "")
    return _of_family(family, is_few_step=_names_few_steps(text))


def _of_family(family: str, *, is_few_step: bool) -> ModelDefaults | None:
    if family not in _FAMILIES:
        return None
    defaults = replace(_FAMILIES[family], begins_within_steps=family in FLOW_FAMILIES)
    if not is_few_step:
        return defaults
    steps, cfg_scale = _FEW_STEPS.get(family, _FEW_STEPS_OF_OTHERS)
    return replace(defaults, kind=f"{defaults.kind}, few steps", steps=steps, cfg_scale=cfg_scale, cadence=1)


def _names_few_steps(name: str) -> bool:
    return any(word in name.lower() for word in FEW_STEPS)


def _config(path: Path) -> dict[str, Any]:
    try:
        values = parse_json(read_text(path, _CONFIG_BYTES))
    except (UnreadableError, ValueError):
        return {}  # opening the model reports it
    return values if isinstance(values, dict) else {}
