"""Official networks for the tests: their keys, stand-in weights and images, and what they answer."""

import hashlib
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from animator.models.depth.names import find_spec_by_name
from animator.models.depth.spec import DepthModelSpec
from tests.reference import adapter

REFERENCE = Path(__file__).parents[3] / "reference"
NORMS = {"half": (0.5, 0.5), "unit": (0.0, 1.0)}
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
CONSTANT = ("relative_position_index", "attn_mask", "attention_bias_idxs", "k_idx", "K_minus_1")
Arrays = dict[str, NDArray[Any]]
MakeImage = Callable[..., NDArray[np.uint8]]
MakeInput = Callable[..., NDArray[np.float32]]


def spec_of(name: str) -> DepthModelSpec:
    """The network of a name that is known."""
    spec = find_spec_by_name(name)
    assert spec is not None, name
    return spec


class Official:
    """The released networks under weights that are a function of key and shape, so that none is stored."""

    def __init__(self) -> None:
        with lzma.open(REFERENCE / "data" / "depth_keys.json.xz") as file:
            self.keys: dict[str, list[tuple[str, list[int], str]]] = json.load(file)
        table = json.loads((REFERENCE / "data" / "depth_cases.json").read_text())
        self.cases: dict[str, dict[str, Any]] = table["cases"]
        self.sizes: list[dict[str, Any]] = table["sizes"]
        self.head_bias: dict[str, float] = table["head_bias"]
        with np.load(REFERENCE / "data" / "depth_maps.npz") as maps:
            self.maps = dict(maps)

    def weights(self, name: str) -> Arrays:
        """Everything the released file of a network holds; tables that follow from sizes are zeros."""
        return {key: self._entry(name, key, tuple(shape), dtype) for key, shape, dtype in self.keys[name]}

    def _entry(self, name: str, key: str, shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
        if key.endswith(("num_batches_tracked", *CONSTANT)):
            return np.zeros(shape, dtype)
        return fill(key, shape, self.head_bias.get(name, 0.0)).astype(dtype)

    def rest(self, name: str, case: str, answer: NDArray[Any]) -> tuple[float, float]:
        """(rms, max) of the difference to the stored map, in standard deviations of the whole map."""
        deviation = self.cases[name][case]["stats"][1]
        for key, stored in self.maps.items():
            if key.startswith(f"{name}/{case}/"):
                step = int(key.rsplit("/", 1)[1])
                difference = (answer[::step, ::step].astype(np.float64) - stored) / deviation
                return float(np.sqrt((difference**2).mean())), float(np.abs(difference).max())
        raise KeyError(f"{name}/{case}")


def fill(key: str, shape: tuple[int, ...], head_bias: float) -> NDArray[Any]:
    """Stand-in weights of one spec, scaled so that activations neither grow nor vanish."""
    seed = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    n = np.random.Generator(np.random.PCG64(seed)).standard_normal(shape)
    leaf = key.rsplit(".", 1)[-1]
    fan_in = np.prod(shape[1:]) if shape else 1
    if any(head in key for head in ("scratch.output_conv.4.", "scratch.output_conv2.2.")):
        return np.full(shape, head_bias) if leaf == "bias" else np.abs(n) / np.sqrt(fan_in)
    special: dict[str, Callable[[], Any]] = {
        "running_mean": lambda: 0.1 * n,
        "running_var": lambda: 1.0 + 0.1 * np.abs(n),
        "logit_scale": lambda: np.log(10.0) + 0.5 * n,
        "relative_position_bias_table": lambda: 0.5 * n,
        "attention_biases": lambda: 0.5 * n,
    }
    if leaf in special:
        return np.asarray(special[leaf]())
    if leaf in ("cls_token", "pos_embed", "mask_token", "dist_token"):
        return 0.3 * n
    if leaf.startswith("gamma"):
        return 0.5 + 0.1 * n
    if len(shape) >= 2:
        branch = key.endswith((".mhca.projection.weight", ".mlp.conv2.weight"))
        clipped = key.endswith((".conv_dw.weight", ".conv_pw.weight"))
        return (0.3 if branch else 1.5 if clipped else 1.0) * n / np.sqrt(fan_in)
    return 1.0 + 0.1 * n if leaf == "weight" else 0.1 * n


def test_card(height: int, width: int, number: int = 0) -> NDArray[np.uint8]:
    """A test image (H, W, 3): gradients, a checker, stripes, a disc and seeded blocks."""
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    red, green = x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1)
    blue = ((x * 8 // width + y * 8 // height) % 2) * 160 + ((x + 2 * y) // 7 % 5) * 19
    disc = (2 * x - width) ** 2 + (2 * y - height) ** 2 < (min(height, width) * 6 // 10) ** 2
    red, green = np.where(disc, 255 - red, red), np.where(disc, green // 2, green)
    blocks = np.random.Generator(np.random.PCG64(1000 + number)).integers(0, 64, (12, 16, 3))
    image = np.stack([red, green, blue], -1) * 3 // 4 + blocks[y * 12 // height, x * 16 // width]
    return np.clip(image, 0, 255).astype(np.uint8)


def net_input(height: int, width: int, norm: str) -> NDArray[np.float32]:
    """An image (1, 3, H, W), normalized, not resized."""
    mean, std = (np.array(v, np.float64) for v in (IMAGENET if norm == "imagenet" else NORMS[norm]))
    normal = (test_card(height, width) / 255.0 - mean) / std
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None], dtype=np.float32)


@pytest.fixture(scope="session")
def official() -> Official:
    return Official()


@pytest.fixture(scope="session")
def reference() -> ModuleType:
    """The adapter of the reference cases."""
    return adapter


@pytest.fixture(scope="session")
def image() -> MakeImage:
    return test_card


@pytest.fixture(scope="session")
def normalized() -> MakeInput:
    return net_input
