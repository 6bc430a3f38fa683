"""Operations on images as torch tensors: color, noise, sharpening, warps, depth maps, inpainting, metrics."""
