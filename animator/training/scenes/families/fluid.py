"""Flowing patterns (marble, waves, paint and smoke), and Julia fractals."""

import numpy as np

from animator.training.scenes import noise
from animator.training.scenes.colors import palette, smoothstep
from animator.training.scenes.noise import Array
from animator.training.scenes.scene_image import SceneImage, View


def fluid(view: View) -> SceneImage:
    """Renders a flowing pattern in one palette."""
    colors, name = palette(view.rng)
    kind = view.pick("marble", "waves", "liquid paint", "smoke")
    value, light = _PATTERNS[kind](view)
    color = colors(value) * (1 + light)[..., None]
    disparity = 0.2 + 0.5 * view.blur(value, 1 / 64)
    return SceneImage(color.astype(np.float32), disparity.astype(np.float32), f"{name} {kind}")


def _warp_noise(view: View) -> tuple[Array, Array]:
    """Returns broad noise, and noise warped by it."""
    one, two = view.field(noise.SMOOTH, 0.5), view.field(noise.SMOOTH, 0.5)
    amount, size = view.rng.uniform(0.08, 0.2), 0.5 * noise.SIDE
    column, row = (view.x + one * amount) * size, (view.y + two * amount) * size
    return one, noise.sample(view.noise(noise.ROLLING), column, row)


def _waves(view: View) -> tuple[Array, Array]:
    broad, bent = _warp_noise(view)
    value = 0.5 + 0.5 * np.sin((view.y * view.rng.uniform(8, 22) + broad * 1.6 + 0.25 * bent) * 2)
    return value.astype(np.float32), np.asarray(np.cos((view.y * 14 + broad * 1.6) * 2) * 0.1, np.float32)


def _marble(view: View) -> tuple[Array, Array]:
    broad, bent = _warp_noise(view)
    veins = 1 - np.abs(np.sin((view.x * 2 + view.y * 3 + bent * 0.9 + broad * 0.5) * 2.2)) ** 0.6
    return veins.astype(np.float32), 0.04 * bent


def _smoke(view: View) -> tuple[Array, Array]:
    broad, bent = _warp_noise(view)
    return smoothstep(-1, 2.2, bent + 0.5 * broad) ** np.float32(1.3), view.blank()


def _paint(view: View) -> tuple[Array, Array]:
    broad, bent = _warp_noise(view)
    value = (0.5 + 0.5 * np.sin(bent * 2.8 + broad)).astype(np.float32)
    slope = np.gradient(value, axis=1).astype(np.float32) * (view.side / 32)
    return value, np.clip(slope * np.float32(1.5), -0.25, 0.25)


_PATTERNS = {"waves": _waves, "marble": _marble, "smoke": _smoke, "liquid paint": _paint}

_JULIA = (
    complex(-0.8, 0.156),
    complex(-0.4, 0.6),
    complex(0.285, 0.01),
    complex(-0.70176, -0.3842),
    complex(-0.835, -0.2321),
    complex(0.355, 0.355),
    complex(-0.7269, 0.1889),
    complex(-0.1, 0.651),
)
_ITERATIONS = 60
_ESCAPED = 40.0  # squared radius beyond which a point counts as escaped


def fractal(view: View) -> SceneImage:
    """Renders a Julia set colored by its smooth escape time."""
    rng = view.rng
    colors, name = palette(rng)
    constant = _JULIA[rng.integers(len(_JULIA))] + complex(rng.normal(0, 0.006), rng.normal(0, 0.006))
    turn = np.exp(1j * rng.uniform(0, 2 * np.pi)) * 2.6 * rng.uniform(0.5, 1.4)
    start = ((view.x - 0.5) + 1j * (view.y - 0.5)) * turn + rng.normal(0, 0.15)
    time = np.sqrt(_escape_time(start.astype(np.complex64), np.complex64(constant)) / _ITERATIONS)
    value = np.abs((time * rng.uniform(1, 2.5)) % 2 - 1)
    disparity = view.blur(time, 1 / 128) * np.float32(0.8)
    subject = f"{name} {view.pick('fractal', 'julia fractal', 'fractal spirals')}"
    return SceneImage(colors(1 - value), disparity, subject)


def _escape_time(z: np.ndarray, constant: np.complex64) -> Array:
    """Returns the smooth iteration count (side, side) at which z escapes; 60 where it never does."""
    time = np.full(z.shape, _ITERATIONS, np.float32)
    inside = np.ones(z.shape, bool)
    for step in range(_ITERATIONS):
        z = np.where(inside, z * z + constant, z)
        size = z.real**2 + z.imag**2
        leaving = inside & (size > _ESCAPED)
        time[leaving] = step + 1 - np.log2(np.log(size[leaving]) * 0.5)
        inside &= ~leaving
    return np.clip(time, 0, _ITERATIONS)
