using System.Text.Json;

namespace LightlyCluster.Coordinator.Security;

/// <summary>One call in the audit log.</summary>
/// <param name="Time">When it was answered.</param>
/// <param name="Tenant">Who called; empty where nobody knows.</param>
/// <param name="Role">The caller's role; empty where nobody knows.</param>
/// <param name="Peer">Address of the caller.</param>
/// <param name="Method">What was called.</param>
/// <param name="Job">The job that it was about; empty: none.</param>
/// <param name="Outcome">The status of the answer.</param>
/// <param name="Milliseconds">How long the call lasted.</param>
internal sealed record AuditEntry(
    DateTimeOffset Time, string Tenant, string Role, string Peer, string Method, string Job, string Outcome, long Milliseconds)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    /// <summary>The entry as one JSON object without line feeds.</summary>
    public string Write() => JsonSerializer.Serialize(this, Format);
}
