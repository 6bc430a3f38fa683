"""`speed_of`: what a measurement says about the films to come."""

from datetime import date

from animator.presets.model_defaults import model_defaults
from animator.runs.bench.measure import Measurement
from animator.runs.machine_speed import MachineSpeed
from animator.runs.preflight.estimate import BYTES_PER_PIXEL, generation_operations
from animator.settings.modes import mode_name


def speed_of(measured: Measurement) -> MachineSpeed | None:
    """Returns the speed of this machine with the measured film; None where nothing is known of its model."""
    film = measured.bench.film
    width, height = film.size
    model = model_defaults(film.plain())
    if model is None:
        return None
    operations = generation_operations(measured.generations, measured.sampler_steps, film.size, model)
    return MachineSpeed(
        model=model.kind,
        film_mode=mode_name(film),
        pixels=width * height,
        device=measured.bench.device.type,
        operations_per_second=operations / (1e-3 * measured.model_ms * measured.frames),
        seconds_per_byte=1e-3 * measured.host_ms / (width * height * BYTES_PER_PIXEL),
        measured=date.today(),
    )
