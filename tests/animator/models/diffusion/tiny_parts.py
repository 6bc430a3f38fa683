"""Tiny random parts of models: tokenizer, language models, VAEs."""

from typing import Any

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>"
    "{% if m.content is string %}{{ m.content }}{% else %}{% for c in m.content %}{{ c.text }}{% endfor %}"
    "{% endif %}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
WORDS = 512


def tokenizer(length: int = 512) -> Any:
    """A byte-level tokenizer with a chat template, as language models have."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    marks = ["<pad>", "<bos>", "<eos>", "<|user|>", "<|system|>", "<|assistant|>", "<|end|>"]
    vocabulary = {word: index for index, word in enumerate([*marks, *alphabet])}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<pad>"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(marks)
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="<pad>",
        bos_token="<bos>",
        eos_token="<eos>",
        model_max_length=length,
        padding_side="right",
        chat_template=TEMPLATE,
    )


def language_model(name: str, layers: int = 3, width: int = 32, **other: Any) -> Any:
    """A language model of transformers, by its class's name."""
    import transformers

    made = getattr(transformers, name)
    config = made.config_class(
        vocab_size=WORDS,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=width // 4,
        max_position_embeddings=2048,
        pad_token_id=0,
        **other,
    )
    return made(config).eval()


def vision_language_model(name: str, layers: int = 3) -> Any:
    """A language model of transformers that sees images, by its class's name."""
    import transformers

    made = getattr(transformers, name)
    text: dict[str, Any] = {
        "vocab_size": WORDS,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": 2048,
        "pad_token_id": 0,
        "rope_parameters": {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0},
    }
    vision: dict[str, Any] = {
        "hidden_size": 16,
        "depth": 1,
        "num_heads": 2,
        "intermediate_size": 32,
        "out_hidden_size": 32,
    }
    if name.startswith("Mistral3"):
        text = {**text, "model_type": "mistral"}
        text.pop("rope_parameters")
        vision = {
            "model_type": "pixtral",
            "hidden_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 32,
            "head_dim": 8,
        }
    return made(made.config_class(text_config=text, vision_config=vision)).eval()


def video_vae() -> Any:
    """The VAE of Qwen-Image."""
    from diffusers import AutoencoderKLQwenImage

    return AutoencoderKLQwenImage(
        base_dim=8,
        z_dim=4,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        latents_mean=[0.1, -0.2, 0.3, 0.0],
        latents_std=[1.5, 0.8, 1.1, 2.0],
    ).eval()


def image_vae(channels: int, widths: tuple[int, ...], layers: int, scaling: float, **other: Any) -> Any:
    """A VAE that shrinks images 8 times, of these widths and layers per block."""
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=widths,
        down_block_types=("DownEncoderBlock2D",) * len(widths),
        up_block_types=("UpDecoderBlock2D",) * len(widths),
        latent_channels=channels,
        norm_num_groups=4,
        layers_per_block=layers,
        scaling_factor=scaling,
        **other,
    )


def t5_encoder() -> Any:
    """A T5, for the words of CLIP."""
    from transformers import T5Config, T5EncoderModel

    config = T5Config(vocab_size=49408, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4)
    return T5EncoderModel(config).eval()


def patched_vae() -> Any:
    """The VAE of Flux.2."""
    from diffusers import AutoencoderKLFlux2

    return AutoencoderKLFlux2(
        block_out_channels=(8, 8, 8, 8), latent_channels=4, norm_num_groups=4, layers_per_block=1
    ).eval()


def deep_vae() -> Any:
    """The VAE of Sana."""
    from diffusers import AutoencoderDC

    return AutoencoderDC(
        latent_channels=4,
        attention_head_dim=4,
        encoder_block_out_channels=(8, 8, 8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8, 8, 8),
        encoder_layers_per_block=(1, 1, 1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1, 1, 1),
        encoder_qkv_multiscales=((),) * 6,
        decoder_qkv_multiscales=((),) * 6,
        encoder_block_types="ResBlock",
        decoder_block_types="ResBlock",
        scaling_factor=0.41,
    ).eval()
