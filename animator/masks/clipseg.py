"""Word masks: what a word means in an image, found by CLIPSeg."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from animator.core.lru_cache import LRUCache
from animator.errors import ModelError
from animator.models.torchvision_ops import declare_missing_ops
from animator.models.weights import read_weights

_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, by which CLIPSeg was trained
WORDS_KEPT = 64
MAX_TOKENS = 77


class ClipSeg:
    """CLIPSeg as transformers has it; build it with `open_clipseg`.

    Source:
        Lüddecke and Ecker, "Image Segmentation Using Text and Image Prompts" (2022).
    """

    def __init__(self, model: Any, tokenizer: Any, threshold: float) -> None:
        """The finder of a loaded model.

        Args:
            model: CLIPSegForImageSegmentation, on its device.
            tokenizer: CLIPTokenizer.
            threshold: How sure it must be that a pixel belongs, 0 to 1.
        """
        self._model = model.eval().requires_grad_(requires_grad=False)
        self._tokenizer = tokenizer
        self._threshold = threshold
        self._tokens: LRUCache[str, Any] = LRUCache(WORDS_KEPT)

    @torch.no_grad()
    def find(self, word: str, image: Tensor) -> Tensor:
        """The mask (H, W) of 0 and 1 of a word, or of a few words, in an image (3, H, W)."""
        side = int(self._model.config.vision_config.image_size)
        mean, spread = (image.new_tensor(x).view(3, 1, 1) for x in (_MEAN, _SPREAD))
        small = functional.interpolate(
            image[None], (side, side), mode="bilinear", align_corners=False, antialias=True
        )
        tokens = self._tokens.get(word, lambda: self._read(word))
        logits = self._model(pixel_values=(small - mean) / spread, **tokens).logits
        sure = torch.as_tensor(logits).reshape(1, 1, *logits.shape[-2:]).sigmoid()
        sized = functional.interpolate(sure, image.shape[-2:], mode="bilinear", align_corners=False)
        return (sized[0, 0] > self._threshold).to(image.dtype)

    def _read(self, word: str) -> Any:
        longest = min(MAX_TOKENS, int(self._model.config.text_config.max_position_embeddings))
        tokens = self._tokenizer(word, return_tensors="pt", truncation=True, max_length=longest)
        return tokens.to(self._model.device)


def open_clipseg(path: str, device: torch.device, threshold: float) -> ClipSeg:
    """The CLIPSeg of a folder, or of a .safetensors file beside its config.json.

    Args:
        path: A folder as transformers saves it, such as one of CIDAS/clipseg-rd64-refined, or the weights
            in one.
        device: Where it runs.
        threshold: How sure it must be that a pixel belongs to a word, 0 to 1.

    Raises:
        ModelError: The folder is missing or holds no CLIPSeg.
    """
    declare_missing_ops()
    from transformers import CLIPSegConfig, CLIPSegForImageSegmentation, CLIPTokenizer

    given = Path(path).expanduser()
    folder = given.parent if given.suffix else given
    if not given.exists():
        raise ModelError(f"mask.word_model: {path}: there is no such folder (looked for from {Path.cwd()})")
    try:
        tokenizer = CLIPTokenizer.from_pretrained(folder, local_files_only=True)
        if given.is_dir():
            model = CLIPSegForImageSegmentation.from_pretrained(given, local_files_only=True)
        else:
            model = _of_file(CLIPSegForImageSegmentation(CLIPSegConfig.from_pretrained(folder)), given)
    except (OSError, ValueError, RuntimeError, TypeError, KeyError) as error:
        raise ModelError(
            f"mask.word_model: {path}: holds no CLIPSeg that can be read: {str(error).splitlines()[0]}; "
            "expected config.json, the weights and the tokenizer's files, as transformers saves them"
        ) from error
    return ClipSeg(model.to(device), tokenizer, threshold)


def _of_file(model: Any, path: Path) -> Any:
    """Returns the model with the weights of a file."""
    model.load_state_dict(read_weights(path))
    return model
