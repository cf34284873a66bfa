#!/usr/bin/env python3
"""What scikit-learn's multilayer perceptrons reach on two small data sets: sklearn.json, which a test compares with.

    python3 make_sklearn.py          # needs NumPy and scikit-learn; writes sklearn.json beside itself

Five folds (sample i is in fold i mod 5), each tried by the net that was trained on the other four; the mean over the
folds and SEEDS seeds. The nets, optimizers, batches and epochs are those of tests/java/.../ScikitLearnTest.java.
digits: breadth/digits_x.npy / 255 and digits_y.npy, MLPClassifier, accuracy. diabetes: diabetes_x.npy and
diabetes_t.npy (features standardised, target / 100), MLPRegressor, R2.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

FOLDS = 5
SEEDS = 10
HERE = Path(__file__).parent
CASES = {
    "digits": {"hidden": [50], "batch": 32, "lr": 1e-3, "epochs": 60},
    "diabetes": {"hidden": [32], "batch": 32, "lr": 1e-3, "epochs": 100},
}


def load(name):
    return np.load(HERE / "breadth" / name)


def scores(model, case, x, y):
    fold = np.arange(len(x)) % FOLDS
    found = []
    for seed in range(SEEDS):
        each = []
        for k in range(FOLDS):
            net = model(
                hidden_layer_sizes=case["hidden"], solver="adam", learning_rate_init=case["lr"], random_state=seed,
                batch_size=case["batch"], max_iter=case["epochs"], n_iter_no_change=case["epochs"], alpha=0,
            )
            net.fit(x[fold != k], y[fold != k])
            each.append(net.score(x[fold == k], y[fold == k]))
        found.append(float(np.mean(each)))
    return found


def main():
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    digits = load("digits_x.npy").astype(np.float64) / 255
    found = {
        "digits": scores(MLPClassifier, CASES["digits"], digits, load("digits_y.npy")),
        "diabetes": scores(
            MLPRegressor, CASES["diabetes"], load("diabetes_x.npy").astype(np.float64), load("diabetes_t.npy")[:, 0]
        ),
    }
    result = {"scikit-learn": sklearn.__version__, "folds": FOLDS, "seeds": SEEDS}
    for name, values in found.items():
        result[name] = {**CASES[name], "mean": round(np.mean(values), 5), "sd": round(np.std(values, ddof=1), 5)}
        print(name, result[name])
    (HERE / "sklearn.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
