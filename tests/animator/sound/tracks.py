"""Synthetic sounds of which the truth is known."""

import struct
import wave
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
RATE = 48_000


def save(path: Path, samples: Array, rate: int = RATE) -> str:
    """Writes samples (n,) or (n, channels) in [-1, 1] as a WAV file; returns its path."""
    channels = samples.reshape(len(samples), -1)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(channels, -1, 1) * 32767).astype("<i2").tobytes())
    return str(path)


def save_floats(path: Path, samples: Array, rate: int = RATE) -> str:
    """Writes samples (n,), which may be any numbers or none, as a WAV file of 32-bit floats."""
    data = samples.astype("<f4").tobytes()
    header = struct.pack("<IHHIIHH", 16, 3, 1, rate, 4 * rate, 4, 32)
    chunks = b"WAVEfmt " + header + b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)
    return str(path)


def clicks(
    times: Iterable[float], seconds: float, levels: Sequence[float] = (0.8,), rate: int = RATE
) -> Array:
    """Clicks of 1500 Hz that fade within 30 ms; their levels come again and again."""
    sound = np.zeros(round(seconds * rate))
    span = np.arange(round(0.03 * rate)) / rate
    click = np.sin(2 * np.pi * 1500 * span) * np.exp(-span / 0.0075)
    for index, time in enumerate(times):
        first = round(time * rate)
        part = sound[first : first + len(click)]
        part += levels[index % len(levels)] * click[: len(part)]
    return sound


def tone(hz: float, seconds: float, level: float = 0.5, rate: int = RATE) -> Array:
    """A sine."""
    return level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def bursts(times: Iterable[float], seconds: float) -> Array:
    """Bursts of white noise, 100 ms each."""
    random = np.random.default_rng(1)
    sound = np.zeros(round(seconds * RATE))
    for time in times:
        part = sound[round(time * RATE) :][: RATE // 10]
        part += 0.2 * random.normal(size=len(part))
    return sound


def drums(bpm: float, seconds: float, seed: int = 0) -> tuple[Array, Array]:
    """Kick and snare in turn, soft hi-hats on the eighths, a chord; played 4 ms unevenly. With the beats."""
    random = np.random.default_rng(seed)
    beat_s = 60 / bpm
    beats = np.arange(0.31, seconds - 1, beat_s)
    span = np.arange(RATE // 2) / RATE
    kick = 0.6 * np.sin(2 * np.pi * (50 * span + 1.2 * (1 - np.exp(-span / 0.03)))) * np.exp(-span / 0.06)
    snare = 0.25 * random.normal(size=len(span)) * np.exp(-span / 0.04)
    hat = 0.08 * np.diff(random.normal(size=len(span) + 1)) * np.exp(-span / 0.015)
    sound = sum(tone(hz, seconds, 0.05) for hz in (220, 277, 330))
    assert isinstance(sound, np.ndarray)
    for index, beat in enumerate(beats):
        stroke = (snare if index % 2 else kick * (1.2 if index % 4 == 0 else 1)) + hat
        for time, played in ((beat, stroke), (beat + beat_s / 2, hat)):
            part = sound[round((time + 0.004 * random.normal()) * RATE) :][: len(played)]
            part += played[: len(part)]
    return sound, beats


def near(found: Array, truth: Array, within_s: float) -> float:
    """Share of the true times that have one found near them."""
    if not len(found):
        return 0.0
    return float((np.abs(found[:, None] - truth).min(axis=0) <= within_s).mean())
