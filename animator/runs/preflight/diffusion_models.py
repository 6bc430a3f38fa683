"""Checks the diffusion models of a film by their headers and configs; none is opened."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from animator.core.confinement import named_path
from animator.core.paths import exists, is_folder
from animator.core.permissions import permissions
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.facts import ModelFacts, facts_of, read_config
from animator.models.diffusion.checkpoints.file_header import SAFE, read_header
from animator.models.diffusion.checkpoints.find import Checkpoint, find_checkpoint
from animator.models.diffusion.checkpoints.identify import FAMILY_NAMES, identify
from animator.models.diffusion.checkpoints.library import INDEX
from animator.models.diffusion.controlnet.find import CONFIG, find_controlnet
from animator.models.diffusion.samplers.registry import find_sampler
from animator.models.hub import is_in_cache, not_downloaded
from animator.models.model_folder import check_model_folder
from animator.models.permitted import check_readable
from animator.runs.preflight.film import FilmToCheck
from animator.timeline.timeline import Timeline

ModelsInUse = Mapping[str, tuple[str, int, ModelFacts]]
"""By name of a model: the setting that names it, the first generated frame that uses it, and its facts."""


def models_in_use(film: FilmToCheck) -> ModelsInUse:
    """Reports models that cannot be used, and returns those whose facts are known."""
    if not film.opens_our_model or film.is_broken("model", "diffusion.architecture"):
        return {}
    models: dict[str, tuple[str, int, ModelFacts]] = {}
    for name, setting, frame in _names(film):
        where = f"frame {frame}" if setting == "diffusion.checkpoint" else ""
        with film.problems.at(setting, where):
            checkpoint = find_checkpoint(name, film.library)
            _check_permitted(checkpoint)
            facts = facts_of(checkpoint, film.animation.diffusion.architecture)
            if checkpoint.kind == "folder":
                check_weights(Path(checkpoint.location))
            if facts is not None:
                models[name] = (setting, frame, facts)
    return models


def _check_permitted(checkpoint: Checkpoint) -> None:
    if checkpoint.kind == "file":
        check_readable(Path(checkpoint.location))
    elif checkpoint.kind == "folder":
        check_model_folder(Path(checkpoint.location))
    elif not (permissions().download or is_in_cache(checkpoint.name)):
        raise not_downloaded("model", checkpoint.name)


def check_weights(folder: Path) -> None:
    """Checks the headers of the weights in a diffusers folder.

    Raises:
        ModelError: A file is truncated or corrupt.
    """
    for path in sorted(folder.glob(f"*/*{SAFE}")):
        read_header(path)


def check_vae(film: FilmToCheck) -> None:
    """Checks the VAE that replaces the models' own."""
    name = film.animation.diffusion.vae
    if not (name and film.opens_our_model):
        return
    with film.problems.at("diffusion.vae"):
        path = named_path(name)
        location = path if exists(path) else film.library.checkpoint(name)
        if location is None:
            searched = ", ".join(map(str, film.folders))
            raise ModelError(f"{name}: there is no such file or folder, here or in {searched}")
        if is_folder(location):
            check_model_folder(location)
            read_config((location / "vae" if (location / INDEX).is_file() else location) / CONFIG)
            return
        check_readable(location)
        if location.suffix == SAFE and (kind := identify(location)).what not in ("vae", "checkpoint"):
            raise ModelError(f"{name}: is not a VAE but a file of kind {kind}")


def check_architecture(film: FilmToCheck) -> None:
    """Checks the folder of configs of an unusual single-file model."""
    folder = film.animation.diffusion.architecture
    if folder and film.opens_our_model:
        with film.problems.at("diffusion.architecture"):
            read_config(named_path(folder) / "unet" / CONFIG)


def check_controlnets(film: FilmToCheck, models: ModelsInUse) -> None:
    """Checks that the ControlNets were made for the models' base."""
    if not film.opens_our_model:
        return
    for number, unit in enumerate(film.animation.controlnet):
        if not unit.enabled:
            continue
        with film.problems.at(f"controlnet.{number}.model"):
            checkpoint = find_controlnet(unit.model, film.library)
            _check_permitted(checkpoint)
            width = _context_width(Path(checkpoint.location), checkpoint.kind)
            for name, (_, _, facts) in models.items():
                if facts.is_transformer:
                    raise ModelError(f"the model {name} takes no ControlNet; Stable Diffusion 1, 2 and XL do")
                if width and facts.context_width and width != facts.context_width:
                    raise ModelError(
                        f"{unit.model}: was made for a base with text of width {width}; the model {name} is "
                        f"{FAMILY_NAMES[facts.family]}, of width {facts.context_width}. Use a ControlNet "
                        "and a model of one base"
                    )


def check_abilities(film: FilmToCheck, models: ModelsInUse) -> None:
    """Checks what only some models can do: samplers, masks, tiling, and layers of the text encoder."""
    animation = film.animation
    for name, (_, _, facts) in models.items():
        if facts.is_transformer:
            _check_transformer(film, name)
        elif film.timeline is not None and facts.text_layers:
            skips = np.asarray(film.timeline.column("diffusion.clip_skip")).astype(np.int64)
            layers = min(facts.text_layers)
            late = [frame for frame in _generated(film.timeline, name) if skips[frame] > layers]
            if late:
                film.problems.add(
                    "diffusion.clip_skip",
                    f"is {skips[late[0]]} at frame {late[0]}; the text encoder of the model {name} has "
                    f"{layers} layers, so expected at most {layers}",
                )
    if not any(facts.is_transformer for _, _, facts in models.values()):
        return
    for setting, is_used in (
        ("mask.use_mask", animation.mask.acts),
        ("diffusion.tiling", animation.diffusion.tiling),
        ("diffusion.cfg_rescale", _acts(film, "diffusion.cfg_rescale")),
    ):
        if is_used:
            film.problems.add(setting, "is not supported by this model; Stable Diffusion 1, 2 and XL do")


def _acts(film: FilmToCheck, setting: str) -> bool:
    """Returns True if a schedule of numbers is not 0 at some frame."""
    return film.timeline is not None and bool(np.any(np.asarray(film.timeline.column(setting), np.float64)))


def _check_transformer(film: FilmToCheck, name: str) -> None:
    for sampler in dict.fromkeys(
        film.animation.diffusion.text_schedule("sampler").values(film.animation.scope)
    ):
        found = find_sampler(sampler)
        if found.name != "Euler" or found.schedule_type:
            film.problems.add(
                "diffusion.sampler", f"is {sampler}; the model {name} supports Euler only; set it to Euler"
            )


def _names(film: FilmToCheck) -> Iterator[tuple[str, str, int]]:
    """Yields each model that a generated frame uses: name, setting, and the first such frame."""
    animation, seen = film.animation, set[str]()
    yield animation.model, "model", 0
    names = animation.diffusion.text_schedule("checkpoint").values(animation.scope)
    generated = range(len(names)) if film.timeline is None else map(int, film.timeline.generated_frames)
    for frame in generated:
        if names[frame] and names[frame] not in seen:
            seen.add(names[frame])
            yield names[frame], "diffusion.checkpoint", frame


def _generated(timeline: Timeline, model: str) -> Iterator[int]:
    """Yields the generated frames that use a model."""
    names = timeline.column("diffusion.checkpoint")
    for frame in map(int, timeline.generated_frames):
        if (names[frame] or timeline.animation.model) == model:
            yield frame


def _context_width(path: Path, kind: str) -> int:
    """Returns the width of the text context that a ControlNet takes; 0 if it is not known."""
    if kind == "folder":
        width = read_config(path / CONFIG).get("cross_attention_dim")
        return width if isinstance(width, int) else 0
    if kind == "file" and path.suffix == SAFE:
        shapes = read_header(path).shapes
        return next((shape[1] for name, shape in shapes.items() if name.endswith("attn2.to_k.weight")), 0)
    return 0
