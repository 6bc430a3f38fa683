"""A small flight of known depth, to catch regressions of how still depth holds."""

import torch

from .depth_flicker import SCALINGS, flight, scaled, stillness


def test_true_depth_of_any_scale_holds_still_where_maps_are_fitted_to_the_one_before() -> None:
    shots = flight("hills", 4, (40, 40))
    maps = [torch.from_numpy(1.0 / shot.z).float() * (1.0 + n) + n for n, (shot, _) in enumerate(shots)]
    by_name = {name: stillness(scaled(maps, make()), shots) for name, make in SCALINGS.items()}
    assert by_name["stabilize"].scale_drift < 0.5 * by_name["equalized"].scale_drift
    assert by_name["stabilize"].error < by_name["equalized"].error
    assert by_name["stabilize"].flicker < 0.05


def test_blending_maps_takes_noise_out_of_them() -> None:
    shots = flight("hills", 6, (40, 40))
    noise = torch.Generator().manual_seed(0)
    maps = [torch.from_numpy(1.0 / shot.z).float() for shot, _ in shots]
    noisy = [depth + 0.05 * torch.randn(40, 40, generator=noise) for depth in maps]
    plain, steady = (
        stillness(scaled(noisy, SCALINGS[name]()), shots) for name in ("stabilize", "steadiness 0.5")
    )
    assert steady.flicker < 0.8 * plain.flicker
    assert steady.error < plain.error
