using System.Runtime.InteropServices;
using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Steps.Wire;

namespace LightlyCluster.Worker.Transport.Redis;

/// <summary>Moves embeddings and tree partials of one job through Redis: payloads to DATA, fenced pointers to META.</summary>
internal sealed class RedisExchange(
    IStepStore steps, IPayloadStore payloads, ChunkCodec codec, VectorPool chunkPool, string job, string incarnation) : IDisposable
{
    /// <summary>Chunks whose payloads are written before their pointers are published together.</summary>
    private const int ChunksAtOnce = 4;

    /// <summary>Payloads under way at a time.</summary>
    private const int Window = 8;

    private readonly SemaphoreSlim _window = new(Window, Window);
    private readonly Dictionary<long, List<string>> _ownKeys = [];

    /// <summary>How long payloads and pointers live: the longer of 10 minutes and 20 steps.</summary>
    public TimeSpan Life { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Publishes the first half of shards.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="step">The step.</param>
    /// <param name="shards">What was computed.</param>
    /// <param name="isAlone">Whether nobody else needs the bytes.</param>
    public async Task<(PublishOutcome Outcome, int Different)> PublishShardsAsync(
        long generation, long step, IReadOnlyList<PublishedShard> shards, bool isAlone)
    {
        var pointers = await Task.WhenAll(shards.Select(async shard =>
        {
            var bytes = MemoryMarshal.AsBytes<float>(shard.Rows).ToArray();
            var key = "";
            if (!isAlone && bytes.Length > 0)
            {
                key = NewKey(step, $"shard{shard.Shard}");
                await WriteAsync(key, bytes);
            }

            return new ShardPointer(shard.Shard, shard.SamplesDigest, shard.Replaced, new(PayloadDigest.Of(bytes), key));
        }));
        CrashPoint.Reach("worker.payload-written");
        var answer = await steps.PublishShardsAsync(generation, step, pointers, Life);
        CrashPoint.Reach("worker.published");
        return answer;
    }

    /// <summary>Fetches what another worker published for a shard; null when its bytes are gone.</summary>
    public async Task<float[]?> TryReadShardAsync(ShardPointer pointer, int length)
    {
        var bytes = new byte[length * sizeof(float)];
        if (length > 0 && (pointer.Payload.Key.Length == 0 || !await TryReadAsync(pointer.Payload, bytes)))
        {
            return null;
        }

        return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }

    /// <summary>Publishes one node for some chunks.</summary>
    public async Task<PublishOutcome> PublishNodeAsync(long generation, long step, TreeNode node, VectorBuffer sum, IReadOnlyList<int> chunks)
    {
        var outcomes = await Task.WhenAll(chunks.Chunk(ChunksAtOnce).Select(async group =>
        {
            var pointers = await Task.WhenAll(group.Select(async chunk =>
                new NodePointer(chunk, node, await WriteChunkAsync(step, $"node{node.Start}+{node.Count}c{chunk}", sum, chunk))));
            return await steps.PublishNodesAsync(generation, step, pointers, Life);
        }));
        return outcomes.Length == 0 ? PublishOutcome.Accepted : outcomes.MaxBy(outcome => outcome);
    }

    /// <summary>Writes the bytes of a reduced chunk.</summary>
    /// <returns>The pointer to publish.</returns>
    public async Task<ChunkPointer> WriteChunkAsync(long step, int chunk, VectorBuffer reduced) =>
        new(chunk, await WriteChunkAsync(step, $"reduced{chunk}", reduced, chunk));

    /// <summary>Publishes reduced chunks. The last one commits the step.</summary>
    public Task<PublishOutcome> PublishChunksAsync(
        long generation, long step, IReadOnlyList<ChunkPointer> chunks, int shardCount, double learningRate) =>
        steps.PublishReducedAsync(generation, step, chunks, codec.Layout.ChunkCount, shardCount, learningRate, Life);

    /// <summary>Commits a step that one member computed alone: digests only, no bytes travel.</summary>
    public Task<PublishOutcome> CommitAloneAsync(long generation, long step, VectorBuffer reduced, int shardCount, double learningRate)
    {
        var pointers = StepDigest.OfChunks(reduced, codec, chunkPool).Select((digest, chunk) => new ChunkPointer(chunk, new(digest, ""))).ToArray();
        return steps.PublishReducedAsync(generation, step, pointers, pointers.Length, shardCount, learningRate, Life);
    }

    /// <summary>Fetches a chunk.</summary>
    /// <param name="chunk">Number of the chunk.</param>
    /// <param name="pointer">Where its bytes are.</param>
    /// <param name="destination">Receives its float32 values.</param>
    /// <returns>False when they are gone.</returns>
    public async Task<bool> TryReadChunkAsync(int chunk, PayloadPointer pointer, Memory<byte> destination)
    {
        if (codec.IsPlain || pointer.Key.Length == 0)
        {
            return pointer.Key.Length > 0 && await TryReadAsync(pointer, destination);
        }

        var scratch = chunkPool.Rent();
        try
        {
            var bytes = scratch.Memory[..codec.BytesOf(chunk)];
            if (!await TryReadAsync(pointer, bytes))
            {
                return false;
            }

            codec.Decode(chunk, bytes.Span, MemoryMarshal.Cast<byte, float>(destination.Span));
            return true;
        }
        finally
        {
            chunkPool.Return(scratch);
        }
    }

    /// <summary>Drops this worker's payloads of steps up to <paramref name="lastStep"/>.</summary>
    public async Task ForgetAsync(long lastStep)
    {
        List<string> keys;
        lock (_ownKeys)
        {
            var over = _ownKeys.Keys.Where(step => step <= lastStep).ToArray();
            keys = [.. over.SelectMany(step => _ownKeys[step])];
            Array.ForEach(over, step => _ownKeys.Remove(step));
        }

        await payloads.DeleteAsync(keys);
    }

    /// <inheritdoc/>
    public void Dispose() => _window.Dispose();

    private string NewKey(long step, string what)
    {
        var key = payloads.NewKey(job, step, what, incarnation);
        lock (_ownKeys)
        {
            if (!_ownKeys.TryGetValue(step, out var keys))
            {
                _ownKeys.Add(step, keys = []);
            }

            keys.Add(key);
        }

        return key;
    }

    private async Task<PayloadPointer> WriteChunkAsync(long step, string what, VectorBuffer vector, int chunk)
    {
        await _window.WaitAsync();
        try
        {
            using var encoded = EncodedChunk.Of(codec, vector, chunk, chunkPool);
            var key = NewKey(step, what);
            await payloads.WriteAsync(key, encoded.Bytes, Life);
            return new(PayloadDigest.Of(encoded.Bytes.Span), key);
        }
        finally
        {
            _window.Release();
        }
    }

    private async Task WriteAsync(string key, ReadOnlyMemory<byte> bytes)
    {
        await _window.WaitAsync();
        try
        {
            await payloads.WriteAsync(key, bytes, Life);
        }
        finally
        {
            _window.Release();
        }
    }

    private async Task<bool> TryReadAsync(PayloadPointer pointer, Memory<byte> destination)
    {
        await _window.WaitAsync();
        try
        {
            return await payloads.TryReadAsync(pointer.Key, pointer.Digest, destination);
        }
        finally
        {
            _window.Release();
        }
    }
}
