namespace LightlyCluster.Fleet.Stores;

/// <summary>All that a fleet shares: META (facts, fenced) and DATA (megabytes, volatile).</summary>
/// <remarks>
/// Every member may throw <see cref="StoreAwayException"/>; the call may then have been carried out or not, and is safe to repeat.
/// Calls that write payloads may throw <see cref="StoreFullException"/>.
/// </remarks>
public interface IFleetStore
{
    /// <summary>Jobs.</summary>
    IJobStore Jobs { get; }

    /// <summary>Leases of workers and the leadership.</summary>
    ILeaseStore Leases { get; }

    /// <summary>Payloads.</summary>
    IPayloadStore Payloads { get; }

    /// <summary>The running step of a job, for one incarnation.</summary>
    IStepStore Steps(string job, string incarnation);

    /// <summary>Where the workers of a job serve payloads to each other, for one incarnation.</summary>
    IPeerStore Peers(string job, string incarnation);

    /// <summary>On what the members of a job agree to exchange by NCCL.</summary>
    INcclStore Nccl(string job);

    /// <summary>The blocks of an embedding job, for one incarnation.</summary>
    IBlockStore Blocks(string job, string incarnation);
}
