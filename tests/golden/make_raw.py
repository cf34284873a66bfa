"""Writes raw_adam.npz: losses of the article's first 200 steps on unscaled pixels (0..255), by NumPy in float64.
Run: python3 make_raw.py (needs MNIST's four IDX files in $MNIST_DIR). NumPy alone, so independent of PyTorch and of
this project; on scaled pixels the same code must first give full_adam.npz's float64 losses."""
import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES, BATCH, ROWS, STEPS = (784, 312, 256, 10), 320, 59840, 200


def read(name, offset, shape):
    return np.fromfile(os.path.join(os.environ["MNIST_DIR"], name), np.uint8, offset=offset).reshape(shape)


def initial(seed=0):
    """nn.Linear's initial values: see twister_init in make_golden.py."""
    words, parameters = np.random.RandomState(seed), []
    for fan_in, fan_out in zip(SIZES, SIZES[1:]):
        bound = float(np.float32(1 / np.sqrt(fan_in)))
        for shape in ((fan_out, fan_in), (fan_out,)):
            unit = (words.randint(0, 2**32, size=int(np.prod(shape)), dtype=np.uint32) & 0xFFFFFF) * 2.0**-24
            parameters.append((unit * (2 * bound) - bound).astype(np.float32).astype(np.float64).reshape(shape))
    return parameters


def loss_and_gradient(parameters, x, y):
    inputs = [x]
    for weight, bias in zip(parameters[:-2:2], parameters[1:-2:2]):
        inputs.append(np.maximum(inputs[-1] @ weight.T + bias, 0))
    logits = inputs[-1] @ parameters[-2].T + parameters[-1]
    logits -= logits.max(1, keepdims=True)
    log_softmax = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    rows = np.arange(len(y))
    delta = np.exp(log_softmax)
    delta[rows, y] -= 1
    delta /= len(y)
    gradient = []
    for layer in reversed(range(len(inputs))):
        gradient = [delta.T @ inputs[layer], delta.sum(0)] + gradient
        delta = (delta @ parameters[2 * layer]) * (inputs[layer] > 0)
    return -log_softmax[rows, y].mean(), gradient


def losses(images, labels, scale, lr=2e-5, beta1=0.9, beta2=0.999, eps=1e-8):
    parameters, out = initial(), []
    first, second = ([np.zeros_like(p) for p in parameters] for _ in range(2))
    for step in range(STEPS):
        start = step * BATCH % ROWS
        rows = slice(start, start + BATCH)
        loss, gradient = loss_and_gradient(parameters, images[rows] * scale, labels[rows])
        out.append(loss)
        for p, g, m, v in zip(parameters, gradient, first, second):
            m += (g - m) * (1 - beta1)
            v *= beta2
            v += (1 - beta2) * g * g
            corrected = np.sqrt(v) / np.sqrt(1 - beta2 ** (step + 1)) + eps
            p -= lr / (1 - beta1 ** (step + 1)) * m / corrected
    return np.array(out)


if __name__ == "__main__":
    images = read("train-images-idx3-ubyte", 16, (-1, 784)).astype(np.float32)
    labels = read("train-labels-idx1-ubyte", 8, -1)
    scaled = (images / np.float32(255)).astype(np.float64)
    known = np.load(os.path.join(HERE, "full_adam.npz"))["loss_f64"]
    deviation = np.abs(losses(scaled, labels, 1.0) / known - 1).max()
    print("scaled pixels: largest relative deviation from PyTorch's float64", deviation)
    assert deviation < 1e-10, "this script is wrong"
    np.savez_compressed(os.path.join(HERE, "raw_adam.npz"), loss_f64=losses(images.astype(np.float64), labels, 1.0))
