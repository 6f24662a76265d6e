# A worker that owns one NVIDIA GPU. CUDA's libraries come with libtorch; the driver comes from the node (NVIDIA container toolkit).
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0
ARG BASE=docker.io/library/debian:13-slim

FROM ${SDK} AS build
ARG VERSION=0.1.0
WORKDIR /source
COPY . .
# The libraries' package comes in parts that the build joins; they are several gigabytes.
RUN --mount=type=cache,target=/root/.nuget/packages \
    dotnet publish src/Worker -c Release -r linux-x64 --self-contained -o /app/bin \
      -p:TorchDevice=cuda -p:Version=${VERSION} -p:RunAnalyzers=false -p:DebugType=none --nologo -v quiet \
 && mkdir /app/large && find /app/bin -maxdepth 1 -name '*.so*' -size +20M -exec mv -t /app/large {} +

FROM ${BASE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="lightly-worker-cuda" org.opencontainers.image.version="${VERSION}"
# libturbojpeg0 decodes JPEG, ffmpeg reads videos, libgomp1 is OpenMP.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates ffmpeg libgomp1 libssl3t64 libstdc++6 libturbojpeg0 tzdata \
 && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*
# What is large changes with libtorch's version only: a layer of its own. It lies beside the program all the same.
COPY --from=build /app/large /app
COPY --from=build /app/bin /app
ENV HOME=/tmp LIGHTLY_CACHE=/tmp/cache DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
    OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=1073741824 \
    NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 1654:1654
WORKDIR /tmp
ENTRYPOINT ["/app/LightlyCluster.Worker"]
