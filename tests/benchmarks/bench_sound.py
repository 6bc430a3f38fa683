"""How well sounds are heard: tracks of known truth against what is found, and librosa's answers beside ours.

python -m tests.benchmarks.bench_sound

librosa is a judge only and no dependency: install it beside animator to have it in the table.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from animator.film.sound import Sound
from animator.sound.analysis import Analysis, analysis_of
from animator.sound.hear import hear
from animator.sound.signals import Placement
from tests.animator.sound.tracks import RATE, Array, bursts, clicks, drums, near, save, tone

FRAME_S = 1 / 60
ONSET_S = 0.02
"""An onset is found that is so near to a true one."""
SECONDS = 30


@dataclass(frozen=True)
class Track:
    """A sound of known truth: its beats and onsets in seconds; 0 bpm where the tempo is not one."""

    name: str
    samples: Array
    bpm: float
    beats: Array
    onsets: Array
    rate: int = RATE


def tracks() -> Iterator[Track]:
    for bpm in (60, 75, 90, 105, 120, 135, 150, 165, 180):
        times = np.arange(0.37, SECONDS, 60 / bpm)
        yield Track(f"clicks {bpm}", clicks(times, SECONDS), bpm, times, times)
    for bpm in (70, 96, 124, 170):
        sound, beats = drums(bpm, SECONDS)
        halves = np.sort(np.concatenate((beats, beats + 30 / bpm)))
        yield Track(f"drums {bpm}", sound, bpm, beats, halves)
    beats = np.arange(0.25, SECONDS - 1, 0.5)
    swung = np.sort(np.concatenate((beats, beats + 1 / 3)))
    yield Track("swing 120", clicks(swung, SECONDS, (0.8, 0.5)), 120, beats, swung)
    before = np.arange(0.25, 15, 0.5)
    changed = np.concatenate((before, np.arange(before[-1] + 2 / 3, SECONDS, 2 / 3)))
    yield Track("120, then 90", clicks(changed, SECONDS), 0, changed, changed)
    struck = np.arange(0.5, 29, 0.6)
    yield Track("noise bursts 100", bursts(struck, SECONDS), 100, struck, struck)
    for rate in (8_000, 96_000):
        sound = clicks(beats, SECONDS, rate=rate)
        yield Track(f"clicks 120, {rate} Hz", sound, 120, beats, beats, rate)
    surround = np.stack([clicks(beats[channel::6], SECONDS) for channel in range(6)], axis=1)
    yield Track("clicks 120, 5.1", surround, 120, beats, beats)
    nothing = np.zeros(0)
    yield Track("silence", np.zeros(SECONDS * RATE), 0, nothing, nothing)
    yield Track("a tone", tone(440, SECONDS), 0, nothing, nothing)
    yield Track("noise", 0.1 * np.random.default_rng(0).normal(size=SECONDS * RATE), 0, nothing, nothing)


Heard = tuple[float, Array, Array]
"""Tempo in bpm, beats and onsets in seconds."""


def ours(path: str) -> Heard:
    found: Analysis = analysis_of(Sound(path))
    return found.beats.bpm, found.beats.times, found.onsets.times


def librosas(path: str) -> Heard:
    import librosa

    samples, rate = librosa.load(path)
    tempo, beats = librosa.beat.beat_track(y=samples, sr=rate, units="time")
    onsets = librosa.onset.onset_detect(y=samples, sr=rate, units="time")
    return float(np.atleast_1d(tempo)[0]), np.asarray(beats), np.asarray(onsets)


def row(track: Track, name: str, heard: Callable[[str], Heard], path: str) -> str:
    begin = time.perf_counter()
    bpm, beats, onsets = heard(path)
    seconds = time.perf_counter() - begin
    error = f"{100 * abs(bpm / track.bpm - 1):8.2f}%" if track.bpm else f"{'':9}"
    on_frame = f"{100 * near(beats, track.beats, FRAME_S):5.0f}%" if len(track.beats) else f"{'':6}"
    found = round(near(onsets, track.onsets, ONSET_S) * len(track.onsets)) if len(track.onsets) else 0
    right = round(near(track.onsets, onsets, ONSET_S) * len(onsets)) if len(onsets) else 0
    late = _lateness_ms(onsets, track.onsets)
    counts = f"{found:4}/{len(track.onsets):<4}{len(onsets) - right:6}"
    return f"{track.name:22}{name:10}{bpm:8.2f}{error}{on_frame} {len(beats):6}  {counts}{late}{seconds:8.2f}"


def _lateness_ms(onsets: Array, truth: Array) -> str:
    """The mean lateness of the onsets found, in ms."""
    if not len(onsets) or not len(truth):
        return f"{'':9}"
    distances = onsets[:, None] - truth
    nearest = distances[np.arange(len(onsets)), np.abs(distances).argmin(axis=1)]
    found = nearest[np.abs(nearest) <= ONSET_S]
    return f"{1000 * found.mean():9.1f}" if len(found) else f"{'':9}"


def bands(folder: Path) -> Iterator[str]:
    yield f"{'tone in Hz':>12}{'low':>10}{'mid':>10}{'high':>10}{'pitch Hz':>10}{'bright':>10}"
    for hz in (40, 60, 100, 300, 440, 1000, 1800, 3000, 8000, 15_000):
        found = hear(save(folder / f"{hz}.wav", tone(hz, 2)), Placement(10, 20))
        values = (found.low, found.mid, found.high, found.pitch_hz, found.brightness)
        yield f"{hz:12}" + "".join(f"{float(value[10]):10.4f}" for value in values)


def frames(folder: Path) -> Iterator[str]:
    sound, _ = drums(120, 240)
    path = save(folder / "long.wav", np.stack((sound, sound), axis=1))
    begin = time.perf_counter()
    hear(path, Placement(60, 14_400))
    again = time.perf_counter()
    hear(path, Placement(24, 5_760))
    end = time.perf_counter()
    took = f"{again - begin:.2f} s; at another rate {end - again:.2f} s more"
    yield f"four minutes in stereo, 14,400 frames: {took}"


def main(out: Any = sys.stdout) -> None:
    judges: list[tuple[str, Callable[[str], Heard]]] = [("animator", ours)]
    if find_spec("librosa") is None:
        out.write("librosa is not installed: animator alone\n")
    else:
        judges.append(("librosa", librosas))
    head = f"{'bpm':>8}{'error':>9}{'frame':>6} {'beats':>6}  {'onsets':>9}{'false':>6}{'late ms':>9}{'s':>8}"
    out.write(f"{'track':22}{'by':10}{head}\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for index, track in enumerate(tracks()):
            path = save(folder / f"{index}.wav", track.samples, track.rate)
            for judge, heard in judges:
                out.write(row(track, judge, heard, path) + "\n")
        out.write("\n".join(["", *bands(folder), "", *frames(folder)]) + "\n")


if __name__ == "__main__":
    main()
