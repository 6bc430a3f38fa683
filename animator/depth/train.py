"""Training of the built-in depth network from any source of scenes with exact depth.

    net = train(scenes, Recipe(steps=4000), report=print)
    save_file(half(folded(net)), "starter.safetensors")
"""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as nnf
from torch.nn.utils.fusion import fuse_conv_bn_eval

from animator.depth.starter import ConvBlock, StarterNet

Scene = tuple[NDArray[np.uint8], NDArray[np.floating]]
Scenes = Callable[[int], Scene]  # seed -> picture (H, W, 3) RGB and disparity (H, W) in [0, 1]
# Small pictures first: layout is learnt there at a third of the cost.
SMALL = ((160, 160), (160, 160), (128, 192), (192, 128), (160, 192))
LARGE = ((256, 256), (256, 256), (192, 256), (256, 192), (224, 288), (320, 224))
SMALL_SHARE = 0.68
SCALES = 4  # of the edge loss


@dataclass(frozen=True)
class Recipe:
    """How long and how fast; everything else is fixed by what worked.

    Attributes:
        steps: Optimizer steps.
        batch: Scenes per step.
        rate: Peak learning rate; warmed up, then annealed to zero by a cosine.
        seed: Of the weights, the order of scenes and the augmentations.
        ema: Decay of the running mean of the weights, which is what is returned.
    """

    steps: int
    batch: int = 12
    rate: float = 2e-3
    seed: int = 0
    ema: float = 0.996


def train(scenes: Scenes, recipe: Recipe, report: Callable[[int, float, nn.Module], None]) -> StarterNet:
    """The trained network, still with its normalisations; `folded` makes the one for use.

    Args:
        scenes: Any seed in [0, 2**31) must give a scene; all of one size of at least 256.
        recipe: Length and rate.
        report: Called with the step, the loss and the averaged network every 100 steps.
    """
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    net = with_norms(StarterNet()).to(memory_format=torch.channels_last).train()
    mean = copy.deepcopy(net)
    optimizer = Muon(net, recipe.rate)
    for step in range(recipe.steps):
        optimizer.rate = recipe.rate * _schedule(step, recipe.steps)
        sizes = SMALL if step < SMALL_SHARE * recipe.steps else LARGE
        picture, disparity = augment(_batch(scenes, recipe.batch, rng), sizes[rng.integers(len(sizes))], rng)
        loss = objective(net(picture.contiguous(memory_format=torch.channels_last)), disparity)
        net.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        _average(mean, net, min(recipe.ema, (step + 1) / (step + 10)))
        if step % 100 == 99 or step == recipe.steps - 1:
            report(step + 1, loss.item(), mean)
    return settle(mean, scenes, rng)


def settle(net: StarterNet, scenes: Scenes, rng: np.random.Generator, batches: int = 60) -> StarterNet:
    """The network with its normalisation statistics measured anew.

    The running statistics lag behind averaged weights; left so, the output of the network in use can
    collapse to a constant although its loss in training was low.
    """
    norms = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over the batches
    net.train()
    with torch.no_grad():
        for _ in range(batches):
            picture, _ = augment(_batch(scenes, 16, rng), (256, 256), rng)
            net(picture.contiguous(memory_format=torch.channels_last))
    return net.eval()


def with_norms(net: StarterNet) -> StarterNet:
    """The network with a batch normalisation in every ConvBlock."""
    for module in net.modules():
        if isinstance(module, ConvBlock):
            module.norm = nn.BatchNorm2d(module.conv.out_channels)
    return net


def folded(net: StarterNet) -> StarterNet:
    """A copy for use: the normalisations multiplied into the convolutions."""
    result = copy.deepcopy(net).eval()
    for module in result.modules():
        if isinstance(module, ConvBlock) and isinstance(module.norm, nn.BatchNorm2d):
            module.conv = fuse_conv_bn_eval(module.conv, module.norm)
            module.norm = nn.Identity()
    return result


def half(net: nn.Module) -> dict[str, Tensor]:
    """Weights as float16, as they are stored."""
    return {key: value.detach().to(torch.float16).contiguous() for key, value in net.state_dict().items()}


def objective(predicted: Tensor, disparity: Tensor) -> Tensor:
    """Loss (): shape up to scale and shift, edges at several scales, and the plain value.

    The first two are MiDaS's (arXiv 1907.01341); the plain value keeps the scale equal from frame to frame.
    """
    shape, target = _centred(predicted), _centred(disparity)
    difference = shape - target
    loss = difference.abs().clamp(max=4).mean() + (predicted - disparity).abs().mean() * 2
    for _ in range(SCALES):
        loss = loss + 0.25 * (difference.diff(dim=-1).abs().mean() + difference.diff(dim=-2).abs().mean())
        difference = nnf.avg_pool2d(difference[:, None], 2)[:, 0]
    return loss


def _centred(x: Tensor) -> Tensor:
    """Each map less its median, over its mean absolute deviation."""
    flat = x.flatten(1)
    centred = flat - flat.median(1, keepdim=True).values
    return (centred / (centred.abs().mean(1, keepdim=True) + 0.02)).view_as(x)


def augment(scenes: tuple[Tensor, Tensor], size: tuple[int, int], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Cropped, turned, mirrored and recoloured pictures (N, 3, *size) and their disparity at half that size."""
    picture, disparity = scenes
    count = len(picture)
    grid = nnf.affine_grid(_placements(count, size, rng), [count, 3, *size], align_corners=False)
    both = torch.cat([picture, disparity[:, None]], 1)
    placed = nnf.grid_sample(both, grid, padding_mode="reflection", align_corners=False)
    return _recolored(placed[:, :3], rng), nnf.avg_pool2d(placed[:, 3:], 2)[:, 0]


def _placements(count: int, size: tuple[int, int], rng: np.random.Generator) -> Tensor:
    """Affine maps (N, 2, 3) from the new picture to the old one, which stay inside it."""
    tall = size[0] / size[1]
    maps = []
    for _ in range(count):
        angle = math.radians(rng.normal(0, 10)) if rng.random() < 0.4 else 0.0
        c, s = math.cos(angle), math.sin(angle)
        wide, high = min(1.0, 1 / tall), min(1.0, tall)
        reach = max(wide * abs(c) + high * abs(s), wide * abs(s) + high * abs(c))
        zoom = rng.uniform(0.65, 1.0) / reach
        room_x = 1 - zoom * (wide * abs(c) + high * abs(s))
        room_y = 1 - zoom * (wide * abs(s) + high * abs(c))
        x, y = rng.uniform(-1, 1) * max(room_x, 0), rng.uniform(-1, 1) * max(room_y, 0)
        flip = -1 if rng.random() < 0.5 else 1
        maps.append([[zoom * wide * c * flip, -zoom * high * s, x], [zoom * wide * s * flip, zoom * high * c, y]])
    return torch.tensor(maps, dtype=torch.float32)


def _recolored(picture: Tensor, rng: np.random.Generator) -> Tensor:
    """Random gamma, contrast, tint, hue order, gray, blur and noise."""
    shape = (len(picture), 1, 1, 1)

    def draw(low: float, high: float, channels: int = 1) -> Tensor:
        return torch.from_numpy(rng.uniform(low, high, (shape[0], channels, 1, 1))).float()

    result = picture.clamp(0, 1) ** draw(0.7, 1.4)
    result = (result - 0.5) * draw(0.7, 1.25) + 0.5 + draw(-0.1, 0.1)
    result = result * draw(0.85, 1.15, 3)
    if rng.random() < 0.3:
        result = result[:, torch.from_numpy(rng.permutation(3))]
    gray = result.mean(1, keepdim=True)
    result = torch.where(torch.from_numpy(rng.random(shape) < 0.1), gray.expand_as(result), result)
    if rng.random() < 0.25:
        small = nnf.interpolate(result, scale_factor=0.5, mode="area")
        result = nnf.interpolate(small, size=result.shape[-2:], mode="bilinear", align_corners=False)
    noise = torch.from_numpy(rng.standard_normal(result.shape, dtype=np.float32))
    return (result + noise * draw(0.0, 0.04)).clamp(0, 1)


def _batch(scenes: Scenes, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    drawn = [scenes(int(rng.integers(2**31))) for _ in range(count)]
    pictures = torch.from_numpy(np.stack([p for p, _ in drawn])).permute(0, 3, 1, 2).float() / 255
    return pictures, torch.from_numpy(np.stack([d for _, d in drawn]).astype(np.float32))


def _schedule(step: int, steps: int) -> float:
    return min(1.0, (step + 1) / 100) * 0.5 * (1 + math.cos(math.pi * step / steps))


def _average(mean: nn.Module, net: nn.Module, decay: float) -> None:
    with torch.no_grad():
        for a, b in zip(mean.state_dict().values(), net.state_dict().values(), strict=True):
            if a.is_floating_point():
                a.lerp_(b, 1 - decay)
            else:
                a.copy_(b)


class Muon:
    """Momentum made orthogonal for matrices, AdamW for the rest.

    Source: K. Jordan and others, "Muon: an optimizer for hidden layers", 2024; the update of a matrix is
    scaled to the size that Adam's would have (arXiv 2502.16982).
    """

    def __init__(self, net: nn.Module, rate: float, *, decay: float = 0.01) -> None:
        self.rate, self.decay = rate, decay
        parameters = list(net.parameters())
        self.matrices = [p for p in parameters if p.ndim >= 2 and min(p.shape[0], p[0].numel()) >= 16]
        known = {id(p) for p in self.matrices}
        others = [p for p in parameters if id(p) not in known]
        self.momentum = [torch.zeros_like(p) for p in self.matrices]
        self.adam = torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.99), weight_decay=decay)

    @torch.no_grad()
    def step(self) -> None:
        """Moves the weights along their gradients."""
        for group in self.adam.param_groups:
            group["lr"] = self.rate
        self.adam.step()
        for weight, momentum in zip(self.matrices, self.momentum, strict=True):
            if weight.grad is None:
                continue
            momentum.lerp_(weight.grad, 0.05)
            update = weight.grad.lerp(momentum, 0.95).flatten(1)
            update = orthogonal(update) * (0.2 * math.sqrt(max(update.shape)))
            weight.mul_(1 - self.rate * self.decay).add_(update.view(weight.shape), alpha=-self.rate)


def orthogonal(matrix: Tensor) -> Tensor:
    """About the nearest semi-orthogonal matrix, by five Newton-Schulz steps."""
    x = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        product = x @ x.T
        x = 3.4445 * x + (-4.7750 * product + 2.0315 * product @ product) @ x
    return x if matrix.shape[0] <= matrix.shape[1] else x.T
