"""Named moves: what each of them does to a camera."""

import numpy as np
import pytest
from numpy.typing import NDArray

from animator.camera.channels import NAMES, Channels
from animator.camera.drive import Drive, paced, swing_of
from animator.camera.moves import MOVES
from animator.camera.noise import HANDHELD, noise
from animator.camera.pose import accumulate
from schedules import EASINGS

Array = NDArray[np.float64]
FPS = 24.0


def drive(frames: int = 240, fps: float = FPS, speed: float = 1.0, intensity: float = 1.0) -> Drive:
    return Drive(
        step=paced(np.full(frames, speed), fps, 0, frames - 1, EASINGS["linear"]),
        intensity=np.full(frames, intensity),
        swing=np.ones(frames),
        fps=fps,
        distance=2.0,
    )


def poses(steps: Channels) -> tuple[Array, Array]:
    shifts = np.stack([steps.step(name) for name in ("right", "up", "forward")], axis=1)
    return accumulate(shifts, np.stack([steps.step(name) for name in ("tilt", "pan", "roll")], axis=1))


@pytest.mark.parametrize("name", MOVES)
def test_a_move_does_something_and_is_finite(name: str) -> None:
    steps = MOVES[name].steps(drive()).steps
    assert steps.shape == (240, len(NAMES))
    assert np.isfinite(steps).all() and np.abs(steps).max() > 1e-5
    assert (steps[0] == 0).all()


@pytest.mark.parametrize("name", MOVES)
def test_a_move_stands_still_without_intensity_and_without_speed(name: str) -> None:
    assert not MOVES[name].steps(drive(intensity=0.0)).steps.any()
    assert np.abs(MOVES[name].steps(drive(speed=0.0)).steps).max() < 1e-12


@pytest.mark.parametrize("name", MOVES)
def test_extreme_speeds_and_intensities_stay_finite(name: str) -> None:
    for speed, intensity in ((100.0, 100.0), (-100.0, 100.0), (100.0, -100.0)):
        steps = MOVES[name].steps(drive(fps=0.01, speed=speed, intensity=intensity)).steps
        assert np.isfinite(steps).all()


@pytest.mark.parametrize("name", sorted(set(MOVES) - {"handheld", "shake", "quake", "drift"}))
def test_a_move_leads_to_the_same_place_at_any_frame_rate(name: str) -> None:
    slow, fast = (
        np.cumsum(MOVES[name].steps(drive(frames=10 * int(fps) + 1, fps=fps)).steps, axis=0)[-1]
        for fps in (60.0, 120.0)
    )
    assert slow == pytest.approx(fast, abs=0.03)


@pytest.mark.parametrize(
    ("name", "channel", "sign"),
    [
        ("pan_right", "pan", 1), ("pan_left", "pan", -1), ("tilt_up", "tilt", 1), ("tilt_down", "tilt", -1),
        ("dolly_in", "forward", 1), ("dolly_out", "forward", -1), ("truck_right", "right", 1),
        ("truck_left", "right", -1), ("pedestal_up", "up", 1), ("pedestal_down", "up", -1),
        ("roll_right", "roll", 1), ("zoom_in", "lens", 1), ("zoom_out", "lens", -1), ("whip_pan", "pan", 1),
        ("crane_up", "tilt", -1), ("crane_down", "tilt", 1), ("dutch", "roll", 1),
    ],
)  # fmt: skip
def test_a_move_goes_where_its_name_says(name: str, channel: str, sign: int) -> None:
    assert np.sign(MOVES[name].steps(drive()).step(channel).sum()) == sign
    assert np.sign(MOVES[name].steps(drive(speed=-1.0)).step(channel).sum()) == -sign


@pytest.mark.parametrize("name", ["orbit", "arc"])
def test_an_orbit_keeps_its_pivot_ahead_at_its_distance(name: str) -> None:
    positions, rotations = poses(MOVES[name].steps(drive()))
    pivot = np.array([0.0, 0.0, 2.0])
    seen = np.einsum("nji,nj->ni", rotations, pivot - positions)
    assert np.abs(seen - pivot).max() < 1e-9
    assert np.ptp(positions[:, 0]) > 0.5


def test_a_dolly_zoom_keeps_the_size_of_its_subject() -> None:
    steps = MOVES["dolly_zoom"].steps(drive())
    left = 2.0 - np.cumsum(steps.step("forward"))
    assert np.exp(np.cumsum(steps.step("lens"))) / left == pytest.approx(np.full(240, 0.5))
    assert left.min() == pytest.approx(0.2)  # it stops before its subject


def test_handheld_noise_has_the_spectrum_of_hands() -> None:
    fps, seconds = 60.0, np.arange(60 * 240) / 60.0
    values = noise(HANDHELD, seconds, fps, 3, "pan")
    power = np.abs(np.fft.rfft(values * np.hanning(len(values)))) ** 2
    hertz = np.fft.rfftfreq(len(values), 1 / fps)

    def share(low: float, high: float) -> float:
        return float(power[(hertz >= low) & (hertz < high)].sum() / power.sum())

    assert share(0.05, 1.0) > 0.6  # the body sways
    assert share(8.0, 11.0) > share(4.0, 7.0) > 0  # the hand's tremor is above what lies below it
    assert values.std() == pytest.approx(1.0, rel=0.2)


def test_noise_repeats_with_its_seed_and_differs_with_another() -> None:
    seconds = np.arange(100) / FPS
    once, again, other = (noise(HANDHELD, seconds, FPS, seed, "pan") for seed in (1, 1, 2))
    assert (once == again).all() and np.abs(once - other).max() > 0.1


def test_an_eased_move_goes_as_far_as_an_even_one_and_stops_outside_its_time() -> None:
    even, eased = (paced(np.ones(50), FPS, 10, 30, EASINGS[name]) for name in ("linear", "cubic"))
    assert even.sum() == pytest.approx(eased.sum()) == pytest.approx(20 / FPS)
    assert not eased[:11].any() and not eased[31:].any() and eased[11] < even[11]


def test_a_swing_fades_where_it_begins_and_ends_within_the_film() -> None:
    swing = swing_of(100, FPS, 20, 60)
    assert swing[[0, 20, 60, 99]].tolist() == [0, 0, 0, 0] and (swing[30:50] == 1).all()
    assert (swing_of(100, FPS, 0, 99) == 1).all()
