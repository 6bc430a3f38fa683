"""Checks the diffusion models of a film by their headers and configs; none is opened."""

from collections.abc import Iterator, Mapping

import numpy as np

from animator.core.confinement import named_path
from animator.models.diffusion.checkpoints import usable
from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.facts import ModelFacts
from animator.models.diffusion.checkpoints.parts import Rest
from animator.models.diffusion.controlnet.find import CONFIG
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.models.diffusion.samplers.registry import find_sampler, other_samplers, takes_any_sigmas
from animator.runs.preflight.film import FilmToCheck
from animator.runs.preflight.tuned_frames import acting_frames, refined_frames
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
            facts = usable.check_model(name, film.library, film.animation.diffusion.architecture)
            if facts is not None:
                models[name] = (setting, frame, facts)
        if name in models and models[name][2].is_network:
            complete = _check_rest(film, name, setting, where) or models[name][2]
            models[name] = (setting, frame, complete)
    return models


def _check_rest(film: FilmToCheck, name: str, setting: str, where: str) -> ModelFacts | None:
    """Returns the facts of a model whose file lacks something; reports problems at what has to change."""
    settings = film.animation.diffusion
    rest = Rest(settings.parts, settings.text_encoders, settings.vae)
    named = "diffusion.text_encoders" if rest.text_encoders else "diffusion.parts" if rest.parts else ""
    with film.problems.at(named or setting, "" if named else where):
        return usable.check_rest(name, film.library, rest)
    return None


def check_vae(film: FilmToCheck, models: ModelsInUse) -> None:
    """Checks the VAE that replaces the models' own."""
    name = film.animation.diffusion.vae
    if not (name and film.opens_our_model):
        return
    with film.problems.at("diffusion.vae"):
        usable.check_vae(name, film.library, facts_by_name(models))


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
        if unit.is_reference:
            if any(facts.is_transformer for facts in facts_by_name(models).values()):
                message = f"is {unit.module}; this model does not support it; Stable Diffusion 1, 2 and XL do"
                film.problems.add(f"controlnet.{number}.module", message)
            continue
        with film.problems.at(f"controlnet.{number}.model"):
            usable.check_controlnet(unit.model, film.library, facts_by_name(models), unit.shows)


def check_ip_adapters(film: FilmToCheck, models: ModelsInUse) -> None:
    """Checks that adapters and encoders are there, and were made for the models' base."""
    if not film.opens_our_model:
        return
    for number, unit in enumerate(film.animation.ip_adapter):
        if unit.enabled:
            with film.problems.at(f"ip_adapter.{number}.model"):
                name = AdapterName(unit.model, unit.encoder)
                usable.check_ip_adapter(name, film.library, facts_by_name(models))


def facts_by_name(models: ModelsInUse) -> usable.Models:
    """Returns the facts of the models alone."""
    return {name: facts for name, (_, _, facts) in models.items()}


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
        ("diffusion.tiling", animation.diffusion.tiling),
        ("diffusion.refiner", bool(refined_frames(film))),
        ("freeu.enabled", bool(acting_frames(film, "freeu"))),
        ("deep_shrink.enabled", bool(acting_frames(film, "deep_shrink"))),
    ):
        if is_used:
            film.problems.add(setting, "is not supported by this model; Stable Diffusion 1, 2 and XL do")


def _check_transformer(film: FilmToCheck, name: str) -> None:
    for sampler in dict.fromkeys(
        film.animation.diffusion.text_schedule("sampler").values(film.animation.scope)
    ):
        if not takes_any_sigmas(find_sampler(sampler)):
            film.problems.add("diffusion.sampler", f"is {sampler}; {other_samplers(name)}; set it to Euler")


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
