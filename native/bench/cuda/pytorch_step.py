"""The same step in PyTorch on the same GPU: the article's program, and the fastest ways that PyTorch offers.

Prints microseconds a step (least of some epochs) and milliseconds an epoch, of shuffled epochs and of those in file
order, data on the device throughout. What is compiled is compiled for the first batch size only, since that takes long.
"""

import argparse
import time

import torch
from torch import nn

SAMPLES = 60000
EPOCHS = 6


def make(capturable):
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Linear(784, 312), nn.ReLU(), nn.Linear(312, 256), nn.ReLU(), nn.Linear(256, 10)
    ).cuda()
    adam = torch.optim.Adam(net.parameters(), lr=2e-5, fused=capturable or None, capturable=capturable)
    return net, adam


def plain_step(net, adam):
    criterion = nn.CrossEntropyLoss()

    def step(x, y):
        loss = criterion(net(x), y)
        adam.zero_grad()
        loss.backward()
        adam.step()
        return loss.detach()

    return step


def article_step(net, adam):
    criterion = nn.CrossEntropyLoss()

    def step(x, one_hot):
        loss = criterion(net(x), torch.argmax(one_hot, dim=1))
        adam.zero_grad()
        loss.backward()
        adam.step()
        loss.item()

    return step


def article(batch):
    """As published: one-hot targets turned into labels in every step, and the loss read back."""
    return article_step(*make(False))


def article_compiled(batch):
    net, adam = make(False)
    return article_step(torch.compile(net), adam)


def eager(batch):
    return plain_step(*make(True))


def compiled(batch):
    net, adam = make(True)
    return torch.compile(plain_step(net, adam))


def graphed(batch):
    step = plain_step(*make(True))
    x = torch.zeros(batch, 784, device="cuda")
    y = torch.zeros(batch, dtype=torch.long, device="cuda")
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step(x, y)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step(x, y)

    def replay(next_x, next_y):
        x.copy_(next_x)
        y.copy_(next_y)
        graph.replay()

    return replay


def epoch_seconds(step, x, y, batch, shuffled):
    torch.cuda.synchronize()
    begin = time.perf_counter()
    order = torch.randperm(SAMPLES, device="cuda") if shuffled else None
    for first in range(0, SAMPLES - batch + 1, batch):
        rows = slice(first, first + batch)
        if shuffled:
            rows = order[rows]
        step(x[rows], y[rows])
    torch.cuda.synchronize()
    return time.perf_counter() - begin


def time_way(way, batch, x, targets):
    """Least seconds of an epoch, shuffled and in file order, each after one that counts for nothing."""
    step = way(batch)
    for shuffled in (True, False):
        epoch_seconds(step, x, targets, batch, shuffled)
        yield shuffled, min(epoch_seconds(step, x, targets, batch, shuffled) for _ in range(EPOCHS))


def batch_size(text):
    size = int(text)
    if not 1 <= size <= SAMPLES:
        raise argparse.ArgumentTypeError(f"{size} is not between 1 and {SAMPLES}")
    return size


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("batch", nargs="*", type=batch_size, help="batch sizes (default: 320 64 4096)")
    batches = parser.parse_args().batch or [320, 64, 4096]
    if not torch.cuda.is_available():
        parser.exit(1, "this PyTorch finds no GPU: install one built for CUDA, and check with nvidia-smi\n")
    print("PyTorch", torch.__version__, "on", torch.cuda.get_device_name(0))
    x = torch.rand(SAMPLES, 784, device="cuda")
    labels = torch.randint(0, 10, (SAMPLES,), device="cuda")
    one_hot = nn.functional.one_hot(labels, 10).float()
    for batch in batches:
        for tf32 in (False, True):
            torch.backends.cuda.matmul.allow_tf32 = tf32
            for way in (article, eager, graphed, article_compiled, compiled):
                if way in (article_compiled, compiled) and batch != batches[0]:
                    continue
                try:
                    times = list(time_way(way, batch, x, one_hot if way in (article, article_compiled) else labels))
                except Exception as e:  # torch.compile needs a working Triton; the rest still counts
                    print(f"batch {batch:5d}  {way.__name__:16s} failed: {type(e).__name__}: {str(e)[:80]}")
                    continue
                steps = SAMPLES // batch
                for shuffled, least in times:
                    print(
                        f"batch {batch:5d}  {'tf32   ' if tf32 else 'float32'}  {way.__name__:16s}"
                        f" {'shuffled  ' if shuffled else 'file order'}"
                        f" {1e6 * least / steps:9.2f} us/step {1e3 * least:9.3f} ms/epoch",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
