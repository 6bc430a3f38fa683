"""`RenderTime`: about how long a film takes on this machine, and how that is known."""

import logging
from dataclasses import dataclass
from datetime import date

from animator.errors import RunError
from animator.models.diffusion.checkpoints.defaults import ModelDefaults
from animator.runs.machine_speed import MachineSpeed, recorded_speed
from animator.runs.preflight.estimate import Estimate, duration_text, film_seconds
from animator.settings import Animation
from animator.settings.modes import mode_name

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RenderTime:
    """About how long a film takes on this machine.

    Attributes:
        seconds: About how long.
        device: Where the model runs.
        measured: When `animator bench` measured a film like it; None for a rule of thumb by the CPU's speed.
        is_partial: True where a video model generates in-betweens, whose time is not known and not counted.
    """

    seconds: float
    device: str
    measured: date | None
    is_partial: bool = False

    def __str__(self) -> str:
        if self.measured is None:
            where = "'s CPU (rule of thumb; animator bench measures it)"
        else:
            where = f" ({self.device}; measured with animator bench on {self.measured})"
        partly = ", besides the time of the video model, which is not known" if self.is_partial else ""
        return f"about {duration_text(self.seconds)} on this machine{where}{partly}"


def render_time(needed: Estimate, film: Animation, model: ModelDefaults, cpu_seconds: float) -> RenderTime:
    """Returns how long a film takes: as measured, where `animator bench` has measured one like it.

    Args:
        needed: The work of the film.
        film: The film.
        model: What is known of its model.
        cpu_seconds: The rule of thumb.
    """
    speed = _measured_speed(film, model)
    if speed is None:
        return RenderTime(cpu_seconds, "cpu", None, is_partial=needed.tweened > 0)
    seconds = film_seconds(needed, film.size, model, speed)
    return RenderTime(seconds, speed.device, speed.measured, is_partial=needed.tweened > 0)


def _measured_speed(film: Animation, model: ModelDefaults) -> MachineSpeed | None:
    try:
        return recorded_speed(model.kind, mode_name(film), film.size[0] * film.size[1])
    except RunError as error:  # the film can be rendered all the same
        log.warning("%s", error)
        return None
