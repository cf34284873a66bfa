"""Writes the golden values beside this script from real PyTorch. Run: python3 make_golden.py [case ...] with Debian's
python3-torch 1.13.1. Needs MNIST's four IDX files, unpacked, in $MNIST_DIR .

All float64 runs start from the float32 initial weights. Weights are PyTorch's: w[out, in].
"""
import json
import os
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

OUT = os.path.dirname(os.path.abspath(__file__))
MNIST = os.environ["MNIST_DIR"]
KINDS = {"f32": torch.float32, "f64": torch.float64}
torch.set_num_threads(1)


def idx(name, shape, offset):
    return np.fromfile(os.path.join(MNIST, name), np.uint8, offset=offset).reshape(shape)


def mnist(part):
    return idx(part + "-images-idx3-ubyte", (-1, 784), 16), idx(part + "-labels-idx1-ubyte", -1, 8)


def mlp(*sizes, seed=0):
    torch.manual_seed(seed)
    layers = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def twister_init(*sizes, seed=0):
    """nn.Linear's initial values, bit for bit, without PyTorch: MT19937(seed), one 32-bit word per value, u its low
    24 bits / 2^24, and fma(u, 2 * bound, -bound) in float32 (here in float64, which holds the product exactly)."""
    words = np.random.RandomState(seed)
    params = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        for shape in ((fan_out, fan_in), (fan_out,)):
            bound = np.float32(1 / np.sqrt(fan_in))
            raw = words.randint(0, 2**32, size=int(np.prod(shape)), dtype=np.uint32)
            unit = (raw & 0xFFFFFF) * 2.0**-24
            params.append((unit * (2 * float(bound)) - float(bound)).astype(np.float32).reshape(shape))
    return params


def arrays(model):
    return [p.detach().numpy().copy() for p in model.parameters()]


def named(prefix, values):
    return {f"{prefix}_{'wb'[i % 2]}{i // 2 + 1}": v for i, v in enumerate(values)}


def checksums(values):
    """Per parameter: sum, sum of squares, first, middle and last value."""
    flat = [v.astype(np.float64).ravel() for v in values]
    return np.array([[v.sum(), (v * v).sum(), v[0], v[len(v) // 2], v[-1]] for v in flat])


def train(sizes, images, labels, batch, steps, optimizer, kind, seed=0):
    """Batches in order, from the start again after the last whole one."""
    model = mlp(*sizes, seed=seed).to(KINDS[kind])
    step = optimizer(model.parameters())
    losses, first_gradient = [], None
    for i in range(steps):
        rows = slice(i % (len(images) // batch) * batch, (i % (len(images) // batch) + 1) * batch)
        loss = F.cross_entropy(model(torch.tensor(images[rows]).to(KINDS[kind])), torch.tensor(labels[rows]).long())
        step.zero_grad()
        loss.backward()
        if i == 0:
            first_gradient = [p.grad.numpy().copy() for p in model.parameters()]
        step.step()
        losses.append(loss.item())
    return np.array(losses), arrays(model), first_gradient


def adam(parameters, **options):
    return torch.optim.Adam(parameters, **{"lr": 2e-5, **options})


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.01)


def save(name, **values):
    np.savez_compressed(os.path.join(OUT, name), **values)


def case_init():
    for sizes in ((784, 312, 256, 10), (784, 512, 256, 10), (784, 32, 16, 10)):
        for ours, torchs in zip(twister_init(*sizes), arrays(mlp(*sizes))):
            assert np.array_equal(ours, torchs), "twister_init differs from nn.Linear"
    save("init.npz", **named("seed0", arrays(mlp(784, 32, 16, 10))), **named("seed7", arrays(mlp(3, 4, 2, seed=7))))


def case_small():
    """784-32-16-10 on the first 3,200 training images: all weights stored."""
    images, labels = (a[:3200] for a in mnist("train"))
    x = images.astype(np.float32) / np.float32(255)
    runs = {"adam": (320, adam), "adam_lr1e-3": (320, lambda p: adam(p, lr=1e-3)), "sgd": (64, sgd)}
    for name, (batch, optimizer) in runs.items():
        out = named("init", arrays(mlp(784, 32, 16, 10)))
        for kind in KINDS:
            losses, final, gradient = train((784, 32, 16, 10), x, labels, batch, 200, optimizer, kind)
            out |= {"loss_" + kind: losses, **named("final_" + kind, final)}
        save(f"small_{name}.npz", **out, **named("grad1_f64", gradient))


def case_full():
    """The article's net and the SGD variant on MNIST in file order: losses, checksums, the article's weights as float32."""
    images, labels = mnist("train")
    x = images.astype(np.float32) / np.float32(255)
    for name, sizes, batch, rows, optimizer in (("adam", (784, 312, 256, 10), 320, 59840, adam),
                                                ("sgd", (784, 512, 256, 10), 64, 60000, sgd)):
        out = {"init_checksums": checksums(arrays(mlp(*sizes)))}
        for kind in KINDS:
            losses, final, _ = train(sizes, x[:rows], labels[:rows], batch, 200, optimizer, kind)
            out |= {"loss_" + kind: losses, "final_checksums_" + kind: checksums(final)}
        if name == "adam":
            out |= named("final_f64_as_f32", [v.astype(np.float32) for v in final])
        save(f"full_{name}.npz", **out)


def case_cross_entropy():
    random = np.random.RandomState(1)
    logits = {
        "normal": random.randn(8, 5),
        "extreme": np.array([[1e4, -1e4, 0, 1e4, -1e4], [-1e4] * 5, [1e4] * 5, [1e4, 0, 0, 0, 0],
                             [0, -1e4, 0, 0, 0], [88.8, -88.8, 104, -104, 0], [1e-8, -1e-8, 0, 1e-30, 0],
                             [9999, 10000, -10000, 9998.5, 0]]),
    }
    target = np.array([0, 1, 2, 3, 1, 2, 4, 0])
    weight, upstream = np.array([0.5, 1.5, 0.0, 2.0, 1.0]), np.linspace(-1, 2, 8)
    out = {"logits_" + k: v for k, v in logits.items()} | {"target": target, "weight": weight, "upstream": upstream}
    cases = []
    for which in logits:
        for weighted in (False, True):
            for ignore in (-100, 2):
                for reduction in ("none", "sum", "mean"):
                    for smoothing in (0.0, 0.1):
                        case = f"c{len(cases):02d}"
                        cases.append({"case": case, "logits": which, "weight": weighted, "ignore_index": ignore,
                                      "reduction": reduction, "label_smoothing": smoothing})
                        for kind, dtype in KINDS.items():
                            x = torch.tensor(logits[which], dtype=dtype, requires_grad=True)
                            loss = nn.CrossEntropyLoss(torch.tensor(weight, dtype=dtype) if weighted else None,
                                                       ignore_index=ignore, reduction=reduction,
                                                       label_smoothing=smoothing)(x, torch.tensor(target))
                            loss.backward(torch.tensor(upstream, dtype=dtype) if reduction == "none" else None)
                            out |= {f"{case}_{kind}_loss": loss.detach().numpy(), f"{case}_{kind}_grad": x.grad.numpy()}
    x = torch.tensor(logits["normal"], requires_grad=True)
    loss = F.cross_entropy(x, torch.full((8,), 2), ignore_index=2)
    loss.backward()
    out |= {"all_ignored_mean_loss": loss.detach().numpy(), "all_ignored_mean_grad": x.grad.numpy()}
    for kind, dtype in KINDS.items():
        x = torch.tensor([[0.2, 0.1, -0.1]], dtype=dtype, requires_grad=True)
        loss = nn.CrossEntropyLoss()(x, torch.tensor([0]))
        loss.backward()
        out |= {f"article_{kind}_loss": loss.detach().numpy(), f"article_{kind}_grad": x.grad.numpy()}
    save("cross_entropy.npz", **out)
    with open(os.path.join(OUT, "cross_entropy.json"), "w") as file:
        json.dump({"note": "reduction none: gradient of sum(upstream * loss)", "cases": cases}, file, indent=1)


def case_optimizers():
    """4-5-3 net, one fixed batch of 6, 50 steps; params_*[k] is all parameters (w1 b1 w2 b2, flattened) after k + 1 steps."""
    random = np.random.RandomState(2)
    x, y = random.randn(6, 4).astype(np.float32), np.array([0, 1, 2, 2, 1, 0])
    optim = torch.optim
    makers = {
        "adam": (optim.Adam, {"lr": 0.01}),
        "adam_wd": (optim.Adam, {"lr": 0.01, "weight_decay": 0.1}),
        "adam_amsgrad": (optim.Adam, {"lr": 0.1, "amsgrad": True}),
        "adam_amsgrad_wd": (optim.Adam, {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1}),
        "adam_betas_eps": (optim.Adam, {"lr": 0.01, "betas": (0.8, 0.99), "eps": 1e-3}),
        "adamw": (optim.AdamW, {"lr": 0.01}),
        "adamw_wd_amsgrad": (optim.AdamW, {"lr": 0.1, "weight_decay": 0.1, "amsgrad": True}),
        "sgd": (optim.SGD, {"lr": 0.1}),
        "sgd_momentum": (optim.SGD, {"lr": 0.1, "momentum": 0.9}),
        "sgd_dampening": (optim.SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}),
        "sgd_nesterov": (optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
        "sgd_wd": (optim.SGD, {"lr": 0.1, "weight_decay": 0.1}),
        "sgd_nesterov_wd": (optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    }
    out = {"x": x, "y": y, **named("init", arrays(mlp(4, 5, 3, seed=3)))}
    for name, (maker, options) in makers.items():
        for kind, dtype in KINDS.items():
            model = mlp(4, 5, 3, seed=3).to(dtype)
            optimizer = maker(model.parameters(), **options)
            losses, params = [], []
            for _ in range(50):
                optimizer.zero_grad()
                loss = F.cross_entropy(model(torch.tensor(x, dtype=dtype)), torch.tensor(y))
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
                params.append(np.concatenate([p.ravel() for p in arrays(model)]))
            out |= {f"{name}_{kind}_loss": np.array(losses), f"{name}_{kind}_params": np.array(params)}
    save("optimizers.npz", **out)
    with open(os.path.join(OUT, "optimizers.json"), "w") as file:
        json.dump({name: {"class": maker.__name__, **options} for name, (maker, options) in makers.items()}, file, indent=1)


def case_one_hot():
    labels = torch.tensor([5, 0, 4, 1, 9])
    save("one_hot.npz", labels=labels.numpy(), one_hot=F.one_hot(labels).numpy(),
         one_hot_12=F.one_hot(labels, num_classes=12).numpy())


def case_seed_run():
    """The whole article: 20 epochs of 187 steps. Per epoch the mean loss and the last batch's accuracy."""
    (images, labels), (test, truth) = mnist("train"), mnist("t10k")
    labels, truth = torch.tensor(labels).long(), torch.tensor(truth).long()
    report = {"torch": torch.__version__, "seed": 0, "runs": {}}
    for name, scale, kind in (("scaled_f32", 255, "f32"), ("raw_f32", 1, "f32"), ("scaled_f64", 255, "f64")):
        x, t = ((torch.tensor(a.astype(np.float32)) / scale).to(KINDS[kind]) for a in (images, test))
        model = mlp(784, 312, 256, 10).to(KINDS[kind])
        optimizer = adam(model.parameters())
        epochs = []
        for _ in range(20):
            total = 0.0
            for step in range(187):
                rows = slice(step * 320, (step + 1) * 320)
                out = model(x[rows])
                loss = F.cross_entropy(out, labels[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item()
            epochs.append([total / 187, (out.argmax(1) == labels[rows]).sum().item() / 320])
        with torch.no_grad():
            correct = (model(t).argmax(1) == truth).sum().item()
        report["runs"][name] = {"mean_loss": [e[0] for e in epochs], "last_batch_accuracy": [e[1] for e in epochs],
                                "test_correct_of_10000": correct}
    with open(os.path.join(OUT, "seed_run.json"), "w") as file:
        json.dump(report, file, indent=1)


if __name__ == "__main__":
    cases = {name[5:]: case for name, case in list(globals().items()) if name.startswith("case_")}
    for name in sys.argv[1:] or cases:
        print(name, flush=True)
        cases[name]()
