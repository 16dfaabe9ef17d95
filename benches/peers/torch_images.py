"""Trains a DCGAN on 28×28 grey pictures in PyTorch for some minutes and writes pictures of it, for `ganscope eval --samples` to score.

    python benches/peers/torch_images.py FOLDER --minutes 20 --out peer.npy
    ganscope eval --samples peer.npy --data FOLDER

FOLDER has the four IDX files of MNIST or Fashion-MNIST. Networks, sizes and recipe are those of the preset `fashion`
(src/config/presets.rs): the same layers, told the class, hinge loss, spectral normalisation in the discriminator, Adam, batch
size and averaging of the generator. As in `torch_gan.py`, one pass of the generator serves both updates.
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
from torch.nn.functional import one_hot, relu
from torch.nn.utils.parametrizations import spectral_norm

from cases import Dcgan
from torch_gan import networks as plain_networks

LATENT_DIM = 64
CLASSES = 10
SIDE = 28
# Pictures generated at once.
CHUNK = 500


def read_idx(folder, beginning, header):
    """The bytes of an IDX file after its header."""
    path = next(path for path in Path(folder).iterdir() if path.name.startswith(beginning))
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    return numpy.frombuffer(content, numpy.uint8, offset=header)


def read_data(folder):
    """The training pictures of an IDX set as [count, 1, 28, 28] in [-1, 1], and their classes."""
    pixels = read_idx(folder, "train-images", 16).reshape(-1, 1, SIDE, SIDE)
    labels = read_idx(folder, "train-labels", 8)
    return torch.from_numpy(pixels.astype(numpy.float32) / 127.5 - 1.0), torch.from_numpy(labels.astype(numpy.int64))


def draw_inputs(labels):
    """What the generator is fed to make pictures of these classes."""
    return torch.cat([torch.randn(len(labels), LATENT_DIM), one_hot(labels, CLASSES).float()], dim=1)


def networks(channels):
    """Generator and discriminator, as DCGAN initialises them, and with spectral normalisation in the discriminator."""
    generator, discriminator = plain_networks(Dcgan(channels=channels, latent_dim=LATENT_DIM, classes=CLASSES))
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


def train(pictures, labels, arguments):
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
        chosen = order[place : place + arguments.batch_size]
        place += arguments.batch_size
        real_labels, fake_labels = labels[chosen], torch.randint(CLASSES, (arguments.batch_size,))
        fake = generator(draw_inputs(fake_labels))

        logits = discriminator(torch.cat([pictures[chosen], fake.detach()]))
        both = torch.cat([real_labels, fake_labels])
        real_logits, fake_logits = logits.gather(1, both[:, None]).chunk(2)
        d_loss = relu(1.0 - real_logits).mean() + relu(1.0 + fake_logits).mean()
        d_optimizer.zero_grad(set_to_none=True)
        d_loss.backward(inputs=weights[1])
        d_optimizer.step()

        g_loss = -discriminator(fake).gather(1, fake_labels[:, None]).mean()
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
    generator, steps = train(*read_data(arguments.folder), arguments)
    classes = torch.arange(arguments.count) % CLASSES
    with torch.inference_mode():
        chunks = [generator(draw_inputs(labels)) for labels in classes.split(CHUNK)]
    numpy.save(arguments.out, torch.cat(chunks).numpy())
    print(f"{steps} steps in {arguments.minutes:g} minutes")


if __name__ == "__main__":
    main()
