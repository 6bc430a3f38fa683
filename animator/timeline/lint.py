"""What a film's settings say that works but is probably not meant."""

from collections.abc import Iterator

from animator.settings import Animation
from animator.settings.modes import mode_of
from animator.timeline.timeline import range_of, schedule_fields


def setting_warnings(animation: Animation) -> list[str]:
    """Returns each warning with the path of its setting."""
    scope = animation.scope
    found: list[str] = []
    for path, schedule in schedule_fields(animation).items():
        found += [f"{path}: {warning}" for warning in schedule.warnings(scope)]
    if animation.hybrid.acts and not animation.is_hybrid:
        found.append("hybrid: mixes and moves films of the modes 2d and 3d only")
    if mode_of(animation).source == "nothing":
        found += [
            f"steps.{place}: does nothing in this mode, which diffuses from the prompt alone; use `at: after`"
            for place, step in enumerate(animation.steps)
            if step.at == "before"
        ]
    return [*found, *(f"prompts: {warning}" for warning in animation.keyed_prompts.warnings(scope))]


def clamped_schedules(animation: Animation) -> Iterator[tuple[str, str]]:
    """Yields the schedules that leave their range, by path, and what becomes of them.

    Only those of films with `compat` may: there the values are cut, as the reference does where it looks.
    """
    for path, schedule in schedule_fields(animation).items():
        numbers, values = range_of(animation, path), schedule.values(animation.scope)
        if numbers is None or not numbers.cut or isinstance(values, tuple):
            continue
        outside = numbers.violations(values)
        if outside.size:
            frame = int(outside[0])
            held = numbers.clamp(values)[frame]
            more = f"; so are {outside.size - 1} more frames" if outside.size > 1 else ""
            yield (
                path,
                f"is {values[frame]:g} at frame {frame}, which is cut to {held:g} "
                f"(expected {numbers.describe}){more}",
            )
