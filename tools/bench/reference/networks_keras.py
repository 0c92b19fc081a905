"""Trains small networks in Keras, without dropout and shuffling, and stores weights, losses and summaries.

They are the reference of ml's losses, optimizers and activations: the same initial weights and rows there and here, from
one 64-bit linear congruential generator. Every fifth row is all zeros and meets zero biases in the first step, where the
derivative of a ReLU or of a loss at exactly 0 decides what is learnt.

    python tools/bench/reference/networks_keras.py > ml/testdata/networks_keras.json
"""
import io
import json
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow  # noqa: E402
from keras import layers, losses, optimizers, regularizers  # noqa: E402

FEATURES, ROWS, CHECKS, EPOCHS, BATCH = 3, 300, 100, 10, 64


class Lcg:
    def __init__(self, state):
        self.state = state

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 33


def rows(source, n):
    x = np.array([source.next() % 1000 / 999 for _ in range(n * FEATURES)], np.float32).reshape(n, FEATURES)
    x[::5] = 0
    return x


def label(x):
    """1 where the columns add up to more than half of what they can."""
    return (x.sum(axis=1, keepdims=True) > 1.5).astype(np.float32)


# Layers are units, activation, activity regulariser; a network without labels is an autoencoder.
CASES = {
    "mse, adam": dict(
        layers=[(5, "relu", 1e-3), (2, "relu", 0), (5, "relu", 0), (3, "sigmoid", 0)],
        loss=lambda: "mse", optimizer=lambda: optimizers.Adam(1e-2)),
    "mae, sgd with momentum": dict(
        layers=[(4, "tanh", 0), (3, "linear", 0)],
        loss=lambda: "mae", optimizer=lambda: optimizers.SGD(0.05, momentum=0.9)),
    "huber, sgd with nesterov": dict(
        layers=[(6, "silu", 0), (4, "gelu", 1e-3), (3, "linear", 0)],
        loss=lambda: losses.Huber(0.3), optimizer=lambda: optimizers.SGD(0.05, momentum=0.9, nesterov=True)),
    "binary cross-entropy, adamw": dict(
        layers=[(5, "elu", 0), (4, "selu", 0), (1, "sigmoid", 0)], labels=True,
        loss=lambda: "binary_crossentropy", optimizer=lambda: optimizers.AdamW(1e-2, weight_decay=0.1)),
    "mse, sgd": dict(
        layers=[(8, "relu", 0), (1, "linear", 1e-3)], labels=True,
        loss=lambda: "mse", optimizer=lambda: optimizers.SGD(0.1)),
}


def train(case):
    source = Lcg(7)
    x, check = rows(source, ROWS), rows(source, CHECKS)
    keras.backend.clear_session()  # layers are numbered from the start
    put = inputs = keras.Input((FEATURES,))
    for units, activation, l2 in case["layers"]:
        put = layers.Dense(units, activation=activation, activity_regularizer=regularizers.L2(l2) if l2 else None)(put)
    name = "functional" if case.get("labels") else "autoencoder"
    model = keras.Model(inputs, put, name=name)
    model.set_weights([
        np.array([(source.next() % 2001 - 1000) / 1000 for _ in range(w.size)], np.float32).reshape(w.shape) * (w.ndim > 1)
        for w in model.get_weights()])
    model.compile(case["optimizer"](), case["loss"]())
    target, check_target = (label(x), label(check)) if case.get("labels") else (x, check)
    initial = [float(v) for w in model.get_weights() for v in w.ravel()]
    history = model.fit(x, target, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0,
                        validation_data=(check, check_target), validation_batch_size=BATCH).history
    summary = io.StringIO()
    model.summary(print_fn=lambda line, **_: summary.write(line + "\n"))
    return {
        "initial": initial, "final": [float(v) for w in model.get_weights() for v in w.ravel()],
        "losses": history["loss"], "val_losses": history["val_loss"],
        "predicted": [float(v) for v in model.predict(check, verbose=0).ravel()], "summary": summary.getvalue(),
    }


print(json.dumps({
    "made_with": f"keras {keras.__version__}, tensorflow {tensorflow.__version__}, numpy {np.__version__}",
    **{name: train(case) for name, case in CASES.items()},
}, indent=1))
