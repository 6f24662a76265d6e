#!/usr/bin/env python3
"""The step that `benchmarks device` measures, in PyTorch: SimCLR, ResNet-18 with a 3x3 stem, SGD, random images on the device.

    peer.py [--device cpu|cuda] [--batch 64] [--width 1] [--size 32] [--steps 12] [--threads 1]

Prints "fp32 images/s: X (slowest Y, fastest Z)" and the same for bf16 (autocast). PyTorch may choose its algorithms by benchmark.
"""
import argparse
import statistics
import time

import torch
from torch import nn
from torch.nn import functional

WARMUP = 3


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


def build(width):
    channels = [int(64 * width * factor) for factor in (1, 2, 4, 8)]
    layers = [nn.Conv2d(3, channels[0], 3, 1, 1, bias=False), nn.BatchNorm2d(channels[0]), nn.ReLU()]
    inputs = channels[0]
    for stage, outputs in enumerate(channels):
        layers += [Block(inputs, outputs, 1 if stage == 0 else 2), Block(outputs, outputs, 1)]
        inputs = outputs
    head = [nn.Linear(inputs, inputs, bias=False), nn.BatchNorm1d(inputs), nn.ReLU(), nn.Linear(inputs, 128, bias=False), nn.BatchNorm1d(128)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), *head)


def contrast(first, second, temperature=0.5):
    rows = functional.normalize(torch.cat([first, second]).float(), dim=1)
    count = len(first)
    scores = rows @ rows.t() / temperature
    scores = scores.masked_fill(torch.eye(2 * count, dtype=torch.bool, device=rows.device), float("-inf"))
    places = torch.arange(2 * count, device=rows.device)
    return functional.cross_entropy(scores, (places + count) % (2 * count))


def measure(arguments, is_half):
    device = torch.device(arguments.device)
    model = build(arguments.width).to(device).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.06, momentum=0.9, weight_decay=5e-4)
    views = [torch.randn(arguments.batch, 3, arguments.size, arguments.size, device=device).to(memory_format=torch.channels_last) for _ in range(2)]
    rates = []
    for _ in range(WARMUP + arguments.steps):
        began = time.perf_counter()
        with torch.autocast(arguments.device, dtype=torch.bfloat16, enabled=is_half):
            outputs = [model(view) for view in views]
        loss = contrast(*outputs)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if arguments.device == "cuda":
            torch.cuda.synchronize()
        rates.append(arguments.batch / (time.perf_counter() - began))
    rates = rates[WARMUP:]
    return f"{statistics.median(rates):.1f} (slowest {min(rates):.1f}, fastest {max(rates):.1f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--width", type=float, default=1)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(arguments.threads)
    torch.backends.cudnn.benchmark = True
    print(f"pytorch: {torch.__version__}")
    for word, is_half in (("fp32", False), ("bf16", True)):
        print(f"{word} images/s: {measure(arguments, is_half)}")


if __name__ == "__main__":
    main()
