namespace LightlyCluster.Fleet.Stores;

/// <summary>Megabytes: immutable payloads in DATA or with the workers, each with a life span, checked by digest when read.</summary>
public interface IPayloadStore
{
    /// <summary>A key that nobody ever used before, for bytes that are to be stored; it may say where they lie.</summary>
    string NewKey(string job, long step, string what, string incarnation, ReadOnlyMemory<byte> bytes);

    /// <summary>The key of a piece of a snapshot.</summary>
    string SnapshotKey(string job, long step, string incarnation, int piece);

    /// <summary>Stores bytes. They must not change before the task ends.</summary>
    /// <exception cref="StoreFullException">DATA has no room.</exception>
    Task WriteAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan life);

    /// <summary>Reads bytes into <paramref name="destination"/> and checks their digest.</summary>
    /// <returns>False when the payload is gone or its bytes are not the ones promised.</returns>
    Task<bool> TryReadAsync(string key, string digest, Memory<byte> destination);

    /// <summary>Reads a piece of something whose digest is checked as a whole.</summary>
    /// <returns>False when the piece is gone or has another length.</returns>
    Task<bool> TryReadPieceAsync(string key, Memory<byte> destination);

    /// <summary>
    /// Whether written bytes stay where they are, so that their memory is held until they are dropped, instead of being copied elsewhere.
    /// </summary>
    bool IsInPlace => false;

    /// <summary>Lets others read from here what was read here, where payloads stay with those who have them. Drop it as what was written.</summary>
    void Keep(string key, ReadOnlyMemory<byte> bytes)
    {
    }

    /// <summary>Whether a payload is still on its way here by itself: until it has come, reading it makes no sense.</summary>
    bool IsUnderWay(string key) => false;

    /// <summary>Drops payloads.</summary>
    Task DeleteAsync(IReadOnlyCollection<string> keys);
}
