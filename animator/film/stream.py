"""`Stream`: frames for other programs through a pipe, as YUV4MPEG2 (with size and rate) or raw RGB."""

from collections.abc import Callable
from fractions import Fraction
from typing import IO, Literal

import numpy as np

from animator.errors import VideoError
from animator.film.frame_rate import frame_rate
from animator.images.image import Image8

Layout = Literal["y4m", "rgb24"]
_RED, _BLUE = 0.2126, 0.0722
"""Luma weights of ITU-R BT.709."""


class Stream:
    """Writes frames into an open pipe or file.

    Args:
        out: The pipe or file.
        size: Width and height of the images.
        fps: Frames per second.
        layout: "y4m" is YUV4MPEG2, 4:4:4, BT.709 in limited range; "rgb24" is raw pixels without a header.
    """

    def __init__(
        self, out: IO[bytes], size: tuple[int, int], fps: float | Fraction, layout: Layout = "y4m"
    ) -> None:
        self._out = out
        self._size = size
        self._layout = layout
        self._is_open = True
        if layout == "y4m":
            rate = frame_rate(fps)
            head = f"YUV4MPEG2 W{size[0]} H{size[1]} F{rate.numerator}:{rate.denominator} Ip A1:1 C444"
            self._put(f"{head} XCOLORRANGE=LIMITED\n".encode())

    def write(self, pixels: Image8) -> None:
        """Adds one image, uint8 RGB (H, W, 3) of the stream's size.

        Raises:
            ValueError: The image has another shape or type.
            VideoError: The reading program has ended.
        """
        if pixels.shape != (self._size[1], self._size[0], 3) or pixels.dtype != np.uint8:
            raise ValueError(f"expected uint8 {(*self._size[::-1], 3)}, got {pixels.dtype} {pixels.shape}")
        if self._layout == "rgb24":
            self._put(pixels.tobytes())
        else:
            self._put(b"FRAME\n" + to_bt709(pixels).tobytes())

    def close(self) -> None:
        """Flushes what is buffered; the pipe itself stays open for its owner to close."""
        if self._is_open:
            self._guard(self._out.flush)

    def _put(self, data: bytes) -> None:
        self._guard(lambda: self._out.write(data))

    def _guard(self, action: Callable[[], object]) -> None:
        try:
            action()
        except BrokenPipeError as error:
            self._is_open = False
            raise VideoError(
                "standard output: the program that reads the frames has ended before the film; "
                "the frames so far are in the run folder"
            ) from error


def to_bt709(pixels: Image8) -> Image8:
    """Returns the planes Y, Cb, Cr (3, H, W), uint8 in limited range, of an image, uint8 RGB (H, W, 3).

    Source:
        ITU-R BT.709-6, items 3.2 to 3.4, quantized to 8 bits: 16 + 219 Y, 128 + 224 C.
    """
    red, green, blue = (pixels[..., channel].astype(np.float32) / 255.0 for channel in range(3))
    light = _RED * red + (1.0 - _RED - _BLUE) * green + _BLUE * blue
    cb = (blue - light) / (2.0 * (1.0 - _BLUE))
    cr = (red - light) / (2.0 * (1.0 - _RED))
    planes = np.stack((16.0 + 219.0 * light, 128.0 + 224.0 * cb, 128.0 + 224.0 * cr))
    rounded: Image8 = np.clip(np.rint(planes), 0, 255).astype(np.uint8)
    return rounded
