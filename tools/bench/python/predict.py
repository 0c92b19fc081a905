"""Predict: rows through the untrained network, at the batch size that is the fastest in a trial before the clock starts."""

import time

import clock
import network

BATCHES = [4096, 16384, 65536, 262144]


def rows(c):
    import numpy as np

    n = c.number("n")
    if c.parts["values"] == "file":
        return network.packets(c, 100_000, n)
    return np.random.default_rng(1).random((n, 1), dtype=np.float32)


def at_best_batch(c, predict):
    """Each size is tried twice; the second time counts."""

    def trial(batch):
        predict(batch)
        start = time.perf_counter()
        predict(batch)
        return time.perf_counter() - start

    best = min(BATCHES, key=trial)
    c.loop(lambda: predict(best))


def keras(c):
    import keras  # noqa: F401, so that its import is not measured

    x, model = rows(c), network.keras_model()
    at_best_batch(c, lambda batch: model.predict(x, batch_size=batch, verbose=0))


def torch(c):
    import torch

    x, model = torch.from_numpy(rows(c)), network.torch_model().eval()

    def predict(batch):
        with torch.inference_mode():
            return torch.cat([model(part)[0] for part in x.split(batch)])

    at_best_batch(c, predict)


def numpy(c):
    import numpy as np

    x, weights = rows(c), network.numpy_weights(np.random.default_rng(1))

    def network_of(a):
        for kernel, bias in weights[:-1]:
            a = np.maximum(a @ kernel + bias, 0)
        kernel, bias = weights[-1]
        return 1 / (1 + np.exp(-(a @ kernel + bias)))

    at_best_batch(c, lambda batch: np.concatenate([network_of(x[i : i + batch]) for i in range(0, len(x), batch)]))


clock.main({"keras": keras, "torch": torch, "numpy": numpy})
