"""Checks the LoRA files, hypernetworks and textual inversions that prompts name, after wildcards."""

from bisect import bisect_right
from collections.abc import Iterator

from animator.models.diffusion.checkpoints.usable import check_embedding, check_tag
from animator.models.diffusion.prompts.syntax import (
    HypernetTag,
    LoraTag,
    hypernet_tags,
    prompt_parts,
    split_loras,
)
from animator.runs.preflight.diffusion_models import ModelsInUse, facts_by_name
from animator.runs.preflight.film import FilmToCheck
from animator.settings.problems import Setting
from animator.timeline.timeline import Timeline
from schedules import ScheduleError

_COMMON = ("prompt_prefix", "prompt_suffix", "negative_prompt")


def check_prompts(film: FilmToCheck, models: ModelsInUse) -> None:
    """Checks the tags and the names in the prompts of every frame."""
    if film.timeline is None or not film.opens_our_model or film.is_broken("diffusion.model_folders"):
        return
    prompt_at, facts = _prompt_starts(film), facts_by_name(models)
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
                    check_embedding(film.library.embeddings[name], facts)
    for tag, setting, frame in tags.values():
        with film.problems.at(setting, f"frame {frame}"):
            check_tag(tag, film.library, facts)


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
