"""ExampleTrain in pandas, scikit-learn and Keras: the line count of the two is compared."""
import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

columns = ["bidirectional_packets", "bidirectional_bytes", "bidirectional_duration_ms"]
flows = np.log1p(pd.read_csv("three_features.csv")[columns])
x = StandardScaler().fit_transform(flows)
train, test = train_test_split(x, test_size=0.3, random_state=1)

net = keras.Sequential([
    keras.Input((3,)),
    layers.Dense(16, activation="tanh"),
    layers.Dense(2, activation="tanh"),
    layers.Dense(16, activation="tanh"),
    layers.Dense(3),
])
net.compile(optimizer=keras.optimizers.Adam(1e-2), loss="mae")
net.fit(
    train, train, epochs=60, batch_size=32, validation_data=(test, test), verbose=0,
    callbacks=[keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)],
)

errors = np.mean((net.predict(test, verbose=0) - test) ** 2, axis=1)
threshold = np.percentile(errors, 95)
print(train.shape, test.shape, "of the test rows above the threshold:", (errors > threshold).sum())
