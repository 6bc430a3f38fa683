"""Cutting faces out, upright, and pasting them back: against a drawn face whose landmarks are known."""

import numpy as np
import pytest
import torch

from animator.models.faces.align import TEMPLATE, crop_from_image, cut_out, paste
from animator.models.faces.face import SIDE, Landmarks
from tests.faces import draw_face, pattern, place

PLACES = {
    "small": place((130.0, 117.5), 0.2),
    "turned": place((140.0, 120.0), 0.35, 25.0),
    "upside down": place((128.0, 128.0), 0.3, 180.0),
    "at the edge": place((8.0, 120.0), 0.3, -10.0),
    "larger than the cut-out": place((400.0, 380.0), 1.4, 5.0),
}


@pytest.mark.parametrize("landmarks", PLACES.values(), ids=PLACES)
def test_the_points_of_a_face_come_to_those_of_the_template(landmarks: Landmarks) -> None:
    crop = crop_from_image(landmarks)
    moved = landmarks @ crop[:2, :2].T + crop[:2, 2]
    assert np.abs(moved - TEMPLATE).max() < 1e-9


def test_a_face_that_is_not_quite_like_the_template_is_turned_and_scaled_but_not_sheared() -> None:
    landmarks = place((100.0, 100.0), 0.25, 8.0) * (1.0, 1.15)
    crop = crop_from_image(landmarks)
    assert crop[0, 0] == crop[1, 1] and crop[0, 1] == -crop[1, 0]
    best = np.abs(landmarks @ crop[:2, :2].T + crop[:2, 2] - TEMPLATE) ** 2
    for change in (np.diag([1.01, 1.01, 1.0]), np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])):
        other = change @ crop
        assert best.sum() < (np.abs(landmarks @ other[:2, :2].T + other[:2, 2] - TEMPLATE) ** 2).sum()


@pytest.mark.parametrize("name", ["small", "turned", "upside down", "larger than the cut-out"])
def test_a_face_is_cut_out_upright(name: str) -> None:
    landmarks = PLACES[name]
    side = 800 if name.startswith("larger") else 256
    made = cut_out(draw_face(landmarks, side, side), crop_from_image(landmarks))
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float64)
    inner = slice(SIDE // 5, -SIDE // 5)
    assert made.shape == (3, SIDE, SIDE)
    assert (made - pattern(x, y))[:, inner, inner].abs().max() < 0.01


@pytest.mark.parametrize("landmarks", PLACES.values(), ids=PLACES)
def test_a_face_that_stays_as_it_is_leaves_the_image_as_it_is(landmarks: Landmarks) -> None:
    image = draw_face(landmarks, 420, 410)
    crop = crop_from_image(landmarks)
    back = paste(image, cut_out(image, crop), crop, 1.0)
    assert (back - image).abs().max() < 0.02
    assert (back - image).abs().mean() < 0.0005


def test_only_the_pixels_of_the_face_change() -> None:
    landmarks = place((120.0, 120.0), 0.2)
    image = draw_face(landmarks, 300, 256)
    crop = crop_from_image(landmarks)
    made = paste(image, torch.zeros(3, SIDE, SIDE), crop, 1.0)
    y, x = np.mgrid[:256, :300].astype(np.float64)
    inside = [(crop[row, 0] * x + crop[row, 1] * y + crop[row, 2] + 0.5) / SIDE for row in (0, 1)]
    depth = torch.from_numpy(np.minimum.reduce([*inside, *(1 - part for part in inside)]))
    assert torch.equal(made[:, depth < 0], image[:, depth < 0])
    assert made[:, depth > 0.101].abs().max() < 1e-6
    soft = made[:, (depth > 0.02) & (depth < 0.08)] / image[:, (depth > 0.02) & (depth < 0.08)]
    assert soft.min() > 0.0 and soft.max() < 1.0


def test_the_share_mixes() -> None:
    landmarks = place((128.0, 128.0), 0.3)
    image = draw_face(landmarks, 256, 256)
    crop, face = crop_from_image(landmarks), torch.zeros(3, SIDE, SIDE)
    whole, half = paste(image, face, crop, 1.0), paste(image, face, crop, 0.5)
    assert (half - (image + whole) / 2).abs().max() < 1e-6


def test_fine_detail_of_a_restored_face_does_not_alias_in_a_small_one() -> None:
    landmarks = place((64.0, 64.0), 0.1)
    y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    checks = ((x + y) % 2).to(torch.float32).expand(3, SIDE, SIDE)
    made = paste(torch.full((3, 128, 128), 0.5), checks, crop_from_image(landmarks), 1.0)
    assert (made - 0.5).abs().max() < 0.01


def test_a_face_beside_the_image_changes_nothing() -> None:
    image = torch.rand(3, 64, 64)
    crop = crop_from_image(place((500.0, 500.0), 0.2))
    assert paste(image, torch.zeros(3, SIDE, SIDE), crop, 1.0) is image
