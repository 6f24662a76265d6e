"""What lightly's memory bank costs a symmetric MoCo step: peer_bank.py SIZE DIMENSION BATCH. Prints milliseconds a step."""
import sys
import time

import torch
from lightly.models.modules.memory_bank import MemoryBankModule

size, dimension, batch = (int(argument) for argument in sys.argv[1:4])
torch.set_num_threads(1)
bank = MemoryBankModule(size=(size, dimension))
keys = torch.nn.functional.normalize(torch.randn(batch, dimension), dim=1)
times = []
with torch.no_grad():
    for step in range(40):
        start = time.perf_counter()
        for direction in range(2):
            bank(keys, update=True)
        times.append(time.perf_counter() - start)
print(f"{1000 * sorted(times[5:])[len(times[5:]) // 2]:.4f}")
