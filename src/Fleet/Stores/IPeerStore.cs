namespace LightlyCluster.Fleet.Stores;

/// <summary>Addresses of workers that serve payloads to each other, in META, as one incarnation of a job writes and reads them.</summary>
public interface IPeerStore
{
    /// <summary>This machine's address on the way to META, as text: the one at which others most likely reach it.</summary>
    string NearestAddress { get; }

    /// <summary>Says where this incarnation serves its payloads, until <paramref name="life"/> has passed without another registration.</summary>
    /// <param name="generation">The generation that the caller knows.</param>
    /// <param name="address">The address.</param>
    /// <param name="secret">The secret to agree on where the job has none.</param>
    /// <param name="life">How long address and secret stay.</param>
    /// <returns>The job's secret; null when the generation is of the past, or the job has ended.</returns>
    Task<string?> RegisterAsync(long generation, string address, string secret, TimeSpan life);

    /// <summary>Who serves payloads.</summary>
    Task<PeerBook> ReadAsync();

    /// <summary>Takes the address of this incarnation back.</summary>
    Task WithdrawAsync();
}
