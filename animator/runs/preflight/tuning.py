"""Checks refiners, and what changes how the U-Net computes: FreeU, deep shrink, hypernetworks."""

from contextlib import suppress

from animator.errors import ModelError
from animator.models.diffusion.checkpoints import usable
from animator.models.diffusion.checkpoints.facts import ModelFacts
from animator.models.diffusion.prompts.syntax import hypernet_tags, prompt_parts
from animator.runs.preflight.diffusion_models import ModelsInUse, facts_by_name
from animator.runs.preflight.film import FilmToCheck
from animator.runs.preflight.tuned_frames import acting_frames, numbers, refined_frames

_SWITCHED = ("freeu", "deep_shrink")


def refiners_in_use(film: FilmToCheck, models: ModelsInUse) -> ModelsInUse:
    """Reports refiners that cannot be used, and returns those whose facts are known.

    Args:
        film: The film.
        models: From `models_in_use`.
    """
    if not film.opens_our_model or film.is_broken("model", "diffusion.architecture"):
        return {}
    refiners: dict[str, tuple[str, int, ModelFacts]] = {}
    known, architecture = facts_by_name(models), film.animation.diffusion.architecture
    for (name, refiner), frame in refined_frames(film).items():
        if name == refiner:  # the model is no refiner of itself
            continue
        base = {name: known[name]} if name in known else {}
        with film.problems.at("diffusion.refiner", f"frame {frame}"):
            facts = usable.check_refiner(refiner, film.library, base, architecture)
            if facts is not None:
                refiners[refiner] = ("diffusion.refiner", frame, facts)
    return refiners


def check_tuning(film: FilmToCheck, models: ModelsInUse) -> None:
    """Checks what changes the U-Net against the models, the ControlNets and the speed.

    Args:
        film: The film.
        models: Those of the film, with its refiners.
    """
    if not film.opens_our_model:
        return
    _check_speed(film)
    shrunk = acting_frames(film, "deep_shrink")
    if shrunk:
        _check_blocks(film, shrunk, models)
        _check_no_controlnet(film, shrunk)


def _check_speed(film: FilmToCheck) -> None:
    """Checks that no model is changed that is compiled, which would not notice."""
    if film.animation.diffusion.speed != "compiled":
        return
    changed = [f"{group}.enabled" for group in _SWITCHED if acting_frames(film, group)]
    units = enumerate(film.animation.ip_adapter) if film.timeline is not None else ()
    changed += [f"ip_adapter.{i}" for i, unit in units if unit.enabled and _acts(film, f"ip_adapter.{i}")]
    controls = enumerate(film.animation.controlnet) if film.timeline is not None else ()
    changed += [
        f"controlnet.{i}"
        for i, unit in controls
        if unit.enabled and unit.is_reference and _acts(film, f"controlnet.{i}")
    ]
    changed += ["<hypernet:...> in the prompts"] if _has_hypernetwork(film) else []
    if changed:
        film.problems.add(
            "diffusion.speed",
            f"is compiled; {changed[0]} changes the model while it generates; expected auto or eager",
        )


def _acts(film: FilmToCheck, unit: str) -> bool:
    """Returns True if the weight of a unit is not 0 at some frame."""
    return bool(numbers(film, f"{unit}.weight").any())


def _has_hypernetwork(film: FilmToCheck) -> bool:
    if film.timeline is None:
        return False
    prompts = dict.fromkeys(map(film.timeline.prompt, film.timeline.generated_frames.tolist()))
    texts = (text for prompt in prompts for part in prompt_parts(prompt) for text in part[:2])
    with suppress(ModelError):  # a tag that is wrong: `check_prompts` reports it
        return any(hypernet_tags(text) for text in texts)
    return False


def _check_blocks(film: FilmToCheck, shrunk: list[int], models: ModelsInUse) -> None:
    """Checks that the models have the input blocks behind which the grid is shrunk."""
    blocks = numbers(film, "deep_shrink.block")
    for name, (_, _, facts) in models.items():
        beyond = [
            frame for frame in shrunk if facts.input_blocks and int(blocks[frame]) >= facts.input_blocks
        ]
        if beyond:
            film.problems.add(
                "deep_shrink.block",
                f"is {int(blocks[beyond[0]])} at frame {beyond[0]}; the model {name} has the input blocks 0 "
                f"to {facts.input_blocks - 1}",
            )


def _check_no_controlnet(film: FilmToCheck, shrunk: list[int]) -> None:
    """Checks that no ControlNet, which guides the whole grid, acts on a shrunk one."""
    for number, unit in enumerate(film.animation.controlnet):
        weights = numbers(film, f"controlnet.{number}.weight") if unit.enabled else None
        both = [frame for frame in shrunk if weights is not None and weights[frame] > 0]
        if both:
            film.problems.add(
                "deep_shrink.enabled",
                f"does not go with controlnet.{number} at frame {both[0]}; use one of them, or set the "
                "unit's weight to 0 while deep_shrink.start is below deep_shrink.end",
            )
