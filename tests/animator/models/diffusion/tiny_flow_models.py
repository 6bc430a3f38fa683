"""Tiny random flow-matching pipelines, each with the kinds of networks that its real one has."""

from collections.abc import Callable, Mapping
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


def _language_model(name: str, layers: int = 3, width: int = 32, **other: Any) -> Any:
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


def _vision_language_model(name: str, layers: int = 3) -> Any:
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


def _video_vae() -> Any:
    from diffusers import AutoencoderKLQwenImage

    return AutoencoderKLQwenImage(
        base_dim=8,
        z_dim=4,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        latents_mean=[0.1, -0.2, 0.3, 0.0],
        latents_std=[1.5, 0.8, 1.1, 2.0],
    ).eval()


def _image_vae(channels: int = 4) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(8, 8, 8, 8),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        latent_channels=channels,
        norm_num_groups=4,
        layers_per_block=1,
        scaling_factor=0.36,
        shift_factor=0.1,
        use_quant_conv=False,
        use_post_quant_conv=False,
    ).eval()


def _patched_vae() -> Any:
    from diffusers import AutoencoderKLFlux2

    return AutoencoderKLFlux2(
        block_out_channels=(8, 8, 8, 8), latent_channels=4, norm_num_groups=4, layers_per_block=1
    ).eval()


def _deep_vae() -> Any:
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


def _euler(**config: Any) -> Any:
    from diffusers import FlowMatchEulerDiscreteScheduler

    return FlowMatchEulerDiscreteScheduler(**config)


def _flux2(name: str, encoder: Any, *, guided: bool, width: int, **other: Any) -> Any:
    import diffusers

    transformer = diffusers.Flux2Transformer2DModel(
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=width,
        timestep_guidance_channels=16,
        axes_dims_rope=(4, 4, 4, 4),
        guidance_embeds=guided,
    ).eval()
    return getattr(diffusers, name)(
        scheduler=_euler(use_dynamic_shifting=True),
        vae=_patched_vae(),
        text_encoder=encoder,
        tokenizer=tokenizer(),
        transformer=transformer,
        **other,
    )


def _chroma() -> Any:
    import diffusers
    import transformers

    from animator.models.diffusion.prompts.tokens import clip_tokenizer

    transformer = diffusers.ChromaTransformer2DModel(
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=32,
        axes_dims_rope=(4, 4, 8),
        approximator_num_channels=16,
        approximator_hidden_dim=16,
        approximator_layers=1,
    ).eval()
    return diffusers.ChromaPipeline(
        scheduler=_euler(use_dynamic_shifting=True),
        vae=_image_vae(),
        text_encoder=transformers.T5EncoderModel(
            transformers.T5Config(vocab_size=49408, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4)
        ).eval(),
        tokenizer=clip_tokenizer(pad_token="<|endoftext|>"),
        transformer=transformer,
    )


def _qwen() -> Any:
    import diffusers

    transformer = diffusers.QwenImageTransformer2DModel(
        in_channels=16,
        out_channels=4,
        num_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=32,
        axes_dims_rope=(4, 6, 6),
    ).eval()
    return diffusers.QwenImagePipeline(
        scheduler=_euler(use_dynamic_shifting=True, shift_terminal=0.02, time_shift_type="exponential"),
        vae=_video_vae(),
        text_encoder=_vision_language_model("Qwen2_5_VLForConditionalGeneration"),
        tokenizer=tokenizer(1024),
        transformer=transformer,
    )


def _z_image() -> Any:
    import diffusers

    transformer = diffusers.ZImageTransformer2DModel(
        in_channels=4,
        dim=64,
        n_layers=1,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=32,
        axes_dims=[8, 12, 12],
        axes_lens=[512, 64, 64],
    ).eval()
    return diffusers.ZImagePipeline(
        scheduler=_euler(shift=3.0),
        vae=_image_vae(),
        text_encoder=_language_model("Qwen3ForCausalLM"),
        tokenizer=tokenizer(),
        transformer=transformer,
    )


def _lumina2() -> Any:
    import diffusers

    transformer = diffusers.Lumina2Transformer2DModel(
        sample_size=16,
        in_channels=4,
        hidden_size=36,
        num_layers=1,
        num_refiner_layers=1,
        num_attention_heads=3,
        num_kv_heads=1,
        multiple_of=16,
        axes_dim_rope=(4, 4, 4),
        axes_lens=(512, 64, 64),
        cap_feat_dim=32,
    ).eval()
    return diffusers.Lumina2Pipeline(
        transformer=transformer,
        scheduler=_euler(shift=6.0),
        vae=_image_vae(),
        text_encoder=_language_model("Gemma2Model"),
        tokenizer=tokenizer(256),
    )


def _krea2() -> Any:
    import diffusers

    transformer = diffusers.Krea2Transformer2DModel(
        in_channels=16,
        num_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        num_key_value_heads=1,
        intermediate_size=32,
        timestep_embed_dim=16,
        text_hidden_dim=32,
        num_text_layers=2,
        text_num_attention_heads=2,
        text_num_key_value_heads=2,
        text_intermediate_size=32,
        num_layerwise_text_blocks=1,
        num_refiner_text_blocks=1,
        axes_dims_rope=(4, 6, 6),
    ).eval()
    return diffusers.Krea2Pipeline(
        scheduler=_euler(use_dynamic_shifting=True, time_shift_type="exponential"),
        vae=_video_vae(),
        text_encoder=_vision_language_model("Qwen3VLModel"),
        tokenizer=tokenizer(),
        transformer=transformer,
        text_encoder_select_layers=(1, 3),
    )


def _sana() -> Any:
    import diffusers

    transformer = diffusers.SanaTransformer2DModel(
        in_channels=4,
        out_channels=4,
        num_attention_heads=2,
        attention_head_dim=8,
        num_layers=1,
        num_cross_attention_heads=2,
        cross_attention_head_dim=8,
        cross_attention_dim=16,
        caption_channels=32,
        sample_size=32,
    ).eval()
    return diffusers.SanaPipeline(
        tokenizer=tokenizer(300),
        text_encoder=_language_model("Gemma2Model"),
        vae=_deep_vae(),
        transformer=transformer,
        scheduler=diffusers.DPMSolverMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
        ),
    )


FLOW_MAKERS: Mapping[str, Callable[[], Any]] = {
    "flux2": lambda: _flux2(
        "Flux2Pipeline",
        _vision_language_model("Mistral3ForConditionalGeneration", 31),
        guided=True,
        width=96,
    ),
    "flux2-klein": lambda: _flux2(
        "Flux2KleinPipeline", _language_model("Qwen3ForCausalLM", 28), guided=False, width=96
    ),
    "chroma": _chroma,
    "qwen-image": _qwen,
    "z-image": _z_image,
    "lumina2": _lumina2,
    "krea2": _krea2,
    "sana": _sana,
}
"""Makers of the families that `tiny_models` does not know, by key."""
