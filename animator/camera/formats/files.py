"""Which file has which format, by its suffix."""

from collections.abc import Callable, Mapping
from pathlib import Path

from animator.camera.formats import after_effects, blender, gltf, json_path
from animator.camera.formats.keys import MOST_BYTES, at_rate
from animator.camera.track import CameraTrack
from animator.core.read import UnreadableError, read_text
from animator.errors import UserError

_WRITERS: Mapping[str, Callable[[CameraTrack], str]] = {
    ".json": json_path.write,
    ".py": blender.write_script,
    ".csv": blender.write_matrices,
    ".txt": after_effects.write,
    ".gltf": gltf.write,
}
_READERS: Mapping[str, Callable[[str, float | None], CameraTrack]] = {
    ".json": lambda text, _: json_path.read(text),
    ".csv": lambda text, _: blender.read_matrices(text),
    ".txt": lambda text, _: after_effects.read(text),
    ".gltf": gltf.read,
}
"""Take the film's frames per second, too, which only glTF needs: its keys are at times."""


def to_text(track: CameraTrack, path: Path) -> str:
    """Returns a track in the format of a file's suffix.

    Raises:
        UserError: There is no such format, or the field of view is none of a true camera.
    """
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UserError(f"{path}: ends in {path.suffix!r}; expected {', '.join(_WRITERS)}")
    if (frame := track.first_wrong_fov) is not None:
        raise UserError(
            f"camera.fov: is {track.fov_deg[frame]:g} at frame {frame}; files of cameras need 0 to 180"
        )
    return writer(track)


def read_track(path: Path, fps: float | None = None) -> CameraTrack:
    """Returns the track of a file.

    Args:
        path: The file.
        fps: Frames per second of the film; None takes those of the file. Where the file says others, its
            frames are at the same times, straight and by the shortest turns between the file's.

    Raises:
        UserError: It cannot be read, or is not what its suffix says.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise UserError(f"{path}: ends in {path.suffix!r}; expected {', '.join(_READERS)}")
    try:
        track = reader(read_text(path, MOST_BYTES), fps)
        return track if fps is None else at_rate(track, fps)
    except (UnreadableError, UserError) as error:
        raise UserError(f"{path}: {error}") from error
