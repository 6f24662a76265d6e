"""Computes golden values of other shapes and parameters with the Python library lightly itself, in the schema of README.md.

usage: PYTHONPATH=LIGHTLY_SOURCE python3 make_values.py OUT_FOLDER [SEED]
then:  LIGHTLY_GOLDEN=OUT_FOLDER ./test golden

Needs torch, torchvision and Pillow (Debian: python3-torch python3-torchvision python3-tqdm libopenblas0-pthread) and lightly's source.
"""
import json, os, random, sys, warnings
import numpy as np
import torch

warnings.filterwarnings("ignore")
OUT, SEED = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 7
random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)
PRECISIONS = ((torch.float32, ""), (torch.float64, "_f64"))


def dump(value):
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return [dump(item) for item in value]
    if isinstance(value, dict):
        return {key: dump(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        value = torch.from_numpy(value.copy())
    if isinstance(value, torch.Tensor):
        value = value.detach()
        kind = str(value.dtype).split(".")[-1]
        flat = value.reshape(-1)
        data = [float(str(np.float32(x))) for x in flat.tolist()] if kind == "float32" else flat.tolist()
        return {"dtype": kind, "shape": list(value.shape), "data": data}
    return value


def write(case, target, **content):
    path = os.path.join(OUT, case + ".json")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        json.dump(dump({"case": case, "target": target, **content}), file)


def leaf(value, dtype, trained=True):
    if isinstance(value, (list, tuple)):
        return [leaf(item, dtype, trained) for item in value]
    return value.to(dtype).clone().requires_grad_(trained)


def grads(value):
    if isinstance(value, (list, tuple)):
        return [grads(item) for item in value]
    return value.grad


def plain_loss(case, target, params, inputs, call, trained=lambda name: True):
    expected = {}
    for dtype, suffix in PRECISIONS:
        leaves = {name: leaf(value, dtype, trained(name)) for name, value in inputs.items()}
        result = call(leaves)
        result.sum().backward()
        expected["loss" + suffix] = result.sum().item()
        expected["loss_shape"] = list(result.shape)
        expected["grad" + suffix] = {name: grads(value) for name, value in leaves.items() if trained(name)}
    write(case, target, params=params, inputs=inputs, expected=expected, notes=None)


def sizes():
    return random.randint(3, 17), random.randint(3, 23)


def make_losses():
    import lightly.loss as losses
    from lightly.loss.hypersphere_loss import HypersphereLoss
    from lightly.loss.swav_loss import sinkhorn

    pair = {
        "NTXentLoss": [{"temperature": 0.07}, {"temperature": 0.9, "memory_bank_size": 0}, {}],
        "DCLLoss": [{"temperature": 0.3}],
        "DCLWLoss": [{"temperature": 0.2, "sigma": 0.3}],
        "BarlowTwinsLoss": [{"lambda_param": 0.02}],
        "VICRegLoss": [{"lambda_param": 10.0, "mu_param": 20.0, "nu_param": 2.0, "eps": 0.001}],
        "NegativeCosineSimilarity": [{"dim": 1, "eps": 1e-6}, {"dim": 0, "eps": 1e-8}],
    }
    for name, settings in pair.items():
        for index, params in enumerate(settings):
            n, d = sizes()
            keys = ("out0", "out1") if "NTXent" in name or "DCL" in name else ("x0", "x1") if "Cosine" in name else ("z_a", "z_b")
            loss = getattr(losses, name)(**params)
            plain_loss(f"losses/{name}_{index:03}", f"lightly.loss.{name}", params, {key: torch.randn(n, d) for key in keys},
                       lambda x: loss(*x.values()))
    n, d = sizes()
    params = {"t": 2.0, "lam": 0.5, "alpha": 1.5}
    plain_loss("losses/HypersphereLoss_000", "lightly.loss.hypersphere_loss.HypersphereLoss", params,
               {"z_a": torch.randn(n, d), "z_b": torch.randn(n, d)}, lambda x: HypersphereLoss(**params)(*x.values()))
    n, d = sizes()
    plain_loss("losses/SymNegCosineSimilarityLoss_000", "lightly.loss.SymNegCosineSimilarityLoss", {},
               {key: torch.randn(n, d) for key in ("z0", "p0", "z1", "p1")},
               lambda x: losses.SymNegCosineSimilarityLoss()((x["z0"], x["p0"]), (x["z1"], x["p1"])))
    for index, p in enumerate((2, 1, 3)):
        n, d = sizes()
        plain_loss(f"losses/KoLeoLoss_{index:03}", "lightly.loss.KoLeoLoss", {"p": p, "eps": 1e-6}, {"x": torch.randn(n, d)},
                   lambda x: losses.KoLeoLoss(p=p, eps=1e-6)(x["x"]))
    n, d = sizes()
    plain_loss("losses/MMCRLoss_000", "lightly.loss.MMCRLoss", {"lmda": 0.1},
               {"online": torch.randn(n, 3, d), "momentum": torch.randn(n, 3, d)}, lambda x: losses.MMCRLoss(lmda=0.1)(*x.values()))
    n, d = sizes()
    settings = {"temperature": 0.3, "sinkhorn_iterations": 2, "regularization_weight": 0.5}
    plain_loss("losses/MSNLoss_000", "lightly.loss.MSNLoss", {**settings, "target_sharpen_temperature": 0.4},
               {"anchors": torch.randn(3 * n, d), "targets": torch.randn(n, d), "prototypes": torch.randn(9, d)},
               lambda x: losses.MSNLoss(**settings)(x["anchors"], x["targets"], x["prototypes"], 0.4))
    n, k = sizes()
    settings = {"temperature": 0.2, "sinkhorn_iterations": 5, "sinkhorn_epsilon": 0.1}
    plain_loss("losses/SwaVLoss_000", "lightly.loss.SwaVLoss", settings,
               {"high": [torch.randn(n, k) for _ in range(3)], "low": [torch.randn(n, k) for _ in range(2)]},
               lambda x: losses.SwaVLoss(**settings)(x["high"], x["low"]))
    plain_loss("losses/SwaVLoss_001", "lightly.loss.SwaVLoss", settings,
               {"high": [torch.randn(n, k) for _ in range(2)], "low": [], "queue": [torch.randn(n + 3, k) for _ in range(2)]},
               lambda x: losses.SwaVLoss(**settings)(x["high"], x["low"], x["queue"]), lambda name: name != "queue")
    out = torch.randn(11, 6)
    write("losses/sinkhorn_000", "lightly.loss.swav_loss.sinkhorn", params={"iterations": 7, "epsilon": 0.2}, inputs={"out": out},
          expected={"q": sinkhorn(out, 7, 0.2), "q_f64": sinkhorn(out.double(), 7, 0.2)})
    make_stepped_losses(losses)


def make_stepped_losses(losses):
    settings = {"output_dim": 9, "warmup_teacher_temp": 0.05, "teacher_temp": 0.08, "warmup_teacher_temp_epochs": 2,
                "student_temp": 0.2, "center_momentum": 0.8}
    loss = {dtype: losses.DINOLoss(**settings).to(dtype) for dtype, _ in PRECISIONS}
    steps = []
    for epoch, temperature in ((0, None), (1, None), (2, None), (None, 0.06)):
        step = {"teacher_out": [torch.randn(4, 9) for _ in range(2)], "student_out": [torch.randn(4, 9) for _ in range(3)],
                "epoch": epoch, "teacher_temp": temperature}
        for dtype, suffix in PRECISIONS:
            student = leaf(step["student_out"], dtype)
            value = loss[dtype](leaf(step["teacher_out"], dtype, False), student, teacher_temp=temperature, epoch=epoch)
            value.backward()
            step["loss" + suffix] = value.item()
            step["grad_student" + suffix] = grads(student)
        step["center_after"] = loss[torch.float32].center.clone()
        steps.append(step)
    write("losses/DINOLoss_000", "lightly.loss.DINOLoss", params=settings, steps=steps)

    settings = {"beta": 0.7, "rho": 4.0}
    loss = {dtype: losses.TiCoLoss(**settings) for dtype, _ in PRECISIONS}
    steps = []
    for update in (True, False, True):
        step = {"z_a": torch.randn(6, 5), "z_b": torch.randn(6, 5), "update_covariance_matrix": update}
        for dtype, suffix in PRECISIONS:
            leaves = {key: leaf(step[key], dtype) for key in ("z_a", "z_b")}
            value = loss[dtype](*leaves.values(), update_covariance_matrix=update)
            value.backward()
            step["loss" + suffix] = value.item()
            step["grad" + suffix] = {key: item.grad for key, item in leaves.items()}
        step["C_after"] = loss[torch.float32].C.clone()
        steps.append(step)
    write("losses/TiCoLoss_000", "lightly.loss.TiCoLoss", params=settings, steps=steps)


def make_banks():
    from lightly.loss import NTXentLoss
    from lightly.models.modules import NNMemoryBankModule
    from lightly.models.modules.memory_bank import MemoryBankModule

    for index, first in enumerate((True, False)):
        bank = MemoryBankModule(size=(7, 5), feature_dim_first=first)
        start = bank.bank.clone()
        steps = []
        for batch in (3, 2, 2, 4, 3):
            output = torch.randn(batch, 5)
            _, returned = bank(output, update=True)
            steps.append({"output": output, "update": True, "returned_bank": returned, "bank_after": bank.bank.clone(),
                          "ptr_after": int(bank.bank_ptr)})
        write(f"memory_bank/MemoryBankModule_{index:03}", "lightly.models.modules.memory_bank.MemoryBankModule",
              params={"size": [7, 5], "feature_dim_first": first, "gather_distributed": False},
              inputs={"initial_bank": start, "initial_ptr": 0}, steps=steps)
    bank = NNMemoryBankModule(size=(9, 4))
    start = bank.bank.clone()
    steps = []
    for batch, update in ((4, True), (3, False), (5, True), (6, True)):
        output = torch.randn(batch, 4)
        nearest = bank(output, update=update)
        steps.append({"output": output, "update": update, "nearest_neighbours": nearest, "bank_after": bank.bank.clone(),
                      "ptr_after": int(bank.bank_ptr)})
    write("memory_bank/NNMemoryBankModule_000", "lightly.models.modules.NNMemoryBankModule", params={"size": [9, 4]},
          inputs={"initial_bank": start, "initial_ptr": 0}, steps=steps)
    losses = {dtype: NTXentLoss(temperature=0.15, memory_bank_size=(10, 6)).to(dtype) for dtype, _ in PRECISIONS}
    start = losses[torch.float32].memory_bank.bank.clone()
    losses[torch.float64].memory_bank.bank = start.double()
    steps = []
    for batch in (4, 5, 6, 2):
        step = {"out0": torch.randn(batch, 6), "out1": torch.randn(batch, 6), "out0_requires_grad": True, "out1_requires_grad": True}
        for dtype, suffix in PRECISIONS:
            leaves = {key: leaf(step[key], dtype) for key in ("out0", "out1")}
            value = losses[dtype](*leaves.values())
            value.backward()
            step["loss" + suffix] = value.item()
            step["grad" + suffix] = {key: item.grad for key, item in leaves.items()}
        step["bank_after"] = losses[torch.float32].memory_bank.bank.clone()
        step["ptr_after"] = int(losses[torch.float32].memory_bank.bank_ptr)
        steps.append(step)
    write("memory_bank/NTXentLoss_000", "lightly.loss.NTXentLoss", params={"temperature": 0.15, "memory_bank_size": [10, 6]},
          inputs={"initial_bank": start, "initial_ptr": 0}, steps=steps)


def describe(operation):
    name = type(operation).__name__
    if name == "Compose":
        return {"op": name, "ops": [describe(part) for part in operation.transforms]}
    if name == "RandomApply":
        return {"op": name, "p": operation.p, "ops": [describe(part) for part in operation.transforms]}
    if name == "RandomResizedCrop":
        return {"op": name, "size": list(operation.size), "scale": list(operation.scale), "ratio": list(operation.ratio),
                "interpolation": operation.interpolation.value}
    if name in ("RandomHorizontalFlip", "RandomVerticalFlip", "RandomGrayscale"):
        return {"op": name, "p": operation.p}
    if name == "ColorJitter":
        return {"op": name, **{key: getattr(operation, key) for key in ("brightness", "contrast", "saturation", "hue")}}
    if name == "RandomRotate":
        return {"op": name, "prob": operation.prob, "angle": operation.angle}
    if name == "RandomRotation":
        return {"op": name, "degrees": operation.degrees}
    if name == "GaussianBlur":
        return {"op": name, "prob": operation.prob, "sigmas": operation.sigmas}
    if name == "RandomSolarization":
        return {"op": name, "prob": operation.prob, "threshold": operation.threshold}
    if name == "Normalize":
        return {"op": name, "mean": operation.mean, "std": operation.std}
    if hasattr(operation, "transforms"):
        return {"op": name, "view_of": list(range(len(operation.transforms))), "views": [describe(part) for part in operation.transforms]}
    return {"op": name, "transform": describe(operation.transform)} if hasattr(operation, "transform") else {"op": name}


def make_definitions():
    import lightly.data.collate as collate
    import lightly.transforms as transforms
    settings = [
        (transforms, "SimCLRTransform", {"input_size": 48, "cj_strength": 0.7, "rr_prob": 0.3, "rr_degrees": [10, 40], "vf_prob": 0.1}),
        (transforms, "SimCLRTransform", {"input_size": [40, 56]}),
        (transforms, "MoCoV1Transform", {"input_size": 64, "cj_hue": 0.1, "min_scale": 0.4}),
        (transforms, "MoCoV2Transform", {"input_size": 96, "gaussian_blur": 0.9, "sigmas": [0.3, 1.5], "normalize": None}),
        (transforms, "SimSiamTransform", {"input_size": 32, "random_gray_scale": 0.0}),
        (transforms, "FastSiamTransform", {"num_views": 3, "input_size": 32}),
        (transforms, "VICRegTransform", {"input_size": 64, "solarize_prob": 0.3, "cj_strength": 0.25}),
        (transforms, "SwaVTransform", {"crop_sizes": [128, 64, 32], "crop_counts": [2, 3, 1], "crop_min_scales": [0.3, 0.1, 0.05],
                                       "crop_max_scales": [1.0, 0.3, 0.1]}),
        (transforms, "DINOTransform", {"global_crop_size": 64, "local_crop_size": 32, "n_local_views": 2, "gaussian_blur": [0.9, 0.2, 0.4],
                                       "solarization_prob": 0.4}),
        (transforms, "MSNTransform", {"random_size": 64, "focal_size": 32, "random_views": 1, "focal_views": 2}),
        (transforms, "SimCLRViewTransform", {"input_size": 40, "cj_prob": 0.6}),
        (transforms, "SimSiamViewTransform", {"input_size": 40, "hf_prob": 0.1}),
        (transforms, "VICRegViewTransform", {"input_size": 40, "solarize_prob": 0.6}),
        (collate, "ImageCollateFunction", {"input_size": [48, 32], "cj_sat": 0.2, "vf_prob": 0.5, "rr_prob": 0.5}),
        (collate, "SimCLRCollateFunction", {"input_size": 128, "gaussian_blur": 0.0}),
        (collate, "MoCoCollateFunction", {"input_size": 32, "cj_strength": 0.2}),
        (collate, "VICRegCollateFunction", {"input_size": 32, "solarize_prob": 0.0}),
        (collate, "DINOCollateFunction", {"global_crop_size": 64, "n_local_views": 1, "rr_prob": 0.2}),
        (collate, "SwaVCollateFunction", {"crop_sizes": [64, 32], "crop_counts": [1, 1]}),
    ]
    for index, (module, name, params) in enumerate(settings):
        given = {key: tuple(value) if isinstance(value, list) and key in ("input_size", "rr_degrees") else value
                 for key, value in params.items()}
        write(f"transforms/defs/other_{index}_{name}", f"{'lightly.transforms' if module is transforms else 'lightly.data.collate'}.{name}",
              params=params, definition=describe(getattr(module, name)(**given)))


def make_pixels():
    import torchvision.transforms.functional as functional
    from PIL import Image, ImageFilter, ImageOps
    from torchvision.transforms import InterpolationMode
    rng = np.random.default_rng(SEED)
    for name, (height, width) in {"square": (20, 20), "rect": (13, 27), "tall": (31, 9)}.items():
        coarse = rng.integers(0, 256, ((height + 4) // 5, (width + 4) // 5, 3))
        pixels = np.clip(np.kron(coarse, np.ones((5, 5, 1)))[:height, :width] + rng.integers(-20, 21, (height, width, 3)), 0, 255)
        pixels = pixels.astype(np.uint8)
        image, floats = Image.fromarray(pixels), torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() / 255
        content = {"image": {"layout": "HWC", "pixels": pixels}}
        results = []
        for kind, factors in {"brightness": (0.3, 1.7), "contrast": (0.4, 1.6), "saturation": (0.2, 1.9), "hue": (-0.4, -0.05, 0.2, 0.5)}.items():
            for factor in factors:
                adjust = getattr(functional, f"adjust_{kind}")
                results.append({"op": f"adjust_{kind}", "factor": factor, "pil": np.array(adjust(image, factor)),
                                "tensor_float": adjust(floats, factor)})
        write(f"transforms/pixels/{name}_color_jitter", "color_jitter", **content, results=results)
        write(f"transforms/pixels/{name}_gaussian_blur", "gaussian_blur", **content, results=[
            {"op": "blur", "sigma": sigma, "pil": np.array(image.filter(ImageFilter.GaussianBlur(radius=sigma)))}
            for sigma in (0.15, 0.77, 1.3, 2.6, 4.2)])
        write(f"transforms/pixels/{name}_grayscale_solarize", "grayscale_solarize", **content, results=[
            {"op": "grayscale(num_output_channels=3)", "pil": np.array(functional.to_grayscale(image, 3)),
             "tensor_float": functional.rgb_to_grayscale(floats, 3)},
            *({"op": "solarize", "threshold": threshold, "pil": np.array(ImageOps.solarize(image, threshold))}
              for threshold in (1, 77, 200))])
        write(f"transforms/pixels/{name}_flips_rotate", "flips_rotate", **content, results=[
            {"op": "hflip", "pil": np.array(functional.hflip(image))}, {"op": "vflip", "pil": np.array(functional.vflip(image))},
            *({"op": "rotate", "angle": angle, "pil": np.array(functional.rotate(image, angle))} for angle in (90, 13, -57, 180))])
        crops = []
        for top, left, crop_height, crop_width, size, mode in (
                (1, 0, 8, 9, (6, 5), "bilinear"), (0, 0, height, width, (7, 11), "bilinear"), (2, 1, 5, 6, (17, 19), "bilinear"),
                (0, 0, 9, 8, (4, 6), "bicubic")):
            resize = lambda value, **extra: functional.resized_crop(
                value, top, left, crop_height, crop_width, size, InterpolationMode(mode), **extra)
            crops.append({"op": "resized_crop", "top": top, "left": left, "height": crop_height, "width": crop_width, "size": size,
                          "interpolation": mode, "pil": np.array(resize(image)), "tensor_float_antialias": resize(floats, antialias=True)})
        write(f"transforms/pixels/{name}_resized_crop", "resized_crop", **content, results=crops)


def hash_v(p, shape):
    """The formula of README.md; its seed is always 1."""
    index = np.arange(int(np.prod(shape)), dtype=np.uint32)
    with np.errstate(over="ignore"):
        h = index * np.uint32(2654435761) + np.uint32(p) * np.uint32(2246822519) + np.uint32(3266489917)
        h ^= h >> np.uint32(15)
        h *= np.uint32(2246822519)
        h ^= h >> np.uint32(13)
        h *= np.uint32(3266489917)
        h ^= h >> np.uint32(16)
    return torch.from_numpy((h / 4294967296.0 * 2.0 - 1.0).reshape(shape))


def formula_value(name, shape, p):
    if name.endswith("weight_g"):
        return torch.ones(shape)
    v = hash_v(p, shape)
    if len(shape) >= 2:
        return (np.sqrt(3.0 / np.prod(shape[1:])) * v).float()
    return (1 + 0.2 * v).float() if name.endswith("weight") else (0.1 * v).float()


def make_heads():
    import inspect
    import lightly.models.modules.heads as heads
    settings = [
        ("SimCLRProjectionHead", {"input_dim": 9, "hidden_dim": 7, "output_dim": 5, "num_layers": 4}),
        ("SimCLRProjectionHead", {"input_dim": 5, "hidden_dim": 8, "output_dim": 3, "batch_norm": False}),
        ("MoCoProjectionHead", {"input_dim": 5, "hidden_dim": 6, "output_dim": 9, "num_layers": 3, "batch_norm": True}),
        ("BarlowTwinsProjectionHead", {"input_dim": 4, "hidden_dim": 11, "output_dim": 12}),
        ("BYOLProjectionHead", {"input_dim": 7, "hidden_dim": 5, "output_dim": 3}),
        ("BYOLPredictionHead", {"input_dim": 3, "hidden_dim": 5, "output_dim": 3}),
        ("NNCLRProjectionHead", {"input_dim": 7, "hidden_dim": 5, "output_dim": 6}),
        ("NNCLRPredictionHead", {"input_dim": 6, "hidden_dim": 9, "output_dim": 6}),
        ("SimSiamProjectionHead", {"input_dim": 4, "hidden_dim": 5, "output_dim": 6}),
        ("SimSiamPredictionHead", {"input_dim": 6, "hidden_dim": 3, "output_dim": 6}),
        ("VICRegProjectionHead", {"input_dim": 5, "hidden_dim": 9, "output_dim": 8, "num_layers": 2}),
        ("TiCoProjectionHead", {"input_dim": 8, "hidden_dim": 5, "output_dim": 4}),
        ("SwaVProjectionHead", {"input_dim": 8, "hidden_dim": 5, "output_dim": 4}),
        ("MSNProjectionHead", {"input_dim": 6, "hidden_dim": 8, "output_dim": 5}),
        ("DINOProjectionHead", {"input_dim": 5, "hidden_dim": 8, "bottleneck_dim": 3, "output_dim": 11}),
    ]
    for index, (name, params) in enumerate(settings):
        cls = getattr(heads, name)
        defaults = {key: item.default for key, item in inspect.signature(cls.__init__).parameters.items() if key != "self"}
        content = {"params": params, "defaults": defaults, "cotangent": {"kind": "hash", "p": 90001}}
        inputs = {"train_input": torch.randn(7, params["input_dim"]), "eval_input": torch.randn(3, params["input_dim"])}
        expected = {}
        for dtype, suffix in PRECISIONS:
            head = cls(**params)
            content["parameters"] = [{"name": key, "shape": list(item.shape), "p": p} for p, (key, item) in enumerate(head.named_parameters())]
            content["state_dict_keys"] = list(head.state_dict())
            with torch.no_grad():
                for p, (key, item) in enumerate(head.named_parameters()):
                    item.copy_(formula_value(key, tuple(item.shape), p))
            head.to(dtype)
            x = leaf(inputs["train_input"], dtype)
            out = head(x)
            (out * hash_v(90001, tuple(out.shape)).float().to(dtype)).sum().backward()
            expected["train_output" + suffix], expected["grad_input" + suffix] = out, x.grad
            if not suffix:
                expected["grad_params"] = {key: item.grad for key, item in head.named_parameters()}
            head.eval()
            expected["eval_output" + suffix] = head(inputs["eval_input"].to(dtype))
        write(f"heads/{name}_{index:03}", f"lightly.models.modules.heads.{name}", **content, inputs=inputs, expected=expected)


def make_neighbours():
    import importlib.util
    import lightly
    from torch.nn.functional import normalize

    # The package around it wants a trainer that is not needed here.
    path = os.path.join(os.path.dirname(lightly.__file__), "utils", "benchmarking", "knn.py")
    module = importlib.util.module_from_spec(importlib.util.spec_from_file_location("knn", path))
    module.__spec__.loader.exec_module(module)
    knn_predict = module.knn_predict
    classes, k = 4, 30
    bank, labels, queries = normalize(torch.randn(30, 8)), torch.arange(30) % classes, normalize(torch.randn(6, 8))
    write("knn/knn_predict_000", "lightly.utils.benchmarking.knn_predict", params={"num_classes": classes, "knn_k": k, "knn_t": 0.3},
          inputs={"feature": queries, "feature_bank": bank.T.contiguous(), "feature_labels": labels, "targets": torch.zeros(6).long()},
          expected={"pred_labels": knn_predict(queries, bank.T, labels, classes, k, 0.3), "unambiguous_prefix": [classes] * 6})


def make_errors():
    import lightly.loss as losses
    import lightly.models.modules as modules
    rows = []
    for call in ("NTXentLoss(temperature=1e-10)", "DCLLoss(temperature=0.2)", "MMCRLoss(lmda=-0.5)", "MSNLoss(temperature=-1)",
                 "NNMemoryBankModule(size=(4,-2))", "MMCRLoss(lmda=0)"):
        name, arguments = call[:-1].split("(", 1)
        try:
            eval(f"cls({arguments})", {"cls": getattr(losses, name, None) or getattr(modules, name, None)})
            raised = None
        except Exception as error:
            raised = type(error).__name__
        rows.append({"call": call, "raises": raised})
    write("errors/errors", "errors", rows=rows)


make_losses()
make_errors()
make_heads()
make_banks()
make_definitions()
make_pixels()
make_neighbours()
