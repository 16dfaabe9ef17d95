"""Rebuilds a generator in PyTorch from a Ganscope model file alone and compares its samples with Ganscope's.

Exits with 1 if the largest difference is beyond the tolerance. Needs numpy, safetensors and torch.
"""

import argparse
import json
import sys

import numpy as np
import torch
from safetensors import safe_open
from torch import nn


class BatchNorm(nn.Module):
    """Batch normalisation over a flat batch or over maps, as one layer."""

    def __init__(self, features):
        super().__init__()
        self.norm = nn.BatchNorm2d(features)

    def forward(self, x):
        return self.norm(x) if x.dim() == 4 else self.norm(x[:, :, None, None])[:, :, 0, 0]


class Residual(nn.Sequential):
    """Layers with a connection around them."""

    def forward(self, x):
        return x + super().forward(x)


def layer(spec):
    """The layer of torch.nn that one entry of the list of layers stands for."""
    kind = spec["kind"]
    if kind == "linear":
        return nn.Linear(spec["inputs"], spec["outputs"])
    if kind == "conv1d":
        return nn.Conv1d(spec["in_channels"], spec["out_channels"], spec["kernel"], 1, spec["padding"])
    if kind == "conv2d":
        return nn.Conv2d(
            spec["in_channels"], spec["out_channels"], spec["kernel"], spec["stride"], spec["padding"]
        )
    if kind == "conv-transpose2d":
        return nn.ConvTranspose2d(
            spec["in_channels"],
            spec["out_channels"],
            spec["kernel"],
            spec["stride"],
            spec["padding"],
            spec["output_padding"],
        )
    if kind == "batch-norm":
        return BatchNorm(spec["features"])
    if kind == "instance-norm":
        return nn.InstanceNorm2d(spec["features"])
    if kind == "spectral-norm":
        return nn.utils.spectral_norm(layer(spec["layer"]))
    if kind == "upsample-nearest":
        return nn.Upsample(scale_factor=spec["factor"], mode="nearest")
    if kind == "avg-pool":
        return nn.AvgPool2d(spec["size"])
    if kind == "residual":
        return Residual(*map(layer, spec["layers"]))
    if kind == "leaky-relu":
        return nn.LeakyReLU(spec["slope"])
    if kind == "tanh":
        return nn.Tanh()
    if kind == "softmax":
        return nn.Softmax(dim=1)
    if kind == "flatten":
        return nn.Flatten()
    if kind == "unflatten1d":
        return nn.Unflatten(1, (spec["channels"], spec["length"]))
    if kind == "unflatten":
        return nn.Unflatten(1, (spec["channels"], spec["height"], spec["width"]))
    raise SystemExit(f"unknown layer: {kind}")


def rebuild(path, network):
    """The network called `network` in the file, ready for inference, and the file's description."""
    with safe_open(path, framework="pt") as file:
        description = json.loads(file.metadata()["ganscope"])
        layers = nn.Sequential(*map(layer, description["architecture"]["generator"]))
        prefix = network + "."
        state = {name[len(prefix) :]: file.get_tensor(name) for name in file.keys() if name.startswith(prefix)}
    # `BatchNorm` holds the layer of torch.nn one level deeper; its count of batches is not kept.
    wanted = {name.replace(".norm.", "."): name for name in layers.state_dict()}
    renamed = {wanted.get(name, name): value for name, value in state.items()}
    missing, unexpected = layers.load_state_dict(renamed, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise SystemExit(f"the arrays do not fit the layers: missing {missing}, unexpected {unexpected}")
    return layers.eval(), description


def main():
    """Compares and says by how much the two differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--network", default="generator_ema")
    parser.add_argument("--latents", required=True)
    parser.add_argument("--samples", required=True)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    arguments = parser.parse_args()

    generator, description = rebuild(arguments.model, arguments.network)
    latents = torch.from_numpy(np.load(arguments.latents))
    if description["config"]["conditional"]:
        # A row of latents is followed by its class, one-hot; without --class, each class comes in turn.
        classes = len(description["classes"])
        labels = torch.arange(len(latents)) % classes
        latents = torch.cat([latents, nn.functional.one_hot(labels, classes).float()], 1)
    samples = np.load(arguments.samples)
    with torch.no_grad():
        rebuilt = generator(latents).numpy()
    rebuilt = rebuilt.reshape(samples.shape)
    difference = float(np.abs(rebuilt - samples).max())
    spread = float(samples.std())
    print(f"{arguments.network}: {len(samples)} samples differ by at most {difference:.2e} (spread {spread:.2e})")
    # Samples of an untrained network hardly differ from each other; an error must be small beside that, too.
    if not difference <= arguments.tolerance * min(1.0, 10.0 * spread):
        sys.exit(1)


if __name__ == "__main__":
    main()
