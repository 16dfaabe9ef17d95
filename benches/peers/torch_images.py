"""Trains a DCGAN on 28×28 grey pictures in PyTorch for some minutes and writes pictures of it, for `ganscope eval --samples` to score.

    python benches/peers/torch_images.py FOLDER --minutes 20 --out peer.npy
    ganscope eval --samples peer.npy --data FOLDER

FOLDER has the four IDX files of MNIST or Fashion-MNIST. Networks, sizes and recipe are those of the preset `fashion`
(src/config/presets.rs): the same layers, hinge loss, spectral normalisation in the discriminator, Adam, batch size and
averaging of the generator. As in `torch_gan.py`, one pass of the generator serves both updates.
"""

import argparse
import copy
import gzip
import math
import time
from pathlib import Path

import numpy
import torch
from torch import nn
from torch.nn.functional import relu
from torch.nn.utils.parametrizations import spectral_norm

from cases import Dcgan
from torch_gan import networks as plain_networks

LATENT_DIM = 64
SIDE = 28
# Pictures generated at once.
CHUNK = 500


def read_pictures(folder):
    """The training pictures of an IDX set as [count, 1, 28, 28] in [-1, 1]."""
    path = next(path for path in Path(folder).iterdir() if path.name.startswith("train-images"))
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    pixels = numpy.frombuffer(content, numpy.uint8, offset=16).reshape(-1, 1, SIDE, SIDE)
    return torch.from_numpy(pixels.astype(numpy.float32) / 127.5 - 1.0)


def networks(channels):
    """Generator and discriminator, as DCGAN initialises them, and with spectral normalisation in the discriminator."""
    generator, discriminator = plain_networks(Dcgan(channels=channels, latent_dim=LATENT_DIM))
    for layer in [*generator, *discriminator]:
        if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)
    for layer in discriminator:
        if hasattr(layer, "weight"):
            spectral_norm(layer)
    return generator, discriminator


@torch.no_grad()
def average(averaged, generator, decay):
    """Moves the averaged generator a little towards the generator."""
    for mean, value in zip(averaged.state_dict().values(), generator.state_dict().values()):
        if mean.dtype.is_floating_point:
            mean.lerp_(value, 1.0 - decay)
        else:
            mean.copy_(value)


def train(pictures, arguments):
    """The averaged generator after so many minutes, and the steps that they were enough for."""
    generator, discriminator = networks(arguments.channels)
    averaged = copy.deepcopy(generator)
    weights = [list(network.parameters()) for network in (generator, discriminator)]
    g_optimizer, d_optimizer = (
        torch.optim.Adam(own, arguments.learning_rate, (arguments.beta_1, arguments.beta_2), fused=True) for own in weights
    )

    def falling(step):
        progress = min(step / arguments.schedule_steps, 1.0) if arguments.schedule_steps else 0.0
        left = arguments.learning_rate_final
        return left + (1.0 - left) * 0.5 * (1.0 + math.cos(math.pi * progress))

    schedules = [torch.optim.lr_scheduler.LambdaLR(optimizer, falling) for optimizer in (g_optimizer, d_optimizer)]
    order, place = torch.randperm(len(pictures)), 0
    ends_at, steps = time.perf_counter() + 60.0 * arguments.minutes, 0
    while time.perf_counter() < ends_at:
        if place + arguments.batch_size > len(pictures):
            order, place = torch.randperm(len(pictures)), 0
        real = pictures[order[place : place + arguments.batch_size]]
        place += arguments.batch_size
        fake = generator(torch.randn(arguments.batch_size, LATENT_DIM))

        real_logits, fake_logits = discriminator(torch.cat([real, fake.detach()])).chunk(2)
        d_loss = relu(1.0 - real_logits).mean() + relu(1.0 + fake_logits).mean()
        d_optimizer.zero_grad(set_to_none=True)
        d_loss.backward(inputs=weights[1])
        d_optimizer.step()

        g_loss = -discriminator(fake).mean()
        g_optimizer.zero_grad(set_to_none=True)
        g_loss.backward(inputs=weights[0])
        g_optimizer.step()
        average(averaged, generator, arguments.ema_decay)
        for schedule in schedules:
            schedule.step()
        steps += 1
    return averaged.eval(), steps


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--count", type=int, default=10_000, help="pictures to write")
    parser.add_argument("--out", required=True, help="a .npy of [count, 1, 28, 28] in [-1, 1]")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--channels", type=int, default=32)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=4e-4)
    parser.add_argument("--beta-1", type=float, default=0.0)
    parser.add_argument("--beta-2", type=float, default=0.99)
    parser.add_argument("--ema-decay", type=float, default=0.999)
    parser.add_argument("--schedule-steps", type=int, default=0, help="steps of the cosine; 0 for a constant learning rate")
    parser.add_argument("--learning-rate-final", type=float, default=0.05)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    generator, steps = train(read_pictures(arguments.folder), arguments)
    with torch.inference_mode():
        chunks = [generator(torch.randn(CHUNK, LATENT_DIM)) for _ in range(-(-arguments.count // CHUNK))]
    numpy.save(arguments.out, torch.cat(chunks)[: arguments.count].numpy())
    print(f"{steps} steps in {arguments.minutes:g} minutes")


if __name__ == "__main__":
    main()
