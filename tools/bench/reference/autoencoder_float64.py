"""Trains the original's autoencoder in float64 numpy, by hand-written backpropagation, and stores the weights.

It is the reference of ml's parity test: the same initial weights, rows, batch order and dropout masks there and here.
Rows, order and masks come from one 64-bit linear congruential generator, so that only weights have to be stored.

    python tools/bench/reference/autoencoder_float64.py 4 > ml/testdata/autoencoder_float64.json

The argument seeds the initial weights. From about half of all seeds a float32 training (this one in float32 too) drifts
from the float64 one by more than 1e-5, because a ReLU that float64 leaves just below 0 is just above it in float32.
"""
import json
import platform
import sys

import numpy as np

WIDTHS = [1, 8, 4, 2, 4, 8, 1]
DROPOUT = [True, True, False, True, True]  # after each hidden layer, at rate 0.1
REGULARISED = [True, True, True, False, False]
L2, RATE, BETA1, BETA2, EPSILON, BATCH = 1e-5, 1e-3, 0.9, 0.999, 1e-7, 256
ROWS, CHECKS, EPOCHS = 7000, 3000, 10


class Lcg:
    def __init__(self, state):
        self.state = state

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 33


def rows(source, n):
    """Heavy-tailed counts, scaled so that a tenth of the rows is exactly 0, as after min-max scaling."""
    out = []
    for _ in range(n):
        kind, size = source.next() % 100, source.next()
        out.append((size % 12 if kind < 78 else size % 2000 if kind < 99 else size % 227664) / 227663)
    return np.array(out).reshape(n, 1)


def forward(weights, x, masks):
    inputs, active, column = [], [], 0
    for i in range(len(WIDTHS) - 1):
        kernel, bias = weights[2 * i], weights[2 * i + 1]
        inputs.append(x)
        z = x @ kernel + bias
        last = i == len(WIDTHS) - 2
        x = 1 / (1 + np.exp(-z)) if last else np.where(z > 0, z, 0)
        active.append(x)
        if not last and DROPOUT[i] and masks is not None:
            x = x * masks[:, column:column + WIDTHS[i + 1]]
            column += WIDTHS[i + 1]
    return x, inputs, active


def regulariser(active):
    return sum(L2 * np.sum(a * a) for a, on in zip(active, REGULARISED) if on)


def step(weights, x, masks):
    y, inputs, active = forward(weights, x, masks)
    loss = np.mean((y - x) ** 2) + regulariser(active)
    gradients = [None] * len(weights)
    d = 2 * (y - x) / x.size * y * (1 - y)
    column = masks.shape[1]
    for i in reversed(range(len(WIDTHS) - 1)):
        gradients[2 * i], gradients[2 * i + 1] = inputs[i].T @ d, d.sum(axis=0)
        if i == 0:
            break
        d = d @ weights[2 * i].T
        hidden = i - 1
        if DROPOUT[hidden]:
            column -= WIDTHS[i]
            d = d * masks[:, column:column + WIDTHS[i]]
        if REGULARISED[hidden]:
            d = d + 2 * L2 * active[hidden]
        d = d * (active[hidden] > 0)
    return loss, gradients


def validate(weights, x):
    """Mean over batches, weighted by their rows; the regulariser sums over the batch, as Keras 3.0 to 3.13 does."""
    total = 0
    for at in range(0, len(x), BATCH):
        batch = x[at:at + BATCH]
        y, _, active = forward(weights, batch, None)
        total += len(batch) * (np.mean((y - batch) ** 2) + regulariser(active))
    return total / len(x)


def main():
    seed = int(sys.argv[1])
    random = np.random.default_rng(seed)
    weights = []
    for a, b in zip(WIDTHS, WIDTHS[1:]):
        limit = np.sqrt(6 / (a + b))
        kernel = random.uniform(-limit, limit, (a, b)).astype(np.float32).astype(np.float64)
        weights += [kernel, np.zeros(b)]
    flat = lambda: np.concatenate([w.ravel() for w in weights]).tolist()
    out = {"made_with": f"numpy {np.__version__}, Python {platform.python_version()}, seed {seed}", "initial": flat()}
    source = Lcg(1)
    train, check = rows(source, ROWS), rows(source, CHECKS)
    m, v = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights]
    order, columns, t = list(range(ROWS)), sum(w for w, d in zip(WIDTHS[1:], DROPOUT) if d), 0
    losses, checks = [], []
    for _ in range(EPOCHS):
        for i in reversed(range(1, ROWS)):
            j = source.next() % (i + 1)
            order[i], order[j] = order[j], order[i]
        total = 0
        for at in range(0, ROWS, BATCH):
            x = train[order[at:at + BATCH]]
            draws = [source.next() % 10 for _ in range(len(x) * columns)]
            masks = np.where(np.array(draws) > 0, 1 / 0.9, 0).reshape(len(x), columns)
            loss, gradients = step(weights, x, masks)
            total += loss * len(x)
            t += 1
            alpha = RATE * np.sqrt(1 - BETA2**t) / (1 - BETA1**t)
            for k, g in enumerate(gradients):
                m[k] += (g - m[k]) * (1 - BETA1)
                v[k] += (g * g - v[k]) * (1 - BETA2)
                weights[k] = weights[k] - m[k] * alpha / (np.sqrt(v[k]) + EPSILON)
        losses.append(total / ROWS)
        checks.append(validate(weights, check))
    out |= {"final": flat(), "losses": losses, "val_losses": checks}
    print(json.dumps(out, indent=1))


main()
