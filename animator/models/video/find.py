"""Finds a video model by name, and checks by its configs and headers that it can be used; loads nothing."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.file_header import SAFE, read_header
from animator.models.diffusion.checkpoints.find import Checkpoint, find_checkpoint
from animator.models.diffusion.checkpoints.library import INDEX, Library
from animator.models.diffusion.checkpoints.parts import is_complete
from animator.models.model_folder import check_model_folder, components, use_safetensors
from animator.models.video.kinds import OTHERS, VIDEO_KINDS, WAN, VideoKind, kind_of_pipeline

_EXPECTED = " or ".join(kind.title for kind in VIDEO_KINDS)
_WEIGHTLESS = ("tokenizer", "scheduler", "image_processor")
_VOCABULARIES = ("tokenizer.json", "spiece.model", "vocab.json")


def find_video_model(name: str, library: Library) -> Checkpoint:
    """Finds a video model: a diffusers folder, its name in the model folders, or a hub id.

    Raises:
        ModelError: There is none of that name, or it is a single file.
    """
    if not name.strip():
        raise ModelError(f"is empty; cadence_blend: video needs a diffusers folder of {_EXPECTED}")
    found = find_checkpoint(name, library)
    if found.kind == "file":
        raise ModelError(f"{name}: is a file; expected a diffusers folder of {_EXPECTED}")
    return found


def check_video_folder(name: str, folder: Path) -> VideoKind:
    """Checks that a folder is a complete video model of a known kind; returns its kind.

    Args:
        name: Of the model, for messages.
        folder: A diffusers folder.

    Raises:
        ModelError: It is not, with all that is missing or wrong.
    """
    index = read_config(folder / INDEX)
    saved_as = str(index.get("_class_name", ""))
    kind = kind_of_pipeline(saved_as)
    if kind is None:
        what = OTHERS.get(saved_as, f"a {saved_as}")
        raise ModelError(f"{name}: is {what}; expected a diffusers folder of {_EXPECTED}")
    check_model_folder(folder)
    named = {part: of for part, of in components(index).items() if len(of) == 2 and None not in of}
    problems = [*_wrong_parts(kind, folder, named)]
    if not problems:
        problems += _wan_problems(folder, index, named) if kind is WAN else _ltx_problems(folder)
    if problems:
        raise ModelError(f"{name}: {'; '.join(problems)}; download or copy the model again, or name another")
    return kind


def _wrong_parts(kind: VideoKind, folder: Path, named: Mapping[str, list[Any]]) -> Iterator[str]:
    """Yields what is wrong with the components: missing, incomplete, cut off, of another class."""
    optional = {"transformer_2": kind.parts["transformer"], "image_encoder": (), "image_processor": ()}
    others = {part: classes for part, classes in optional.items() if part in named and kind is WAN}
    for part, classes in {**kind.parts, **others}.items():
        if part not in named:
            yield f"lacks {part}"
        elif classes and named[part][1] not in classes:
            yield f"{part} is a {named[part][1]}; expected {' or '.join(classes)}"
        elif part == "tokenizer" and not any((folder / part / file).is_file() for file in _VOCABULARIES):
            yield f"the folder {part} lacks {_VOCABULARIES[0]} or {_VOCABULARIES[1]}"
        elif not is_complete(folder / part, needs_weights=False):
            what = "its .json file" if part.startswith(_WEIGHTLESS) else "config.json"
            yield f"the folder {part} lacks {what}"
        elif not part.startswith(_WEIGHTLESS):
            yield from _wrong_weights(folder / part)


def _wrong_weights(part: Path) -> Iterator[str]:
    """Yields what is wrong with the weights of a component."""
    files = {path.name for path in part.glob(f"*{SAFE}")}
    if not files and use_safetensors(part):
        yield f"the folder {part.name} lacks its weights ({SAFE})"
    for index in sorted(part.glob(f"*{SAFE}.index.json")):
        shards = read_config(index).get("weight_map")
        needed = set(shards.values()) if isinstance(shards, Mapping) else set()
        if missing := sorted(needed - files):
            yield f"the folder {part.name} lacks {', '.join(missing[:3])}"
    for file in sorted(files):
        read_header(part / file)


def _wan_problems(folder: Path, index: Mapping[str, Any], named: Mapping[str, list[Any]]) -> Iterator[str]:
    """Yields why a complete folder of a Wan model does not generate between two images."""
    network, vae = (read_config(folder / part / "config.json") for part in ("transformer", "vae"))
    if index.get("expand_timesteps"):
        yield "is Wan 2.2 TI2V, which starts from one image and takes no last one"
        return
    if index.get("boundary_ratio") is not None and "transformer_2" not in named:
        yield "lacks transformer_2, which makes the steps below boundary_ratio"
    channels = _whole(network, "in_channels", 16)
    expected = 2 * _whole(vae, "z_dim", 16) + _whole(vae, "scale_factor_temporal", 4)
    if channels != expected:
        yield f"transformer takes {channels} channels; expected {expected}, of a network that takes images"
    if network.get("image_dim") is None:
        return
    if missing := [part for part in ("image_encoder", "image_processor") if part not in named]:
        yield f"lacks {' and '.join(missing)}, by which its transformer sees the images"
    if network.get("pos_embed_seq_len") is None:
        yield "is Wan 2.1 I2V, which starts from one image and takes no last one"


def _ltx_problems(folder: Path) -> Iterator[str]:
    """Yields why a complete folder of an LTX model does not generate between two images."""
    scheduler = read_config(folder / "scheduler" / "scheduler_config.json")
    if scheduler.get("use_dynamic_shifting"):
        yield "is LTX-Video before 0.9.5, which takes no images at chosen frames"


def _whole(config: Mapping[str, Any], name: str, default: int) -> int:
    value = config.get(name, default)
    return value if isinstance(value, int) else 0
