"""Fréchet distance between two sets of features (arXiv 1706.08500)."""

import numpy as np


def frechet_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Returns the distance between normal distributions fitted to features (N, D) and (M, D); 0 if equal."""
    mean = one.mean(0) - other.mean(0)
    first, second = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    root = _root(first)
    cross = np.linalg.eigvalsh(root @ second @ root)
    trace = np.trace(first) + np.trace(second) - 2 * np.sqrt(np.clip(cross, 0, None)).sum()
    return float(mean @ mean + trace)


def _root(matrix: np.ndarray) -> np.ndarray:
    """Returns the square root of a symmetric positive semi-definite matrix."""
    power, vectors = np.linalg.eigh(matrix)
    root: np.ndarray = (vectors * np.sqrt(np.clip(power, 0, None))) @ vectors.T
    return root
