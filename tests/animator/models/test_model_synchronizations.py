"""Models wait for a GPU only where `docs/bench.md` says so; see `tests/synchronizations.py`."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from animator.loop.build.models import load_options
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.models.depth.estimator import Estimator
from animator.models.depth.open_depth import open_depth
from animator.models.depth.registry import MODELS
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.flow_matching.engine import FlowEngine
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.preview import RGBFactors, latent_preview
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.tuning import GuidanceTuning
from animator.models.faces.networks import RestorationNetwork
from animator.models.faces.restore import FaceRestorer, restore_faces
from animator.models.faces.yunet import open_yunet
from animator.models.flow.opencv import Dis
from animator.timeline.timeline import Timeline
from schedules import PromptFrame
from tests.animator.models.diffusion import tiny_models
from tests.face_files import write_detector
from tests.fakes import Make
from tests.opened import open_stable
from tests.synchronizations import DEVICE, Place, listed, synchronizations

MASKED = {"use_mask": True, "mask_schedule": "{everywhere}", "full_res_mask": True, "overlay_mask": False}


def test_the_built_in_models_wait_for_the_mask_and_for_a_faultless_image(make_animation: Make) -> None:
    film = make_animation(
        mode="3d",
        frames=2,
        prompts={0: "a lake", 1: "a (red:1.3) lake"},
        diffusion={"seed": 7, "strength": 0.5, "steps": 2, "precision": "fp32"},
        mask=MASKED,
    )
    with synchronizations() as noted:
        diffuser = open_stable("starter", DEVICE, load_options(film))
        depth = open_depth("starter", DEVICE, "float32")
        for frame in render(Timeline(film), build_pipeline(film, diffuser, DEVICE, depth=depth)):
            if frame.plan.frame == 0:
                noted.found.clear()
    assert noted.found.keys() == {
        Place("models/diffusion/inpaint.py", "of"),
        Place("models/diffusion/inpaint.py", "_margins"),
        Place("models/diffusion/retry.py", "_fault"),
    }
    assert noted.found.keys() <= listed().keys()


@pytest.mark.parametrize("kind", FLOW_FAMILIES)
def test_flow_matching_models_wait_where_diffusers_networks_do(kind: str) -> None:
    image, area = torch.rand((3, 64, 64), generator=torch.Generator().manual_seed(1)), torch.ones(1, 64, 64)
    with synchronizations() as noted:
        engine = FlowEngine(kind, tiny_models.pipeline(kind), LoadOptions(precision="fp32"), DEVICE)
        asked = GenerationRequest(
            frame=0,
            size=(64, 64),
            image=image.to(DEVICE),
            prompt=PromptFrame("a [lake:sea:0.5]", "red"),
            strength=0.4,
            steps=4,
            cfg_scale=4.0,
            sampler="Heun",
            seed=3,
            mask=area.triu().to(DEVICE),
            revealed=area.tril().to(DEVICE),
            revealed_strength=0.1,
            guidance=GuidanceTuning(rescale=0.5, distilled=2.0),
        )
        both = [asked, replace(asked, seed=4)]
        for _ in range(2):
            noted.found.clear()
            engine.generate(asked)
            engine.generate_batch(both)
    waits = {Place("models/diffusion/flow_matching/network.py", "_call")}
    assert noted.found.keys() == (waits if kind in ("chroma", "lumina2") else set())
    assert noted.found.keys() <= listed().keys()


def test_a_depth_network_does_not_wait() -> None:
    (spec,) = (one for one in MODELS if one.name == "dpt-levit")
    network = spec.build().eval()
    with synchronizations() as noted:
        estimator = Estimator(spec, network.to(DEVICE))
        image = torch.rand((3, 40, 56), generator=torch.Generator().manual_seed(1)).to(DEVICE)
        noted.found.clear()
        assert estimator.estimate(image).device == DEVICE
    assert noted.found == {}


@pytest.mark.usefixtures("allow_code")
def test_restored_faces_wait_for_their_detector_and_their_check(tmp_path: Path) -> None:
    image = torch.zeros(3, 64, 64)
    image[0, 24:32, 24:32] = 1.0
    network = RestorationNetwork(Path("faces.pth"), torch.nn.Identity(), lambda _, faces, fidelity: faces)
    restorer = FaceRestorer(open_yunet(write_detector(tmp_path)), network)
    with synchronizations() as noted:
        on_device = image.to(DEVICE)
        noted.found.clear()
        assert restore_faces(on_device, restorer) is not on_device
    assert noted.found.keys() == {
        Place("models/faces/yunet.py", "detect"),
        Place("models/faces/networks.py", "restore"),
    }
    assert noted.found.keys() <= listed().keys()


def test_a_preview_and_a_flow_from_a_guess_wait_for_what_they_read() -> None:
    with synchronizations() as noted:
        image, guess = torch.rand(3, 64, 64).to(DEVICE), torch.zeros(2, 64, 64).to(DEVICE)
        latent = torch.rand(1, 4, 8, 8).to(DEVICE)
        noted.found.clear()
        Dis()(image, image, guess)
        latent_preview(latent, RGBFactors(((0.3, 0.2, 0.1),) * 4, (0.0, 0.0, 0.0)))
    assert noted.found.keys() == {
        Place("models/flow/opencv.py", "gray"),
        Place("models/flow/opencv.py", "_to_numpy"),
        Place("models/diffusion/preview.py", "latent_preview"),
    }
    assert noted.found.keys() <= listed().keys()
