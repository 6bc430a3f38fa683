"""Tone mapping: images of HDR video (PQ or HLG, BT.2020) as images of ordinary video (BT.709).

1. Signal to light, in nits: PQ by the EOTF of SMPTE ST 2084; HLG by the inverse OETF and the OOTF of
   ITU-R BT.2100 for a display of 1000 nits.
2. BT.2020 primaries to BT.709, linear, negative parts cut.
3. The curve of ITU-R BT.2390, annex 5 (EETF), on the largest of the three channels, so that hues stay: from
   the peak of the mastering display to 203 nits, the white of graphics in ITU-R BT.2408. Light below the
   knee, about 88 nits for a peak of 1000, is unchanged; above, it is compressed smoothly.
4. Light to signal by the inverse of the display's EOTF of ITU-R BT.1886, gamma 2.4, with 203 nits as white.
"""

import numpy as np
from numpy.typing import NDArray

from animator.images.image import Image8

Image16 = NDArray[np.uint16]
WHITE_NITS = 203.0
PEAK_NITS = 1000.0
"""Peak where the file does not say; the nominal one of HLG."""
_M1, _M2, _C1, _C2, _C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073
_LUMINANCE_2020 = (0.2627, 0.6780, 0.0593)
_TO_709 = np.array(
    [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349], [-0.018151, -0.100579, 1.118730]],
    np.float32,
)
"""Linear BT.2020 to BT.709; ITU-R BT.2087, the other way around."""
_GAMMA = 2.4

Float = NDArray[np.float32]


def tone_map(image: Image16, transfer: str, peak_nits: float | None = None) -> Image8:
    """Returns the BT.709 image, uint8 (H, W, 3), of an HDR one.

    Args:
        image: BT.2020 RGB (H, W, 3), uint16, full range.
        transfer: "smpte2084" (PQ) or "arib-std-b67" (HLG).
        peak_nits: Luminance of the mastering display; None is 1000.
    """
    signal = image.astype(np.float32) / 65535.0
    peak = max(peak_nits or PEAK_NITS, WHITE_NITS)
    if transfer == "smpte2084":
        nits = pq_to_nits(signal)
    else:
        nits, peak = _hlg_to_nits(signal), PEAK_NITS
    light = np.maximum(nits @ _TO_709.T, 0.0)
    largest = np.maximum(light.max(axis=2, keepdims=True), 1e-6)
    shown = light * (_compress(largest, peak) / largest) / WHITE_NITS
    levels: Image8 = (np.clip(shown, 0.0, 1.0) ** (1 / _GAMMA) * 255.0).round().astype(np.uint8)
    return levels


def pq_to_nits(signal: Float) -> Float:
    """Returns the light of a PQ signal, [0, 1], in nits, up to 10,000."""
    power = np.clip(signal, 0.0, 1.0) ** np.float32(1 / _M2)
    share = (np.maximum(power - _C1, 0.0) / (_C2 - _C3 * power)) ** np.float32(1 / _M1)
    nits: Float = share * np.float32(10_000.0)
    return nits


def nits_to_pq(nits: Float) -> Float:
    """Returns the PQ signal, [0, 1], of light in nits."""
    power = (np.maximum(nits, 0.0) / np.float32(10_000.0)) ** np.float32(_M1)
    signal: Float = ((_C1 + _C2 * power) / (1 + _C3 * power)) ** np.float32(_M2)
    return signal


def _hlg_to_nits(signal: Float) -> Float:
    low, high = signal**2 / 3, (np.exp((signal - _C) / _A) + _B) / 12
    scene = np.where(signal <= 0.5, low, high)
    luminance = (scene @ np.array(_LUMINANCE_2020, np.float32))[..., None]
    nits: Float = (scene * np.maximum(luminance, 1e-9) ** 0.2 * PEAK_NITS).astype(np.float32)  # gamma 1.2
    return nits


def _compress(nits: Float, peak: float) -> Float:
    """Returns light compressed from [0, peak] to [0, WHITE_NITS]: the EETF of BT.2390 with black at 0."""
    top = float(nits_to_pq(np.float32(peak)))
    signal = np.minimum(nits_to_pq(nits) / np.float32(top), 1.0)
    limit = float(nits_to_pq(np.float32(WHITE_NITS))) / top
    knee = 1.5 * limit - 0.5
    t = (signal - knee) / max(1.0 - knee, 1e-6)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * limit
    )
    return pq_to_nits((np.where(signal < knee, signal, spline) * top).astype(np.float32))
