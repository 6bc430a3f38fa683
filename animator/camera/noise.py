"""Noise with the spectrum of a camera that is held in the hands: repeatable, at any frame rate.

Source:
    A sum of sines at random phases has any spectrum one asks for. Hand-held cameras sway with the body below
    1 Hz, whose power falls with the frequency, and shake with the hand's physiological tremor at 8 to 12 Hz.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from schedules.seeds import derive

Array = NDArray[np.float64]
_SINES = 40
_SHARES = 2**32


@dataclass(frozen=True)
class Spectrum:
    """How strong a noise is at each frequency.

    Attributes:
        low: Lowest frequency in Hz.
        high: Highest frequency in Hz.
        slope: Power by which the amplitude falls with the frequency.
        tremor: Amplitude of the hand's tremor, of that at 1 Hz.
    """

    low: float
    high: float
    slope: float
    tremor: float = 0.0

    def amplitude(self, frequency: float) -> float:
        """Returns the amplitude at a frequency in Hz."""
        peak = self.tremor * float(np.exp(-(((frequency - 9.5) / 1.5) ** 2)))
        return float(frequency**-self.slope) + peak


HANDHELD = Spectrum(0.1, 12.0, 1.1, tremor=0.25)
SHAKE = Spectrum(2.0, 11.0, 0.5)
DRIFT = Spectrum(0.02, 0.2, 0.7)
JOLT = Spectrum(1.5, 7.0, 0.3)


def noise(spectrum: Spectrum, seconds: Array, fps: float, seed: int, stream: str) -> Array:
    """Returns noise (frames,) with a root mean square of 1 over a long time.

    Frequencies that the film's frame rate cannot show are left out.

    Args:
        spectrum: How strong it is at each frequency.
        seconds: (frames,), the time.
        fps: Frames per second.
        seed: Another seed gives another noise.
        stream: Name of its use; others are independent.
    """
    total, power = np.zeros(len(seconds)), 0.0
    ratio = (spectrum.high / spectrum.low) ** (1 / _SINES)
    for index in range(_SINES):
        where, phase = (
            derive(seed, index, f"camera {stream} {use}") % _SHARES / _SHARES
            for use in ("frequency", "phase")
        )
        frequency = spectrum.low * ratio ** (index + where)
        amplitude = spectrum.amplitude(frequency)
        power += amplitude**2 / 2
        if frequency < 0.45 * fps:
            total += amplitude * np.sin(2 * pi * (frequency * seconds + phase))
    return np.asarray(total / np.sqrt(power))
