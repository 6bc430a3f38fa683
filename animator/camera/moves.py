"""The named moves of cameras, each a pure function of the frame.

At speed 1 and intensity 1 a move is calm, and lasts as long in seconds at any frame rate. Speed is how fast
it runs, intensity how far it goes; a negative speed runs it backward.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import pi
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from animator.camera.channels import Channels
from animator.camera.drive import Drive
from animator.camera.noise import DRIFT, HANDHELD, JOLT, SHAKE, Spectrum, noise
from schedules.easing import EASINGS

Array = NDArray[np.float64]
Steps = Callable[[Drive], Channels]
_SOFT = EASINGS["ease_in_out"]
_NEAREST = 0.1
"""Share of the distance to its subject that a dolly leaves."""
_SPIRALS = (-5.0, 5.0)
"""Logarithms of the largest and the smallest radius of a spiral, of that where it begins."""


@dataclass(frozen=True)
class Move:
    """A move that people who film have a name for.

    Attributes:
        steps: Returns what it does at every frame.
        text: What it does, as a sentence.
        distance: The name of its setting for the distance of what it turns about; empty for none. Such a
            move needs depth.
        default_distance: That distance in the scene's unit, left open.
        is_noise: True if it has a seed.
        ease: How it gets on where nothing is said.
    """

    steps: Steps
    text: str
    distance: str = ""
    default_distance: float = 2.0
    is_noise: bool = False
    ease: str = "linear"


def _steady(**rates: float) -> Steps:
    """Returns a move with the same steps all the time: what it does in a second, by channel."""
    return lambda drive: Channels.of(drive.frames, **{name: rate * drive.run for name, rate in rates.items()})


def _swinging(**waves: tuple[float, float, float]) -> Steps:
    """Returns a move that comes and goes: amplitude, frequency in Hz and phase in turns, by channel."""

    def steps(drive: Drive) -> Channels:
        seconds, amplitude = drive.seconds, drive.amplitude
        places = {
            name: size * amplitude * (np.sin(2 * pi * (hertz * seconds + turn)) - np.sin(2 * pi * turn))
            for name, (size, hertz, turn) in waves.items()
        }
        return Channels.between(drive.frames, **places)

    return steps


def _noisy(spectrum: Spectrum, **sizes: float) -> Steps:
    """Returns a move by noise: its root mean square, by channel."""

    def steps(drive: Drive) -> Channels:
        places = {
            name: size * drive.amplitude * noise(spectrum, drive.seconds, drive.fps, drive.seed, name)
            for name, size in sizes.items()
        }
        return Channels.between(drive.frames, **places)

    return steps


def _both(first: Steps, second: Steps) -> Steps:
    return lambda drive: Channels.sum((first(drive), second(drive)), drive.frames)


def looking_at(right: Array, up: Array, forward: Array, distance: float | Array) -> Channels:
    """Returns the steps by which a camera keeps looking at what was straight ahead of it.

    Args:
        right: (frames,), its shift to the right in the scene's unit.
        up: (frames,), up.
        forward: (frames,), forward.
        distance: Of what it looks at.
    """
    left = np.maximum(distance - forward, _NEAREST * np.asarray(distance))
    return Channels.of(
        len(right),
        pan=-np.degrees(np.arctan2(right, left)),
        tilt=-np.degrees(np.arctan2(up, np.hypot(left, right))),
    )


def _around(turn_deg: Array, distance: Array | float) -> Channels:
    """Returns the steps of a camera that goes around what is straight ahead, to the right."""
    angle = np.radians(turn_deg)
    # A frame's shift is along the axes after its turn: to stay on the circle it leads back a little.
    return Channels.of(
        len(angle), right=distance * np.sin(angle), forward=distance * (np.cos(angle) - 1), pan=-turn_deg
    )


def _orbit(drive: Drive) -> Channels:
    return _around(20.0 * drive.run, drive.distance)


def _arc(drive: Drive) -> Channels:
    swing = 15.0 * drive.amplitude * np.sin(2 * pi * 0.1 * drive.seconds)
    return _around(np.diff(swing, prepend=swing[:1]), drive.distance)


def _spiral(drive: Drive) -> Channels:
    """Goes around ever closer: half of the distance is left after 10 seconds."""
    gone = np.clip(np.log(2) / 10 * np.cumsum(drive.run), *_SPIRALS)
    distance = drive.distance * np.exp(-gone)
    inward = Channels.between(drive.frames, forward=-distance)
    return Channels.sum((_around(20.0 * drive.run, distance), inward), drive.frames)


def _crane(direction: float) -> Steps:
    def steps(drive: Drive) -> Channels:
        up = direction * 0.15 * drive.run
        still = np.zeros(drive.frames)
        return Channels.sum(
            (Channels.of(drive.frames, up=up), looking_at(still, up, still, drive.distance)), drive.frames
        )

    return steps


def _dolly_zoom(drive: Drive) -> Channels:
    """Comes closer while the lens grows wider, so that the subject keeps its size."""
    limit = (1 - _NEAREST) * drive.distance
    forward = np.minimum(np.cumsum(0.2 * drive.run), limit)
    return Channels.between(drive.frames, forward=forward, lens=np.log1p(-forward / drive.distance))


def _whip(drive: Drive) -> Channels:
    """Stands still, then turns by 60 degrees within a quarter of a second, every 2 seconds."""
    turns, share = np.divmod(drive.seconds / 2, 1.0)
    angle = 60.0 * (turns + _SOFT(np.clip((share - 0.5) * 8 + 0.5, 0.0, 1.0)))
    return Channels.of(drive.frames, pan=np.diff(angle, prepend=angle[:1]) * drive.intensity)


def _dutch(drive: Drive) -> Channels:
    """Leans over by 15 degrees within a second and a half, and stays so."""
    share = np.clip(drive.seconds / 1.5, -1.0, 1.0)
    lean = 15.0 * drive.intensity * np.sign(share) * _SOFT(np.abs(share))
    return Channels.between(drive.frames, roll=lean)


def _bob(drive: Drive) -> Channels:
    step = 2 * pi * 0.9 * drive.seconds  # two footsteps in a turn
    amplitude = drive.amplitude
    return Channels.between(
        drive.frames,
        up=-0.012 * amplitude * (1 - np.abs(np.sin(step))),
        right=0.010 * amplitude * np.sin(step),
        roll=0.5 * amplitude * np.sin(step),
    )


_TREMOR = {"tilt": 0.35, "pan": 0.45, "roll": 0.25, "right": 0.004, "up": 0.003, "forward": 0.002}

MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "pan_left": Move(_steady(pan=-10.0), "Turns to the left, 10 degrees a second."),
        "pan_right": Move(_steady(pan=10.0), "Turns to the right, 10 degrees a second."),
        "tilt_up": Move(_steady(tilt=8.0), "Turns up, 8 degrees a second."),
        "tilt_down": Move(_steady(tilt=-8.0), "Turns down, 8 degrees a second."),
        "roll_left": Move(_steady(roll=-12.0), "Rolls to the left: the image turns clockwise."),
        "roll_right": Move(_steady(roll=12.0), "Rolls to the right: the image turns counterclockwise."),
        "dolly_in": Move(_steady(forward=0.25), "Moves forward, a quarter of a scene's unit a second."),
        "dolly_out": Move(_steady(forward=-0.25), "Moves back, likewise."),
        "push_in": Move(_steady(forward=0.12), "Comes slowly closer, and stops softly.", ease="cubic"),
        "pull_out": Move(_steady(forward=-0.12), "Goes slowly back, and stops softly.", ease="cubic"),
        "truck_left": Move(_steady(right=-0.2), "Moves to the left, looking straight ahead."),
        "truck_right": Move(_steady(right=0.2), "Moves to the right, looking straight ahead."),
        "pedestal_up": Move(_steady(up=0.15), "Rises, looking straight ahead."),
        "pedestal_down": Move(_steady(up=-0.15), "Sinks, looking straight ahead."),
        "zoom_in": Move(_steady(lens=0.15), "The lens grows longer: everything grows, whatever its depth."),
        "zoom_out": Move(_steady(lens=-0.15), "The lens grows wider."),
        "dolly_zoom": Move(
            _dolly_zoom,
            "Comes closer while the lens grows wider: the subject keeps its size.",
            "distance",
            3.0,
        ),
        "orbit": Move(_orbit, "Goes around what is ahead, to the right, 20 degrees a second.", "radius"),
        "arc": Move(_arc, "Swings to the right and left around what is ahead, in 10 seconds.", "radius"),
        "spiral": Move(_spiral, "Goes around what is ahead, ever closer.", "radius"),
        "crane_up": Move(_crane(1.0), "Rises while it keeps looking at what is ahead.", "distance"),
        "crane_down": Move(_crane(-1.0), "Sinks while it keeps looking at what is ahead.", "distance"),
        "fly_over": Move(
            _both(_steady(forward=0.3, up=0.04), _swinging(tilt=(-5.0, 0.05, 0.0))),
            "Flies forward and up, looking down and up again.",
        ),
        "fly_through": Move(
            _both(
                _steady(forward=0.4),
                _swinging(pan=(6.0, 0.15, 0.0), roll=(7.0, 0.15, 0.0), up=(0.03, 0.2, 0.0)),
            ),
            "Flies forward in curves, leaning into them.",
        ),
        "corkscrew": Move(_steady(forward=0.25, roll=25.0), "Moves forward while it rolls."),
        "whip_pan": Move(_whip, "Turns by 60 degrees in a quarter of a second, every 2 seconds."),
        "dutch": Move(_dutch, "Leans over by 15 degrees, and stays so."),
        "handheld": Move(
            _noisy(HANDHELD, **_TREMOR), "Is held in the hands: sways, and trembles a little.", is_noise=True
        ),
        "shake": Move(
            _noisy(SHAKE, tilt=0.6, pan=0.6, roll=0.5, right=0.008, up=0.008),
            "Shakes, as on a rough road; with a schedule of intensity, at every blow.",
            is_noise=True,
        ),
        "quake": Move(
            _noisy(JOLT, tilt=1.0, roll=1.2, right=0.03, up=0.04, forward=0.01),
            "Is thrown about, as by an earthquake.",
            is_noise=True,
        ),
        "drift": Move(
            _noisy(DRIFT, right=0.06, up=0.04, forward=0.05, pan=1.2, tilt=0.9, roll=0.8),
            "Floats without aim, very slowly.",
            is_noise=True,
        ),
        "breathe": Move(_swinging(lens=(0.02, 0.22, -0.25)), "Comes and goes a little, as in breathing."),
        "sway": Move(
            _swinging(right=(0.04, 0.2, 0.0), roll=(1.5, 0.2, 0.05)), "Sways from side to side, in 5 seconds."
        ),
        "bob": Move(_bob, "Walks: up and down with each footstep."),
        "rocking": Move(
            _swinging(roll=(4.0, 0.2, 0.0), up=(0.03, 0.4, 0.25), tilt=(1.0, 0.2, 0.15)),
            "Rocks, as a boat on waves.",
        ),
        "pendulum": Move(
            _swinging(roll=(10.0, 0.3, 0.0), right=(0.08, 0.3, 0.0)), "Swings, as on a rope, in 3.3 seconds."
        ),
        "figure_eight": Move(
            _swinging(right=(0.08, 0.15, 0.0), up=(0.04, 0.3, 0.0)),
            "Goes along a lying eight, in 6.7 seconds.",
        ),
        "scan": Move(_swinging(pan=(20.0, 0.08, 0.0)), "Turns right and left, in 12.5 seconds."),
        "nod": Move(_swinging(tilt=(6.0, 0.25, 0.0)), "Turns up and down, in 4 seconds."),
        "pulse": Move(_swinging(lens=(0.06, 1.0, -0.25)), "Zooms in and out, once a second."),
    }
)
"""The moves by name."""
