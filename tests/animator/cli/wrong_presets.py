"""Wrong presets, each of another kind: YAML text -> what `check` and `render` say of it.

FOLDER stands for the folder of `files.make_files`.
"""

WRONG: dict[str, tuple[str, str]] = {
    # values
    "not YAML": ("prompts: [a", "is not YAML"),
    "unknown setting": ("diffusion: {step: 3}", "diffusion.step: unknown setting; did you mean"),
    "unknown group": ("difusion: {steps: 3}", "difusion: unknown setting"),
    "size": ("size: [65, 64]", "multiple of 8"),
    "frames": ("frames: 0", "greater than or equal to 1"),
    "mode": ("mode: 4d", "'2d', '3d', 'video' or 'interpolation'"),
    "schedule": ("motion: {zoom: '0:(1+'}", "motion.zoom:"),
    "range": ("diffusion: {strength: 2}", "expected 0 to 1"),
    "formula": ("motion: {angle: '0:(log(-1))'}", "motion.angle:"),
    "sampler": ("diffusion: {sampler: Eulr a}", "Euler a"),
    "schedule type": ("diffusion: {sampler: Euler Karas}", "unknown"),
    "prompt key": ("prompts: {0: a, x y: b}", "prompts:"),
    "beats without bpm": ("prompts: {0: a, 4b: b}", "bpm"),
    "mask expression": ("mask: {mask_schedule: '({everywhere}'}", "not closed"),
    "twice": ("frames: 3\nframes: 4", "given twice"),
    "extends": ("extends: nowhere.yaml", "nowhere.yaml"),
    "step": ("steps: [{use: vignete}]", "vignete"),
    "camera": ("mode: 3d\ncamera: {projection: pinhole, near: 5, far: 2}", "expected 0 < near < far"),
    "codec": ("output: {format: webm, codec: prores}", "output"),
    "look-ahead": (
        "diffusion: {cadence: 2, cadence_blend: lookahead}\nhybrid: {motion: Affine}\nvideo: {path: clip}",
        "lookahead follows the camera's motion only",
    ),
    # files
    "init image": ("init: {image: nowhere.png}", "init.image: nowhere.png: there is no such file"),
    "broken init image": (
        "init: {image: broken.png}",
        "init.image: broken.png: is a PNG image that cannot be decoded",
    ),
    "init image is a text": ("init: {image: text.png}", "is text; expected an image"),
    "init image is a folder": ("init: {image: clip}", "init.image"),
    "URL": ("init: {image: 'http://localhost/a.png'}", "is a URL"),
    "guide": ("guided: {use_looper: true, init_images: {0: nowhere.png}}", "nowhere.png: there is no such"),
    "broken guide": ("guided: {use_looper: true, init_images: {0: broken.png}}", "guided.init_images"),
    "looper without images": ("guided: {use_looper: true}", "init_images is empty"),
    "mask": ("mask: {use_mask: true, mask_file: nowhere.png}", "mask.mask_file: nowhere.png"),
    "broken mask": ("mask: {use_mask: true, mask_file: broken.png}", "mask.mask_file"),
    "mask in an expression": (
        "mask: {use_mask: true, mask_schedule: '[no.png]'}",
        "no.png: there is no such",
    ),
    "broken mask in an expression": (
        "mask: {use_mask: true, mask_schedule: '0: ({everywhere}), 4: ([broken.png])'}",
        "mask.mask_schedule: FOLDER/broken.png",
    ),
    "no mask": ("mask: {use_mask: true}", "there is no {video_mask}"),
    "alpha without image": ("mask: {use_alpha_as_mask: true}", "needs the image init.image"),
    "color image": ("color: {reference: image, image: broken.png}", "color.image"),
    "no color image": ("color: {reference: image}", "color.image: is empty"),
    "wildcard": ("prompts: a __nothing__ lake", "__nothing__: there is no"),
    "wildcards in a circle": ("prompts: a __circle__ lake\nwildcard_folder: wildcards", "circle"),
    # clips
    "no clip": ("mode: video", "video.path: is empty, and mode needs a clip"),
    "missing clip": ("mode: video\nvideo: {path: nowhere.mp4}", "nowhere.mp4: there is no such file"),
    "clip is a text": ("mode: video\nvideo: {path: text.png}", "video.path"),
    "empty folder as clip": ("mode: video\nvideo: {path: empty}", "holds no images"),
    "short clip": ("mode: video\nvideo: {path: clip}", "has 4 frames that count, and the film has 8"),
    "every other image": (
        "mode: video\nframes: 4\nvideo: {path: clip, extract_nth_frame: 2}",
        "has 2 frames that count",
    ),
    "nothing of the clip": (
        "mode: video\nframes: 2\nvideo: {path: clip, extract_from_frame: 9, after_end: hold}",
        "has no frame in the range",
    ),
    "short hybrid clip": ("hybrid: {composite: Normal}\nvideo: {path: clip}", "has 4 frames that count"),
    "short clip of colors": ("color: {reference: video}\nvideo: {path: clip}", "has 4 frames that count"),
    "short mask video": (
        "mask: {use_mask: true, use_mask_video: true, video_mask_path: clip}",
        "mask.video_mask_path: FOLDER/clip: has 4 frames that count, and the film has 8",
    ),
    "mask video that is read late": (
        "mask:\n  use_mask: true\n  use_mask_video: true\n  video_mask_path: clip\n"
        "  mask_schedule: '0: ({everywhere}), 6: ({video_mask})'",
        "mask.video_mask_path",
    ),
    "hybrid by an init image that is not given": (
        "frames: 4\nhybrid: {composite: Normal, use_init_image: true}\nvideo: {path: clip}",
        "init.image: is empty",
    ),
    "short control clip": (
        "controlnet: [{model: models/net.safetensors, source: clip}]",
        "controlnet.0.source: frame 4: FOLDER/clip: has 4 images in range",
    ),
    "control image": (
        "controlnet: [{model: models/net.safetensors, source: no.png}]",
        "no.png: there is no such",
    ),
    # models
    "model": ("model: nowhere.safetensors", "nowhere.safetensors"),
    "model that is a LoRA": ("model: models/style.safetensors", "cannot generate images"),
    "truncated model": ("model: models/torn.safetensors", "truncated"),
    "folder that is no model": ("model: ./empty", "model_index.json"),
    "incomplete model": ("model: ./incomplete", "lacks config.json or its weights"),
    "pickled model": ("model: models/old.ckpt", "can run code"),
    "checkpoint by frame": (
        "diffusion: {checkpoint: '0: (starter), 4: (nowhere)'}",
        "frame 4: model nowhere",
    ),
    "refiner by frame": (
        "diffusion: {refiner: '0: (starter), 4: (nowhere)'}",
        "diffusion.refiner: frame 4: model nowhere",
    ),
    "block of a smaller U-Net": (
        "deep_shrink: {enabled: true, block: '0:(1), 6:(40)'}",
        "deep_shrink.block: is ",
    ),
    "compiled model that is changed": (
        "freeu: {enabled: true}\ndiffusion: {speed: compiled}",
        "diffusion.speed: is compiled; freeu.enabled changes the model",
    ),
    "LoRA": ("prompts: {0: a, 4: 'b <lora:nothing:1>'}", "prompts.4: frame 4: <lora:nothing>: there is no"),
    "LoRA of another base": ("prompts: 'a <lora:style:1>'", "was made for SDXL"),
    "LoRA that is a VAE": ("prompts: 'a <lora:vae:1>'", "is not a LoRA but a file of kind vae"),
    "LoRA in a prefix": ("prompt_prefix: '<lora:nothing:1>'", "prompt_prefix: frame 0: <lora:nothing>"),
    "LoRA in a wildcard": ("prompts: a __lora__\nwildcard_folder: wildcards", "<lora:hidden>: there is no"),
    "tag": ("prompts: 'a <hyper:x:1>'", "hyper is not supported"),
    "hypernetwork": (
        "prompts: {0: a, 4: 'b <hypernet:nothing:1>'}",
        "prompts.4: frame 4: <hypernet:nothing>: there is no nothing.pt or nothing.safetensors",
    ),
    "hypernetwork that is pickled": ("prompts: 'a <hypernet:ink:1>'", "ink.pt: .pt files can run code"),
    "strength of a hypernetwork": ("prompts: 'a <hypernet:x:much>'", "the strength is not a number"),
    "weight of a tag": ("prompts: 'a <lora:x:much>'", "the weight is not a number"),
    "embedding": ("prompts: a fogged lake", "this textual inversion has vectors of width 768"),
    "clip_skip": ("diffusion: {clip_skip: '0:(1), 6:(40)'}", "diffusion.clip_skip: is "),
    "video model": (
        "diffusion: {cadence: 2, cadence_blend: video}",
        "diffusion.tween_model: is empty; cadence_blend: video needs a diffusers folder of Wan",
    ),
    "video model that is an image model": (
        "diffusion: {cadence: 2, cadence_blend: video, tween_model: starter}",
        "diffusion.tween_model: starter: is a StableDiffusionPipeline; expected a diffusers folder of Wan",
    ),
    "VAE": ("diffusion: {vae: nowhere}", "diffusion.vae: nowhere: there is no such file or folder"),
    "VAE that is a LoRA": ("diffusion: {vae: models/style.safetensors}", "is not a VAE but a file of kind"),
    "architecture": ("diffusion: {architecture: ./empty}", "diffusion.architecture"),
    "ControlNet": ("controlnet: [{model: nothing}]", "controlnet nothing: there is no such"),
    "ControlNet that is a LoRA": ("controlnet: [{model: models/style.safetensors}]", "is not a ControlNet"),
    "ControlNet of another base": (
        "controlnet: [{model: models/net.safetensors}]",
        "Use a ControlNet and a model",
    ),
    "depth": ("mode: 3d\ndepth: {model: dpt-larg}", "dpt-larg"),
    "RAFT": (
        "frames: 4\nhybrid: {motion: Optical Flow, flow_method: RAFT}\nvideo: {path: clip}",
        "or choose DIS",
    ),
    "RAFT for in-betweens": ("diffusion: {cadence: 2, optical_flow_cadence: RAFT}", "optical_flow_cadence"),
    "RAFT that is a LoRA": (
        "diffusion: {optical_flow_redo_generation: RAFT}\nflow: {raft: models/style.safetensors}",
        "has not the weights of RAFT",
    ),
    "word without CLIPSeg": ("mask: {use_mask: true, mask_schedule: <sky>}", "needs CLIPSeg"),
    "CLIPSeg": ("mask: {use_mask: true, mask_schedule: <sky>, word_model: ./empty}", "mask.word_model"),
    "CLIPSeg of another type": (
        "mask: {use_mask: true, mask_schedule: <sky>, word_model: ./bert}",
        "is a model of type bert; expected clipseg",
    ),
    "upscaler": ("upscaling: {enabled: true, model: nothing}", "upscaling.model: nothing is neither"),
    "interpolation": ("frame_interpolation: {engine: FILM, model: no.pt}", "no.pt: there is no such file"),
    "RIFE that is a LoRA": (
        "frame_interpolation: {engine: RIFE v4.6, model: models/style.safetensors}",
        "has not the weights of RIFE",
    ),
    # sound
    "sound": ("sound: {soundtrack_path: nowhere.mp3}", "nowhere.mp3: there is no such sound file"),
    "sound that is a text": ("sound: {soundtrack_path: text.png}", "text.png"),
    "sound of no clip": ("sound: {add_soundtrack: Init Video}", "video.path is empty"),
    # several
    "several": (
        "name: several\ninit: {image: nowhere.png}\nmotion: {zoom: -1}\nprompts: 'a <lora:nothing:1>'\n"
        "diffusion: {steps: 0}",
        "4 problems",
    ),
}
"""Name of a kind -> what is added to a small film, and a part of the message."""
