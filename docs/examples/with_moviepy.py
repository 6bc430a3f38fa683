"""Frames as a MoviePy clip (pip install moviepy), to be cut, titled and mixed there.

python docs/examples/with_moviepy.py presets/quickstart.yaml twice.mp4
"""

import sys
from pathlib import Path

from moviepy import ImageSequenceClip, concatenate_videoclips, vfx

from animator import Timeline, build_pipeline, load, open_diffuser, render


def main(preset: Path, out: Path, overrides: tuple[str, ...] = (), diffuser: object = None) -> None:
    """Renders a preset, plays it forward and backward, and fades it out."""
    film = load(preset, overrides)
    model = diffuser or open_diffuser(film.model, "cpu")
    frames = [frame.pixels for frame in render(Timeline(film), build_pipeline(film, model))]
    there = ImageSequenceClip(frames, fps=film.fps)
    back = ImageSequenceClip(frames[::-1], fps=film.fps)
    both = concatenate_videoclips([there, back]).with_effects([vfx.FadeOut(0.5)])
    both.write_videofile(str(out), logger=None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), tuple(sys.argv[3:]))
