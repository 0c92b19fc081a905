"""Fit: the original's training on 7,000 rows, all of its epochs, each validated on 3,000 rows; the network is built anew each time."""

import clock
import network


def parts(c):
    x = network.packets(c, 10_000, 10_000)
    return x[:7000], x[7000:]


def keras(c):
    import keras  # noqa: F401, so that its import is not measured

    train, test = parts(c)

    def fit(epochs):
        network.keras_model().fit(train, train, epochs=epochs, batch_size=network.BATCH, shuffle=True, validation_data=(test, test), verbose=0)

    c.loop(lambda: fit(c.number("epochs")), warm=lambda: fit(1))


def torch(c):
    import torch

    torch.set_num_threads(1)  # faster than more of them, for a network of this size
    train, test = (torch.from_numpy(part) for part in parts(c))

    def epoch(model, adam):
        model.train()
        for rows in torch.randperm(len(train)).split(network.BATCH):
            x = train[rows]
            adam.zero_grad()
            y, penalty = model(x)
            (torch.nn.functional.mse_loss(y, x) + penalty).backward()
            adam.step()
        model.eval()
        with torch.inference_mode():
            for x in test.split(network.BATCH):
                y, penalty = model(x)
                torch.nn.functional.mse_loss(y, x) + penalty

    def fit(epochs):
        model = network.torch_model()
        adam = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
        for _ in range(epochs):
            epoch(model, adam)

    c.loop(lambda: fit(c.number("epochs")), warm=lambda: fit(1))


def numpy(c):
    import numpy as np

    train, test = parts(c)
    one = np.float32(1)

    def forward(weights, x, random=None):
        """The output, and for each layer its input, its activation and its dropout mask."""
        steps = []
        for i, (kernel, bias) in enumerate(weights):
            z = x @ kernel + bias
            if i == len(weights) - 1:
                return one / (one + np.exp(-z)), steps + [(x, None, None)]
            a, mask = np.maximum(z, 0), None
            steps.append([x, a, None])
            x = a
            if network.DROPOUT[i] and random is not None:
                mask = (random.random(a.shape, dtype=np.float32) >= network.RATE) * np.float32(1 / (1 - network.RATE))
                x = a * mask
                steps[-1][2] = mask

    def loss(y, x, steps):
        penalty = sum(network.L2 * np.sum(a * a) for (_, a, _), on in zip(steps, network.REGULARISED) if on)
        return np.mean((y - x) ** 2) + penalty

    def backward(weights, y, x, steps):
        d, gradients = np.float32(2 / x.size) * (y - x) * y * (one - y), []
        for i in reversed(range(len(weights))):
            gradients.append([steps[i][0].T @ d, d.sum(axis=0)])
            if i:
                d = d @ weights[i][0].T
                _, a, mask = steps[i - 1]
                if mask is not None:
                    d = d * mask
                if network.REGULARISED[i - 1]:
                    d = d + np.float32(2 * network.L2) * a
                d = d * (a > 0)
        return gradients[::-1]

    def fit(epochs):
        random = np.random.default_rng(1)
        weights, t = network.numpy_weights(random), 0
        m = [[np.zeros_like(w) for w in layer] for layer in weights]
        v = [[np.zeros_like(w) for w in layer] for layer in weights]
        for _ in range(epochs):
            order = random.permutation(len(train))
            for at in range(0, len(order), network.BATCH):
                x = train[order[at : at + network.BATCH]]
                y, steps = forward(weights, x, random)
                loss(y, x, steps)
                t += 1
                alpha = np.float32(1e-3 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t))
                for i, layer in enumerate(backward(weights, y, x, steps)):
                    for j, g in enumerate(layer):
                        m[i][j] += (g - m[i][j]) * np.float32(0.1)
                        v[i][j] += (g * g - v[i][j]) * np.float32(0.001)
                        weights[i][j] -= alpha * m[i][j] / (np.sqrt(v[i][j]) + np.float32(1e-7))
            for at in range(0, len(test), network.BATCH):
                x = test[at : at + network.BATCH]
                y, steps = forward(weights, x)
                loss(y, x, steps)

    c.loop(lambda: fit(c.number("epochs")), warm=lambda: fit(1))


clock.main({"keras": keras, "torch": torch, "numpy": numpy})
