"""Figure: the originals' figures by matplotlib, each into a PNG of 100 DPI in memory, from columns that are already there."""

import io

import clock


def matplotlib(c):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.dates as mdates
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas

    n = c.number("n")
    data = pandas.read_csv(c.flows(n), usecols=[clock.PACKETS, clock.TIME, clock.SIZE, clock.NAME])
    data["timestamp"] = pandas.to_datetime(data[clock.TIME], unit="ms")
    packets, size, when = data[clock.PACKETS].to_numpy(), data[clock.SIZE].to_numpy(), data["timestamp"].to_numpy()
    tail, tail_when = packets[n * 7 // 10 :], when[n * 7 // 10 :]
    flagged = np.flatnonzero(tail > 5000)
    errors = (tail / tail.max() - 0.014) ** 2
    top = data[clock.NAME].value_counts().head(10)

    def titled(width, height, title, x, y):
        fig, ax = plt.subplots(figsize=(width, height))
        ax.set(title=title, xlabel=x, ylabel=y)
        return ax

    def markers():
        ax = titled(18, 8, "Packets of each flow", "Row", clock.PACKETS)
        ax.plot(np.arange(n), packets, color="royalblue", marker="o", markersize=8, linewidth=2, label=clock.PACKETS)
        ax.legend()

    def over_time():
        ax = titled(15, 6, "Packets of each flow over time", "timestamp", clock.PACKETS)
        mean = data.groupby("timestamp")[clock.PACKETS].mean()
        ax.plot(mean.index, mean.to_numpy(), color="royalblue", linewidth=1.5)
        ax.xaxis.set_major_formatter(mdates.DateFormatter("%d. %m. %Y"))
        ax.tick_params(axis="x", rotation=30)

    def pair():
        _, (left, right) = plt.subplots(1, 2, figsize=(20, 6))
        left.plot(np.arange(n), size, color="blue", alpha=0.7, label=clock.SIZE)
        right.plot(when, size, color="green", alpha=0.7, label=clock.SIZE)
        for ax in (left, right):
            ax.set(title="Mean packet size", ylabel=clock.SIZE)
            ax.legend()

    def histogram():
        ax = titled(12, 8, "Distribution of packets", clock.PACKETS, "Count")
        ax.hist(packets, bins=100, color="royalblue", alpha=0.8, edgecolor="white")
        ax.set_yscale("log")

    def box():
        titled(12, 6, "Box plot of packets", clock.PACKETS, "").boxplot(packets, vert=False)

    def training():
        ax = titled(12, 7, "Training and validation error", "Epoch", "Error")
        epochs = np.arange(50)
        ax.plot(0.24 * np.exp(-epochs / 11), color="royalblue", linewidth=2, label="Training error")
        ax.plot(0.22 * np.exp(-epochs / 11), color="darkorange", linewidth=2, label="Validation error")
        ax.legend()

    def marked(x, title, color, edge):
        ax = titled(18, 8, title, "", clock.PACKETS)
        ax.plot(x, tail, color="royalblue", linewidth=1.5, label="Test flows")
        ax.scatter(x[flagged], tail[flagged], color=color, edgecolor=edge, s=50, label="Anomalies", zorder=3)
        ax.legend()

    def density():
        ax = titled(10, 6, "Distribution of the reconstruction error", "Reconstruction error", "Density")
        ax.hist(errors, bins=100, density=True, color="royalblue", alpha=0.8, edgecolor="white", label="Reconstruction error")
        ax.axvline(np.percentile(errors, 95), color="tomato", linestyle="--", label="Threshold")
        ax.legend()

    def bars():
        with plt.style.context("default"):
            ax = titled(10, 8, "top 10 protocols in the dataset", "Protocol", "Count")
            ax.bar(top.index, top.to_numpy())
            ax.tick_params(axis="x", rotation=45)
            ax.grid(True, linestyle="--", linewidth=0.5)
            save()

    def save():
        plt.gcf().savefig(io.BytesIO(), format="png", dpi=100)
        plt.close("all")

    def drawn(draw):
        def op():
            draw()
            if plt.get_fignums():
                save()

        return op

    plt.style.use("seaborn-v0_8-whitegrid")
    for name, draw in {
        "markers": markers,
        "time": over_time,
        "pair": pair,
        "histogram": histogram,
        "box": box,
        "training": training,
        "anomalies": lambda: marked(np.arange(len(tail)), "Anomalies among the test flows", "tomato", "red"),
        "anomalies-time": lambda: marked(tail_when, "Anomalies among the test flows over time", "red", "black"),
        "density": density,
        "bars": bars,
    }.items():
        c.loop(drawn(draw), name=f"Figure/class={name}/n={n}")


clock.main({"matplotlib": matplotlib})
