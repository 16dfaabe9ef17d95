"""Trains the experiment's classifier in PyTorch on an augmented data set that Ganscope wrote, and tests it on a folder of IDX files.

    ganscope augment --data FOLDER --labelled 200 --seeds 1 --out run --export made.npz
    python -m pip install torch numpy
    python benches/peers/torch_classifier.py made.npz FOLDER

Reads `.npz`, a folder of PNG files with a sub-folder for each class (needs pillow), or IDX files, whose `manifest.json` says which
pictures are generated. Prints one JSON line for each arm: real pictures alone, both in equal shares,
and generated ones alone, means over a few first weights.
"""

import argparse
import gzip
import json
import math
from pathlib import Path

import numpy as np
import torch
from torch import nn

STEPS, BATCH, RATE, MIX = 1500, 64, 2e-3, 0.5


def read_idx(path):
    """The array in an IDX file, compressed or not."""
    found = next((p for p in (path, path.with_name(path.name + ".gz")) if p.exists()), None)
    if found is None:
        raise SystemExit(f"no {path.name} in {path.parent}")
    data = gzip.decompress(found.read_bytes()) if found.suffix == ".gz" else found.read_bytes()
    rank = data[3]
    shape = np.frombuffer(data, ">u4", rank, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def read_folder(folder):
    """Pictures of a folder with a sub-folder for each class: what any image-folder reader does."""
    from PIL import Image

    known = {entry["file"]: entry for entry in json.loads((folder / "manifest.json").read_text())["pictures"]}
    files = sorted(path for entry in folder.iterdir() if entry.is_dir() for path in entry.iterdir())
    pictures = np.stack([np.asarray(Image.open(path)) for path in files])
    entries = [known[path.relative_to(folder).as_posix()] for path in files]
    assert len(files) == len(known), "the manifest names every picture"
    # An image-folder reader numbers classes by name; the test set has numbers of its own, which the manifest gives.
    of_folder = {path.parent.name: entry["label"] for path, entry in zip(files, entries)}
    labels = np.array([of_folder[path.parent.name] for path in files])
    return pictures, labels, np.array([entry["is_generated"] for entry in entries])


def read_set(path):
    """Pictures `[N, height, width]`, labels and whether each is generated."""
    if path.suffix == ".npz":
        arrays = np.load(path)
        return arrays["x"], arrays["y"], arrays["is_generated"].astype(bool)
    if (path / "train-labels-idx1-ubyte").exists():
        manifest = json.loads((path / "manifest.json").read_text())
        flags = np.array([entry["is_generated"] for entry in manifest["pictures"]])
        return read_idx(path / "train-images-idx3-ubyte"), read_idx(path / "train-labels-idx1-ubyte"), flags
    return read_folder(path)


def classifier(classes):
    """The network of `src/gan/classifier.rs`."""
    network = nn.Sequential(
        nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Linear(32 * 7 * 7, classes)
    )
    for layer in network:
        if hasattr(layer, "weight"):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    return network


def signed(pictures):
    """Pixels from -1 to 1, `[N, 1, 28, 28]`; `.npz` has them already."""
    values = torch.from_numpy(np.array(pictures)).float().reshape(-1, 1, 28, 28)
    return values if np.issubdtype(pictures.dtype, np.floating) else values / 127.5 - 1.0


def batches(count, size, random):
    """Indices, all of them before any comes again."""
    order = []
    while True:
        while len(order) < size:
            order.extend(random.permutation(count))
        yield order[:size]
        order = order[size:]


def accuracy(sources, test, classes, seed):
    """Percent of the test set that a classifier knows which learned from equal shares of `sources`."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    network = classifier(classes)
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    shares = [BATCH // len(sources)] * len(sources)
    draws = [batches(len(labels), share, random) for (_, labels), share in zip(sources, shares)]
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = RATE * 0.5 * (1.0 + math.cos(math.pi * step / STEPS))
        drawn = [(pictures[i], labels[i]) for (pictures, labels), i in ((s, next(d)) for s, d in zip(sources, draws))]
        pictures, labels = (torch.cat(parts) for parts in zip(*drawn))
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(pictures), labels).backward()
        optimizer.step()
    with torch.no_grad():
        return 100.0 * (network(test[0]).argmax(1) == test[1]).float().mean().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("test", type=Path, help="folder with t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte")
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    pictures, labels, is_generated = read_set(arguments.set)
    counts = {"real": int((~is_generated).sum()), "generated": int(is_generated.sum())}
    classes = int(labels.max()) + 1
    print(json.dumps({"shape": list(pictures.shape), **counts, "of_each_class": np.bincount(labels).tolist()}))
    tests = [read_idx(arguments.test / f"t10k-{name}-ubyte") for name in ("images-idx3", "labels-idx1")]
    test = (signed(tests[0]), torch.from_numpy(tests[1].astype(np.int64)))
    samples, targets = signed(pictures), torch.from_numpy(labels.astype(np.int64))
    parts = [(samples[mask], targets[mask]) for mask in (torch.from_numpy(~is_generated), torch.from_numpy(is_generated))]
    for arm, sources in (("real-only", parts[:1]), ("gan", parts), ("gan-only", parts[1:])):
        found = [accuracy(sources, test, classes, seed) for seed in range(1, arguments.seeds + 1)]
        print(json.dumps({"arm": arm, "accuracy": round(float(np.mean(found)), 2), "of_each_seed": [round(x, 2) for x in found]}), flush=True)


if __name__ == "__main__":
    main()
