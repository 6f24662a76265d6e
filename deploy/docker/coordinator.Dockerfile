# The coordinator: scheduling, gRPC, dashboard. Build it with deploy/docker/build.
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0
ARG BASE=docker.io/library/debian:13-slim

FROM ${SDK} AS build
ARG VERSION=0.1.0
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/root/.nuget/packages \
    dotnet publish src/Coordinator -c Release -r linux-x64 --self-contained -o /app/bin \
      -p:Version=${VERSION} -p:RunAnalyzers=false -p:DebugType=none --nologo -v quiet

FROM ${BASE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="lightly-coordinator" org.opencontainers.image.version="${VERSION}"
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libssl3t64 libstdc++6 tzdata \
 && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*
COPY --from=build /app/bin /app
# 1654 is the number of the user "app" in .NET's own images. Only /tmp and mounted volumes are written to.
ENV HOME=/tmp DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
USER 1654:1654
WORKDIR /tmp
EXPOSE 50051
ENTRYPOINT ["/app/LightlyCluster.Coordinator"]
