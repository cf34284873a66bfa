"""Writes metrics.json beside this script: outputs, truths and what scikit-learn's metrics say of them. Run: python3
make_metrics.py with Debian's python3-sklearn 1.2.1.

Logits and predictions are multiples of 1/16, so that some are equal; a class that no sample is of, a label that no
sample has and a target that never varies are among them. What scikit-learn refuses or calls 0 there is left out of the
means here: those are taken over the others.
"""
import json
import os

import numpy as np
from sklearn import metrics

random = np.random.RandomState(3)


def sixteenths(*shape):
    return np.round(random.randn(*shape) * 24) / 16


def softmax(logits):
    e = np.exp(logits - logits.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def expected_calibration_error(probabilities, labels, bins=15):
    """As in the code that Guo et al. published."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    error = 0
    for m in range(bins):
        there = (confidence > m / bins) & (confidence <= (m + 1) / bins)
        if there.any():
            error += there.mean() * abs(right[there].mean() - confidence[there].mean())
    return error


def classes(n=120, k=6, absent=4):
    labels = random.randint(0, k - 1, n)
    labels[labels >= absent] += 1
    logits = sixteenths(n, k)
    logits[np.arange(n), labels] += np.round(random.rand(n) * 32) / 16
    predictions, probabilities = logits.argmax(1), softmax(logits)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        labels, predictions, labels=range(k), zero_division=0)
    areas = [metrics.roc_auc_score(labels == c, probabilities[:, c]) if (labels == c).any() else None for c in range(k)]
    return dict(
        classes=k, logits=logits.ravel().tolist(), labels=labels.tolist(),
        accuracy=metrics.accuracy_score(labels, predictions), precision=precision.tolist(),
        recall=[r if (labels == c).any() else None for c, r in enumerate(recall)], f1=f1.tolist(),
        macro_f1=metrics.f1_score(labels, predictions, average="macro"),
        mcc=metrics.matthews_corrcoef(labels, predictions),
        roc_auc_of_each=areas, roc_auc=np.mean([a for a in areas if a is not None]),
        # of equal logits scikit-learn takes the last, this the first
        top=[metrics.top_k_accuracy_score(labels, logits - np.arange(k) / 1000, k=i, labels=range(k))
             for i in range(1, k)],
        ece=expected_calibration_error(probabilities, labels))


def labels(n=90, k=5, absent=3):
    targets = (random.rand(n, k) < 0.4).astype(int)
    targets[:, absent] = 0
    logits = sixteenths(n, k) + targets
    logits[:, absent] = -1
    said = (logits > 0).astype(int)
    there = [label for label in range(k) if label != absent]
    areas = [metrics.roc_auc_score(targets[:, i], logits[:, i]) if i != absent else None for i in range(k)]
    return dict(
        labels=k, logits=logits.ravel().tolist(), targets=targets.ravel().tolist(),
        accuracy_of_each=[(targets[:, i] == said[:, i]).mean() for i in range(k)],
        accuracy=1 - metrics.hamming_loss(targets, said), exact_match=metrics.accuracy_score(targets, said),
        f1=[metrics.f1_score(targets[:, i], said[:, i]) if i != absent else None for i in range(k)],
        micro_f1=metrics.f1_score(targets, said, average="micro"),
        macro_f1=metrics.f1_score(targets[:, there], said[:, there], average="macro"),
        roc_auc_of_each=areas, roc_auc=np.mean([a for a in areas if a is not None]))


def values(n=80, k=3, constant=1):
    targets = 1000 + sixteenths(n, k)  # far from 0: naive sums of squares would lose what varies
    targets[:, constant] = 7
    predictions = targets + sixteenths(n, k) / 2
    vary = [i for i in range(k) if i != constant]
    return dict(
        outputs=k, predictions=predictions.ravel().tolist(), targets=targets.ravel().tolist(),
        mse_of_each=metrics.mean_squared_error(targets, predictions, multioutput="raw_values").tolist(),
        mse=metrics.mean_squared_error(targets, predictions),
        mae_of_each=metrics.mean_absolute_error(targets, predictions, multioutput="raw_values").tolist(),
        mae=metrics.mean_absolute_error(targets, predictions),
        r2_of_each=[metrics.r2_score(targets[:, i], predictions[:, i]) if i != constant else None for i in range(k)],
        r2=metrics.r2_score(targets[:, vary], predictions[:, vary]),
        r2_of_all=metrics.r2_score(targets[:, vary], predictions[:, vary], multioutput="variance_weighted"))


if __name__ == "__main__":
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics.json"), "w") as f:
        json.dump(dict(classes=classes(), labels=labels(), values=values()), f)
        f.write("\n")
