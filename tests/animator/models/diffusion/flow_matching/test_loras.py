"""LoRA files for flow-matching models: every layout, against weights changed by hand; families; refusals."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.facts import ModelFacts
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.checkpoints.identify import identify
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.usable import check_tag
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.lora.apply import LoraLayers
from animator.models.diffusion.prompts.syntax import LoraTag
from animator.models.diffusion.request import GenerationRequest
from schedules import PromptFrame
from tests.animator.models.diffusion import flow_lora_files, tiny_models
from tests.animator.models.diffusion.flow_lora_files import LAYOUTS
from tests.opened import open_stable

Folder = Callable[[str], Path]
FAMILIES = tuple(FLOW_FAMILIES)


def weights_of(transformer: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: weight.detach().clone() for name, weight in transformer.named_parameters()}


def written(transformer: Any, kind: str, layout: str, path: Path) -> flow_lora_files.Factors:
    write, prefix, original = LAYOUTS[layout]
    made = flow_lora_files.factors(transformer, kind, original=original)
    write(made, path, prefix)
    return made


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_layout_adds_up_times_down_and_goes_away_without_a_trace(tmp_path: Path, kind: str) -> None:
    transformer = tiny_models.pipeline(kind).transformer
    layers = LoraLayers("tiny", kind, {"transformer": transformer})
    before = weights_of(transformer)
    for layout in LAYOUTS:
        path = tmp_path / f"{layout}.safetensors"
        made = written(transformer, kind, layout, path)
        expected = flow_lora_files.changes(made, transformer, kind)
        layers.apply(((path, 1.0, 0.7),))
        now = weights_of(transformer)
        assert {name for name in now if not torch.equal(now[name], before[name])} == expected.keys(), layout
        for name, change in expected.items():
            assert torch.allclose(now[name], before[name] + 0.7 * change, atol=1e-5), (layout, name)
        layers.apply(((path, 0.0, 0.0),))
        assert all(torch.equal(value, before[name]) for name, value in weights_of(transformer).items())


@pytest.mark.parametrize("kind", ["flux2", "z-image", "krea2", "qwen-image"])
def test_original_names_are_those_that_diffusers_itself_makes_of_them(tmp_path: Path, kind: str) -> None:
    made = tiny_models.pipeline(kind)
    before = weights_of(made.transformer)
    path = tmp_path / "original.safetensors"
    written(made.transformer, kind, "nodes, original names", path)
    if (
        kind == "z-image"
    ):  # whose conversion knows queries, keys and values in one layer for kohya's names only
        tensors = {name: value for name, value in load_file(path).items() if ".qkv." not in name}
        save_file({name: value for name, value in tensors.items() if ".out." not in name}, path)
    converted = type(made).lora_state_dict(load_file(path))
    LoraLayers("tiny", kind, {"transformer": made.transformer}).apply(((path, 1.0, 1.0),))
    now = weights_of(made.transformer)
    ups = {name: up for name, up in converted.items() if name.endswith(".lora_B.weight")}
    assert ups
    for name, up in ups.items():
        own = name.removeprefix("transformer.").replace(".lora_B", "")
        change = up @ converted[name.replace("lora_B", "lora_A")]
        assert torch.allclose(now[own], before[own] + change, atol=1e-5), own


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", FAMILIES)
def test_the_family_of_a_file_is_told_from_its_names(tmp_path: Path, kind: str, layout: str) -> None:
    path = tmp_path / "one.safetensors"
    written(tiny_models.pipeline(kind).transformer, kind, layout, path)
    alike = {"flux": {"flux", "chroma"}, "chroma": {"flux", "chroma"}}
    alike |= {"flux2": {"flux2", "flux2-klein"}, "flux2-klein": {"flux2", "flux2-klein"}}
    if not LAYOUTS[layout][2]:  # diffusers' names of these layers are Flux's, too; real files differ in width
        alike["sd3"] = {"sd3", "flux", "chroma"}
    assert set(identify(path).families) == alike.get(kind, {kind})


@pytest.mark.parametrize(
    ("width", "families"),
    [
        (1536, ("sd3",)),
        (3072, ("flux", "flux2-klein", "chroma", "qwen-image")),
        (6144, ("flux2",)),
        (4096, ("flux2-klein",)),
    ],
)
def test_files_of_attention_alone_are_told_apart_by_their_width(
    tmp_path: Path, width: int, families: tuple[str, ...]
) -> None:
    tensors: dict[str, torch.Tensor] = {}
    for name in ("to_q", "to_k", "to_v", "to_out.0", "add_q_proj", "to_add_out"):
        base = f"transformer.transformer_blocks.0.attn.{name}"
        tensors |= {
            f"{base}.lora_A.weight": torch.zeros(1, width),
            f"{base}.lora_B.weight": torch.zeros(width, 1),
        }
    save_file(tensors, tmp_path / "attention.safetensors")
    assert identify(tmp_path / "attention.safetensors").families == families


@pytest.mark.parametrize("kind", FAMILIES)
def test_weights_act_by_frame(
    folder_of: Folder, request_: GenerationRequest, tmp_path: Path, kind: str
) -> None:
    written(tiny_models.pipeline(kind).transformer, kind, "diffusers", tmp_path / "ink.safetensors")
    diffuser = open_stable(str(folder_of(kind)), torch.device("cpu"), LoadOptions(Library((tmp_path,))))

    def drawn(tag: str) -> torch.Tensor:
        return diffuser.generate(replace(request_, prompt=PromptFrame(f"a red cat {tag}", "blurry")))

    without, some, all_of_it = (drawn(tag) for tag in ("", "<lora:ink:0.4>", "<lora:ink:1>"))
    assert float((some - without).abs().mean()) > 1e-5
    assert float((all_of_it - some).abs().mean()) > 1e-5
    assert torch.equal(drawn("<lora:ink:0>"), without) and torch.equal(drawn("<lora:ink:0.4>"), some)


@pytest.mark.parametrize(
    ("kind", "model", "named"),
    [
        ("qwen-image", "z-image", "made for Qwen-Image; the model m is Z-Image"),
        ("flux", "qwen-image", "made for Flux or Chroma; the model m is Qwen-Image"),
        ("krea2", "sdxl", "made for Krea 2; the model m is SDXL"),
        ("sana", "lumina2", "made for Sana; the model m is Lumina 2"),
    ],
)
def test_a_file_for_another_family_is_refused_before_and_while_it_is_used(
    tmp_path: Path, kind: str, model: str, named: str
) -> None:
    path = tmp_path / "ink.safetensors"
    written(tiny_models.pipeline(kind).transformer, kind, "diffusers", path)
    with pytest.raises(ModelError, match=named):
        check_tag(LoraTag("ink", 1.0, 1.0), Library((tmp_path,)), {"m": ModelFacts(model)})
    with pytest.raises(ModelError, match=named):
        LoraLayers("m", model, {"transformer": torch.nn.Linear(2, 2)}).apply(((path, 1.0, 1.0),))


def test_a_file_of_unknown_width_is_refused_by_its_shapes(tmp_path: Path) -> None:
    path = tmp_path / "ink.safetensors"
    flow_lora_files.dotted(
        {"transformer_blocks.0.attn.to_q": (torch.zeros(1, 48), torch.zeros(48, 1))}, path, "transformer."
    )
    transformer = tiny_models.pipeline("flux2-klein").transformer
    with pytest.raises(
        ModelError, match=r"does not fit the model: its transformer_blocks_0_attn_to_q has shape"
    ):
        LoraLayers("m", "flux2-klein", {"transformer": transformer}).apply(((path, 1.0, 1.0),))
