"""Warnings about settings of the diffusion that no model of a film uses."""

import logging

import numpy as np

from animator.models.diffusion.checkpoints.without_effect import without_effect
from animator.runs.preflight.diffusion_models import ModelsInUse
from animator.runs.preflight.film import FilmToCheck
from animator.settings.diffusion import Diffusion, DiffusionPlan

log = logging.getLogger(__name__)


def tell_without_effect(film: FilmToCheck, models: ModelsInUse) -> None:
    """Logs a warning for each setting of the diffusion that is set and that no model uses.

    Args:
        film: The film.
        models: All models whose facts are known.
    """
    if film.timeline is None or not models:
        return
    unused = {name: without_effect(facts) for name, (_, _, facts) in models.items()}
    (model, reasons), *others = unused.items()
    for setting, reason in reasons.items():
        if all(setting in other for _, other in others) and _is_set(film, setting):
            log.warning("diffusion.%s: has no effect: the model %s %s", setting, model, reason)


def _is_set(film: FilmToCheck, setting: str) -> bool:
    """Returns True for a setting that differs from its default at some generated frame."""
    if film.timeline is None or film.is_broken(f"diffusion.{setting}"):
        return False
    if setting in Diffusion.model_fields and setting not in DiffusionPlan.__dataclass_fields__:
        return bool(getattr(film.animation.diffusion, setting))
    values = np.asarray(film.timeline.column(f"diffusion.{setting}"))[film.timeline.generated_frames]
    usual = DiffusionPlan.__dataclass_fields__[setting].default
    return bool(np.any(values > 1 if setting == "cfg_scale" else values != usual))
