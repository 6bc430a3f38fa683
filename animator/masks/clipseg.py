"""Word masks: the area of an image that a word describes, segmented by CLIPSeg."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from animator.core.confinement import named_path
from animator.core.lru_cache import LRUCache
from animator.core.paths import exists
from animator.errors import AnimatorError, ModelError
from animator.images.side_stream import to_device
from animator.models.hub import hub_access
from animator.models.model_folder import check_model_folder, use_safetensors
from animator.models.torchvision_ops import declare_missing_ops
from animator.models.weights import read_weights

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, as in CLIPSeg's training
WORDS_KEPT = 64
MAX_TOKENS = 77


class ClipSeg:
    """CLIPSeg from transformers; build it with `open_clipseg`.

    Source:
        Lüddecke and Ecker, "Image Segmentation Using Text and Image Prompts" (2022).
    """

    def __init__(self, model: Any, tokenizer: Any, threshold: float) -> None:
        """Wraps a loaded model.

        Args:
            model: CLIPSegForImageSegmentation, on its device.
            tokenizer: CLIPTokenizer.
            threshold: Least probability of a pixel inside the mask, 0 to 1.
        """
        self._model = model.eval().requires_grad_(requires_grad=False)
        self._tokenizer = tokenizer
        self._threshold = threshold
        self._tokens: LRUCache[str, Any] = LRUCache(WORDS_KEPT)

    @torch.no_grad()
    def find(self, word: str, image: Tensor) -> Tensor:
        """Returns the mask (H, W) of 0 and 1 of a word, or of a few words, in an image (3, H, W)."""
        side = int(self._model.config.vision_config.image_size)
        mean, std = to_device(torch.tensor((_MEAN, _STD)), image.device).view(2, 3, 1, 1)
        small = functional.interpolate(
            image[None], (side, side), mode="bilinear", align_corners=False, antialias=True
        )
        tokens = self._tokens.get(word, lambda: self._tokenize(word))
        logits = self._model(pixel_values=(small - mean) / std, **tokens).logits
        probability = torch.as_tensor(logits).reshape(1, 1, *logits.shape[-2:]).sigmoid()
        resized = functional.interpolate(probability, image.shape[-2:], mode="bilinear", align_corners=False)
        return (resized[0, 0] > self._threshold).to(image.dtype)

    def _tokenize(self, word: str) -> Any:
        max_length = min(MAX_TOKENS, int(self._model.config.text_config.max_position_embeddings))
        tokens = self._tokenizer(word, return_tensors="pt", truncation=True, max_length=max_length)
        return tokens.to(self._model.device)


def open_clipseg(path: str, device: torch.device, threshold: float) -> ClipSeg:
    """Loads CLIPSeg from a folder, or from a .safetensors file beside its config.json.

    Args:
        path: A folder as transformers saves it, such as one of CIDAS/clipseg-rd64-refined, or the weights
            in one.
        device: Device to run on.
        threshold: Least probability of a pixel inside the mask of a word, 0 to 1.

    Raises:
        ModelError: The folder is missing, or there is no CLIPSeg in it.
    """
    location = named_path(path)
    folder = location.parent if location.suffix else location
    if not exists(location):
        raise ModelError(f"mask.word_model: {path}: there is no such folder (looked for from {Path.cwd()})")
    try:
        check_model_folder(folder)
        model, tokenizer = _load(location, folder)
    except AnimatorError:
        raise
    except Exception as error:  # whatever a broken or hostile folder makes transformers raise
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"mask.word_model: {path}: cannot be read as CLIPSeg: {reason}; "
            "expected config.json, the weights and the tokenizer's files, as transformers saves them"
        ) from error
    return ClipSeg(model.to(device), tokenizer, threshold)


def _load(location: Path, folder: Path) -> tuple[Any, Any]:
    """Returns model and tokenizer of a folder, or of a file of weights in it."""
    declare_missing_ops()
    from transformers import CLIPSegConfig, CLIPSegForImageSegmentation, CLIPTokenizer

    with hub_access():
        tokenizer = CLIPTokenizer.from_pretrained(folder, local_files_only=True)
        if location.is_dir():
            model = CLIPSegForImageSegmentation.from_pretrained(
                location, local_files_only=True, use_safetensors=use_safetensors(location)
            )
        else:
            model = CLIPSegForImageSegmentation(CLIPSegConfig.from_pretrained(folder, local_files_only=True))
            model.load_state_dict(read_weights(location))
    return model, tokenizer
