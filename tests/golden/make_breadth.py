"""Training runs by PyTorch in float64 for what goes beyond ReLU and softmax: activations, dropout, sample weights,
losses on real-valued targets. Run: python3 make_breadth.py (PyTorch 2.13, numpy, scikit-learn's bundled data). Writes
breadth/.

breadth/cases.json holds, per case: the data files, layers, seed, batch, command-line options that must reproduce it,
and the loss of every step. Weights start from torch.manual_seed(seed), float32, then go on in float64. Batches in file
order, the ragged last kept.
"""
import json
import os
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)
ACTIVATIONS = {
    "identity": lambda x: x, "relu": F.relu, "leaky_relu": lambda x: F.leaky_relu(x, 0.01), "elu": F.elu,
    "selu": F.selu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "silu": F.silu,
}


def philox(counter, key):
    """Philox4x32-10 (Salmon et al. 2011). counter [n, 4], key (2 words) -> [n, 4] words."""
    c = [np.asarray(counter)[:, i].astype(np.uint64) for i in range(4)]
    k = [np.uint64(key[0]), np.uint64(key[1])]
    low = np.uint64(0xFFFFFFFF)
    for _ in range(10):
        a, b = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(b >> np.uint64(32)) ^ c[1] ^ k[0], b & low, (a >> np.uint64(32)) ^ c[3] ^ k[1], a & low]
        k = [(k[0] + np.uint64(0x9E3779B9)) & low, (k[1] + np.uint64(0xBB67AE85)) & low]
    return np.stack(c, 1).astype(np.uint32)


for known in (((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
              ((0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344), (0xa4093822, 0x299f31d0),
               "d16cfe09 94fdcceb 5001e420 24126ea1")):
    assert " ".join(f"{w:08x}" for w in philox([known[0]], known[1])[0]) == known[2]


def dropout_mask(seed, step, layer, rows, columns, p):
    """1 where a value is kept. layer: 0 for the input, h for the output of hidden layer h. row: position in the batch,
    in the order of the pass. step: optimizer steps done before this one."""
    groups = -(-columns // 4)
    row, group = np.meshgrid(np.arange(rows), np.arange(groups), indexing="ij")
    counter = np.stack([group.ravel(), row.ravel(), np.full(rows * groups, step & 0xFFFFFFFF),
                        np.full(rows * groups, layer | (step >> 32) << 8)], 1)
    words = philox(counter, (seed & 0xFFFFFFFF, seed >> 32)).reshape(rows, groups * 4)[:, :columns]
    return (words.astype(np.uint64) >= np.uint64(int(p * 2**32 + 0.5))).astype(np.float64)


def loss_of(kind, out, target, weight, case):
    """Mean over samples by weight; a sample's loss is the mean over its outputs (cross-entropy: PyTorch's own, with
    class weights)."""
    if kind == "cross_entropy":
        classes = torch.tensor(case["class_weights"]).double() if "class_weights" in case else None
        each = F.cross_entropy(out, target, weight=classes, label_smoothing=case.get("smoothing", 0.0),
                               reduction="none")
        # with class weights, a sample's share of the divisor is the weight of its label
        share = weight * (classes[target] if classes is not None else 1.0)
        return (weight * each).sum() / share.sum()
    each = {
        "mse": lambda: F.mse_loss(out, target, reduction="none"),
        "l1": lambda: F.l1_loss(out, target, reduction="none"),
        "smooth_l1": lambda: F.smooth_l1_loss(out, target, reduction="none", beta=case.get("beta", 1.0)),
        "huber": lambda: F.huber_loss(out, target, reduction="none", delta=case.get("delta", 1.0)),
        "bce": lambda: F.binary_cross_entropy_with_logits(
            out, target, reduction="none",
            pos_weight=torch.tensor(case["pos_weight"]).double() if "pos_weight" in case else None),
    }[kind]()
    return (weight * each.mean(1)).sum() / weight.sum()


def run(case, folder):
    load = lambda key: np.load(os.path.join(folder, case[key]))
    x = load("images")
    scale = 1 / 255 if x.dtype == np.uint8 else 1.0
    x = torch.tensor((x.astype(np.float64) * scale).astype(np.float32)).double()
    kind = case.get("loss", "cross_entropy")
    y = torch.tensor(load("labels")).long() if kind == "cross_entropy" else torch.tensor(load("targets")).double()
    weight = torch.tensor(load("weights")).double() if "weights" in case else torch.ones(len(x)).double()
    sizes = case["layers"]
    torch.manual_seed(case["seed"])
    layers = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]
    for layer in layers:
        layer.double()
    params = [p for layer in layers for p in layer.parameters()]
    optimizer = {"adam": lambda: torch.optim.Adam(params, lr=case["lr"]),
                 "sgd": lambda: torch.optim.SGD(params, lr=case["lr"], momentum=0.9)}[case.get("optimizer", "adam")]()
    names = (case.get("activation", "relu").split(",") * len(layers))[:len(layers) - 1]
    losses, batch, at = [], case["batch"], 0
    for step in range(case["steps"]):
        if at >= len(x):
            at = 0
        rows = slice(at, min(at + batch, len(x)))
        at += batch
        h = x[rows]
        drop = lambda h, layer, p: h if p == 0 else h * torch.tensor(
            dropout_mask(case["seed"], step, layer, *h.shape, p)) / (1 - p)
        h = drop(h, 0, case.get("input_dropout", 0.0))
        for l, layer in enumerate(layers):
            h = layer(h)
            if l + 1 < len(layers):
                h = drop(ACTIVATIONS[names[l]](h), l + 1, case.get("dropout", 0.0))
        loss = loss_of(kind, h, y[rows], weight[rows], case)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def options(case):
    o = ["--layers", ",".join(map(str, case["layers"])), "--seed", str(case["seed"]), "--batch-size", str(case["batch"]),
         "--no-shuffle", "--keep-last", "--optimizer", case.get("optimizer", "adam"), "--lr", str(case["lr"])]
    if case.get("optimizer") == "sgd":
        o += ["--momentum", "0.9"]
    o += ["--images", case["images"]]
    o += ["--labels", case["labels"]] if "labels" in case else ["--targets", case["targets"]]
    if "loss" in case:
        o += ["--loss", case["loss"] + (f":{case['beta']}" if "beta" in case else "")
              + (f":{case['delta']}" if "delta" in case else "")]
    for key, option in (("activation", "--activation"), ("dropout", "--dropout"), ("input_dropout", "--input-dropout"),
                        ("weights", "--sample-weights"), ("smoothing", "--label-smoothing")):
        if key in case:
            o += [option, str(case[key])]
    for key, option in (("class_weights", "--class-weights"), ("pos_weight", "--pos-weight")):
        if key in case:
            o += [option, ",".join(map(str, case[key]))]
    rows = case["rows"]
    per_epoch = -(-rows // case["batch"])
    assert case["steps"] % per_epoch == 0
    return o + ["--epochs", str(case["steps"] // per_epoch)]


def write(folder, cases):
    for name, case in cases.items():
        case["rows"] = len(np.load(os.path.join(folder, case["images"])))
        case["options"] = options(case)
        case["losses"] = [float(f"{v:.12g}") for v in run(case, folder)]
        print(name, case["losses"][0], case["losses"][-1])
    with open(os.path.join(folder, "cases.json"), "w") as f:
        json.dump(cases, f, indent=0)


def grid():
    """x, activation and slope in float64."""
    x = torch.tensor([-1e4, -90.0, -20.0, -5.0, -3.0, -1.0, -0.5, -1e-3, -1e-30, -0.0, 0.0, 1e-30, 1e-3, 0.5, 1.0,
                      3.0, 5.0, 20.0, 90.0, 1e4],
                     dtype=torch.float64, requires_grad=True)
    out = {"x": x.detach().numpy()}
    for name, f in ACTIVATIONS.items():
        y = f(x)
        (slope,) = torch.autograd.grad(y.sum() if name != "identity" else (x * 1).sum(), x)
        out[name], out[name + "_slope"] = y.detach().numpy(), slope.numpy()
    return out


def main():
    from sklearn.datasets import load_diabetes, load_digits
    folder = os.path.join(HERE, "breadth")
    save = lambda name, a: np.save(os.path.join(folder, name), a)
    digits = load_digits()
    save("digits_x.npy", (digits.data * 15).astype(np.uint8)[:900])  # 0..240
    save("digits_y.npy", digits.target.astype(np.int64)[:900])
    d = load_diabetes(scaled=False)
    save("diabetes_x.npy", ((d.data - d.data.mean(0)) / d.data.std(0)).astype(np.float32))
    save("diabetes_t.npy", (d.target / 100).astype(np.float32)[:, None])
    r = np.random.RandomState(5)
    x = r.randn(301, 20).astype(np.float32)
    save("many_x.npy", x)
    save("many_t.npy", (x @ r.randn(20, 7) + r.randn(301, 7) > 0.5).astype(np.float32))
    save("weights_900.npy", (r.rand(900) * 3 * (r.rand(900) > 0.1)).astype(np.float32))  # a tenth are 0
    save("weights_442.npy", (r.rand(442) * 3).astype(np.float32))
    np.savez(os.path.join(folder, "activations.npz"), **grid())
    np.savez(os.path.join(folder, "dropout.npz"), **{
             f"seed{s}_step{t}_layer{l}_p{p}": dropout_mask(s, t, l, 5, 13, p).astype(np.uint8)
             for s, t, l, p in ((7, 0, 0, 0.2), (7, 3, 1, 0.5), (2**40 + 5, 2**33 + 1, 2, 0.5))})
    digits_case = dict(images="digits_x.npy", labels="digits_y.npy", layers=[64, 37, 21, 10], batch=128, lr=1e-3)
    table = dict(images="diabetes_x.npy", targets="diabetes_t.npy", layers=[10, 33, 17, 1], batch=100, lr=1e-3)
    cases = {f"act_{a}": {**digits_case, "seed": 11 + i, "steps": 64, "activation": a}
             for i, a in enumerate(ACTIVATIONS)}
    cases |= {
        "act_mixed": {**digits_case, "seed": 31, "steps": 64, "activation": "gelu,tanh"},
        "dropout": {**digits_case, "seed": 7, "steps": 64, "dropout": 0.5},
        "dropout_input_tanh": {**digits_case, "seed": 8, "steps": 64, "dropout": 0.25, "input_dropout": 0.2,
                               "activation": "tanh"},
        "weights": {**digits_case, "seed": 9, "steps": 64, "weights": "weights_900.npy"},
        "weights_all": {**digits_case, "seed": 10, "steps": 64, "weights": "weights_900.npy", "smoothing": 0.1,
                        "class_weights": [1, 2, .5, 1, 1, 3, 1, .25, 1, 1]},
        "mse": {**table, "seed": 1, "steps": 100, "loss": "mse"},
        "mse_sgd_selu": {**table, "seed": 2, "steps": 100, "loss": "mse", "optimizer": "sgd", "lr": 0.01,
                         "activation": "selu"},
        "mse_weights": {**table, "seed": 3, "steps": 100, "loss": "mse", "weights": "weights_442.npy"},
        "l1": {**table, "seed": 4, "steps": 100, "loss": "l1", "activation": "silu"},
        "smooth_l1": {**table, "seed": 5, "steps": 100, "loss": "smooth_l1", "beta": 0.3},
        "huber": {**table, "seed": 6, "steps": 100, "loss": "huber", "delta": 0.7},
        "bce": dict(images="many_x.npy", targets="many_t.npy", layers=[20, 40, 7], batch=64, lr=1e-2, seed=12, steps=50,
                    loss="bce"),
        "bce_pos_weight": dict(images="many_x.npy", targets="many_t.npy", layers=[20, 40, 7], batch=64, lr=1e-2,
                               seed=13, steps=50, loss="bce", pos_weight=[1, 2, 3, .5, 1, 1, 4], activation="gelu_tanh"),
    }
    write(folder, cases)


if __name__ == "__main__":
    main()
