"""`restore_faces` on single images."""

import torch

from animator.models.faces.face import SIDE, Face
from animator.models.faces.restore import FaceRestorer, restore_faces
from tests.faces import FixedDetector, FunctionNetwork, draw_face, place

HEADS = (place((100.0, 110.0), 0.25), place((220.0, 120.0), 0.25))
IMAGE = draw_face(HEADS[0], 320, 240)
BLACK = FunctionNetwork(torch.zeros_like)


def restorer(*scores: float, network: FunctionNetwork = BLACK) -> FaceRestorer:
    """A restorer that finds one of the heads for each score."""
    return FaceRestorer(FixedDetector(tuple(map(Face, HEADS, scores))), network)


def test_an_image_without_faces_is_returned_as_it_is() -> None:
    assert restore_faces(IMAGE, restorer()) is IMAGE
    assert restore_faces(IMAGE, restorer(0.5)) is IMAGE  # not certain enough


def test_strength_0_runs_no_model() -> None:
    network = FunctionNetwork()
    assert restore_faces(IMAGE, restorer(0.9, network=network), strength=0.0) is IMAGE
    assert not network.asked


def test_strength_mixes_and_the_given_image_stays_as_it_is() -> None:
    before = IMAGE.clone()
    whole, half = (restore_faces(IMAGE, restorer(0.9), strength) for strength in (1.0, 0.5))
    assert torch.equal(IMAGE, before)
    assert whole[:, 105, 100].max() < 1e-6
    assert (half - (IMAGE + whole) / 2).abs().max() < 1e-6


def test_the_network_gets_the_fidelity_and_an_aligned_face() -> None:
    network = FunctionNetwork()
    restore_faces(IMAGE, restorer(0.9, network=network), fidelity=0.25)
    ((face, fidelity),) = network.asked
    assert fidelity == 0.25 and face.shape == (3, SIDE, SIDE)
    assert face.min() >= 0.0 and face.max() <= 1.0


def test_every_face_is_cut_out_of_the_image_as_it_was_given() -> None:
    network = FunctionNetwork(torch.zeros_like)
    made = restore_faces(IMAGE, restorer(0.9, 0.8, network=network))
    assert len(network.asked) == 2 and all(face.mean() > 0.3 for face, _ in network.asked)
    assert made[:, 115, 100].max() < 1e-6 and made[:, 125, 220].max() < 1e-6
