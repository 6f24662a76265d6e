using System.Runtime.InteropServices;
using System.Threading.Channels;
using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Steps.Wire;

namespace LightlyCluster.Worker.Transport;

/// <summary>Moves embeddings and tree partials of one job: payloads by the transport of the generation, fenced pointers to META.</summary>
internal sealed class PayloadExchange(
    IStepStore steps, TransportPayloads payloads, ChunkCodec codec, VectorPool chunkPool, string job, string incarnation) : IDisposable
{
    /// <summary>What this worker holds for others in its own memory while somebody catches up; a joiner that needs more asks for a newer snapshot.</summary>
    private const long BytesKeptForJoiner = 1L << 30;

    private const int StepsKept = 2;

    private static readonly TimeSpan SnapshotLife = TimeSpan.FromMinutes(10);

    /// <summary>Payloads under way at a time.</summary>
    private const int Window = 8;

    private readonly SemaphoreSlim _window = new(Window, Window);
    private readonly Dictionary<long, List<string>> _ownKeys = [];
    private readonly Dictionary<long, List<string>> _nodeKeys = [];

    /// <summary>How long payloads and pointers live: the longer of 10 minutes and 20 steps.</summary>
    public TimeSpan Life { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long others may be late before they count as stuck; null while that is not known.</summary>
    public TimeSpan? Patience
    {
        set => payloads.Patience = value;
    }

    /// <summary>The transport of what is written now.</summary>
    public string Transport => payloads.Transport;

    /// <summary>Committed steps whose payloads are kept while somebody catches up.</summary>
    public long StepsKeptForJoiner => payloads.IsInPlace
        ? Math.Max(StepsKept, BytesKeptForJoiner / (codec.Layout.Length * sizeof(float)))
        : int.MaxValue;

    /// <summary>Takes the transport of a generation.</summary>
    /// <exception cref="StoreAwayException">META does not answer; call again.</exception>
    public Task FollowAsync(JobRecord record, CancellationToken cancellationToken) => payloads.FollowAsync(record, cancellationToken);

    /// <summary>Whether bytes are still on their way here, so that reading them makes no sense yet; a hint comes with them.</summary>
    public bool IsUnderWay(PayloadPointer pointer) => payloads.IsUnderWay(pointer.Key);

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
                key = Own(step, payloads.NewKey(job, step, PayloadNames.Shard(shard.Shard), incarnation, bytes));
                await WriteAsync(key, bytes);
            }

            return new ShardPointer(shard.Shard, shard.SamplesDigest, shard.Replaced, new(PayloadDigest.Of(bytes), key));
        }));
        CrashPoint.Reach("worker.payload-written");
        var answer = await steps.PublishShardsAsync(generation, step, pointers, Life);
        CrashPoint.Reach("worker.published");
        return answer;
    }

    /// <summary>Fetches what another worker published for a shard of the running step, and keeps it for others; null when its bytes are gone.</summary>
    public async Task<float[]?> TryReadRowsAsync(long step, ShardPointer pointer, int length)
    {
        var rows = await TryReadShardAsync(pointer, length);
        if (rows is { Length: > 0 })
        {
            Keep(step, pointer.Payload, MemoryMarshal.AsBytes<float>(rows).ToArray());
        }

        return rows;
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

    /// <summary>Publishes one node for some chunks: those that are written while a request is under way go with the next one.</summary>
    public async Task<PublishOutcome> PublishNodeAsync(long generation, long step, TreeNode node, VectorBuffer sum, IReadOnlyList<int> chunks)
    {
        var written = Channel.CreateUnbounded<NodePointer>();
        var writing = WriteNodeAsync(step, node, sum, chunks, written.Writer);
        var worst = PublishOutcome.Accepted;
        try
        {
            while (await written.Reader.WaitToReadAsync())
            {
                var pointers = new List<NodePointer>();
                while (written.Reader.TryRead(out var pointer))
                {
                    pointers.Add(pointer);
                }

                var outcome = await steps.PublishNodesAsync(generation, step, pointers, Life);
                worst = outcome > worst ? outcome : worst;
            }
        }
        finally
        {
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        await writing;
        return worst;
    }

    /// <summary>Writes the bytes of a reduced chunk.</summary>
    /// <returns>The pointer to publish.</returns>
    public async Task<ChunkPointer> WriteChunkAsync(long step, int chunk, VectorBuffer reduced) =>
        new(chunk, await WriteChunkAsync(_ownKeys, step, PayloadNames.Reduced(chunk), reduced, chunk));

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
    public Task<bool> TryReadChunkAsync(int chunk, PayloadPointer pointer, Memory<byte> destination) =>
        TryReadAsync(chunk, pointer, destination, _ => { });

    /// <summary>Fetches a chunk of the sum of the running step, and keeps its bytes for others.</summary>
    /// <param name="step">The step.</param>
    /// <param name="chunk">Number of the chunk.</param>
    /// <param name="pointer">Where its bytes are.</param>
    /// <param name="destination">Receives its float32 values.</param>
    /// <returns>False when they are gone.</returns>
    public Task<bool> TryReadSumAsync(long step, int chunk, PayloadPointer pointer, Memory<byte> destination) =>
        TryReadAsync(chunk, pointer, destination, bytes => Keep(step, pointer, bytes));

    /// <summary>Stores a piece of a snapshot of a state.</summary>
    public Task WriteSnapshotAsync(string transport, long step, int piece, ReadOnlyMemory<byte> bytes) =>
        payloads.WriteAsync(Own(step, payloads.SnapshotKey(transport, job, step, incarnation, piece)), bytes, SnapshotLife);

    /// <summary>Fetches a piece of a snapshot.</summary>
    /// <returns>False when it is gone.</returns>
    public Task<bool> TryReadSnapshotAsync(string transport, long step, string donor, int piece, Memory<byte> destination) =>
        payloads.TryReadPieceAsync(payloads.SnapshotKey(transport, job, step, donor, piece), destination);

    /// <summary>Nobody needs the nodes of a step any more; where they lie in this worker's memory, they go.</summary>
    public Task ForgetNodesAsync(long step)
    {
        if (!payloads.IsInPlace)
        {
            return Task.CompletedTask;
        }

        List<string>? keys;
        lock (_ownKeys)
        {
            _nodeKeys.Remove(step, out keys);
        }

        return payloads.DeleteAsync(keys ?? []);
    }

    /// <summary>Drops this worker's payloads of steps up to <paramref name="lastStep"/>.</summary>
    public async Task ForgetAsync(long lastStep)
    {
        List<string> keys;
        lock (_ownKeys)
        {
            keys = [.. Take(_ownKeys, lastStep), .. Take(_nodeKeys, lastStep)];
        }

        await payloads.DeleteAsync(keys);
    }

    /// <inheritdoc/>
    public void Dispose() => _window.Dispose();

    private static string[] Take(Dictionary<long, List<string>> keys, long lastStep)
    {
        var over = keys.Keys.Where(step => step <= lastStep).ToArray();
        string[] taken = [.. over.SelectMany(step => keys[step])];
        Array.ForEach(over, step => keys.Remove(step));
        return taken;
    }

    private string Own(long step, string key) => Note(_ownKeys, step, key);

    private string Note(Dictionary<long, List<string>> keysByStep, long step, string key)
    {
        lock (_ownKeys)
        {
            if (!keysByStep.TryGetValue(step, out var keys))
            {
                keysByStep.Add(step, keys = []);
            }

            keys.Add(key);
        }

        return key;
    }

    private void Keep(long step, PayloadPointer pointer, ReadOnlyMemory<byte> bytes)
    {
        if (payloads.IsInPlace)
        {
            payloads.Keep(Own(step, pointer.Key), bytes);
        }
    }

    /// <summary>Writes a node for some chunks and tells of each that is written.</summary>
    private async Task WriteNodeAsync(long step, TreeNode node, VectorBuffer sum, IReadOnlyList<int> chunks, ChannelWriter<NodePointer> written)
    {
        try
        {
            await Task.WhenAll(chunks.Select(async chunk => written.TryWrite(
                new(chunk, node, await WriteChunkAsync(_nodeKeys, step, PayloadNames.Node(node, chunk), sum, chunk)))));
        }
        finally
        {
            written.Complete();
        }
    }

    private async Task<PayloadPointer> WriteChunkAsync(Dictionary<long, List<string>> keys, long step, string what, VectorBuffer vector, int chunk)
    {
        await _window.WaitAsync();
        try
        {
            using var encoded = EncodedChunk.Of(codec, vector, chunk, chunkPool);
            var key = Note(keys, step, payloads.NewKey(job, step, what, incarnation, encoded.Bytes));
            var writing = payloads.WriteAsync(key, encoded.Bytes, Life);
            var digest = PayloadDigest.Of(encoded.Bytes.Span);
            await writing;
            return new(digest, key);
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

    private async Task<bool> TryReadAsync(int chunk, PayloadPointer pointer, Memory<byte> destination, Action<ReadOnlyMemory<byte>> onRead)
    {
        if (pointer.Key.Length == 0)
        {
            return false;
        }

        var scratch = codec.IsPlain ? null : chunkPool.Rent();
        try
        {
            var bytes = scratch is null ? destination : scratch.Memory[..codec.BytesOf(chunk)];
            if (!await TryReadAsync(pointer, bytes))
            {
                return false;
            }

            if (scratch is not null)
            {
                codec.Decode(chunk, bytes.Span, MemoryMarshal.Cast<byte, float>(destination.Span));
            }

            onRead(bytes);
            return true;
        }
        finally
        {
            if (scratch is not null)
            {
                chunkPool.Return(scratch);
            }
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
