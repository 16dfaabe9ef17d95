"""The cases that are compared, with the sizes that `ganscope bench` gives them. Nothing here depends on a framework."""

import json
import statistics
import time
from dataclasses import dataclass

# Steps before timing begins.
WARM_UP_STEPS = 10
# Real samples in memory, from which batches are drawn.
REAL_SAMPLES = 4096


@dataclass(frozen=True)
class Mlp:
    """Two fully connected networks on points of the plane."""

    hidden: tuple
    slope: float
    latent_dim: int
    batch_size: int
    learning_rate: float
    betas: tuple
    penalty_weight: float = 0.0
    sample_shape: tuple = (2,)


@dataclass(frozen=True)
class Dcgan:
    """A DCGAN on 28×28 grey pictures: batch normalisation in the generator only.

    With classes, the generator is fed a number for each beside the latent, and the discriminator gives a logit for each.
    """

    channels: int = 64
    latent_dim: int = 64
    classes: int = 0
    batch_size: int = 64
    learning_rate: float = 2e-4
    betas: tuple = (0.5, 0.999)
    sample_shape: tuple = (28, 28)


@dataclass(frozen=True)
class Article:
    """The article's networks, as the preset `article` corrects them."""

    latent_dim: int = 100
    batch_size: int = 32
    learning_rate: float = 2e-4
    betas: tuple = (0.5, 0.999)
    sample_shape: tuple = (28, 28)


@dataclass(frozen=True)
class Text:
    """Residual character networks, relativistic with R1 and R2, as the preset `names` has them."""

    symbols: int = 27
    length: int = 12
    width: int = 96
    blocks: int = 3
    kernel: int = 3
    latent_dim: int = 64
    batch_size: int = 128
    learning_rate: float = 2e-3
    betas: tuple = (0.0, 0.99)
    penalty_weight: float = 0.1
    sample_shape: tuple = (27 * 12,)


CASES = {
    "mlp2d": Mlp((128, 128, 128), 0.2, 8, 256, 1e-3, (0.0, 0.99)),
    "mlp2d-r1r2": Mlp((128, 128, 128), 0.2, 8, 256, 1e-3, (0.0, 0.99), penalty_weight=0.1),
    "ganlab": Mlp((8,), 0.0, 2, 150, 1e-2, (0.9, 0.999)),
    "dcgan28": Dcgan(),
    "article": Article(),
    "text": Text(),
    "sample": Dcgan(),
}


def report(case, threads, step, seconds):
    """Times `step` for `seconds` and prints one JSON object with the keys of `ganscope bench --json`."""
    for _ in range(WARM_UP_STEPS):
        step()
    began = time.perf_counter()
    times = []
    while len(times) < 5 or time.perf_counter() - began < seconds:
        before = time.perf_counter()
        step()
        times.append((time.perf_counter() - before) * 1e3)
    times.sort()
    line = {
        "case": case,
        "threads": threads,
        "step_millis_median": statistics.median(times),
        "step_millis_min": times[0],
        "step_millis_p90": times[int(len(times) * 0.9)],
    }
    print(json.dumps(line), flush=True)
