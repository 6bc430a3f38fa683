import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from animator.images import opencv
from animator.images.resample import Border, Sampling, sample
from animator.images.warp2d import Move2D, matrix2d, warp_by_matrix

OPENCV_BORDERS = {
    Border.REPLICATE: cv2.BORDER_REPLICATE,
    Border.WRAP: cv2.BORDER_WRAP,
    Border.REFLECT: cv2.BORDER_REFLECT,
    Border.MIRROR: cv2.BORDER_REFLECT_101,
    Border.ZEROS: cv2.BORDER_CONSTANT,
}


@pytest.mark.parametrize("border", list(Border))
def test_warps_agree_with_opencv_at_every_border(image: Tensor, border: Border) -> None:
    matrix = matrix2d(Move2D(25.0, 0.6, (7.3, -4.1)), 96, 96)
    ours = warp_by_matrix(image, matrix, border, Sampling.BILINEAR).permute(1, 2, 0).numpy()
    theirs = cv2.warpPerspective(
        np.ascontiguousarray(image.permute(1, 2, 0).numpy()),
        matrix,
        (96, 96),
        borderMode=OPENCV_BORDERS[border],
    )
    difference = np.abs(ours - theirs)
    # Older OpenCV rounds positions to 1/32 of a pixel.
    assert difference.mean() < 2e-3
    assert np.quantile(difference, 0.99) < 0.02


def test_lanczos_reproduces_what_it_can_represent() -> None:
    """A slow wave is read between its samples to within half a percent; bilinear reading is worse."""
    x = torch.arange(64, dtype=torch.float32)
    wave = (0.5 + 0.4 * torch.sin(x * 0.6)).expand(1, 8, 64).contiguous()
    at = torch.linspace(-0.7, 0.7, 33)
    grid = torch.stack((at, torch.zeros_like(at)), -1).unsqueeze(0)
    exact = 0.5 + 0.4 * torch.sin(((at + 1) * 32 - 0.5) * 0.6)
    errors = {
        s: (sample(wave, grid, Border.REPLICATE, s)[0, 0] - exact).abs().max()
        for s in (Sampling.BILINEAR, Sampling.LANCZOS)
    }
    assert errors[Sampling.LANCZOS] < 0.005
    assert errors[Sampling.BILINEAR] > 3 * errors[Sampling.LANCZOS]


@pytest.mark.parametrize("sampling", list(Sampling))
def test_a_flat_image_stays_flat(sampling: Sampling) -> None:
    flat = torch.full((3, 20, 30), 0.3)
    grid = torch.rand(20, 30, 2, generator=torch.Generator().manual_seed(0)) * 4 - 2
    for border in (Border.REPLICATE, Border.WRAP, Border.REFLECT, Border.MIRROR):
        read = sample(flat, grid, border, sampling)
        torch.testing.assert_close(read, torch.full_like(flat, 0.3), atol=1e-5, rtol=0)


@pytest.mark.parametrize("sampling", list(Sampling))
@pytest.mark.parametrize("border", list(Border))
def test_positions_without_end_are_survived(border: Border, sampling: Sampling) -> None:
    grid = torch.tensor([[[1e30, 0.0], [-1e30, 1e30], [torch.inf, 0.0], [0.0, 0.0]]])
    assert sample(torch.rand(3, 5, 5), grid, border, sampling)[..., 3].isfinite().all()


@pytest.mark.parametrize("border", list(Border))
@pytest.mark.parametrize("sampling", [Sampling.BILINEAR, Sampling.BICUBIC, Sampling.STEADY])
def test_opencv_reads_what_pytorch_reads(
    image: Tensor, border: Border, sampling: Sampling, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = torch.rand(300, 200, 2, generator=torch.Generator().manual_seed(0)) * 8 - 4
    assert opencv.can_remap(image, grid)
    by_opencv = sample(image, grid, border, sampling)
    monkeypatch.setattr(opencv, "can_remap", lambda image, grid: False)
    # A position far outside is rounded before it is folded into the image.
    torch.testing.assert_close(by_opencv, sample(image, grid, border, sampling), atol=1e-4, rtol=0)
