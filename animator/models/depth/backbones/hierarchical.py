"""Hierarchical encoders: Swin, Swin 2, Next-ViT, ResNeXt, EfficientNet-Lite and LeViT."""

import timm
from torch import Tensor, nn

from animator.models.depth.backbones.tokens import unflatten


class Swin(nn.Module):
    """Swin or Swin 2 at its training size, with the output of each stage before the next downsampling."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.model = timm.create_model(name, pretrained=False, num_classes=0)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Returns feature maps at 1/4, 1/8, 1/16, 1/32 of x (N, 3, H, W) of the training size."""
        y = self.model.patch_embed(x)
        maps: list[Tensor] = []
        for stage in self.model.layers:
            y = stage(y)
            maps.append(y.permute(0, 3, 1, 2).contiguous())
        return maps


class NextViT(nn.Module):
    """Next-ViT with the output of each stage."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.model = timm.create_model(name, pretrained=False, num_classes=0)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Returns feature maps at 1/4, 1/8, 1/16, 1/32 of x (N, 3, H, W); H, W multiples of 32."""
        y = self.model.stem(x)
        maps: list[Tensor] = []
        for stage in self.model.stages:
            y = stage(y)
            maps.append(y)
        return maps


class Levit(nn.Module):
    """LeViT at 224 x 224 with the outputs of block 1 of stage 0 and block 0 of stages 1 and 2."""

    out_indices = (1, 0, 0)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.model = timm.create_model(name, pretrained=False, num_classes=0)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Returns feature maps at 1/16, 1/32, 1/64 of x (N, 3, 224, 224)."""
        y = self.model.stem(x)
        grid = (y.shape[-2], y.shape[-1])
        y = y.flatten(2).transpose(1, 2)
        maps: list[Tensor] = []
        for stage, wanted in zip(self.model.stages, self.out_indices, strict=True):
            if maps:
                grid = ((grid[0] + 1) // 2, (grid[1] + 1) // 2)
            y = stage.downsample(y)
            for number, block in enumerate(stage.blocks):
                y = block(y)
                if number == wanted:
                    maps.append(unflatten(y, grid))
        return maps


class ResNeXt(nn.Module):
    """ResNeXt-101 32x8d with the output of each stage."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.model = timm.create_model(name, pretrained=False, num_classes=0)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Returns feature maps at 1/4, 1/8, 1/16, 1/32 of x (N, 3, H, W); H, W multiples of 32."""
        net = self.model
        y = net.maxpool(net.act1(net.bn1(net.conv1(x))))
        maps: list[Tensor] = []
        for stage in (net.layer1, net.layer2, net.layer3, net.layer4):
            y = stage(y)
            maps.append(y)
        return maps


class EfficientNetLite(nn.Module):
    """EfficientNet-Lite3 with the outputs of blocks 1, 2, 4 and 6."""

    out_indices = (1, 2, 4, 6)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.model = timm.create_model(name, pretrained=False, num_classes=0)
        self.model.conv_head, self.model.bn2 = nn.Identity(), nn.Identity()

    def forward(self, x: Tensor) -> list[Tensor]:
        """Returns feature maps at 1/4, 1/8, 1/16, 1/32 of x (N, 3, H, W); H, W multiples of 32."""
        y = self.model.bn1(self.model.conv_stem(x))
        maps: list[Tensor] = []
        for number, block in enumerate(self.model.blocks):
            y = block(y)
            if number in self.out_indices:
                maps.append(y)
        return maps
