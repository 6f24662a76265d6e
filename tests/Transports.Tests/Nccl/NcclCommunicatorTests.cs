using LightlyCluster.Worker.Transport.Nccl;

namespace LightlyCluster.Transports.Tests.Nccl;

/// <summary>The binding itself, over the test double: what deploy/gpu/check does with the real library.</summary>
[Collection(NcclDouble.Collection)]
public sealed class NcclCommunicatorTests
{
    private const int Bytes = 1 << 20;

    public NcclCommunicatorTests() => NcclDouble.SkipWhereMissing(TransportKind.Nccl);

    [Fact]
    public async Task One_rank_sends_to_itself_and_is_aborted()
    {
        using var memory = new HostMemory();
        await using var communicator = new NcclCommunicator(memory, NcclCommunicator.NewId(), 0, 1, TimeProvider.System);
        await HasEndedAsync(communicator);
        var (sent, received) = (memory.Allocate(Bytes), memory.Allocate(Bytes));
        Random.Shared.NextBytes(sent.Span(0, Bytes));

        communicator.Begin([new(true, 0, sent.Device, Bytes), new(false, 0, received.Device, Bytes)]);
        await HasEndedAsync(communicator);

        received.Span(0, Bytes).SequenceEqual(sent.Span(0, Bytes)).ShouldBeTrue();
        communicator.Abort();
        Should.Throw<NcclException>(() => communicator.HasEnded()).Message.ShouldBe("The communicator was aborted.");
        memory.Free(sent);
        memory.Free(received);
    }

    [Fact]
    public async Task A_rank_that_waits_for_one_that_never_comes_can_be_aborted()
    {
        using var memory = new HostMemory();
        await using var communicator = new NcclCommunicator(memory, NcclCommunicator.NewId(), 1, 2, TimeProvider.System);

        communicator.HasEnded().ShouldBeFalse();
        communicator.Abort();

        Should.Throw<NcclException>(() => communicator.HasEnded());
    }

    [Fact]
    public void An_error_has_the_words_of_NCCL() => Should.Throw<NcclException>(
            () => new NcclCommunicator(new HostMemory(), NcclCommunicator.NewId(), 5, 2, TimeProvider.System))
        .Message.ShouldBe("NCCL cannot begin a communicator of 2 ranks: invalid argument (InvalidArgument)");

    [Fact]
    public void An_id_survives_its_way_through_META()
    {
        var id = NcclCommunicator.NewId().ToHex();

        id.Length.ShouldBe(2 * NcclUniqueId.Length);
        NcclUniqueId.FromHex(id).ToHex().ShouldBe(id);
        NcclCommunicator.NewId().ToHex().ShouldNotBe(id);
        Should.Throw<FormatException>(() => NcclUniqueId.FromHex("00"));
    }

    private static async Task HasEndedAsync(NcclCommunicator communicator)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!communicator.HasEnded())
        {
            await Task.Delay(1, limit.Token);
        }
    }
}
