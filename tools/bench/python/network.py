"""The original's autoencoder 1-8-4-2-4-8-1: its shape, and rows for it."""

import clock

WIDTHS = [1, 8, 4, 2, 4, 8, 1]
DROPOUT = [True, True, False, True, True]  # after each hidden layer, at RATE
REGULARISED = [True, True, True, False, False]  # by the sum over the batch, as Keras 3.0 to 3.13 has it
RATE, L2, BATCH = 0.1, 1e-5, 256


def packets(c, rows, n):
    """n scaled packets of the file's flows, repeated as often as it takes, as a float32 column."""
    import numpy as np

    with open(c.flows(rows)) as file:
        at = file.readline().rstrip("\n").split(",").index(clock.PACKETS)
    # Text columns may hold commas, but only behind the numbers.
    column = np.loadtxt(c.flows(rows), delimiter=",", skiprows=1, usecols=at, comments=None)
    x = np.resize(column, n)
    return ((x - x.min()) / (x.max() - x.min())).astype(np.float32).reshape(-1, 1)


def keras_model():
    import keras
    from keras import layers, regularizers

    x = inputs = keras.Input(shape=(WIDTHS[0],))
    for width, drop, regularised in zip(WIDTHS[1:-1], DROPOUT, REGULARISED):
        x = layers.Dense(width, activation="relu", activity_regularizer=regularizers.l2(L2) if regularised else None)(x)
        if drop:
            x = layers.Dropout(RATE)(x)
    model = keras.Model(inputs, layers.Dense(WIDTHS[-1], activation="sigmoid")(x))
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-3), loss="mse")
    return model


def torch_model():
    import torch
    from torch import nn

    class Autoencoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(WIDTHS, WIDTHS[1:]))
            for layer in self.layers:
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)

        def forward(self, x):
            penalty = 0.0
            for layer, drop, regularised in zip(self.layers, DROPOUT, REGULARISED):
                x = torch.relu(layer(x))
                if regularised:
                    penalty = penalty + L2 * (x * x).sum()
                if drop and self.training:
                    x = nn.functional.dropout(x, RATE)
            return torch.sigmoid(self.layers[-1](x)), penalty

    return Autoencoder()


def numpy_weights(random):
    import numpy as np

    weights = []
    for a, b in zip(WIDTHS, WIDTHS[1:]):
        limit = np.sqrt(6 / (a + b))
        weights.append([random.uniform(-limit, limit, (a, b)).astype(np.float32), np.zeros(b, np.float32)])
    return weights
