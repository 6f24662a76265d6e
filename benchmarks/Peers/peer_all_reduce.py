"""One of two processes that add up a vector with gloo: RANK FILE VALUES ROUNDS. Prints "ROUND ms" for each round."""
import sys
import time

import torch
import torch.distributed as dist

rank, file, values, rounds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(1)
dist.init_process_group("gloo", init_method="file://" + file, rank=rank, world_size=2)
own = torch.full((values,), float(rank + 1))
vector = torch.empty_like(own)
for _ in range(rounds):
    vector.copy_(own)
    dist.barrier()
    start = time.perf_counter()
    dist.all_reduce(vector)
    elapsed = time.perf_counter() - start
    assert bool((vector == 3).all())
    print(f"ROUND {elapsed * 1000:.2f}", flush=True)
dist.barrier()
