"""Measures random and tied scores with scikit-learn, for the tests of ml's metrics, percentile, scalers and splits.

    python tools/bench/reference/metrics_sklearn.py > ml/testdata/metrics_sklearn.json
"""
import json

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.model_selection import KFold, train_test_split
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler


def case(name, scores, actual, threshold):
    flagged = scores > threshold
    fpr, tpr, _ = metrics.roc_curve(actual, scores, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(actual, scores)
    return {
        "name": name, "scores": scores.tolist(), "actual": actual.tolist(), "threshold": threshold,
        "confusion": metrics.confusion_matrix(actual, flagged, labels=[True, False]).tolist(),
        "accuracy": metrics.accuracy_score(actual, flagged),
        "precision": metrics.precision_score(actual, flagged, zero_division=0),
        "recall": metrics.recall_score(actual, flagged, zero_division=0),
        "f1": metrics.f1_score(actual, flagged, zero_division=0),
        "roc_auc": metrics.roc_auc_score(actual, scores),
        "average_precision": metrics.average_precision_score(actual, scores),
        "fpr": fpr.tolist(), "tpr": tpr.tolist(), "pr_precision": precision.tolist(), "pr_recall": recall.tolist(),
    }


def scaled(table, rows):
    """A table, column by column, through each scaler. NaN is null."""
    def plain(values):
        return [None if np.isnan(v) else float(v) for v in np.ravel(values)]
    table = np.array(table, float).reshape(rows, -1)
    return {"rows": rows, "table": plain(table), **{
        s.__class__.__name__: plain(s.fit_transform(table.copy())) for s in (MinMaxScaler(), StandardScaler(), RobustScaler())}}


def stratified(counts, share):
    labels = [c for c, n in counts.items() for _ in range(n)]
    train, test = train_test_split(labels, test_size=share, stratify=labels, random_state=0)
    return {"labels": labels, "share": share,
            "train": {c: train.count(c) for c in counts}, "test": {c: test.count(c) for c in counts}}


def main():
    random = np.random.default_rng(7)
    actual = random.random(60) < 0.2
    noise = random.normal(size=60)
    cases = [
        case("distinct", noise + actual, actual, 1.0),
        case("tied", np.round(noise + actual), actual, 1.0),
        case("all equal", np.zeros(60), actual, 0.5),
        case("perfect", actual + 0.001 * random.random(60), actual, 0.5),
        case("nothing flagged", noise, actual, 100.0),
    ]
    values = random.normal(size=37)
    table = np.column_stack([random.normal(size=7), np.full(7, 3.0), np.arange(7) * 1e6])
    hardly = np.nextafter(1, 2)  # 1 + 2.2e-16
    tables = [
        scaled(np.column_stack([random.normal(size=9), random.lognormal(3, 3, 9), np.arange(9) * 1e9, np.full(9, 0.1)]), 9),
        scaled([1, hardly, 1], 3),
        scaled([1e-20, 3e-20, 2e-20, 0], 4),
        scaled([np.nan, 2, 4, 5, np.nan, 2, 2, 2], 8),
        scaled(np.full(100, 1e8 / 3), 100),
    ]
    print(json.dumps({
        "made_with": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
        "cases": cases,
        "values": values.tolist(),
        "percentiles": {str(p): np.percentile(values, p) for p in (0, 1, 25, 50, 73.3, 95, 99.9, 100)},
        "tables": tables,
        "stratified": [stratified({"a": 7000, "b": 2500, "c": 497, "d": 3}, 0.3), stratified({"a": 5, "b": 3}, 0.4)],
        "folds": [[n, k, [test.tolist() for _, test in KFold(k).split(range(n))]] for n, k in ((10, 3), (7, 7), (8, 2))],
        "table": table.ravel().tolist(), "scaled": MinMaxScaler().fit_transform(table).ravel().tolist(),
        "splits": [[n, s, *map(len, train_test_split(range(n), test_size=s, shuffle=False))]
                   for n, s in ((10000, 0.3), (10, 0.25), (7, 0.3), (11, 0.01), (2, 0.5))],
    }))


main()
