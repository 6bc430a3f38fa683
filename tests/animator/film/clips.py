"""A clip whose every frame is known: a disc over a turning, growing, moving texture."""

import cv2
import numpy as np

from animator.images.image import Image8


def texture(side: int, seed: int) -> Image8:
    """Returns clouds of all sizes, uint8 RGB (side, side, 3)."""
    noise = np.random.default_rng(seed).random((side, side, 3)).astype(np.float32)
    clouds = sum(cv2.GaussianBlur(noise, (0, 0), width) * width for width in (1.5, 4, 10, 24))
    low, high = np.min(clouds), np.max(clouds)
    return ((clouds - low) / (high - low) * 255).astype(np.uint8)


def moving_disc(frames: int = 17, side: int = 192) -> list[Image8]:
    """Returns the clip, uint8 RGB (side, side, 3) each."""
    ground, inside = texture(2 * side, 1), 255 - texture(80, 2)
    clip = []
    for frame in range(frames):
        turn = cv2.getRotationMatrix2D((side, side), frame * 0.7, 1 + 0.006 * frame)
        turn[:, 2] -= (side / 2 + 1.5 * frame, side / 2 - 0.5 * frame)
        image = cv2.warpAffine(ground, turn, (side, side), flags=cv2.INTER_CUBIC)
        x, y = 30 + 6.3 * frame, 90 + 30 * np.sin(frame / 4)
        mask = np.zeros((side, side), np.float32)
        cv2.circle(mask, (int(x * 16), int(y * 16)), 28 * 16, 1.0, -1, cv2.LINE_AA, 4)
        move = np.array([[1, 0, x - 40], [0, 1, y - 40]], np.float32)
        disc = cv2.warpAffine(inside, move, (side, side), flags=cv2.INTER_CUBIC)
        soft = cv2.GaussianBlur(mask, (0, 0), 0.6)[..., None]
        clip.append((image * (1 - soft) + disc * soft).astype(np.uint8))
    return clip


def shot(color: tuple[int, int, int], frames: int = 6, seed: int = 3, side: int = 96) -> list[Image8]:
    """Returns images of a camera that moves over a texture of a color, uint8 RGB (side, side, 3)."""
    ground = texture(side + 2 * frames, seed).astype(np.float32) / 255 * np.array(color, np.float32)
    return [ground[i : i + side, 2 * i : 2 * i + side].astype(np.uint8) for i in range(frames)]


def psnr(seen: Image8, true: Image8) -> float:
    """Returns the peak signal-to-noise ratio in dB."""
    error = np.mean((seen.astype(float) - true) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))
