"""Keyframe schedules: text in, one value per frame out. Depends on numpy and numexpr only."""

from schedules import seeds
from schedules.easing import EASINGS
from schedules.errors import ScheduleError, ScheduleWarning
from schedules.prompts import PromptFrame, Prompts
from schedules.schedule import Schedule
from schedules.scope import Scope
from schedules.seeds import SeedBehavior
from schedules.text_schedule import TextSchedule

__all__ = [
    "EASINGS",
    "PromptFrame",
    "Prompts",
    "Schedule",
    "ScheduleError",
    "ScheduleWarning",
    "Scope",
    "SeedBehavior",
    "TextSchedule",
    "seeds",
]
