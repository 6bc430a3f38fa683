"""Makes presets/sounds/tide.m4a, the music of three example films: `python -m docs.build.music [FILE]`.

Eight bars at 120 beats per minute, synthesized by `docs.build.instruments`: plucked strings and a pad, a
drop, a break with a riser, a second drop with a melody, and a last chord. Every sound is placed by the clock,
so that the beats and drops are known.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from animator.core.atomic import atomic_write
from docs.build import instruments
from docs.build.encoded import SOUND, encoded
from docs.build.instruments import RATE, Array

BPM, BARS = 120, 8
BEAT = 60 / BPM
BAR = 4 * BEAT
SECONDS = BARS * BAR
DROP, BREAK, SECOND_DROP, END = 4.0, 8.0, 10.0, 14.0
"""Seconds at which all play for the first time, the drums stop, all play again, and the last chord begins."""
CHORDS = ((57, 60, 64, 69), (53, 57, 60, 65), (48, 55, 60, 64), (55, 59, 62, 67))
"""The notes of a chord, as MIDI numbers them, for each bar: A minor, F, C, G, and again."""
PATTERN = (0, 2, 1, 3, 2, 1, 3, 2)
"""Which note of the chord is plucked on each eighth of a bar."""
MELODY = ((76, 2), (79, 1), (81, 3), (79, 1), (76, 1), (74, 2), (76, 2), (79, 2), (83, 2))
"""Notes over the second drop, with their lengths in eighths."""
ROLL = (8, 6, 5, 4, 3, 2)
"""Sixteenths before a drop on which there is a clap; the last one is silent."""
ROOM_S = 1.2
"""How long the room sounds after a note."""
FADE_IN_S, FADE_OUT_S = 0.4, 0.8


@dataclass(frozen=True)
class Note:
    """A sound of the music.

    Attributes:
        time: Seconds into the music.
        samples: The sound, (n,).
        level: Factor on it.
        side: From -1, left, to 1, right.
    """

    time: float
    samples: Array
    level: float
    side: float = 0.0


def is_full(time: float) -> bool:
    """True where all play."""
    return DROP <= time < BREAK or SECOND_DROP <= time < END


def drums() -> Iterator[Note]:
    """Yields drums: soft beats, all of the beats after a drop, ever faster claps before one."""
    for index, time in enumerate(np.arange(0, END, BEAT / 2).tolist()):
        on_beat, beat = index % 2 == 0, index // 2
        if is_full(time):
            yield Note(time, instruments.hat(index), 0.3 if on_beat else 0.55, 0.3)
            if on_beat:
                yield Note(time, instruments.kick(), 1.0)
            if on_beat and beat % 2:
                yield Note(time, instruments.clap(index), 0.4)
        elif time < DROP and on_beat and beat % 2 == 0:
            yield Note(time, instruments.kick(), 0.5)
    for drop in (DROP, SECOND_DROP):
        for place, sixteenth in enumerate(ROLL):
            yield Note(drop - BEAT / 4 * sixteenth, instruments.clap(place), 0.15 + 0.05 * place)
        yield Note(drop, instruments.crash(1), 0.4, -0.3)
    yield Note(END, instruments.kick(), 1.0)
    yield Note(END, instruments.crash(2), 0.35, 0.3)


def low_notes() -> Iterator[Note]:
    """Yields the bass, between the beats."""
    for bar in range(BARS - 1):
        root = CHORDS[bar % 4][0] - 12
        for eighth in range(8):
            time = bar * BAR + eighth * BEAT / 2
            if is_full(time) and eighth % 2:
                yield Note(time, instruments.bass(root - (12 if root > 43 else 0), BEAT / 2), 0.5)
    yield Note(END, instruments.bass(33, 1.5), 0.6)


def high_notes() -> Iterator[Note]:
    """Yields pad, plucked strings, melody and risers: all that the room answers to."""
    for bar in range(BARS):
        is_last, time = bar == BARS - 1, bar * BAR
        chord = CHORDS[0 if is_last else bar % 4]
        for place, note in enumerate(chord):
            for detuned in (-7, 7):
                side = detuned / 7 * (0.3 + 0.2 * place)
                yield Note(time, instruments.pad(note, BAR, detuned), 0.055, side)
        for eighth, which in enumerate((0, 1, 2, 3) if is_last else PATTERN):
            side = -0.4 if eighth % 2 else 0.4
            yield Note(time + eighth * BEAT / 2, instruments.pluck(chord[which] + 12), 0.2, side)
    time = SECOND_DROP
    for note, eighths in MELODY:
        yield Note(time, instruments.lead(note, eighths * BEAT / 2), 0.1)
        time += eighths * BEAT / 2
    for drop in (DROP, SECOND_DROP):
        yield Note(drop - BAR, instruments.riser(BAR - BEAT / 4, 3), 0.25)


def mixed(notes: Iterable[Note]) -> Array:
    """Returns the sum of notes, (samples, 2)."""
    sound = np.zeros((round(SECONDS * RATE), 2))
    for note in notes:
        part = sound[round(note.time * RATE) :][: len(note.samples)]
        sides = np.sqrt([1 - note.side, 1 + note.side])
        part += note.level * note.samples[: len(part), None] * sides
    return sound


def in_a_room(sound: Array) -> Array:
    """Returns a sound with its reverberation."""
    rng = np.random.default_rng(5)
    t = np.arange(round(ROOM_S * RATE)) / RATE
    answer = rng.normal(size=(len(t), 2)) * np.exp(-t / 0.3)[:, None] * (t > 0.015)[:, None] * 0.008
    size = len(sound) + len(answer)
    wet = np.fft.irfft(np.fft.rfft(sound, size, 0) * np.fft.rfft(answer, size, 0), size, 0)
    return np.asarray(sound + wet[: len(sound)])


def ducked(sound: Array) -> Array:
    """Returns a sound that makes room for each bass drum of the drops."""
    t = np.arange(len(sound)) / RATE
    full = (t >= DROP) & (t < BREAK) | (t >= SECOND_DROP) & (t < END)
    gain = 1 - 0.6 * np.exp(-(t % BEAT) / 0.12) * full
    return np.asarray(sound * gain[:, None])


def music() -> Array:
    """Returns the music, (samples, 2) in [-1, 1]."""
    sound = mixed(drums()) + ducked(mixed(low_notes()) + in_a_room(mixed(high_notes())))
    sound = np.tanh(1.1 * sound)
    t = np.arange(len(sound)) / RATE
    fades = np.minimum(1, t / FADE_IN_S) * np.clip((SECONDS - t) / FADE_OUT_S, 0, 1)
    return np.asarray(sound * fades[:, None] * 0.89 / np.abs(sound).max())


def main(path: Path) -> None:
    """Makes the music and encodes it."""
    samples = ["-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i", "-"]
    file = encoded([*samples, *SOUND], path.name, music().astype("<f4").tobytes())
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, file)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "presets/sounds/tide.m4a"))
