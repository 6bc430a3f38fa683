"""`Plan`: the values of all settings at one frame, as plain numbers and texts. Pure, no torch.

It is made from the settings: a new schedule in a group of `animator.settings` appears in the group's part.
Type checkers read plan.pyi beside this file, which `python -m docs.build` writes.
"""

from typing import Any

from animator.timeline.plan_parts import plan_types

TYPES = plan_types()
"""`Plan` and its parts, such as `MotionPlan`, by name."""


def __getattr__(name: str) -> type[Any]:
    if name not in TYPES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return TYPES[name]


def __dir__() -> list[str]:
    return ["TYPES", *TYPES]
