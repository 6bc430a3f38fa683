"""The weights of an official file, put into our network: keys renamed, everything accounted for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from animator.depth.registry import ENTRIES, Entry
from animator.errors import ModelError

Rename = Callable[[str], str | None]  # official key -> ours, or None for what depth does not use
SHOWN = 3


@dataclass(frozen=True)
class Fit:
    """How a file and a network go together.

    Attributes:
        weights: Our key -> tensor.
        unused: Keys of the file that depth does not need (class heads, index tables).
        missing: Our keys that the file lacks.
        left_over: Keys of the file that have no place.
        misshapen: Keys whose shapes differ.
    """

    weights: Mapping[str, Tensor]
    unused: tuple[str, ...]
    missing: tuple[str, ...]
    left_over: tuple[str, ...]
    misshapen: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing is missing, left over or of another shape."""
        return not (self.missing or self.left_over or self.misshapen)


def fit(entry: Entry, network: nn.Module, state: Mapping[str, Tensor]) -> Fit:
    """What of the file goes where."""
    wanted = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    weights: dict[str, Tensor] = {}
    unused, left_over, misshapen = [], [], []
    for official, value in state.items():
        key = renamed(entry.name, official)
        if key is None:
            unused.append(official)
        elif key not in wanted:
            left_over.append(official)
        elif wanted[key] != tuple(value.shape):
            misshapen.append(f"{official} {tuple(value.shape)} for {wanted[key]}")
        else:
            weights[key] = value
    seen = set(weights) | {renamed(entry.name, text.split(" ")[0]) for text in misshapen}
    missing = tuple(key for key in wanted if key not in seen)
    return Fit(weights, tuple(unused), missing, tuple(left_over), tuple(misshapen))


def put(entry: Entry, network: nn.Module, state: Mapping[str, Tensor], source: str) -> nn.Module:
    """The network with the weights of the file in it.

    Raises:
        ModelError: Keys missing, left over or of other shapes: says which, and what the file seems to be.
    """
    found = fit(entry, network, state)
    if not found.complete:
        raise ModelError(f"{source}: does not fit {entry.name}. {_differences(found)} {guess(state)}")
    network.load_state_dict(found.weights, assign=True)
    return network


def recognised(state: Mapping[str, Tensor], filename: str = "") -> Entry | None:
    """The network that a file is for, by its layout and, among equals, its name; None if none of ours."""
    alike = [entry for entry in ENTRIES if _has(state, entry.mark)]
    named = [entry for entry in alike if filename in entry.files]
    return next(iter(named or alike), None)


def guess(state: Mapping[str, Tensor]) -> str:
    """A sentence on what a file seems to be."""
    entry = recognised(state)
    if entry is not None:
        return f"The file seems to be {entry.name} ({entry.files[0]}): use that name."
    for prefix, what in _STRANGERS:
        if any(prefix in key for key in state):
            return f"The file seems to be {what}."
    return "The file is of no depth network known here."


_STRANGERS = (
    ("model.diffusion_model.", "a Stable Diffusion checkpoint"),
    ("lora_up.", "a LoRA"),
    ("lora_A.", "a LoRA"),
    (
        "neck.reassemble_stage.",
        "a depth network in the layout of transformers; take the official file instead",
    ),
    ("encoder.layer.", "a text or picture encoder in the layout of transformers"),
)


def _has(state: Mapping[str, Tensor], mark: tuple[str, tuple[int, ...] | None]) -> bool:
    key, shape = mark
    found = state.get(key)
    return found is not None and (shape is None or tuple(found.shape) == shape)


def _differences(found: Fit) -> str:
    parts = []
    for keys, what in (
        (found.missing, "missing"),
        (found.left_over, "left over"),
        (found.misshapen, "misshapen"),
    ):
        if keys:
            more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
            parts.append(f"{len(keys)} {what}: {', '.join(keys[:SHOWN])}{more}.")
    return " ".join(parts)


def renamed(name: str, official: str) -> str | None:
    """Our key for an official one, or None for what depth does not use.

    Args:
        name: Of an entry of the registry.
        official: Key in the released file.
    """
    if re.search(_UNUSED, official):
        return None
    if name.startswith("zoe-"):
        inner = official.removeprefix("core.core.")
        return official if inner == official else "core." + inner
    if name.startswith("depth-anything"):
        return re.sub(r"^pretrained\.", "pretrained.model.", official)
    rename = _RENAMES.get(name)
    return rename(official) if rename else official


# Class heads, tables that follow from the size, and the skip branch of the coarsest level, which has no skip.
_UNUSED = "|".join(
    (
        r"^(core\.core\.)?pretrained\.model\.head(_dist)?\.",
        r"^pretrained\.model\.proj_head\.",
        r"\.(relative_position_index|attn_mask|attention_bias_idxs)$",
        r"^pretrained\.mask_token$",
        r"\.log_binomial_transform\.",
        r"scratch\.refinenet4\.resConfUnit1\.",
    )
)


def _swin(key: str) -> str:
    """Stages downsample at their start in timm; they used to at the end of the one before."""
    return re.sub(r"layers\.(\d+)\.downsample", lambda m: f"layers.{int(m[1]) + 1}.downsample", key)


def _next_vit(key: str) -> str:
    """Numbered one by one in the file, by stage and block in timm."""
    key = re.sub(r"features\.(\d+)\.", lambda m: "stages.{}.blocks.{}.".format(*_staged(int(m[1]))), key)
    return re.sub(r"mlp\.conv(\d)", r"mlp.fc\1", key)


def _staged(number: int, depths: tuple[int, ...] = (3, 4, 30, 3)) -> tuple[int, int]:
    for stage, depth in enumerate(depths):
        if number < depth:
            return stage, number
        number -= depth
    raise ModelError(f"block {number} past the end of Next-ViT")


def _levit(key: str) -> str | None:
    """One flat list of branches in the file; stages, blocks and named branches in timm."""
    if "scratch." in key:
        return None if "refinenet3.resConfUnit1" in key else key
    stem = re.sub(r"patch_embed\.(\d)\.", lambda m: f"stem.conv{int(m[1]) // 2 + 1}.", key)
    placed = re.sub(r"blocks\.(\d+)\.(m\.)?", lambda m: _levit_branch(int(m[1])), stem)
    placed = placed.replace("mlp.0.", "mlp.ln1.").replace("mlp.2.", "mlp.ln2.")
    placed = re.sub(r"\.(q|proj)\.1\.", r".\1.ln.", placed)
    return placed.replace(".c.", ".linear.")


def _levit_branch(number: int) -> str:
    """Eight branches (attention, MLP in turn) to a stage, and two that downsample before the next."""
    stage, place = divmod(number + 2, 10)
    if place < 2:
        return f"stages.{stage}.downsample.{('attn_downsample', 'mlp')[place]}."
    block, kind = divmod(place - 2, 2)
    return f"stages.{stage}.blocks.{block}.{('attn', 'mlp')[kind]}."


def _resnext(key: str) -> str:
    """The first layer of the file holds the stem too."""
    key = key.replace("pretrained.layer1.0.", "pretrained.model.conv1.")
    key = key.replace("pretrained.layer1.1.", "pretrained.model.bn1.")
    key = key.replace("pretrained.layer1.4.", "pretrained.model.layer1.")
    return re.sub(r"^pretrained\.layer", "pretrained.model.layer", key)


def _efficientnet(key: str) -> str:
    """Four layers in the file, which hold the stem and the seven blocks."""
    key = key.replace("pretrained.layer1.0.", "pretrained.model.conv_stem.")
    key = key.replace("pretrained.layer1.1.", "pretrained.model.bn1.")
    first = {"1.3": 0, "1.4": 1, "2.0": 2, "3.0": 3, "3.1": 4, "4.0": 5, "4.1": 6}
    return re.sub(r"^pretrained\.layer(\d\.\d)\.", lambda m: f"pretrained.model.blocks.{first[m[1]]}.", key)


_RENAMES: dict[str, Rename] = {
    "midas-small": _efficientnet,
    "midas-v21": _resnext,
    "dpt-swin2-large-384": _swin,
    "dpt-swin2-base-384": _swin,
    "dpt-swin2-tiny": _swin,
    "dpt-swin-large-384": _swin,
    "dpt-next-vit-large-384": _next_vit,
    "dpt-levit": _levit,
}
