"""Training of the built-in depth network from any source of scenes with exact depth.

    save_file(to_half(fold_norms(train(scenes, Recipe(steps=2700), report))), "starter.safetensors")

Landscapes come from `animator.training.scenes.render.scene`, rooms from `rooms.room`.

The shipped weights are the averaged weights after 2,400 of these 2,700 steps, with recomputed and folded
normalizations. They saw 9,250 landscapes, cities and a few abstract scenes (four of five samples) and 2,750
of the rooms here, in an hour on one CPU thread.
"""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as nnf
from torch.nn.utils.fusion import fuse_conv_bn_eval

from animator.models.depth.starter import ConvBlock, StarterNet
from animator.training.depth.augment import augment
from animator.training.depth.muon import Muon

Scene = tuple[NDArray[np.uint8], NDArray[np.floating]]
Scenes = Callable[[int], Scene]  # seed -> image (H, W, 3) RGB and disparity (H, W) in [0, 1]
# Small images first: the network learns layout from them at a third of the cost.
SMALL = ((160, 160), (160, 160), (128, 192), (192, 128), (160, 192))
LARGE = ((256, 256), (256, 256), (192, 256), (256, 192), (224, 288), (320, 224))
SMALL_SHARE = 0.68
SCALES = 4  # of the edge loss


@dataclass(frozen=True)
class Recipe:
    """Length and learning rate; everything else is fixed to what worked.

    Attributes:
        steps: Optimizer steps.
        batch: Scenes per step.
        rate: Peak learning rate; warmed up, then annealed to zero by a cosine.
        seed: Seed of the weights, the order of scenes and the augmentations.
        ema: Decay of the moving average of the weights, which is the result.
        norm_batches: Batches for recomputing the statistics of the normalizations at the end.
    """

    steps: int
    batch: int = 12
    rate: float = 2e-3
    seed: int = 0
    ema: float = 0.996
    norm_batches: int = 60


def train(scenes: Scenes, recipe: Recipe, report: Callable[[int, float, nn.Module], None]) -> StarterNet:
    """Trains a new network; returns it with its normalizations, which `fold_norms` removes for use.

    Args:
        scenes: Returns a scene for any seed in [0, 2**31); all of one size of at least 256 pixels.
        recipe: Length and learning rate.
        report: Called every 100 steps with the step, the loss and the averaged network.
    """
    rng = default_rng(recipe.seed)
    net = add_norms(init_weights(StarterNet(), recipe.seed)).train()
    ema = copy.deepcopy(net)
    optimizer = Muon(net, recipe.rate)
    for step in range(recipe.steps):
        optimizer.rate = recipe.rate * _schedule(step, recipe.steps)
        sizes = SMALL if step < SMALL_SHARE * recipe.steps else LARGE
        image, disparity = augment(_batch(scenes, recipe.batch, rng), sizes[rng.integers(len(sizes))], rng)
        loss = objective(net(image.contiguous(memory_format=torch.channels_last)), disparity)
        net.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        _update_ema(ema, net, min(recipe.ema, (step + 1) / (step + 10)))
        if step % 100 == 99 or step == recipe.steps - 1:
            report(step + 1, loss.item(), ema)
    return recompute_norm_statistics(ema, scenes, rng, recipe.norm_batches)


def recompute_norm_statistics(net: StarterNet, scenes: Scenes, rng: Generator, batches: int) -> StarterNet:
    """Recomputes the statistics of the normalizations in place; returns the network in evaluation mode.

    The running statistics lag behind averaged weights. Without this, the output of the network can collapse
    to a constant although its training loss was low.
    """
    norms = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over the batches
    net.train()
    with torch.no_grad():
        for _ in range(batches):
            image, _ = augment(_batch(scenes, 16, rng), (256, 256), rng)
            net(image.contiguous(memory_format=torch.channels_last))
    return net.eval()


def init_weights(net: StarterNet, seed: int) -> StarterNet:
    """Initializes weights in place from a seed, with torch's default distribution; returns the network."""
    generator = torch.Generator().manual_seed(seed)
    for module in net.modules():
        if isinstance(module, nn.Conv2d) and module.bias is not None:
            nn.init.kaiming_uniform_(module.weight, a=math.sqrt(5), generator=generator)
            nn.init.zeros_(module.bias)
    return net


def add_norms(net: StarterNet) -> StarterNet:
    """Adds a batch normalization to every ConvBlock in place; returns the network."""
    for module in net.modules():
        if isinstance(module, ConvBlock):
            module.norm = nn.BatchNorm2d(module.conv.out_channels)
    return net


def fold_norms(net: StarterNet) -> StarterNet:
    """Returns a copy for inference, with the normalizations folded into the convolutions."""
    result = copy.deepcopy(net).eval()
    for module in result.modules():
        if isinstance(module, ConvBlock) and isinstance(module.norm, nn.BatchNorm2d):
            module.conv = fuse_conv_bn_eval(module.conv, module.norm)
            module.norm = nn.Identity()
    return result


def to_half(net: nn.Module) -> dict[str, Tensor]:
    """Returns the weights as float16, ready to save."""
    return {key: value.detach().to(torch.float16).contiguous() for key, value in net.state_dict().items()}


def objective(predicted: Tensor, disparity: Tensor) -> Tensor:
    """Returns the loss (): error up to scale and shift, edges at several scales, and absolute error.

    The first two are MiDaS's (arXiv 1907.01341); the absolute error keeps the scale equal between frames.
    """
    difference = _normalize(predicted) - _normalize(disparity)
    loss = difference.abs().clamp(max=4).mean() + (predicted - disparity).abs().mean() * 2
    for _ in range(SCALES):
        loss = loss + 0.25 * (difference.diff(dim=-1).abs().mean() + difference.diff(dim=-2).abs().mean())
        difference = nnf.avg_pool2d(difference[:, None], 2)[:, 0]
    return loss


def _normalize(x: Tensor) -> Tensor:
    """Returns each map minus its median, divided by its mean absolute deviation."""
    flat = x.flatten(1)
    centered = flat - flat.median(1, keepdim=True).values
    return (centered / (centered.abs().mean(1, keepdim=True) + 0.02)).view_as(x)


def _batch(scenes: Scenes, count: int, rng: Generator) -> tuple[Tensor, Tensor]:
    samples = [scenes(int(rng.integers(2**31))) for _ in range(count)]
    images = torch.from_numpy(np.stack([image for image, _ in samples])).permute(0, 3, 1, 2).float() / 255
    return images, torch.from_numpy(np.stack([disparity for _, disparity in samples]).astype(np.float32))


def _schedule(step: int, steps: int) -> float:
    return min(1.0, (step + 1) / 100) * 0.5 * (1 + math.cos(math.pi * step / steps))


def _update_ema(ema: nn.Module, net: nn.Module, decay: float) -> None:
    with torch.no_grad():
        for a, b in zip(ema.state_dict().values(), net.state_dict().values(), strict=True):
            if a.is_floating_point():
                a.lerp_(b, 1 - decay)
            else:
                a.copy_(b)
