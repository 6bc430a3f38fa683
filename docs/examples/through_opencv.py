"""Frames through OpenCV and into a video file: each is a numpy array as soon as it is generated.

python docs/examples/through_opencv.py presets/quickstart.yaml framed.webm
"""

import sys
from pathlib import Path

import cv2

from animator import Timeline, VideoSpec, VideoWriter, build_pipeline, load, open_diffuser, render

WHITE = (255, 255, 255)


def main(preset: Path, out: Path, overrides: tuple[str, ...] = (), diffuser: object = None) -> None:
    """Renders a preset with a frame around it and the frame's number in it; the suffix chooses the format."""
    film = load(preset, overrides)
    model = diffuser or open_diffuser(film.model, "cpu")
    with VideoWriter(VideoSpec(out, film.size, film.fps)) as writer:
        for frame in render(Timeline(film), build_pipeline(film, model)):
            pixels = frame.pixels  # uint8 RGB (H, W, 3); OpenCV's own readers and writers want BGR
            height, width = pixels.shape[:2]
            cv2.rectangle(pixels, (2, 2), (width - 3, height - 3), WHITE, 1)
            cv2.putText(pixels, str(frame.plan.frame), (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.4, WHITE)
            writer.write(pixels)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), tuple(sys.argv[3:]))
