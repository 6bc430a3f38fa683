"""`inputframes/`: the images of a film's clip beside its frames, where Deforum extracts them to."""

import io
from functools import partial
from pathlib import Path

from PIL import Image

from animator.core.atomic import atomic_write
from animator.core.make_folder import make_folder
from animator.errors import RunError
from animator.film.open_clip import ClipView, open_clip
from animator.film.reader import ClipReader
from animator.presets.deforum.batch_name import film_name
from animator.runs.deforum_outdir import DeforumOutdir
from animator.runs.run import Run
from animator.runs.sink import FrameFiles, NumberedSink, OpenSink, Sink
from animator.settings.modes import mode_of

FOLDER = "inputframes"
_QUALITY = 95


def input_frames_sink(place: DeforumOutdir) -> OpenSink:
    """Returns the opener of a sink that writes the clip's image of each frame, where a film has a clip.

    Args:
        place: The files of the run under Deforum's names.
    """
    return partial(_open, place.folder / FOLDER)


def _open(folder: Path, run: Run, first: int) -> Sink:
    animation = run.animation
    if not (animation.is_hybrid or mode_of(animation).source == "clip"):
        return FrameFiles()
    if folder.is_symlink():
        raise RunError(f"{folder}: is a symbolic link; expected a folder")
    make_folder(folder)
    clip = open_clip(animation.video.spec, animation.size, animation.fps)
    return _InputFrames(clip, folder, film_name(Path(animation.video.path).stem, {}), first)


class _InputFrames(NumberedSink):
    """Sink that writes the clip's image of each frame, where there is none of that name yet."""

    def __init__(self, clip: ClipView, folder: Path, stem: str, first: int) -> None:
        self._clip = clip
        self._folder = folder
        self._stem = stem
        try:
            super().__init__(self._write_image, first)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stops decoding the clip."""
        if isinstance(self._clip.images, ClipReader):
            self._clip.images.close()

    def abort(self) -> None:
        """Stops decoding the clip."""
        self.close()

    def _write_image(self, frame: int) -> None:
        path = self._folder / f"{self._stem}{frame:09d}.jpg"
        if not path.is_symlink() and not path.exists():
            encoded = io.BytesIO()
            Image.fromarray(self._clip.at(frame)).save(encoded, "JPEG", quality=_QUALITY)
            atomic_write(path, encoded.getvalue())
