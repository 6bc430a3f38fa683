"""The noise levels of flow-matching models, as their own pipelines compute them: `FlowSchedule`.

A pipeline computes them from the steps, the size and the scheduler's config, each in its own way, and hands
them to its scheduler. So the pipeline itself is asked: its scheduler takes down what it is given.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np
import torch
from torch import Tensor

from animator.images.side_stream import to_device


@dataclass(frozen=True)
class FlowSchedule:
    """The noise levels of a full generation.

    Attributes:
        sigmas: Of each step, falling, and a last 0; 1 is noise alone.
        timesteps: Of each step, as the network takes them.
    """

    sigmas: tuple[float, ...]
    timesteps: tuple[float, ...]

    def after(self, strength: float) -> tuple[float, ...]:
        """Returns the sigmas of the steps that run where a share of a generation is skipped, and a last 0.

        A share that is not a whole number of steps begins within a step, at a sigma between its ends, so
        that a film of four steps moves smoothly from one strength to the next.

        Args:
            strength: How much of the image is kept, in [0, 1]. At least a tenth of the last step runs.
        """
        steps = len(self.sigmas) - 1
        position = _position(steps, strength)
        whole = round(position)
        if abs(position - whole) < ROUNDING:
            return self.sigmas[whole:]
        first = float(np.interp(position, range(steps + 1), self.sigmas))
        return (first, *self.sigmas[int(position) + 1 :])

    def sigma_of(self, strengths: Tensor) -> Tensor:
        """Returns the sigmas at which pixels begin, of the shape of their strengths, each as in `after`."""
        steps = len(self.sigmas) - 1
        position = (strengths.clamp(0.0, 1.0) * steps).clamp_max(steps - _LEAST)
        whole = position.round()
        position = torch.where((position - whole).abs() < ROUNDING, whole, position)
        sigmas = to_device(torch.tensor(self.sigmas, dtype=torch.float32), strengths.device)
        index = position.floor().clamp_max(steps - 1).long()
        return torch.lerp(sigmas[index], sigmas[index + 1], position - index)

    def timestep(self, sigma: float) -> float:
        """Returns the timestep of a sigma."""
        return float(np.interp(sigma, self.sigmas[-2::-1], self.timesteps[::-1]))


_LEAST = 0.1
"""Share of the last step that always runs."""
ROUNDING = 1e-4
"""Rounding errors of strengths must not cost a step."""


def steps_begun(steps: int, strength: float) -> int:
    """Returns how many steps run where a share of a generation is skipped; a step that is begun counts.

    Args:
        steps: Of a full generation.
        strength: As for `FlowSchedule.after`.
    """
    position = _position(steps, strength)
    whole = round(position)
    return steps - (whole if abs(position - whole) < ROUNDING else int(position))


def _position(steps: int, strength: float) -> float:
    """Returns where a generation begins, in steps."""
    return min(max(strength, 0.0) * steps, steps - _LEAST)


def flow_scheduler(scheduler: Any) -> Any:
    """Returns the scheduler whose noise levels a model uses: its own, or Euler's with the same shift.

    Sana comes with a solver of several steps for flow matching; the steps are ours.

    Args:
        scheduler: The scheduler that the model came with.
    """
    from diffusers import FlowMatchEulerDiscreteScheduler

    if isinstance(scheduler, FlowMatchEulerDiscreteScheduler):
        return scheduler
    shift = scheduler.config.get("flow_shift", 1.0)
    return FlowMatchEulerDiscreteScheduler(
        num_train_timesteps=scheduler.config.get("num_train_timesteps", 1000), shift=shift
    )


class _TakenError(Exception):
    """A pipeline has given its scheduler the noise levels."""


def schedule_of(call: Callable[[Any], object], scheduler: Any) -> FlowSchedule:
    """Returns the noise levels that a pipeline computes; runs no network.

    Args:
        call: Calls the pipeline with another scheduler.
        scheduler: The pipeline's own scheduler.
    """

    class Asking(type(scheduler)):  # type: ignore[misc]  # the class is known only here
        @wraps(type(scheduler).set_timesteps)  # pipelines look at the names of its arguments
        def set_timesteps(self, *args: Any, device: Any = None, **kwargs: Any) -> None:
            super().set_timesteps(*args, device="cpu", **kwargs)
            raise _TakenError

    asking = Asking.from_config(scheduler.config)
    try:
        call(asking)
    except _TakenError:
        return FlowSchedule(tuple(asking.sigmas.tolist()), tuple(asking.timesteps.tolist()))
    raise AssertionError("the pipeline did not ask its scheduler for noise levels")
