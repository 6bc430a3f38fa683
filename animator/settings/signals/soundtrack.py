"""Which sound a film has, and how the sounds of `signals` lie in it."""

from collections.abc import Mapping
from dataclasses import replace

from animator.errors import UserError
from animator.film.sound import Sound as FilmSound
from animator.film.soundtrack import soundtrack
from animator.settings.signals.sources import CLIP, SignalSource, first_sound
from animator.settings.sound import Sound
from animator.settings.video import Video


def film_sound(settings: Sound, clip: Video, signals: Mapping[str, SignalSource]) -> FilmSound | None:
    """Returns the sound of a film: that of its `sound` group, else the first one in `signals`; None for none.

    Raises:
        UserError: The clip whose sound is wanted is not named, or cannot be read.
    """
    if settings.add_soundtrack == "Init Video":
        if not clip.path:
            raise UserError("sound.add_soundtrack: is Init Video, and video.path is empty; name the clip")
        return soundtrack(_placed(settings, clip.path), clip.extract_from_frame)
    if settings.add_soundtrack == "none":
        return None
    if settings.soundtrack_path:
        return soundtrack(_placed(settings, settings.soundtrack_path), 0)
    name = first_sound(signals)
    return signal_sound(signals[name], settings, clip) if name else None


def soundtrack_setting(settings: Sound, signals: Mapping[str, SignalSource]) -> str:
    """Returns the setting that names the sound of a film, as `film_sound` finds it."""
    if settings.add_soundtrack == "Init Video":
        return "video.path"
    name = "" if settings.soundtrack_path else first_sound(signals)
    return f"signals.{name}" if name else "sound.soundtrack_path"


def signal_sound(source: SignalSource, settings: Sound, clip: Video) -> FilmSound:
    """Returns a sound of `signals`, placed in the film as its soundtrack is.

    Raises:
        UserError: It is the clip's, and that is not named or cannot be read.
    """
    if source.path == CLIP and not clip.path:
        raise UserError("is clip, and video.path is empty; name the clip")
    is_clip = source.path == CLIP
    sound = _placed(settings, clip.path if is_clip else source.path)
    if source.offset is not None:
        sound = replace(sound, offset=source.offset)
    return soundtrack(sound, clip.extract_from_frame if is_clip else 0)


def _placed(settings: Sound, source: str) -> FilmSound:
    return FilmSound(
        source,
        settings.offset,
        settings.fade_in,
        settings.fade_out,
        settings.length,
        settings.allow_url,
        conceal=settings.damaged == "conceal",
    )
