using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Transport.Peer;

namespace LightlyCluster.Transports.Tests;

/// <summary>Workers of one machine read each other's vectors where they lie.</summary>
public sealed class SharedMemoryTests(TransportStores stores) : IClassFixture<TransportStores>
{
    private const int Length = 5000;
    private const int Bytes = Length * sizeof(float);

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_vector_is_read_where_it_lies_and_not_sent()
    {
        await using var pair = await PayloadPair.OpenAsync(stores.For(TransportKind.Peer), JobVocabulary.TransportPeer);
        using var pool = new VectorPool(2 * Length, pair.Writer.Memory);
        var vector = Rent(pool);
        var bytes = vector.Bytes(Length, Length);
        var key = pair.Writer.NewKey("job", 0, "reduced0", "writer", bytes);
        await pair.Writer.WriteAsync(key, bytes, Life);
        var read = new byte[Bytes];

        (await pair.Reader.TryReadAsync(key, PayloadDigest.Of(bytes.Span), read)).ShouldBeTrue();

        read.ShouldBe(bytes.ToArray());
        pair.Meters.BytesOf(JobVocabulary.TransportPeer, "transmit").ShouldBe(PeerFrame.LocationBytes);
        pair.Meters.BytesOf(JobVocabulary.TransportPeer, "receive").ShouldBe(PeerFrame.LocationBytes + Bytes);
        await pair.Writer.DeleteAsync([key]);
        pool.Return(vector);
    }

    [Fact]
    public async Task What_its_owner_uses_for_something_else_counts_as_gone()
    {
        await using var pair = await PayloadPair.OpenAsync(stores.For(TransportKind.Peer), JobVocabulary.TransportPeer);
        using var pool = new VectorPool(Length, pair.Writer.Memory);
        var vector = Rent(pool);
        var key = pair.Writer.NewKey("job", 0, "reduced0", "writer", vector.Memory);
        await pair.Writer.WriteAsync(key, vector.Memory, Life);
        var digest = PayloadDigest.Of(vector.GetSpan());
        await pair.Writer.DeleteAsync([key]);
        vector.Values[Length - 1]++;

        (await pair.Reader.TryReadAsync(key, digest, new byte[Bytes])).ShouldBeFalse();

        pool.Return(vector);
    }

    [Fact]
    public async Task Nothing_is_read_from_a_worker_that_serves_no_more()
    {
        await using var pair = await PayloadPair.OpenAsync(stores.For(TransportKind.Peer), JobVocabulary.TransportPeer);
        using var pool = new VectorPool(Length, pair.Writer.Memory);
        var vector = Rent(pool);
        var digest = PayloadDigest.Of(vector.GetSpan());
        var key = pair.Writer.NewKey("job", 0, "reduced0", "writer", vector.Memory);
        await pair.Writer.WriteAsync(key, vector.Memory, Life);
        (await pair.Reader.TryReadAsync(key, digest, new byte[Bytes])).ShouldBeTrue();

        await pair.CutOffWriterAsync();

        // As soon as the reader has seen the end of the connection.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await pair.Reader.TryReadAsync(key, digest, new byte[Bytes]))
        {
            limit.Token.ThrowIfCancellationRequested();
        }

        pool.Return(vector);
    }

    [Fact]
    public void Memory_of_somebody_else_is_not_taken_for_a_workers()
    {
        using var memory = SharedMemory.TryCreate()!;
        using var other = SharedMemory.TryCreate()!;
        string PathOf(SharedMemory one) => one.Location.Split('|')[0];
        string LinkOf(SharedMemory one) => one.Location.Split('|')[1];

        using var right = SharedMemoryView.TryOpen(memory.Location);
        right.ShouldNotBeNull();
        SharedMemoryView.TryOpen($"{PathOf(other)}|{LinkOf(memory)}").ShouldBeNull();
        SharedMemoryView.TryOpen($"/proc/{int.MaxValue}/fd/3|{LinkOf(memory)}").ShouldBeNull();
        SharedMemoryView.TryOpen($"{Path.GetTempPath()}|{LinkOf(memory)}").ShouldBeNull();
        SharedMemoryView.TryOpen(PathOf(memory)).ShouldBeNull();
    }

    [Fact]
    public void Only_what_lies_in_the_memory_is_read()
    {
        using var memory = SharedMemory.TryCreate()!;
        using var pool = new VectorPool(Length, memory);
        using var view = SharedMemoryView.TryOpen(memory.Location)!;
        var vector = Rent(pool);
        var read = new byte[Bytes];

        view.TryRead(vector.Place, read).ShouldBeTrue();
        read.ShouldBe(vector.Memory.ToArray());
        view.TryRead(-1, read).ShouldBeFalse();
        view.TryRead(long.MaxValue, read).ShouldBeFalse();
        view.TryRead(long.MaxValue - Bytes, read).ShouldBeFalse();
        view.Dispose();
        view.TryRead(vector.Place, read).ShouldBeFalse();
        pool.Return(vector);
    }

    [Fact]
    public void A_vector_lives_as_long_as_somebody_holds_it_and_one_too_large_lies_elsewhere()
    {
        var memory = SharedMemory.TryCreate()!;
        using var pool = new VectorPool(Length, memory);
        memory.Take(1L << 60).Address.ShouldBe(0);
        var vector = Rent(pool);
        vector.Place.ShouldBeGreaterThanOrEqualTo(0);

        memory.Dispose();

        vector.Values.Fill(2);
        vector.Values.ToArray().ShouldAllBe(value => value == 2);
        pool.Return(vector);
    }

    private static VectorBuffer Rent(VectorPool pool)
    {
        var vector = pool.Rent();
        for (var index = 0; index < vector.Length; index++)
        {
            vector.Values[index] = index;
        }

        return vector;
    }
}
