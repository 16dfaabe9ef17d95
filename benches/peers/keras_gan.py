"""Times one training step of a case in Keras on TensorFlow, in graph mode, on the CPU. See README.md beside this folder.

The step is that of `ganscope bench`: one pass of the generator serves both updates, the discriminator is updated first,
and the generator's loss is that of the updated discriminator.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import tensorflow as tf
from keras import layers

from cases import CASES, REAL_SAMPLES, Article, Dcgan, Mlp, report


def mlp(inputs, hidden, outputs, slope):
    stack = [keras.Input((inputs,))]
    for width in hidden:
        stack += [layers.Dense(width), layers.LeakyReLU(slope) if slope else layers.ReLU()]
    return keras.Sequential([*stack, layers.Dense(outputs)])


def networks(case):
    """Generator and discriminator of a case; pictures are channel last, as Keras is fastest."""
    if isinstance(case, Mlp):
        return mlp(case.latent_dim, case.hidden, 2, case.slope), mlp(2, case.hidden, 1, case.slope)
    if isinstance(case, Dcgan):
        small, large = case.channels, 2 * case.channels
        generator = keras.Sequential([
            keras.Input((case.latent_dim,)),
            layers.Dense(7 * 7 * large),
            layers.Reshape((7, 7, large)),
            layers.BatchNormalization(momentum=0.9, epsilon=1e-5),
            layers.ReLU(),
            layers.Conv2DTranspose(small, 4, 2, "same"),
            layers.BatchNormalization(momentum=0.9, epsilon=1e-5),
            layers.ReLU(),
            layers.Conv2DTranspose(1, 4, 2, "same", activation="tanh"),
        ])
        discriminator = keras.Sequential([
            keras.Input((28, 28, 1)),
            layers.Conv2D(small, 4, 2, "same"),
            layers.LeakyReLU(0.2),
            layers.Conv2D(large, 4, 2, "same"),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(1),
        ])
        return generator, discriminator
    assert isinstance(case, Article)
    generator = keras.Sequential([
        keras.Input((case.latent_dim,)),
        layers.Dense(7 * 7 * 128),
        layers.LeakyReLU(0.2),
        layers.Reshape((7, 7, 128)),
        layers.Conv2DTranspose(64, 5, 2, "same"),
        layers.LeakyReLU(0.2),
        layers.Conv2DTranspose(1, 5, 2, "same", activation="tanh"),
    ])
    discriminator = keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(64, 5, 2, "same"),
        layers.LeakyReLU(0.2),
        layers.Flatten(),
        layers.Dense(1),
    ])
    return generator, discriminator


def training_step(case, jit):
    """A function that trains both networks once."""
    generator, discriminator = networks(case)
    shape = case.sample_shape if isinstance(case, Mlp) else (*case.sample_shape, 1)
    real_samples = tf.random.uniform((REAL_SAMPLES, *shape), -1, 1)

    def adam(network):
        optimizer = keras.optimizers.Adam(case.learning_rate, *case.betas)
        optimizer.build(network.trainable_variables)
        return optimizer

    g_optimizer, d_optimizer = adam(generator), adam(discriminator)
    g_weights, d_weights = generator.trainable_variables, discriminator.trainable_variables
    penalty_weight = getattr(case, "penalty_weight", 0.0)

    def mean(value):
        return tf.reduce_mean(value)

    def d_loss_of(real, fake):
        # One pass over both halves: no discriminator here has batch normalisation, which would mix them.
        both = tf.concat([real, fake], 0)
        if not penalty_weight:
            real_logits, fake_logits = tf.split(discriminator(both, training=True), 2)
            return mean(tf.nn.softplus(-real_logits)) + mean(tf.nn.softplus(fake_logits))
        with tf.GradientTape() as slope_tape:
            slope_tape.watch(both)
            logits = discriminator(both, training=True)
            total = tf.reduce_sum(logits)
        slope = slope_tape.gradient(total, both)
        real_logits, fake_logits = tf.split(logits, 2)
        penalty = mean(tf.reduce_sum(tf.square(slope), 1))
        return mean(tf.nn.softplus(fake_logits - real_logits)) + penalty_weight * penalty

    def g_loss_of(real, fake):
        fake_logits = discriminator(fake, training=True)
        if not penalty_weight:
            return mean(tf.nn.softplus(-fake_logits))
        return mean(tf.nn.softplus(discriminator(real, training=True) - fake_logits))

    @tf.function(jit_compile=jit)
    def step():
        index = tf.random.uniform((case.batch_size,), maxval=REAL_SAMPLES, dtype=tf.int32)
        real = tf.gather(real_samples, index)
        with tf.GradientTape() as g_tape:
            fake = generator(tf.random.normal((case.batch_size, case.latent_dim)), training=True)
            with tf.GradientTape() as d_tape:
                d_loss = d_loss_of(real, tf.stop_gradient(fake))
            with g_tape.stop_recording():
                d_optimizer.apply(d_tape.gradient(d_loss, d_weights))
            g_loss = g_loss_of(real, fake)
        g_optimizer.apply(g_tape.gradient(g_loss, g_weights))
        return d_loss, g_loss

    return lambda: [float(loss) for loss in step()]


def sampling_step(case, jit):
    """A function that makes one sample."""
    generator = networks(case)[0]
    latent = tf.random.normal((1, case.latent_dim))
    step = tf.function(lambda: generator(latent, training=False), jit_compile=jit)
    return lambda: step().numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", choices=CASES)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--jit", action="store_true", help="compile the step with XLA")
    arguments = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)
    keras.utils.set_random_seed(1)
    case = CASES[arguments.case]
    build = sampling_step if arguments.case == "sample" else training_step
    report(arguments.case, arguments.threads, build(case, arguments.jit), arguments.seconds)


if __name__ == "__main__":
    main()
