"""Training in miniature: networks learn, resume to the same bits, and refuse states that do not fit."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny
from torch import Tensor, nn
from transformers import CLIPTokenizer

from animator.errors import UserError
from animator.training import data
from animator.training.autoencoder import AutoencoderTask, psnr
from animator.training.compute import Compute
from animator.training.data import Images
from animator.training.denoiser import Dataset, DenoiserTask, Examples, SizeShare
from animator.training.distill import DistillTask
from animator.training.latents import cached_latents
from animator.training.loop import TrainConfig, train
from animator.training.networks import (
    Sizes,
    guidance_embedding,
    new_autoencoder,
    new_text_encoder,
    new_unet,
    with_guidance_input,
    without_guidance_input,
)
from animator.training.pca import fit_projection, write_projection
from animator.training.progress import CURVE, STATE
from animator.training.prompts import augment_caption
from animator.training.tokenizer import train_tokenizer

CPU = Compute(torch.device("cpu"))
SIZES = Sizes(widths=(16, 32), text=32, text_layers=1, autoencoder=48)
SIZE_MIX = (SizeShare(8, 4), SizeShare(4, 6))
CONFIG = TrainConfig(steps=10, rate=2e-3, warmup=2, anneal=4, every=5)


def networks(seed: int = 0) -> tuple[nn.ModuleDict, CLIPTokenizer]:
    torch.manual_seed(seed)
    tokenizer = train_tokenizer(["a lake at night", "a sea at noon"] * 3, 20)
    return nn.ModuleDict(
        {"unet": new_unet(SIZES), "text_encoder": new_text_encoder(SIZES, tokenizer)}
    ), tokenizer


@pytest.fixture(scope="module")
def autoencoder(shards: tuple[Path, Images]) -> AutoencoderTiny:
    torch.manual_seed(0)
    vae = new_autoencoder(SIZES)
    write_projection(vae, fit_projection(np.concatenate(shards[1].shards)))
    return vae


@pytest.fixture(scope="module")
def examples(shards: tuple[Path, Images], autoencoder: AutoencoderTiny) -> Examples:
    folder, images = shards
    by_side = {side: cached_latents(folder, images, autoencoder, side, CPU.device) for side in (4, 8)}
    return Examples(by_side, {side: [label.caption for label in images.labels] for side in by_side})


def denoising(examples: Examples, seed: int = 0) -> DenoiserTask:
    parts, tokenizer = networks(seed)
    return DenoiserTask(parts, Dataset(examples, examples, tokenizer), SIZE_MIX, CPU)


def same(one: nn.Module, other: nn.Module) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


class TestData:
    def test_shards_contain_the_rendered_scenes(self, shards: tuple[Path, Images]) -> None:
        from animator.training.scenes.render import scene

        _, images = shards
        assert len(images) == 16
        assert images.size == 64
        expected = scene(109, 64)
        assert np.array_equal(images.image(9), expected.image)
        assert images.labels[9].caption == expected.caption

    def test_existing_shards_are_not_rendered_again(
        self, shards: tuple[Path, Images], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(data, "SHARD", 8)
        folder, _ = shards
        before = {path: path.stat().st_mtime_ns for path in folder.glob("scenes-*")}
        assert list(data.make_shards(folder, range(100, 116), 64, 1)) == []
        assert before == {path: path.stat().st_mtime_ns for path in folder.glob("scenes-*")}

    def test_a_folder_without_images_says_how_to_render_them(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="train data"):
            data.read_images(tmp_path)


class TestAutoencoder:
    def test_the_encoder_is_the_projection_exactly(
        self, shards: tuple[Path, Images], autoencoder: AutoencoderTiny
    ) -> None:
        images = np.concatenate(shards[1].shards)
        projection = fit_projection(images)
        blocks = (images[:2].astype(np.float32) / 127.5 - 1).reshape(2, 8, 8, 8, 8, 3)
        patches = blocks.transpose(0, 1, 3, 2, 4, 5).reshape(2, 8, 8, 192)
        expected = ((patches - projection.mean) @ projection.basis).transpose(0, 3, 1, 2)
        image = torch.from_numpy(images[:2]).permute(0, 3, 1, 2).float() / 127.5 - 1
        with torch.no_grad():
            latents = autoencoder.encode(image).latents.numpy()
        assert np.abs(latents - expected).max() < 1e-4  # single precision through five convolutions

    def test_the_decoder_learns_and_a_fixed_encoder_stays(
        self, shards: tuple[Path, Images], autoencoder: AutoencoderTiny, tmp_path: Path
    ) -> None:
        import copy

        vae = copy.deepcopy(autoencoder)
        vae.encoder.requires_grad_(requires_grad=False)
        first = copy.deepcopy(vae)
        task = AutoencoderTask(vae, (shards[1], shards[1]), CPU, 4)
        before = psnr(first, shards[1], CPU.device, 8)
        mean = train(task, TrainConfig(steps=12, rate=2e-3, warmup=2, every=12), tmp_path)
        assert same(mean["vae"].get_submodule("encoder"), first.encoder)
        assert not same(mean["vae"].get_submodule("decoder"), first.decoder)
        assert task.measure(task.networks)["psnr"] > before + 1


class TestDenoiser:
    def test_ten_steps_lower_the_error(self, examples: Examples, tmp_path: Path) -> None:
        lines: list[dict[str, float]] = []
        task = denoising(examples)
        before = task.measure(task.networks)
        train(task, CONFIG, tmp_path, lines.append)
        after = task.measure(task.networks)
        assert after["held_out_8"] < before["held_out_8"]
        assert after["held_out_4"] < before["held_out_4"]
        assert [line["step"] for line in lines] == [5, 10]
        assert {"held_out_4", "held_out_8", "rate"} <= lines[0].keys()

    def test_an_interrupted_and_resumed_training_is_bit_identical(
        self, examples: Examples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = train(denoising(examples), CONFIG, tmp_path / "whole")

        class KilledError(Exception):
            pass

        task = denoising(examples)
        usual = task.loss

        def until_seven(step: int) -> Tensor:
            if step == 7:  # two steps after the state was saved, which are repeated
                raise KilledError
            return usual(step)

        monkeypatch.setattr(task, "loss", until_seven)
        with pytest.raises(KilledError):
            train(task, CONFIG, tmp_path / "halves")
        resumed = train(denoising(examples, seed=9), CONFIG, tmp_path / "halves")
        assert same(whole, resumed)
        assert (tmp_path / "whole" / CURVE).read_text() == (tmp_path / "halves" / CURVE).read_text()
        assert (tmp_path / "whole" / STATE).read_bytes() == (tmp_path / "halves" / STATE).read_bytes()

    def test_a_longer_training_resumes_where_a_shorter_one_ended(
        self, examples: Examples, tmp_path: Path
    ) -> None:
        constant = TrainConfig(steps=5, rate=2e-3, warmup=2, every=5)
        train(denoising(examples), constant, tmp_path)
        train(denoising(examples), TrainConfig(steps=10, rate=2e-3, warmup=2, every=5), tmp_path)
        steps = [json.loads(line)["step"] for line in (tmp_path / CURVE).read_text().splitlines()]
        assert steps == [5, 10]

    def test_a_state_of_other_networks_is_refused(self, examples: Examples, tmp_path: Path) -> None:
        train(denoising(examples), TrainConfig(steps=1, rate=1e-3, every=1), tmp_path)
        task = denoising(examples)
        task.networks["unet"] = with_guidance_input(task.networks["unet"], 16)
        with pytest.raises(UserError, match="another training"):
            train(task, CONFIG, tmp_path)

    def test_a_broken_state_is_refused(self, examples: Examples, tmp_path: Path) -> None:
        (tmp_path / STATE).write_bytes(b"no state")
        with pytest.raises(UserError, match="cannot be read"):
            train(denoising(examples), CONFIG, tmp_path)

    def test_batches_differ_and_are_determined_by_the_step(self, examples: Examples) -> None:
        task = denoising(examples)
        first, again, other = task.batch(0), task.batch(0), task.batch(2)
        assert torch.equal(first.noise, again.noise)
        assert torch.equal(first.tokens, again.tokens)
        assert not torch.equal(first.noise, other.noise)
        assert task.batch(1).clean.shape[-1] == 4

    def test_each_favored_phrase_repeats_its_images_once_more(self, examples: Examples) -> None:
        _, tokenizer = networks()
        word = examples.captions[8][0].split()[0]
        has = [word in caption for caption in examples.captions[8]]
        assert 0 < sum(has) < 16
        for times in range(3):
            dataset = Dataset(examples, examples, tokenizer, (word,) * times)
            counts = [dataset.sampling_indices(8).tolist().count(i) for i in range(16)]
            assert counts == [1 + times if x else 1 for x in has]

    def test_timesteps_cover_the_range(self, examples: Examples) -> None:
        steps = denoising(examples).batch(0).timesteps
        assert [int(s) // 250 for s in steps] == [0, 1, 2, 3]


class TestDistillation:
    def test_a_new_guidance_input_changes_nothing_until_it_is_trained(self) -> None:
        parts, _ = networks()
        student = with_guidance_input(parts["unet"], 16)
        sample, context = torch.randn(1, 4, 8, 8), torch.randn(1, 77, 32)
        with torch.no_grad():
            expected = parts["unet"](sample, 10, context).sample
            actual = student(
                sample, 10, context, timestep_cond=guidance_embedding(torch.tensor([5.0]), 16)
            ).sample
        assert torch.allclose(actual, expected, atol=1e-6)

    def test_removing_the_guidance_input_equals_a_scale_of_1(self) -> None:
        parts, _ = networks()
        student = with_guidance_input(parts["unet"], 16)
        nn.init.normal_(student.time_embedding.cond_proj.weight)
        sample, context = torch.randn(1, 4, 8, 8), torch.randn(1, 77, 32)
        plain = without_guidance_input(student)
        with torch.no_grad():
            expected = student(
                sample, 10, context, timestep_cond=guidance_embedding(torch.ones(1), 16)
            ).sample
            actual = plain(sample, 10, context).sample
            other = parts["unet"](sample, 10, context).sample
        assert torch.allclose(actual, expected, atol=1e-5)
        assert not torch.allclose(other, expected, atol=1e-3)

    def test_the_student_comes_near_the_guided_teacher(self, examples: Examples, tmp_path: Path) -> None:
        teacher, _ = networks()
        for network in teacher.values():  # initial weights hardly attend to the prompt
            for name, weight in network.named_parameters():
                if "attn2" in name or "embed" in name:
                    weight.data.mul_(2)
        task = denoising(examples)
        for name in task.networks:
            task.networks[name].load_state_dict(teacher[name].state_dict())
        task.networks["unet"] = with_guidance_input(task.networks["unet"], 16)
        distilling = DistillTask(task, teacher)
        before = distilling.measure(task.networks)["guided_8"]
        train(
            distilling,
            TrainConfig(steps=20, rate=2e-4, warmup=2, anneal=10, ema_decay=0.5, every=20),
            tmp_path,
        )
        assert distilling.measure(task.networks)["guided_8"] < before

    def test_the_scale_is_embedded_as_samplers_do(self) -> None:
        from diffusers import LatentConsistencyModelPipeline

        expected = LatentConsistencyModelPipeline.get_guidance_scale_embedding(None, torch.tensor([3.0]), 64)
        assert torch.allclose(guidance_embedding(torch.tensor([4.0]), 64), expected, atol=1e-4)


def test_captions_are_augmented_but_never_lose_their_subject() -> None:
    rng = np.random.default_rng(0)
    captions = [augment_caption("a lake, at night, aurora", rng) for _ in range(300)]
    assert 10 < captions.count("") < 60
    assert captions.count("a lake, at night, aurora") > 150
    assert "a lake" in {text.split(", ")[0] for text in captions}
    assert any(set(text.split(", ")) - {"a lake", "at night", "aurora", ""} for text in captions)
