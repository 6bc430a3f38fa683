"""The line that a session prints before its first frame."""

from animator.film.spec import VideoSpec
from animator.runs.output_paths import OutputPaths
from animator.runs.run import Run
from animator.settings import Animation
from animator.timeline.timeline import Timeline


def start_line(run: Run, animation: Animation, device: str, first: int, *, streams: bool = False) -> str:
    """Returns what is about to be rendered: run folder, model, frames, seed, and where the film grows.

    Args:
        run: The open run.
        animation: The settings to render with.
        device: Name of the device.
        first: The first frame to render.
        streams: True where the frames go to standard output, so that no file grows.
    """
    generated = len(Timeline(animation).generated_frames)
    line = f"{run.folder}: model {animation.model} on {device}, {generated} of {animation.frames} frames"
    line += f" generated, seed {animation.diffusion.seed}" + (f", from frame {first}" if first else "")
    if streams:
        return line
    film = VideoSpec(OutputPaths(run.folder, animation).plain, animation.size, animation.fps)
    return f"{line}; the film so far is {film.file if film.format.is_sequence else film.part}"
