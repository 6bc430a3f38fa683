"""What a film's settings say that works but is probably not meant."""

from animator.config import Animation
from animator.timeline import schedule_fields


def warnings_of(animation: Animation) -> list[str]:
    """Each warning with the path of its setting."""
    scope = animation.scope
    found: list[str] = []
    for path, schedule in schedule_fields(animation).items():
        found += [f"{path}: {warning}" for warning in schedule.warnings(scope)]
    return [*found, *(f"prompts: {warning}" for warning in animation.keyed_prompts.warnings(scope))]
