"""The files of face restoration, in their real formats: they are read, or refused with a reason."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from animator.errors import ModelError
from animator.models.faces.align import TEMPLATE
from animator.models.faces.face import SIDE
from animator.models.faces.find import FaceFiles
from animator.models.faces.networks import load_face_network
from animator.models.faces.restore import open_restorer, restore_faces
from animator.models.faces.yunet import MOST_FACES, open_yunet
from animator.models.torchvision_ops import declare_missing_ops
from tests.face_files import POINTS, restoreformer, write_detector
from tests.onnx_files import yunet


def red_cells(height: int, width: int, *corners: tuple[int, int]) -> Tensor:
    """A black image (3, H, W) with a pure red cell, in which a face is found, at each upper left corner."""
    image = torch.zeros(3, height, width)
    for x, y in corners:
        image[0, y : y + 8, x : x + 8] = 1.0
    return image


pytestmark = pytest.mark.usefixtures("allow_code")


@pytest.fixture
def detector(tmp_path: Path) -> Path:
    return write_detector(tmp_path)


def test_opencv_finds_the_points_of_faces_in_images_of_any_size(detector: Path) -> None:
    opened = open_yunet(detector)
    (face,) = opened.detect(red_cells(200, 256, (120, 80)))
    assert np.abs(face.landmarks - (POINTS + np.array((120, 80)))).max() < 0.001 and face.score > 0.99
    first, second = opened.detect(red_cells(203, 330, (64, 80), (248, 72)))
    assert {round(float(face.landmarks[:, 0].mean())) for face in (first, second)} == {68, 252}
    assert opened.detect(torch.zeros(3, 8, 8)) == ()


def test_large_images_are_searched_at_a_smaller_size(detector: Path) -> None:
    image = red_cells(800, 1280)
    image[0, 320:336, 480:496] = 1.0  # one cell of 8 pixels at half the size
    (face,) = open_yunet(detector).detect(image)
    assert np.abs(face.landmarks - (POINTS * 2 + np.array((480.5, 320.5)))).max() < 1.0


def test_the_number_of_faces_is_limited(tmp_path: Path) -> None:
    path = tmp_path / "small.onnx"
    path.write_bytes(yunet((TEMPLATE - TEMPLATE.mean(0)) * 0.02 + 4, 8.0))
    corners = [(x, y) for x in range(0, 256, 16) for y in range(0, 256, 16)]
    assert len(open_yunet(path).detect(red_cells(256, 256, *corners))) == MOST_FACES


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"words", "cannot be read as ONNX"),
        (b"", "cannot be read as ONNX"),
        (yunet(POINTS, 100.0)[:3000], "cannot be read as ONNX"),
        (
            yunet(POINTS, 100.0, outputs="cls obj bbox"),
            "is not YuNet; expected face_detection_",
        ),
        (yunet(POINTS[:4], 100.0), "is not YuNet: its outputs have other sizes"),
    ],
    ids=["words", "empty", "damaged", "other outputs", "other sizes"],
)
def test_a_file_that_is_not_the_detector_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "other.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=f"other.onnx: {message}"):
        open_yunet(path)


def test_opening_a_detector_prints_nothing(detector: Path, capfd: pytest.CaptureFixture[str]) -> None:
    open_yunet(detector)
    assert capfd.readouterr() == ("", "")


def test_a_published_network_restores_a_face_the_same_way_each_time(tmp_path: Path, detector: Path) -> None:
    pytest.importorskip("einops", reason="the extra `upscale` is not installed")
    path = tmp_path / "RestoreFormer.safetensors"
    save_file(restoreformer(), path)
    restorer = open_restorer(FaceFiles(path, detector), "cpu")
    image = red_cells(96, 128, (56, 40)).add(0.3).clamp(0, 1)
    image[1:, 40:48, 56:64] = 0.0
    made = restore_faces(image, restorer)
    assert made.shape == image.shape and made.min() >= 0.0 and made.max() <= 1.0
    assert (made - image).abs().max() > 0.05
    assert torch.equal(made, restore_faces(image, restorer))


@pytest.mark.slow
@pytest.mark.usefixtures("allow_pickle")
def test_gfpgan_runs_without_fresh_noise(tmp_path: Path) -> None:
    pytest.importorskip("einops", reason="the extra `upscale` is not installed")
    declare_missing_ops()
    from spandrel.architectures.GFPGAN import GFPGAN

    torch.manual_seed(0)
    torch.save({"params_ema": GFPGAN(out_size=512).state_dict()}, tmp_path / "GFPGANv1.4.pth")
    network = load_face_network(tmp_path / "GFPGANv1.4.pth", "cpu")
    face = torch.rand(3, SIDE, SIDE)
    assert torch.equal(network.restore(face, 0.5), network.restore(face, 0.5))


@pytest.mark.slow
@pytest.mark.usefixtures("allow_pickle")
def test_codeformer_takes_the_fidelity(tmp_path: Path) -> None:
    pytest.importorskip("einops", reason="the extra `upscale` is not installed")
    declare_missing_ops()
    architecture = pytest.importorskip("spandrel_extra_arches.architectures.CodeFormer")
    torch.manual_seed(0)
    weights = architecture.CodeFormer(dim_embd=64, n_layers=2, codebook_size=16).state_dict()
    torch.save({"params_ema": weights}, tmp_path / "codeformer.pth")
    network = load_face_network(tmp_path / "codeformer.pth", "cpu")
    face = torch.rand(3, SIDE, SIDE)
    assert not torch.equal(network.restore(face, 0.0), network.restore(face, 1.0))


def test_a_network_of_another_kind_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("einops", reason="the extra `upscale` is not installed")
    layers = {"body.0": (8, 3), "body.2": (8, 8), "body.4": (12, 8)}  # Real-ESRGAN's compact networks
    state = {f"{name}.weight": torch.zeros(*shape, 3, 3) for name, shape in layers.items()}
    state |= {f"{name}.bias": torch.zeros(shape[0]) for name, shape in layers.items()}
    state |= {f"body.{index}.weight": torch.zeros(8) for index in (1, 3)}
    save_file(state, tmp_path / "x2.safetensors")
    with pytest.raises(ModelError, match=r"x2.safetensors: is a network of the kind .*expected a face rest"):
        load_face_network(tmp_path / "x2.safetensors", "cpu")
    save_file({"nothing.weight": torch.ones(2)}, tmp_path / "other.safetensors")
    with pytest.raises(ModelError, match="is not a face restoration network that spandrel knows"):
        load_face_network(tmp_path / "other.safetensors", "cpu")


def test_pickled_weights_need_permission(tmp_path: Path) -> None:
    torch.save({"params_ema": {}}, tmp_path / "GFPGANv1.4.pth")
    with pytest.raises(ModelError, match="can run code when they are read"):
        load_face_network(tmp_path / "GFPGANv1.4.pth", "cpu")


def test_weights_whose_result_is_not_a_number_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("einops", reason="the extra `upscale` is not installed")
    state = restoreformer()
    state["decoder.conv_out.bias"] = torch.full((3,), float("nan"))
    save_file(state, tmp_path / "RestoreFormer.safetensors")
    network = load_face_network(tmp_path / "RestoreFormer.safetensors", "cpu")
    with pytest.raises(ModelError, match="does not return a face; its weights may be damaged"):
        network.restore(torch.zeros(3, SIDE, SIDE), 0.5)
