"""`hearing_of`: what a film's formulas and keys know beside its settings, from its plain values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from animator.errors import AnimatorError
from animator.film.sound import Sound as FilmSound
from animator.settings.animation import Animation
from animator.settings.plain_setting import setting_in
from animator.settings.signals.columns import NEEDS_SOUND, Track, UnheardError, columns_of, missing_columns
from animator.settings.signals.given import Given
from animator.settings.signals.heard import Heard
from animator.settings.signals.markers import Markers, times_of
from animator.settings.signals.soundtrack import film_sound, signal_sound
from animator.settings.signals.sources import SignalSource, first_sound, sources_in
from animator.settings.signals.steady import SteadyTempo
from animator.settings.signals.tables import table_columns
from animator.settings.signals.tempo import AUTO
from animator.settings.sound import Sound
from animator.settings.video import Video
from animator.sound.rhythm import Beats
from animator.sound.signals import Placement
from schedules import ScheduleError, Scope
from schedules.expression import VARIABLES
from schedules.scope import Signal

Setting = tuple[str, ...]
_SOUNDTRACK: Setting = ("sound", "soundtrack_path")


class BrokenSettingsError(Exception):
    """The settings that say what is heard are themselves wrong; their validation reports it."""


@dataclass(frozen=True)
class _Counting:
    """How the beats of a film are counted, by its settings.

    Attributes:
        bpm: Beats per minute, auto, or None.
        first_beat: Time of beat 0 in seconds; None for the usual one.
        beats_per_bar: Beats in a bar.
    """

    bpm: float | str | None
    first_beat: float | None
    beats_per_bar: int

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "_Counting":
        """Returns the settings in a film's plain values; raises BrokenSettingsError where one is wrong."""
        try:
            return cls(*(setting_in(values, Animation, field.name) for field in fields(cls)))
        except ValidationError as error:
            raise BrokenSettingsError from error


@dataclass(frozen=True)
class Hearing:
    """What a film hears, and what is wrong with it.

    Attributes:
        heard: The values; those of sounds come when they are used.
        tracks: The sounds, each with the setting that names it.
        mistakes: Path of a setting and message.
    """

    heard: Heard
    tracks: tuple[tuple[Setting, Track], ...] = ()
    mistakes: tuple[tuple[Setting, str], ...] = ()

    @property
    def problems(self) -> tuple[tuple[Setting, str], ...]:
        """Path of a setting and message of every mistake, those of the sounds in use included."""
        unheard = ((setting, track.problem) for setting, track in self.tracks if track.problem)
        return (*self.mistakes, *dict(unheard).items())

    def of_scope(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Returns the parts of the film's scope that depend on it.

        Args:
            values: The film's plain values.

        Raises:
            BrokenSettingsError: The settings of its beats are wrong.
        """
        counting = _Counting.of(values)
        bpm = self.heard.bpm if isinstance(counting.bpm, str) else counting.bpm
        return self.heard.of_scope(bpm, counting.first_beat, counting.beats_per_bar)


NOT_HEARD = Hearing(Heard())


def hearing_of(values: Mapping[str, Any], placement: Placement, given: Given) -> Hearing:
    """Returns what a film hears; no sound is analyzed before one of its variables is used.

    Args:
        values: The film's plain values, with the paths of files resolved.
        placement: Its frames.
        given: Variables that are not from its settings.

    Raises:
        BrokenSettingsError: The settings that say what is heard are wrong.
    """
    if given.recorded is not None:
        return _recorded(given.recorded, placement.frames)
    return _Listener(values, placement).hearing(given)


def _recorded(heard: Heard, frames: int) -> Hearing:
    """Returns what a film's run has recorded, if it is of a film of so many frames."""
    try:
        Scope(frames, signals=heard.signals, beats=heard.beats, markers=heard.markers, bpm=heard.bpm)
    except ScheduleError as error:
        return Hearing(heard, mistakes=((("signals",), f"the record of what is heard is broken: {error}"),))
    return Hearing(heard)


class _Listener:
    """Collects what a film hears, and the mistakes."""

    def __init__(self, values: Mapping[str, Any], placement: Placement) -> None:
        try:
            self._sources = sources_in(values)
            self._sound = _group(Sound, values.get("sound"))
            self._clip = _group(Video, values.get("video"))
            self._markers = Markers.parse(values.get("markers") or {})
        except (ValidationError, ScheduleError) as error:
            raise BrokenSettingsError from error
        self._counting = _Counting.of(values)
        self._placement = placement
        self._tracks: list[tuple[Setting, Track]] = []
        self._mistakes: list[tuple[Setting, str]] = []

    def hearing(self, given: Given) -> Hearing:
        main = self._main_track()
        signals: dict[str, Signal] = dict(missing_columns(self._placement.frames))
        signals |= columns_of(main) if main is not None else {}
        signals |= self._steady_beats()
        for name, columns in self._named(main):
            if clash := sorted(columns.keys() & (signals.keys() | VARIABLES)):
                self._mistakes.append((("signals", name), f"gives the variable `{clash[0]}` a second time"))
            signals |= columns
        if problem := given.problem(self._placement.frames):
            self._mistakes.append((("signals",), problem))
        else:
            signals |= given.signals
        heard = Heard(signals, tuple(given.signals), markers=self._marker_times(signals))
        if self._counting.bpm == AUTO:
            heard = self._with_beats(heard, main)
        return Hearing(heard, tuple(self._tracks), tuple(self._mistakes))

    def _steady_beats(self) -> Mapping[str, Signal]:
        """Returns the beats of a `bpm` that is a number, those that keys count, instead of what is heard."""
        counting = self._counting
        if not isinstance(counting.bpm, float):
            return {}
        tempo = SteadyTempo(counting.bpm, counting.first_beat or 0.0, counting.beats_per_bar)
        return tempo.columns(self._placement)

    def _main_track(self) -> Track | None:
        """Returns the sound whose variables have no prefix: the first one in `signals`, or the soundtrack."""
        if name := first_sound(self._sources):
            return self._track(name)
        is_clip = self._sound.add_soundtrack == "Init Video"
        setting = ("video", "path") if is_clip else _SOUNDTRACK
        try:
            sound = film_sound(self._sound, self._clip, {})
        except AnimatorError:  # reported where the soundtrack is checked
            return None
        return None if sound is None else self._kept(setting, sound)

    def _named(self, main: Track | None) -> Iterator[tuple[str, Mapping[str, Signal]]]:
        """Yields the variables of each sound and table, by its name."""
        first = first_sound(self._sources)
        for name, source in self._sources.items():
            track = main if name == first else None if source.is_table else self._track(name)
            if track is not None:
                yield name, columns_of(track, f"{name}_")
            elif source.is_table:
                yield name, self._table(name, source)

    def _track(self, name: str) -> Track | None:
        source = self._sources[name]
        try:
            sound = signal_sound(source, self._sound, self._clip)
        except AnimatorError as error:
            self._mistakes.append((("signals", name), error.message))
            return None
        return self._kept(("signals", name), sound, source.smooth)

    def _kept(self, setting: Setting, sound: FilmSound, smooth: float = 0.0) -> Track:
        track = Track(sound, self._placement, smooth, self._counting.beats_per_bar)
        self._tracks.append((setting, track))
        return track

    def _table(self, name: str, source: SignalSource) -> Mapping[str, Signal]:
        try:
            return table_columns(source, self._placement, f"{name}_")
        except (AnimatorError, OSError) as error:
            self._mistakes.append((("signals", name), str(error)))
            return {}

    def _marker_times(self, taken: Mapping[str, Signal]) -> Mapping[str, float]:
        try:
            return times_of(self._markers, taken)
        except (AnimatorError, ScheduleError, OSError) as error:
            self._mistakes.append((("markers",), str(error)))
            return {}

    def _with_beats(self, heard: Heard, main: Track | None) -> Heard:
        if main is None:
            self._mistakes.append((("bpm",), f"is auto, and the film has no sound; {NEEDS_SOUND}"))
            return heard
        try:
            beats = main.signals.sound_beats
        except UnheardError:  # the track has the problem
            return heard
        if len(beats.times) < 2:
            self._mistakes.append(
                (("bpm",), "is auto, and the film's sound has no beats; give a number, such as 120")
            )
            return heard
        return heard.with_beats(beats.bpm, beats.confidence, _counted(beats, self._counting.first_beat))


def _counted(beats: Beats, first_beat: float | None) -> tuple[float, ...]:
    """Returns the times of beats in seconds, from the one on which counting begins.

    Args:
        beats: Those of the whole sound, so that they are the same for any length of the film.
        first_beat: Time of the film that it is nearest to; None for the first bar in the film.
    """
    times = np.unique(beats.times)
    if first_beat is None:
        later = np.concatenate([some[some >= 0.0] for some in (np.sort(beats.bars), times)])
        first_beat = float(later[0] if len(later) else times[-1])
    begin = int(np.argmin(np.abs(times - first_beat)))
    return tuple(times[min(begin, len(times) - 2) :].tolist())


def _group(kind: type[BaseModel], values: Any) -> Any:
    return kind.model_validate({} if values is None else values)
