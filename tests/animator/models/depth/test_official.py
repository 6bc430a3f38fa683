"""Every released network: its file fits, and it answers what the official program answers."""

from types import ModuleType

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from animator.models.depth import build, load_weights
from animator.models.depth.registry import MODELS
from animator.models.depth.spec import DepthModelSpec
from tests.animator.models.depth.conftest import MakeImage, MakeInput, Official, spec_of

# float32 against float64 of the official programs differs by up to 1.6e-4 deviations (the hybrid).
RMS, MOST = 1e-4, 1e-3

NETWORKS = [
    "midas_v21_384",
    "midas_v21_small_256",
    "dpt_large_384",
    "dpt_hybrid_384",
    "dpt_beit_large_512",
    "dpt_beit_large_384",
    "dpt_beit_base_384",
    "dpt_swin2_large_384",
    "dpt_swin2_base_384",
    "dpt_swin2_tiny_256",
    "dpt_swin_large_384",
    "dpt_next_vit_large_384",
    "dpt_levit_224",
    "depth_anything_v1_vits",
    "depth_anything_v2_vits",
    "depth_anything_v2_vitb",
    "depth_anything_v2_vitl",
    "depth_anything_v2_metric_vits",
    "da3mono-large",
    "da3-small",
    "da3-base",
    "da3-large",
    "video_depth_anything_vits",
    "video_depth_anything_vitb",
    "video_depth_anything_vitl",
    "moge-2-vits-normal",
    "moge-2-vitb-normal",
    "moge-2-vitl",
    "moge-2-vitl-normal",
    "zoe_n",
    "zoe_k",
    "zoe_nk",
]
QUICK = [
    ("midas_v21_small_256", "net_256x256"),
    ("midas_v21_small_256", "net_192x320"),
    ("midas_v21_small_256", "pipe_360x640"),
    ("dpt_levit_224", "net_224x224"),
    ("dpt_levit_224", "pipe_360x640"),
    ("dpt_swin2_tiny_256", "net_256x256"),
    ("depth_anything_v2_vits", "net_294x434"),
    ("da3-small", "net_154x196"),
]
SLOW = [
    ("depth_anything_v2_vits", "net_518x518"),
    ("depth_anything_v2_vits", "pipe_360x640"),
    ("dpt_swin2_tiny_256", "pipe_360x640"),
    ("dpt_hybrid_384", "net_384x384"),
    ("dpt_hybrid_384", "net_256x352"),
    ("dpt_hybrid_384", "pipe_360x640"),
    ("dpt_large_384", "net_384x384"),
    ("dpt_large_384", "net_256x352"),
    ("dpt_large_384", "pipe_360x640"),
    ("dpt_beit_base_384", "net_384x384"),
    ("dpt_beit_base_384", "net_256x352"),
    ("dpt_beit_base_384", "pipe_360x640"),
    ("da3mono-large", "net_154x196"),
    ("zoe_n", "net_384x512"),
    ("zoe_n", "net_352x480"),
    ("zoe_n", "pipe_360x640"),
]
# Of these only mean, deviation, least and largest value are stored.
STATISTICS = [
    ("midas_v21_384", "net_256x352"),
    ("dpt_beit_large_384", "net_256x352"),
    ("dpt_beit_large_512", "net_256x352"),
    ("dpt_swin2_base_384", "net_384x384"),
    ("dpt_swin2_large_384", "net_384x384"),
    ("dpt_swin_large_384", "net_384x384"),
    ("dpt_next_vit_large_384", "net_256x352"),
    ("depth_anything_v1_vits", "net_294x434"),
    ("depth_anything_v2_metric_vits", "net_294x434"),
    ("depth_anything_v2_vitb", "net_294x434"),
    ("depth_anything_v2_vitl", "net_294x434"),
    ("zoe_k", "net_352x480"),
    ("zoe_k", "pipe_360x640"),
    ("zoe_nk", "net_352x480"),
    ("zoe_nk", "net_384x512_kitti"),
    ("zoe_nk", "pipe_360x640"),
]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_key_of_the_released_file_is_used_or_known_to_be_unused(name: str, official: Official) -> None:
    spec = spec_of(name)
    with torch.device("meta"):
        network = build.empty(spec)
        state = {
            key: torch.empty(shape, dtype=getattr(torch, dtype)) for key, shape, dtype in official.keys[name]
        }
    found = load_weights.match_weights(spec, network, state)
    assert (found.missing, found.left_over, found.misshapen) == ((), (), ())
    assert len(found.weights) + len(found.unused) == len(state)
    assert len(found.weights) == len(network.state_dict())
    assert load_weights.find_spec(state, spec.files[0]) == spec


def test_no_weights_but_class_heads_tables_and_a_branch_without_input_go_unused(official: Official) -> None:
    unused = {
        key.split("blocks.")[0] if key.endswith(("_index", "_mask", "_idxs")) else key
        for name, keys in official.keys.items()
        for key, _, _ in keys
        if spec_of(name).rename(key) is None
    }
    known: tuple[str, ...] = (
        "head",
        "mask_token",
        "resConfUnit1",
        "log_binomial_transform",
        "pretrained.model.layers.",
    )
    known += ("_aux.", ".cam_enc.", ".cam_dec.", ".pos_encoder.pe", "normal_head.", "encoder.image_")
    assert all(any(word in key for word in known) or key.endswith("pretrained.model.") for key in unused)


@pytest.mark.parametrize("spec", MODELS, ids=lambda e: e.name)
def test_every_network_can_be_built(spec: DepthModelSpec) -> None:
    with torch.device("meta"):
        network = build.empty(spec)
    assert sum(p.numel() for p in network.parameters()) > 1e7


def answer_of(
    reference: ModuleType,
    official: Official,
    normalized: MakeInput,
    image: MakeImage,
    name: str,
    case: str,
) -> NDArray[np.float32]:
    kind, settings = case.split("_")[0], official.cases[name][case]
    weights = official.weights(name)
    for key, values in settings.get("override", {}).items():
        weights[key] = np.array(values, np.float32)
    if kind == "net":
        return reference.depth_net(name, weights, normalized(*settings["input"], settings["norm"]))
    return reference.depth_pipe(name, weights, image(360, 640, 1))


@pytest.mark.parametrize(
    ("name", "case"), [*QUICK, *(pytest.param(*case, marks=pytest.mark.slow) for case in SLOW)]
)
def test_equals_the_official_answer(
    name: str,
    case: str,
    reference: ModuleType,
    official: Official,
    normalized: MakeInput,
    image: MakeImage,
) -> None:
    answer = answer_of(reference, official, normalized, image, name, case)
    rms, most = official.rest(name, case, answer)
    assert rms <= RMS
    assert most <= MOST


@pytest.mark.slow
@pytest.mark.parametrize(("name", "case"), STATISTICS)
def test_has_the_statistics_of_the_official_answer(
    name: str,
    case: str,
    reference: ModuleType,
    official: Official,
    normalized: MakeInput,
    image: MakeImage,
) -> None:
    answer = answer_of(reference, official, normalized, image, name, case).astype(np.float64)
    stored = np.array(official.cases[name][case]["stats"])
    ours = np.array([answer.mean(), answer.std(), answer.min(), answer.max()])
    assert np.abs(ours - stored).max() <= RMS * stored[1]
