using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace LightlyCluster.Observability;

/// <summary>Trace ids that everybody knows without a word being exchanged: functions of the job and of what is traced.</summary>
/// <remarks>
/// The first 16 bytes of SHA-256 over the text are the trace id, the next 8 the id of its root span. Two workers' spans of a step are
/// so one trace, whatever happens to the coordinator.
/// </remarks>
public static class TraceIdentity
{
    /// <summary>The root of a step's trace.</summary>
    public static ActivityContext OfStep(string job, long step) => Of($"lightlycluster/step/{job}/{step}");

    /// <summary>The root of an epoch's trace.</summary>
    public static ActivityContext OfEpoch(string job, long epoch) => Of($"lightlycluster/epoch/{job}/{epoch}");

    private static ActivityContext Of(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return new(
            ActivityTraceId.CreateFromBytes(hash[..16]), ActivitySpanId.CreateFromBytes(hash[16..24]), ActivityTraceFlags.Recorded, traceState: null,
            isRemote: true);
    }
}
