"""Embeds the images of a tar as lightly does (its backbone, eval mode, torch DataLoader): peer_embed.py TAR BACKBONE WIDTH THREADS. Prints images a second."""
import io
import sys
import tarfile
import time

import torch
import torchvision
from PIL import Image
from lightly.models import ResNetGenerator

path, name, width, threads = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(threads)
with tarfile.open(path) as archive:
    files = [(member.name, archive.extractfile(member).read()) for member in archive if member.isfile()]
transform = torchvision.transforms.Compose([
    torchvision.transforms.Resize((32, 32)),
    torchvision.transforms.ToTensor(),
    torchvision.transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
])


class Images(torch.utils.data.Dataset):
    def __len__(self):
        return len(files)

    def __getitem__(self, index):
        return transform(Image.open(io.BytesIO(files[index][1])).convert("RGB")), 0, files[index][0]


trunk = ResNetGenerator(name, width)
backbone = torch.nn.Sequential(*list(trunk.children())[:-1], torch.nn.AdaptiveAvgPool2d(1))
backbone.eval()
loader = torch.utils.data.DataLoader(Images(), batch_size=64, num_workers=0)
start = time.perf_counter()
with torch.no_grad():
    parts = [backbone(images).flatten(1) for images, _, _ in loader]
count = sum(len(part) for part in parts)
print(f"{count / (time.perf_counter() - start):.1f}")
