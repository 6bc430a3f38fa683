"""The reference's cases mapped onto this project's code: plain Python and numpy in and out.

Imports stand inside the functions, so that this file loads without torch.
"""

from typing import Any

DEVIATIONS: dict[str, str] = {}

# --- a: schedules -------------------------------------------------------------------------------------------------


def schedule(text: str, max_frames: int, seed: int, is_text: bool) -> list[float] | list[str]:
    from schedules import Schedule, Scope, TextSchedule

    scope = Scope(max_frames, seed=seed, compat=True)
    if is_text:
        return list(TextSchedule.parse(text).values(scope))
    return Schedule.parse(text).values(scope).tolist()


# --- b: prompts ---------------------------------------------------------------------------------------------------


def prompts_expand(prompts: dict[str, str], max_frames: int) -> list[str]:
    from schedules import Scope, compat_prompts
    from schedules.prompts import Prompts

    keyed = [(key.at, key.text) for key in Prompts.parse(prompts).keys]
    return compat_prompts.expand(keyed, Scope(max_frames, compat=True))


def prompt_prepare(text: str, max_frames: int, frame: int, seed: int) -> str:
    from schedules import Scope, prompt_text

    return prompt_text.prepare(text, frame, Scope(max_frames, seed=seed, compat=True))


def prompt_split(text: str, frame: int, max_frames: int) -> tuple[str, str]:
    from schedules import compat_prompts

    return compat_prompts.split_weighted(text, frame)


def prompts_interpolate(prompts: dict[str, str], max_frames: int) -> list[str]:
    from schedules import Scope, compat_prompts
    from schedules.prompts import Prompts

    keyed = [(key.at, key.text) for key in Prompts.parse(prompts).keys]
    return [text for text, _ in compat_prompts.series(keyed, Scope(max_frames, compat=True))]


def prompts_combine(prompts: dict[str, str], positive: str, negative: str) -> dict[str, str]:
    from schedules import compat_prompts

    return {key: compat_prompts.combine(text, positive, negative) for key, text in prompts.items()}


# --- c: seeds -----------------------------------------------------------------------------------------------------


def seeds(behavior: str, iter_n: int, initial_seed: int, count: int) -> list[int]:
    from schedules.seeds import seed_sequence

    return list(seed_sequence(behavior, initial_seed, count, iter_n=iter_n, compat=True))
