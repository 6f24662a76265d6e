namespace LightlyCluster.Fleet.Redis.Payloads;

/// <summary>A request that waits for its reply.</summary>
/// <param name="Destination">Where the bytes of the reply go; empty for requests that are answered with a word.</param>
/// <param name="Sent">Time stamp of the sending.</param>
internal sealed record PendingReply(Memory<byte> Destination, long Sent)
{
    private readonly TaskCompletionSource<bool> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with true when the request was carried out, false when there is no such value.</summary>
    public Task<bool> Completion => _completion.Task;

    /// <summary>Ends the request.</summary>
    public void Complete(bool isThere) => _completion.TrySetResult(isThere);

    /// <summary>Ends the request with an error.</summary>
    public void Fail(Exception error) => _completion.TrySetException(error);
}
