"""Preprocessors with networks of transformers: equal to those called directly."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from animator.errors import ModelError
from animator.images.image import from_uint8, to_uint8
from animator.models import scipy_package
from animator.models.controlnet.preprocessors.depth_pro import DepthPro
from animator.models.controlnet.preprocessors.find import find_preprocessor
from animator.models.controlnet.preprocessors.networks import NETWORKS
from animator.models.controlnet.preprocessors.open import Networks
from animator.models.controlnet.preprocessors.palette import PALETTE
from animator.models.controlnet.preprocessors.pose import Pose
from animator.models.controlnet.preprocessors.skeleton import body_points, draw_people
from animator.models.depth.model import FakeDepth
from animator.models.diffusion.checkpoints.library import Library
from animator.models.pretrained.find import check_network
from tests.animator.models.controlnet import tiny_networks
from tests.animator.models.controlnet.tiny_networks import SEGMENTERS, networks
from tests.synchronizations import DEVICE, OnDevice, Place, listed, synchronizations

POSES = "models/controlnet/preprocessors/pose.py"
FINDING = Place(POSES, "find_people"), Place(POSES, "find_points")
INPUTS = Place("models/pretrained/load.py", "inputs")


def noise(height: int = 80, width: int = 120) -> Tensor:
    return torch.rand((3, height, width), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("detector", ["rt_detr", "detr"])
def test_openpose_draws_what_transformers_finds(tmp_path: Path, detector: str) -> None:
    poses, people = tiny_networks.vitpose(tmp_path / "pose"), getattr(tiny_networks, detector)(tmp_path / "d")
    from transformers import AutoImageProcessor, AutoModelForObjectDetection, VitPoseForPoseEstimation

    pixels = to_uint8(noise())
    finder = AutoModelForObjectDetection.from_pretrained(people).eval()
    of_finder, of_poser = (
        AutoImageProcessor.from_pretrained(people),
        AutoImageProcessor.from_pretrained(poses),
    )
    poser = VitPoseForPoseEstimation.from_pretrained(poses).eval()
    with torch.no_grad():
        found = of_finder.post_process_object_detection(
            finder(**of_finder(images=pixels, return_tensors="pt")), threshold=0.1, target_sizes=[(80, 120)]
        )[0]
        order = found["scores"].argsort(descending=True, stable=True)
        corners = found["boxes"][order][
            found["labels"][order] == {"rt_detr": 0, "detr": 1}[detector]
        ].double()
        corners[:, 0::2] = corners[:, 0::2].clip(0, 120)
        corners[:, 1::2] = corners[:, 1::2].clip(0, 80)
        boxes = torch.cat([corners[:, :2], corners[:, 2:] - corners[:, :2]], 1).numpy()
        inputs = of_poser(images=pixels, boxes=[boxes.tolist()], return_tensors="pt")
        results = of_poser.post_process_pose_estimation(poser(**inputs), boxes=[boxes.tolist()])[0]
    assert len(results) > 1
    wanted = [body_points(one["keypoints"].double().numpy(), one["scores"].numpy(), 0.2) for one in results]
    names = {"preprocessor_model": str(poses), "preprocessor_detector": str(people)}
    preprocess = networks().open("openpose", names)
    assert isinstance(preprocess, Pose)
    own = preprocess.find_points(noise(), preprocess.find_people(noise(), 0.1), 0.2)
    np.testing.assert_allclose(np.array(own[::-1]), np.array(wanted), rtol=0, atol=1e-6)
    drawn = from_uint8(draw_people(wanted[::-1], 80, 120))
    assert torch.equal(preprocess(noise(), 0.2, 0.1), drawn) and float(drawn.max()) == 1
    assert float(preprocess(noise(), 0.2, 1.0).max()) == 0  # no people


def test_an_expert_pose_network_uses_the_experts_for_coco(tmp_path: Path) -> None:
    tiny_networks.vitpose(tmp_path / "pose", experts=6)
    tiny_networks.rt_detr(tmp_path / "detector")
    assert float(find_preprocessor("openpose", (0.0, 0.0), networks(tmp_path))(noise()).max()) == 1


@pytest.mark.parametrize("name", SEGMENTERS)
def test_segments_have_the_colors_of_their_classes(tmp_path: Path, name: str) -> None:
    folder, pixels = SEGMENTERS[name](tmp_path / name), to_uint8(noise())
    import transformers

    processor = transformers.AutoImageProcessor.from_pretrained(folder, **NO_CLASSES.get(name, {}))
    if name == "oneformer":
        tokenizer = transformers.CLIPTokenizer.from_pretrained(folder)
        whole = transformers.OneFormerProcessor(processor, tokenizer, task_seq_length=8)
        inputs = whole(images=pixels, task_inputs=["semantic"], return_tensors="pt")
        model = transformers.OneFormerForUniversalSegmentation.from_pretrained(folder)
    else:
        inputs = processor(images=pixels, return_tensors="pt")
        model = transformers.AutoModelForSemanticSegmentation.from_pretrained(folder)
    with torch.no_grad():
        (classes,) = processor.post_process_semantic_segmentation(
            model.eval()(**inputs), target_sizes=[(80, 120)]
        )
    drawn = find_preprocessor("segmentation", (None, None), networks(tmp_path))(noise())
    assert torch.equal(drawn, from_uint8(PALETTE[classes.numpy()]))


NO_CLASSES = {"oneformer": {"class_info_file": None}}
"""Without these, OneFormer's processor asks the hub for the names of its classes."""


def test_depth_in_meters_is_that_of_transformers(tmp_path: Path) -> None:
    folder = tiny_networks.depth_pro(tmp_path / "depth")
    from transformers import DepthProForDepthEstimation, DepthProImageProcessor

    processor = DepthProImageProcessor.from_pretrained(folder)
    model = DepthProForDepthEstimation.from_pretrained(folder).eval()
    with torch.no_grad():
        outputs = model(**processor(images=to_uint8(noise()), return_tensors="pt"))
    wanted = processor.post_process_depth_estimation(outputs, target_sizes=[(80, 120)])[0]["predicted_depth"]
    preprocess = networks(tmp_path).open("depth_pro", {})
    assert isinstance(preprocess, DepthPro)
    torch.testing.assert_close(preprocess.meters(noise()), wanted, rtol=1e-6, atol=1e-6)
    assert float(wanted.std()) > 0
    stretched, fixed = preprocess(noise(), 0.0), preprocess(noise(), float(wanted.min()) * 2)
    assert (float(stretched.min()), float(stretched.max())) == (0, 1)
    torch.testing.assert_close(fixed[1], (2 * wanted.min() / wanted).clamp(0, 1))


def test_networks_that_several_units_name_are_loaded_once(tmp_path: Path) -> None:
    tiny_networks.segformer(tmp_path / "seg")
    opened = networks(tmp_path)
    first = opened.open("segmentation", {"preprocessor_model": "seg"})
    assert opened.open("segmentation", {"preprocessor_model": "seg", "preprocessor_detector": "x"}) is first
    assert opened.open("segmentation", {}) is not first


@pytest.mark.parametrize(
    ("module", "saved", "places"),
    [
        ("segmentation", ("segformer",), {INPUTS}),
        ("depth_pro", ("depth_pro",), {INPUTS}),
        (
            "openpose",
            ("vitpose", "rt_detr"),
            {INPUTS, *FINDING},
        ),
    ],
)
def test_the_host_waits_for_a_device_only_where_it_is_listed(
    tmp_path: Path, module: str, saved: tuple[str, ...], places: set[Place]
) -> None:
    for name in saved:
        getattr(tiny_networks, name)(tmp_path / name)
    wanted = find_preprocessor(module, (0.0, 0.0), networks(tmp_path))(noise())
    with synchronizations() as noted:
        opened = Networks(DEVICE, Library((tmp_path,)), FakeDepth)
        preprocess, image = find_preprocessor(module, (0.0, 0.0), opened), noise().to(DEVICE)
        preprocess(image)
        noted.found.clear()
        made = preprocess(image)
    assert noted.found.keys() == places and places <= listed().keys()
    assert isinstance(made, OnDevice) and float((made.held - wanted).abs().mean()) < 0.02


@pytest.mark.parametrize(("module", "name"), [("openpose", "vitpose"), ("segmentation", "oneformer")])
def test_a_missing_package_is_said_before_anything_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, name: str
) -> None:
    folder = getattr(tiny_networks, name)(tmp_path / name)
    monkeypatch.setattr(scipy_package, "find_spec", lambda _: None)
    with pytest.raises(ModelError, match=r"need the package scipy; .*'animator\[preprocessors\]'"):
        check_network(NETWORKS[module][0], "", folder)
    check_network(NETWORKS["segmentation"][0], "", tiny_networks.segformer(tmp_path / "segformer"))


BROKEN = [
    {"image_mean": [0.5]},
    {"size": {"height": 1, "width": 1}},
    {"do_resize": "no"},
    {"image_std": None},
]


@pytest.mark.parametrize("broken", BROKEN, ids=str)
@pytest.mark.parametrize(
    ("module", "name", "others"),
    [
        ("openpose", "vitpose", ["rt_detr"]),
        ("openpose", "rt_detr", ["vitpose"]),
        ("segmentation", "segformer", []),
        ("segmentation", "oneformer", []),
        ("depth_pro", "depth_pro", []),
    ],
)
def test_a_broken_image_processor_is_said_or_works(
    tmp_path: Path, broken: dict[str, object], module: str, name: str, others: list[str]
) -> None:
    for saved in (name, *others):
        getattr(tiny_networks, saved)(tmp_path / saved)
    path = tmp_path / name / "preprocessor_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **broken}))
    try:
        drawn = find_preprocessor(module, (0.0, 0.0), networks(tmp_path))(noise())
    except ModelError as error:
        assert str(tmp_path / name) in str(error) and "cannot be" in str(error)
    else:
        assert drawn.shape == noise().shape
