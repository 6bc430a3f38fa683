"""Depth maps as images."""

import cv2
import numpy as np
import torch

from animator.models.depth.maps import png, to_preview, to_uint16, value_range

RAMP = torch.linspace(-2, 6, 35).reshape(5, 7)


def test_16_bit_maps_use_the_whole_range_and_near_is_bright() -> None:
    words = to_uint16(RAMP)
    assert words.dtype == np.uint16
    assert words.shape == (5, 7)
    assert words[0, 0] == 0
    assert words[-1, -1] == 65535
    assert (np.diff(words.astype(int).ravel()) > 0).all()


def test_a_given_range_is_kept_from_map_to_map() -> None:
    words = to_uint16(RAMP, between=(-10.0, 10.0))
    assert words[0, 0] == round(8 / 20 * 65535)
    assert to_uint16(RAMP, between=(0.0, 1.0))[0, 0] == 0


def test_flat_and_broken_maps_do_not_fail() -> None:
    assert not to_uint16(torch.full((2, 2), 7.0)).any()
    broken = torch.tensor([[float("nan"), 0.0], [1.0, float("inf")]])
    assert value_range(broken) == (0.0, 1.0)
    assert to_uint16(broken).tolist() == [[0, 0], [65535, 65535]]
    assert value_range(torch.full((2, 2), float("nan"))) == (0.0, 1.0)


def test_the_preview_is_dark_far_away_and_bright_near() -> None:
    preview = to_preview(RAMP)
    assert preview.shape == (5, 7, 3)
    assert preview.dtype == np.uint8
    brightness = preview.astype(int).sum(-1).ravel()
    assert brightness[0] < 20
    assert brightness[-1] > 500
    red, _, blue = preview[3, 0]
    assert red > blue  # inferno is warm, so the order of colors is RGB


def test_png_files_hold_what_was_given() -> None:
    words, preview = to_uint16(RAMP), to_preview(RAMP)
    read = cv2.imdecode(np.frombuffer(png(words), np.uint8), cv2.IMREAD_UNCHANGED)
    assert read is not None and read.dtype == np.uint16
    assert np.array_equal(read, words)
    colored = cv2.imdecode(np.frombuffer(png(preview), np.uint8), cv2.IMREAD_COLOR)
    assert colored is not None and np.array_equal(colored[..., ::-1], preview)
