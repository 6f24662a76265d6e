# A worker that computes on the CPU. Build it with deploy/docker/build.
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0
ARG BASE=docker.io/library/debian:13-slim

FROM ${SDK} AS build
ARG VERSION=0.1.0
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/root/.nuget/packages \
    dotnet publish src/Worker -c Release -r linux-x64 --self-contained -o /app/bin \
      -p:TorchDevice=cpu -p:Version=${VERSION} -p:RunAnalyzers=false -p:DebugType=none --nologo -v quiet \
 && mv /app/bin/native /app/native

FROM ${BASE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="lightly-worker-cpu" org.opencontainers.image.version="${VERSION}"
# libturbojpeg0 decodes JPEG, ffmpeg reads videos, libgomp1 is OpenMP.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates ffmpeg libgomp1 libssl3t64 libstdc++6 libturbojpeg0 tzdata \
 && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*
# libtorch is half a gigabyte and changes with its version only: a layer of its own.
COPY --from=build /app/native /app/native
COPY --from=build /app/bin /app
# One thread a worker; few malloc arenas, so that a worker's size stays where it is.
ENV HOME=/tmp LIGHTLY_CACHE=/tmp/cache DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
    OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=1073741824
USER 1654:1654
WORKDIR /tmp
ENTRYPOINT ["/app/LightlyCluster.Worker"]
