"""The networks of the built-in model in plain torch, which load without diffusers and transformers.

Importing those takes longer than generating the first image. The networks here have the layers, their names
and the order of operations of `UNet2DConditionModel`, `AutoencoderTiny` and `CLIPTextModel`: images have the
same bits, and LoRA files, ControlNets and hypernetworks find their layers.
"""
