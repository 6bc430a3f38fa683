"""Faces are held still from frame to frame."""

from collections.abc import Sequence

import numpy as np
import pytest

from animator.models.faces.face import Face, Landmarks, rms, size_of
from animator.models.faces.steady import LEASH, hold_still
from tests.faces import place

HEAD = place((128.0, 120.0), 0.3)


def held_over(found: Sequence[tuple[Face, ...]]) -> list[tuple[Landmarks, ...]]:
    """What is used for the faces of each frame."""
    used: list[tuple[Landmarks, ...]] = []
    for faces in found:
        used.append(hold_still(faces, used[-1] if used else ()))
    return used


def test_a_head_at_rest_is_held_still_though_the_detector_trembles() -> None:
    rng = np.random.default_rng(0)
    found = [(Face(HEAD + rng.normal(0, 0.4, (5, 2)), 0.9),) for _ in range(40)]
    used = held_over(found)
    assert all(np.array_equal(faces[0], used[0][0]) for faces in used)


def test_a_moving_head_is_followed_evenly_and_closely() -> None:
    found = [(Face(HEAD + np.array((1.5, 0.5)) * frame, 0.9),) for frame in range(40)]
    used = [faces[0] for faces in held_over(found)]
    steps = np.diff([landmarks.mean(0) for landmarks in used[10:]], axis=0)
    assert np.abs(steps - (1.5, 0.5)).max() < 1e-6
    for landmarks, (face,) in zip(used, found, strict=True):
        assert rms(landmarks - face.landmarks) <= LEASH * size_of(face.landmarks) + 1e-9


def test_a_face_elsewhere_is_a_new_one() -> None:
    there = place((128.0 + 2 * size_of(HEAD), 120.0), 0.3)
    assert np.array_equal(hold_still((Face(there, 0.9),), (HEAD,))[0], there)


def test_a_new_face_has_to_be_certain_and_a_known_one_need_not_be() -> None:
    doubtful = (Face(HEAD, 0.5),)
    assert hold_still(doubtful, ()) == ()
    assert len(hold_still(doubtful, (HEAD,))) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_faces_keep_their_own_places(order: tuple[int, int]) -> None:
    heads = (HEAD, place((240.0, 120.0), 0.3))
    used = hold_still([Face(heads[index] + 0.1, 0.9) for index in order], heads)
    assert all(np.array_equal(landmarks, heads[index]) for landmarks, index in zip(used, order, strict=True))
    # One place is never held for two faces.
    twice = hold_still([Face(HEAD + 0.1, 0.9), Face(HEAD + 0.2, 0.9)], (HEAD,))
    assert np.array_equal(twice[0], HEAD) and np.array_equal(twice[1], HEAD + 0.2)
