namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>A request that was sent and whose answer has not come.</summary>
/// <param name="destination">Where the bytes go.</param>
internal sealed class PendingRead(Memory<byte> destination)
{
    private readonly TaskCompletionSource<bool> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where the bytes go.</summary>
    public Memory<byte> Destination => destination;

    /// <summary>Whether they came.</summary>
    public Task<bool> Completion => _completion.Task;

    /// <summary>Ends the request. Nothing is written to the destination any more.</summary>
    public void Complete(bool isRead) => _completion.SetResult(isRead);
}
