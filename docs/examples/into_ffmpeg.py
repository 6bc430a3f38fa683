"""Frames into an ffmpeg of your own: any filter, any encoder, any stream it can write.

python docs/examples/into_ffmpeg.py presets/quickstart.yaml vignette.mp4
"""

import subprocess
import sys
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from animator import Stream, Timeline, build_pipeline, load, open_diffuser, render


def main(preset: Path, out: Path, overrides: tuple[str, ...] = (), diffuser: object = None) -> None:
    """Renders a preset straight into ffmpeg, which darkens the corners."""
    film = load(preset, overrides)
    model = diffuser or open_diffuser(film.model, "cpu")
    # y4m has size and rate in its header; Stream(..., "rgb24") is for programs that want plain pixels.
    command = [get_ffmpeg_exe(), "-y", "-loglevel", "error", "-f", "yuv4mpegpipe", "-i", "-"]
    args = ["-vf", "vignette,format=yuv420p", "-colorspace", "bt709", str(out)]
    with subprocess.Popen([*command, *args], stdin=subprocess.PIPE) as ffmpeg:
        stream = Stream(ffmpeg.stdin, film.size, film.fps)
        for frame in render(Timeline(film), build_pipeline(film, model)):
            stream.write(frame.pixels)
        stream.close()
        ffmpeg.stdin.close()
    if ffmpeg.returncode:
        sys.exit(f"ffmpeg ended with exit code {ffmpeg.returncode}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), tuple(sys.argv[3:]))
