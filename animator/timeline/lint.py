"""Warnings about settings that work but are probably a mistake."""

from collections.abc import Iterator

from animator.settings import Animation
from animator.settings.compat import rules_of
from animator.settings.ineffective import ineffective_settings
from animator.settings.wildcards import TEXTS, first_syntax
from animator.timeline.columns import range_of, schedule_fields
from animator.timeline.vocabulary import vocabulary_warnings

SHOWN = 3
"""Paths that a summary lists; the rest are counted."""
SURE = 0.4
"""Least confidence of a tempo of which nothing is said."""


def setting_warnings(animation: Animation) -> list[str]:
    """Returns the warnings of a film's schedules and prompts, each with the path of its setting."""
    scope = animation.scope
    warnings: list[str] = []
    for path, schedule in schedule_fields(animation).items():
        warnings += [f"{path}: {warning}" for warning in schedule.warnings(scope)]
    warnings += literal_prompt_warnings(animation)
    warnings += tempo_warnings(animation)
    warnings += vocabulary_warnings(animation)
    return [*warnings, *(f"prompts: {warning}" for warning in animation.keyed_prompts.warnings(scope))]


def literal_prompt_warnings(animation: Animation) -> list[str]:
    """Returns a warning if the film takes dynamic prompts as plain text, as Deforum does."""
    if rules_of(animation).fills_wildcards:
        return []
    texts = [*(key.text for key in animation.prompts.keys), *(getattr(animation, name) for name in TEXTS[1:])]
    found = next(filter(None, map(first_syntax, texts)), "")
    if not found:
        return []
    return [
        f"prompts: {found!r} reaches the model as it is written, as in Deforum; "
        "`compat: false` chooses from brackets, wildcards and variables"
    ]


def tempo_warnings(animation: Animation) -> list[str]:
    """Returns a warning about a tempo that is heard without being sure of it."""
    heard = animation.heard
    if heard.bpm is None or heard.confidence >= SURE:
        return []
    return [
        f"bpm: auto hears {heard.bpm:.1f} beats per minute with a confidence of {heard.confidence:.2f} only; "
        "if that is wrong, give the number, and first_beat"
    ]


def effect_warnings(animation: Animation, *, lists_all: bool = False) -> list[str]:
    """Returns the warnings about settings that have no effect, because others switch them off.

    Args:
        animation: The film.
        lists_all: True for a film whose source lists every setting, as Deforum's settings files do: such
            settings are then no mistake, and one line counts them.
    """
    ineffective = ineffective_settings(animation)
    paths = [path for group in ineffective for path in group.paths]
    if not lists_all or not paths:
        return [f"warning: {group}" for group in ineffective]
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    listed = f"{', '.join(paths[:SHOWN])}{more}"
    return [f"note: {listed} have no effect in this film; other settings switch them off"]


def clamped_schedules(animation: Animation) -> Iterator[tuple[str, str]]:
    """Yields the path of each schedule that leaves its range, and a message about the clamped value.

    Only schedules of films with `compat` may leave their range; the values are clamped, as Deforum does.
    """
    for path, schedule in schedule_fields(animation).items():
        numbers, values = range_of(animation, path), schedule.values(animation.scope)
        if numbers is None or not numbers.cut or isinstance(values, tuple):
            continue
        outside = numbers.violations(values)
        if outside.size:
            frame = int(outside[0])
            clamped = numbers.clamp(values)[frame]
            more = f"; so are {outside.size - 1} more frames" if outside.size > 1 else ""
            yield (
                path,
                f"is {values[frame]:g} at frame {frame}, which is cut to {clamped:g} "
                f"(expected {numbers.describe}){more}",
            )
