using System.Text.Json;

namespace LightlyCluster.Commands.Tests;

/// <summary>What a command answered.</summary>
internal sealed record LightlyOutcome(int ExitCode, string Output, string Error)
{
    /// <summary>The one JSON object on standard output.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}
