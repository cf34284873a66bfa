"""MNIST reader, clock and report line for article.py. Environment: MNIST_DIR, DATA (mnist, or standardized: the same
images as float32 in *-images-f32), BATCH, EPOCHS, INFER, OMP_NUM_THREADS."""
import os
import statistics
import time

import numpy as np
import torch

EPOCHS = int(os.environ.get("EPOCHS", "3"))
THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))
BATCH = int(os.environ.get("BATCH", "320"))
STEPS = 60_000 // BATCH
DATA = os.environ.get("DATA", "mnist")
torch.set_num_threads(THREADS)


def mnist(part):
    folder = os.environ.get("MNIST_DIR", "mnist")
    prefix = os.path.join(folder, "train" if part == "train" else "t10k")
    labels = np.fromfile(prefix + "-labels-idx1-ubyte", np.uint8, offset=8)
    if DATA == "standardized":
        return np.fromfile(prefix + "-images-f32", np.float32).reshape(-1, 784), labels.astype(np.int64)
    images = np.fromfile(prefix + "-images-idx3-ubyte", np.uint8, offset=16).reshape(-1, 784)
    return images.astype(np.float32) / np.float32(255), labels.astype(np.int64)


class Run:
    def __init__(self, name):
        self.name, self.times, self.losses, self.accuracies = name, [], [], []
        self.start = time.perf_counter()

    def epoch(self, loss, accuracy):
        now = time.perf_counter()
        self.times.append(now - self.start)
        self.losses.append(loss)
        self.accuracies.append(accuracy)
        print(f"epoch {len(self.times)} loss {loss:.6f} accuracy {accuracy:.4f} seconds {self.times[-1]:.3f}")
        self.start = time.perf_counter()

    def finish(self, model):
        epoch = statistics.mean(self.times[1:] or self.times)
        print(f"RESULT {self.name} threads={THREADS} data={DATA} batch={BATCH} ms_step={epoch / STEPS * 1e3:.4f} "
              f"s_epoch={epoch:.4f} loss={self.losses[-1]:.5f} acc={self.accuracies[-1]:.4f}")
        if os.environ.get("INFER") == "1":
            self.infer(model)

    def infer(self, model):
        images, labels = (torch.from_numpy(a) for a in mnist("test"))
        with torch.inference_mode():
            correct = (model(images).argmax(1) == labels).float().mean().item()
            passes = []
            for _ in range(20):
                start = time.perf_counter()
                for batch in images.split(1000):
                    model(batch)
                passes.append(time.perf_counter() - start)
            single = []
            for row in images[:3000]:
                start = time.perf_counter()
                model(row[None])
                single.append(time.perf_counter() - start)
        print(f"INFER {self.name} threads={THREADS} test_acc={correct:.4f} "
              f"images_s={10000 / statistics.median(passes):.0f} single_us={statistics.median(single) * 1e6:.1f}")
