"""Times one training step of a case in PyTorch, eager, on the CPU. See README.md beside this folder.

The step is that of `ganscope bench` and of PyTorch's DCGAN example: one pass of the generator serves both updates. One pass of
the discriminator judges both batches, and gradients are asked for only where they are used.
"""

import argparse

import torch
from torch import nn
from torch.nn.functional import softplus

from cases import CASES, REAL_SAMPLES, Article, Dcgan, Mlp, Text, report


def mlp(inputs, hidden, outputs, slope):
    layers = []
    for width in hidden:
        layers += [nn.Linear(inputs, width), nn.LeakyReLU(slope) if slope else nn.ReLU()]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, outputs))


class Residual(nn.Sequential):
    """Layers with a connection around them."""

    def forward(self, x):
        return x + super().forward(x)


def text_networks(case):
    """Generator and discriminator of texts."""

    def blocks():
        def convolution():
            return nn.Conv1d(case.width, case.width, case.kernel, padding=case.kernel // 2)

        return [
            Residual(nn.LeakyReLU(0.2), convolution(), nn.LeakyReLU(0.2), convolution()) for _ in range(case.blocks)
        ]

    generator = nn.Sequential(
        nn.Linear(case.latent_dim, case.width * case.length),
        nn.Unflatten(1, (case.width, case.length)),
        *blocks(),
        nn.LeakyReLU(0.2),
        nn.Conv1d(case.width, case.symbols, 1),
        nn.Softmax(dim=1),
        nn.Flatten(),
    )
    discriminator = nn.Sequential(
        nn.Unflatten(1, (case.symbols, case.length)),
        nn.Conv1d(case.symbols, case.width, 1),
        *blocks(),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(case.width * case.length, 1),
    )
    return generator, discriminator


def networks(case):
    """Generator and discriminator of a case."""
    if isinstance(case, Text):
        return text_networks(case)
    if isinstance(case, Mlp):
        return mlp(case.latent_dim, case.hidden, 2, case.slope), mlp(2, case.hidden, 1, case.slope)
    if isinstance(case, Dcgan):
        small, large = case.channels, 2 * case.channels
        generator = nn.Sequential(
            nn.Linear(case.latent_dim + case.classes, large * 7 * 7),
            nn.Unflatten(1, (large, 7, 7)),
            nn.BatchNorm2d(large),
            nn.ReLU(),
            nn.ConvTranspose2d(large, small, 4, 2, 1),
            nn.BatchNorm2d(small),
            nn.ReLU(),
            nn.ConvTranspose2d(small, 1, 4, 2, 1),
            nn.Tanh(),
        )
        discriminator = nn.Sequential(
            nn.Conv2d(1, small, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(small, large, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(large * 7 * 7, max(case.classes, 1)),
        )
        return generator, discriminator
    assert isinstance(case, Article)
    generator = nn.Sequential(
        nn.Linear(case.latent_dim, 128 * 7 * 7),
        nn.LeakyReLU(0.2),
        nn.Unflatten(1, (128, 7, 7)),
        nn.ConvTranspose2d(128, 64, 5, 2, 2, 1),
        nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(64, 1, 5, 2, 2, 1),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(1, 64, 5, 2, 2), nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(64 * 14 * 14, 1)
    )
    return generator, discriminator


def training_step(case, channels_last):
    """A function that trains both networks once."""
    generator, discriminator = networks(case)
    shape = case.sample_shape if isinstance(case, (Mlp, Text)) else (1, *case.sample_shape)
    real_samples = torch.rand(REAL_SAMPLES, *shape) * 2 - 1
    if channels_last and not isinstance(case, Text):
        generator = generator.to(memory_format=torch.channels_last)
        discriminator = discriminator.to(memory_format=torch.channels_last)

    def adam(network):
        return torch.optim.Adam(network.parameters(), case.learning_rate, case.betas, fused=True)

    g_optimizer, d_optimizer = adam(generator), adam(discriminator)
    g_weights, d_weights = list(generator.parameters()), list(discriminator.parameters())
    penalty_weight = getattr(case, "penalty_weight", 0.0)

    def d_loss_of(real, fake):
        # One pass over both halves: no discriminator here has batch normalisation, which would mix them.
        both = torch.cat([real, fake])
        if not penalty_weight:
            real_logits, fake_logits = discriminator(both).chunk(2)
            return softplus(-real_logits).mean() + softplus(fake_logits).mean()
        both.requires_grad_()
        logits = discriminator(both)
        (slope,) = torch.autograd.grad(logits.sum(), both, create_graph=True)
        real_logits, fake_logits = logits.chunk(2)
        # The mean of R1 over one half and of R2 over the other is twice the mean over both.
        penalty = slope.square().sum(1).mean()
        return softplus(fake_logits - real_logits).mean() + penalty_weight * penalty

    def g_loss_of(real, fake):
        fake_logits = discriminator(fake)
        if not penalty_weight:
            return softplus(-fake_logits).mean()
        with torch.no_grad():
            real_logits = discriminator(real)
        return softplus(real_logits - fake_logits).mean()

    def step():
        real = real_samples[torch.randint(REAL_SAMPLES, (case.batch_size,))]
        fake = generator(torch.randn(case.batch_size, case.latent_dim))
        d_loss = d_loss_of(real, fake.detach())
        d_optimizer.zero_grad(set_to_none=True)
        d_loss.backward(inputs=d_weights)
        d_optimizer.step()

        g_loss = g_loss_of(real, fake)
        g_optimizer.zero_grad(set_to_none=True)
        g_loss.backward(inputs=g_weights)
        g_optimizer.step()
        return d_loss.item(), g_loss.item()

    return step


def sampling_step(case):
    """A function that makes one sample."""
    generator = networks(case)[0].eval()
    latent = torch.randn(1, case.latent_dim)

    @torch.inference_mode()
    def step():
        return generator(latent).numpy()

    return step


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", choices=CASES)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--channels-last", action="store_true", help="keep channels innermost in memory")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    case = CASES[arguments.case]
    step = sampling_step(case) if arguments.case == "sample" else training_step(case, arguments.channels_last)
    report(arguments.case, torch.get_num_threads(), step, arguments.seconds)


if __name__ == "__main__":
    main()
