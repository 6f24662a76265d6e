namespace LightlyCluster.Fleet.Redis.Payloads;

/// <summary>Moves payloads to and from the DATA store.</summary>
internal interface IPayloadChannel : IAsyncDisposable
{
    /// <summary>Stores bytes under a key for some time. They must not change before the task ends.</summary>
    Task WriteAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan life);

    /// <summary>Reads the bytes of a key into <paramref name="destination"/>.</summary>
    /// <returns>False when the key is gone or has another length; the destination then holds anything.</returns>
    Task<bool> TryReadAsync(string key, Memory<byte> destination);
}
