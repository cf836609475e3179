"""A Stable Diffusion XL model of random weights, small enough to be made on the spot.

It has every part of the real one (two text encoders, UNet on three levels, autoencoder of factor
8) and is written by ``save_pretrained``, so that tests go through the true way of loading. Its
pictures are noise: they prove what is passed on, not how it looks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


def _tokenizer(pad: str) -> Any:
    """Every byte is a word of its own, so any prompt can be said."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import CLIPTokenizer

    letters = sorted(ByteLevel.alphabet())
    said = [*letters, *(f"{letter}</w>" for letter in letters)]
    vocabulary = {word: number for number, word in enumerate([*said, *("<|startoftext|>", END)])}
    return CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=77, pad_token=pad)


END = "<|endoftext|>"


def _text_config(tokenizer: Any) -> Any:
    from transformers import CLIPTextConfig

    return CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        projection_dim=32,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=77,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def _unet() -> Any:
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        sample_size=8,
        in_channels=4,
        out_channels=4,
        block_out_channels=(4, 8, 8),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        layers_per_block=1,
        transformer_layers_per_block=1,
        attention_head_dim=(1, 2, 2),
        norm_num_groups=2,
        cross_attention_dim=64,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=80,
    )


def _autoencoder() -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(8, 8, 8, 8),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=1,
        norm_num_groups=4,
        latent_channels=4,
        scaling_factor=0.13025,
    )


def pipeline(seed: int = 0) -> Any:
    """The model in memory."""
    import torch
    from diffusers import EulerDiscreteScheduler, StableDiffusionXLPipeline
    from transformers import CLIPTextModel, CLIPTextModelWithProjection

    torch.manual_seed(seed)
    first, second = _tokenizer(END), _tokenizer("!")
    return StableDiffusionXLPipeline(
        vae=_autoencoder(),
        text_encoder=CLIPTextModel(_text_config(first)),
        text_encoder_2=CLIPTextModelWithProjection(_text_config(second)),
        tokenizer=first,
        tokenizer_2=second,
        unet=_unet(),
        scheduler=EulerDiscreteScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            timestep_spacing="leading",
            steps_offset=1,
        ),
        add_watermarker=False,
    )


def save(folder: Path) -> Path:
    """Write it in single and in half precision, as models are published."""
    import torch

    made = pipeline()
    made.save_pretrained(folder)
    made.to(dtype=torch.float16).save_pretrained(folder, variant="fp16")
    return folder


def save_lora(folder: Path) -> Path:
    """Write small random weights to be laid over its UNet."""
    import torch
    from diffusers import StableDiffusionXLPipeline
    from diffusers.utils import convert_state_dict_to_diffusers
    from peft import LoraConfig
    from peft.utils import get_peft_model_state_dict

    torch.manual_seed(1)
    unet = _unet()
    unet.add_adapter(LoraConfig(r=2, target_modules=["to_q", "to_v"], init_lora_weights="gaussian"))
    for name, weight in unet.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=2.0)
    StableDiffusionXLPipeline.save_lora_weights(
        folder, unet_lora_layers=convert_state_dict_to_diffusers(get_peft_model_state_dict(unet))
    )
    return folder
