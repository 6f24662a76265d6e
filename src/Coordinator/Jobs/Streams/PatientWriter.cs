using Grpc.Core;
using LightlyCluster.Coordinator.Endpoints;

namespace LightlyCluster.Coordinator.Jobs.Streams;

/// <summary>Writes a stream for as long as the reader reads: nothing is kept for one that does not, and after a while it is cut off.</summary>
internal sealed class PatientWriter<T>(IServerStreamWriter<T> stream, TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
{
    private long _wroteAt = clock.GetTimestamp();

    /// <summary>How long nothing was written.</summary>
    public TimeSpan Silence => clock.GetElapsedTime(_wroteAt);

    /// <summary>Writes a message.</summary>
    /// <exception cref="RpcException">The reader does not read (RESOURCE_EXHAUSTED).</exception>
    public async Task WriteAsync(T message)
    {
        try
        {
            await stream.WriteAsync(message, cancellationToken).WaitAsync(patience, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw RpcErrors.SlowReader(patience);
        }

        _wroteAt = clock.GetTimestamp();
    }
}
