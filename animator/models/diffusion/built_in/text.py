"""`TextModel` and `Tokenizer`: the text encoder of the built-in model (Radford et al. 2021)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from animator.models.diffusion.built_in.config import Config
from animator.models.diffusion.built_in.network import Network

_QUICK_GELU = 1.702


@dataclass(frozen=True, eq=False)
class TextOutput:
    """What `TextModel` returns.

    Attributes:
        last_hidden_state: The last layer's output through the final norm (N, T, width).
        hidden_states: The embeddings, then each layer's output.
    """

    last_hidden_state: Tensor
    hidden_states: tuple[Tensor, ...]


class TextModel(Network):
    """A text encoder that is called as transformers' `CLIPTextModel`."""

    def __init__(self, config: Config) -> None:
        """Makes the layers."""
        super().__init__(config)
        self.embeddings = _Embeddings(config)
        self.encoder = _Layers(config)
        self.final_layer_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def get_input_embeddings(self) -> nn.Module:
        """Returns the layer that turns tokens into vectors."""
        return self.embeddings.token_embedding

    def forward(self, input_ids: Tensor, *, output_hidden_states: bool = True) -> TextOutput:
        """Returns the vectors of tokens (N, T), of every layer, whatever `output_hidden_states` says."""
        states = [self.embeddings(input_ids)]
        for layer in self.encoder.layers:
            states.append(layer(states[-1]))
        return TextOutput(self.final_layer_norm(states[-1]), tuple(states))


class _Embeddings(nn.Module):
    """The vectors of tokens, and those of their places."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.token_embedding = _embedding(config.vocab_size, config.hidden_size)
        self.position_embedding = _embedding(config.max_position_embeddings, config.hidden_size)

    def forward(self, input_ids: Tensor) -> Tensor:
        places = self.position_embedding.weight[: input_ids.shape[-1]]
        return torch.as_tensor(self.token_embedding(input_ids) + places)


def _embedding(count: int, width: int) -> nn.Embedding:
    """Makes an embedding without random weights: on the meta device, these import `torch._dynamo`."""
    embedding: nn.Embedding = nn.Embedding.from_pretrained(torch.empty(count, width), freeze=False)
    return embedding


class _Layers(nn.Module):
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.num_hidden_layers))


class _Layer(nn.Module):
    """Attention to earlier tokens and a feed-forward network."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width, eps = config.hidden_size, config.layer_norm_eps
        self.self_attn = _Attention(width, config.num_attention_heads)
        self.layer_norm1 = nn.LayerNorm(width, eps=eps)
        self.mlp = _FeedForward(width, config.intermediate_size)
        self.layer_norm2 = nn.LayerNorm(width, eps=eps)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.self_attn(self.layer_norm1(x))
        return torch.as_tensor(x + self.mlp(self.layer_norm2(x)))


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.q_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (
            made.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for made in (self.q_proj(x), self.k_proj(x), self.v_proj(x))
        )
        read = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        return torch.as_tensor(self.out_proj(read.transpose(1, 2).flatten(2)))


class _FeedForward(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, inner)
        self.fc2 = nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.fc1(x)
        return torch.as_tensor(self.fc2(hidden * torch.sigmoid(_QUICK_GELU * hidden)))


@dataclass(frozen=True)
class Tokens:
    """What `Tokenizer` returns.

    Attributes:
        input_ids: Token ids.
    """

    input_ids: tuple[int, ...]


class Tokenizer:
    """A tokenizer that is called as transformers' `CLIPTokenizer`, for texts without special tokens."""

    def __init__(self, file: Path, config: Config) -> None:
        """Reads a `tokenizer.json`; the config names start, end and padding."""
        from tokenizers import Tokenizer as Reader

        self._reader = Reader.from_file(str(file))
        self._reader.encode_special_tokens = True  # those in a text are ordinary words
        self.bos_token_id = self._token_id(config.bos_token)
        self.eos_token_id = self._token_id(config.eos_token)
        self.pad_token_id = self._token_id(config.pad_token)

    def __call__(self, text: str, **_: Any) -> Tokens:
        """Returns the tokens of a text."""
        return Tokens(tuple(self._reader.encode(text, add_special_tokens=False).ids))

    def _token_id(self, token: str) -> int:
        found = self._reader.token_to_id(token)
        if found is None:
            raise ValueError(f"the tokenizer has no token {token}")
        return int(found)
