"""Checks the LoRA files, hypernetworks and textual inversions that prompts name, after wildcards."""

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import SAFE, read_header
from animator.models.diffusion.checkpoints.identify import FAMILY_NAMES, identify_header
from animator.models.diffusion.checkpoints.lora_keys import split_key
from animator.models.diffusion.prompts.syntax import (
    HypernetTag,
    LoraTag,
    hypernet_tags,
    prompt_parts,
    split_loras,
)
from animator.models.permitted import check_readable
from animator.runs.preflight.diffusion_models import ModelsInUse
from animator.runs.preflight.film import FilmToCheck, Setting
from animator.timeline.timeline import Timeline
from schedules import ScheduleError

_COMMON = ("prompt_prefix", "prompt_suffix", "negative_prompt")


def check_prompts(film: FilmToCheck, models: ModelsInUse) -> None:
    """Checks the tags and the names in the prompts of every frame."""
    if film.timeline is None or not film.opens_our_model or film.is_broken("diffusion.model_folders"):
        return
    prompt_at = _prompt_starts(film)
    tags: dict[tuple[type, str], tuple[LoraTag | HypernetTag, Setting, int]] = {}
    for frame, text in _texts(film.timeline):
        setting = _setting_of(prompt_at, frame)
        with film.problems.at(setting, f"frame {frame}"):
            prompt, loras = split_loras(text)
            both: tuple[LoraTag | HypernetTag, ...] = (*loras, *hypernet_tags(text))
            for tag in both:
                key = type(tag), tag.name  # once, whatever its weights
                tags.setdefault(key, (tag, _common_setting(film, tag) or setting, frame))
            for name in film.library.embeddings if film.folders else ():
                if name in prompt.lower():
                    _check_embedding(film, film.library.embeddings[name], models)
    for tag, setting, frame in tags.values():
        with film.problems.at(setting, f"frame {frame}"):
            _check_tag(film, tag, models)


def _check_tag(film: FilmToCheck, tag: LoraTag | HypernetTag, models: ModelsInUse) -> None:
    if isinstance(tag, LoraTag):
        _check_lora(film.library.lora(tag.name), models)
    else:
        _check_hypernetwork(film.library.hypernetwork(tag.name), models)


def _check_lora(path: Path, models: ModelsInUse) -> None:
    header = read_header(path)
    kind = identify_header(header)
    if kind.what != "lora":
        raise ModelError(f"{path}: is not a LoRA but a file of kind {kind}")
    if not any(split_key(name) for name in header.shapes):
        raise ModelError(
            f"{path}: is a LoRA in an unknown layout, with names such as {next(iter(header.shapes))}"
        )
    for name, (_, _, facts) in models.items():
        if kind.family and kind.family != facts.family:
            raise ModelError(
                f"{path}: this LoRA was made for {FAMILY_NAMES[kind.family]}; the model {name} is "
                f"{FAMILY_NAMES[facts.family]}. Use a LoRA and a model of one base"
            )


def _check_hypernetwork(path: Path, models: ModelsInUse) -> None:
    check_readable(path)
    for name, (_, _, facts) in models.items():
        if facts.is_transformer:
            raise ModelError(
                f"{path}: the model {name} takes no hypernetwork; Stable Diffusion 1, 2 and XL do"
            )


def _check_embedding(film: FilmToCheck, path: Path, models: ModelsInUse) -> None:
    check_readable(path)
    if path.suffix != SAFE:
        return
    shapes = read_header(path).shapes
    both = [shapes[name] for name in ("clip_l", "clip_g") if name in shapes]
    widths = tuple(
        shape[-1] for shape in (both if len(both) == 2 else [next(iter(shapes.values()))]) if shape
    )
    for name, (_, _, facts) in models.items():
        if facts.text_widths and widths != facts.text_widths:
            raise ModelError(
                f"{path}: this textual inversion has vectors of width {_join(widths)}; the text encoders of "
                f"the model {name} have {_join(facts.text_widths)}. Use one made for the same base model"
            )


def _texts(timeline: Timeline) -> Iterator[tuple[int, str]]:
    """Yields each text of the prompts once, with the first generated frame that has it."""
    seen = set[str]()
    for frame in map(int, timeline.generated_frames):
        for positive, negative, _ in prompt_parts(timeline.prompt(frame)):
            for text in (positive, negative):
                if text not in seen:
                    seen.add(text)
                    yield frame, text


def _prompt_starts(film: FilmToCheck) -> list[tuple[int, str]]:
    """Returns the first frame of each keyed prompt with its key, sorted; empty for a single prompt."""
    prompts, scope = film.animation.prompts, film.animation.scope
    if not isinstance(prompts.source, dict):
        return []
    try:
        return sorted((key.at.frame(scope), key.at.text) for key in prompts.keys)
    except ScheduleError:
        return []


def _setting_of(starts: list[tuple[int, str]], frame: int) -> Setting:
    """Returns the keys of the prompt at a frame, such as `prompts` and `60`; `prompts` for a single one."""
    index = bisect_right(starts, frame, key=lambda start: start[0])
    return ("prompts", starts[index - 1][1]) if index else "prompts"


def _common_setting(film: FilmToCheck, tag: LoraTag | HypernetTag) -> str:
    """Returns the setting of the text around every prompt that has a tag; empty if none has it."""
    return next((setting for setting in _COMMON if f":{tag.name}" in getattr(film.animation, setting)), "")


def _join(widths: tuple[int, ...]) -> str:
    return " and ".join(map(str, widths)) or "no text encoder's"
