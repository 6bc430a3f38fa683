"""Prompts as conditions: diffusers' own where they must agree, hand-worked where they must not."""

from typing import Any

import pytest
import torch

from animator.errors import ModelError
from animator.models.diffusion.guidance import Guidance
from animator.models.diffusion.prompts.encode import Conditioning, blend
from animator.models.diffusion.unet_model import UNetModel
from tests.animator.models.diffusion import tiny_models


@pytest.fixture(scope="module")
def pipelines() -> dict[str, Any]:
    return {kind: tiny_models.pipeline(kind) for kind in ("sd1", "sd2", "sdxl")}


def encode(pipeline: Any, text: str, clip_skip: int = 1) -> Conditioning:
    return UNetModel.of("tiny", pipeline).encoders.encode(text, {}, clip_skip)


@pytest.mark.parametrize("kind", ["sd1", "sd2", "sdxl"])
@pytest.mark.parametrize("text", ["a red cat, on a mat", "", "naïve 日本 ?"])
def test_plain_prompts_are_encoded_as_diffusers_does(pipelines: dict[str, Any], kind: str, text: str) -> None:
    made = pipelines[kind]
    ours = encode(made, text)
    with torch.no_grad():
        theirs = made.encode_prompt(
            text, device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=False
        )
    assert torch.equal(ours.context, theirs[0])
    if kind == "sdxl":
        assert ours.pooled is not None and torch.equal(ours.pooled, theirs[2])
    else:
        assert ours.pooled is None


def test_clip_skip_reads_earlier_layers(pipelines: dict[str, Any]) -> None:
    one, two, three = (encode(pipelines["sd1"], "a cat", skip).context for skip in (1, 2, 3))
    assert not torch.allclose(one, two) and not torch.allclose(two, three)
    native, same, deeper = (encode(pipelines["sdxl"], "a cat", skip).context for skip in (1, 2, 3))
    assert torch.equal(native, same) and not torch.allclose(native, deeper)
    with pytest.raises(ModelError, match="clip_skip 4: this model's text encoder has 3 layers"):
        encode(pipelines["sd1"], "a cat", 4)


def test_emphasis_scales_tokens_and_keeps_each_chunks_mean(pipelines: dict[str, Any]) -> None:
    plain = encode(pipelines["sd1"], "red cat").context
    strong = encode(pipelines["sd1"], "red (cat:1.5)").context
    weights = torch.ones(77)
    weights[2] = 1.5  # start, red, cat
    expected = plain * weights[:, None]
    expected = expected * plain.mean() / expected.mean()
    assert torch.allclose(strong, expected, atol=1e-5)
    assert float(strong.mean()) == pytest.approx(float(plain.mean()), rel=1e-4)
    assert torch.equal(encode(pipelines["sd1"], "red (cat:1.0)").context, plain)


def test_long_prompts_have_a_window_per_chunk(pipelines: dict[str, Any]) -> None:
    long = encode(pipelines["sdxl"], "one two " * 50)
    assert long.context.shape[1] == 2 * 77
    first = encode(pipelines["sdxl"], "one two " * 37 + "one")
    assert torch.allclose(long.context[:, :77], first.context, atol=1e-5)
    assert long.pooled is not None and first.pooled is not None
    assert torch.allclose(long.pooled, first.pooled, atol=1e-5)


def test_break_gives_the_windows_of_its_parts(pipelines: dict[str, Any]) -> None:
    both = encode(pipelines["sd1"], "red cat BREAK blue dog").context
    parts = [encode(pipelines["sd1"], text).context for text in ("red cat", "blue dog")]
    assert torch.allclose(both, torch.cat(parts, dim=1), atol=1e-5)


def condition(value: float, chunks: int = 1) -> Conditioning:
    return Conditioning(torch.full((1, 77 * chunks, 4), value), torch.full((1, 4), value))


def test_blending_is_the_weighted_mean_and_pads_with_nothing() -> None:
    mixed = blend([(condition(1.0), 0.25), (condition(3.0, 2), 0.75)], condition(7.0))
    assert mixed.context[0, :77].unique().tolist() == [2.5]
    assert mixed.context[0, 77:].unique().tolist() == [0.25 * 7 + 0.75 * 3]
    assert mixed.pooled is not None and mixed.pooled.unique().tolist() == [2.5]


def test_guidance_leads_from_the_negative_prompt_to_each_prompt() -> None:
    guidance = Guidance.of(
        [(condition(1.0), 0.5), (condition(2.0), 2.0)], condition(0.0), 3.0, condition(9.0)
    )
    assert guidance.rows == 3
    answers = torch.tensor([10.0, 11.0, 14.0]).reshape(3, 1, 1, 1)
    assert float(guidance.combine(answers)) == 10 + 3 * (0.5 * 1 + 2 * 4)


def test_guidance_is_off_at_scale_1_and_below() -> None:
    for scale in (1.0, 0.5, 0.0):
        alone = Guidance.of([(condition(1.0), 0.3)], condition(0.0), scale, condition(9.0))
        assert alone.rows == 1 and float(alone.combine(torch.full((1, 1, 1, 1), 5.0))) == 5
    two = Guidance.of([(condition(1.0), 1.0), (condition(2.0), 3.0)], condition(0.0), 1.0, condition(9.0))
    assert two.rows == 2 and float(two.combine(torch.tensor([4.0, 8.0]).reshape(2, 1, 1, 1))) == 7


def test_a_model_that_takes_the_scale_is_asked_once_unless_there_is_a_negative_prompt() -> None:
    alone = Guidance.for_guidance_distilled([(condition(1.0), 1.0)], None, 4.0, condition(9.0))
    assert alone.rows == 1 and float(alone.combine(torch.full((1, 1, 1, 1), 5.0))) == 5
    off = Guidance.for_guidance_distilled([(condition(1.0), 1.0)], condition(2.0), 1.0, condition(9.0))
    assert off.rows == 1


def test_a_model_that_takes_the_scale_leads_from_negative_prompts_as_guidance_does() -> None:
    """empty 1, positive 3, negative 2: guidance by 4 says 2 + 4 * (3 - 2) = 6."""
    scale, empty, positive, negative = 4.0, 1.0, 3.0, 2.0
    guidance = Guidance.for_guidance_distilled([(condition(1.0), 1.0)], condition(2.0), scale, condition(9.0))
    assert guidance.rows == 3
    guided = [empty + scale * (answer - empty) for answer in (positive, empty, negative)]
    assert float(guidance.combine(torch.tensor(guided).reshape(3, 1, 1, 1))) == 6
