"""The article's workload, as its author wrote it: one torch.tensor() per batch, loss.item() every step."""
import bench
import torch
from bench import BATCH, STEPS
from torch import nn


def main():
    images, labels = bench.mnist("train")
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(784, 312), nn.ReLU(), nn.Linear(312, 256), nn.ReLU(), nn.Linear(256, 10))
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-5)
    run = bench.Run("pytorch-article")
    for _ in range(bench.EPOCHS):
        total = 0.0
        for step in range(STEPS):
            rows = slice(step * BATCH, (step + 1) * BATCH)
            x, y = torch.tensor(images[rows]), torch.tensor(labels[rows])
            out = model(x)
            loss = criterion(out, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        accuracy = (out.argmax(1) == y).float().mean().item()
        run.epoch(total / STEPS, accuracy)
    run.finish(model)


if __name__ == "__main__":
    main()
