using LightlyCluster.Fleet.Steps;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>The answer of a script: a word and what comes with it.</summary>
internal sealed record Reply(string Code, IReadOnlyList<string> Values)
{
    public static Reply From(RedisResult result)
    {
        var parts = ((RedisResult[]?)result ?? []).Select(part => (string?)part ?? "").ToArray();
        return new(parts[0], parts[1..]);
    }

    public PublishOutcome ToOutcome() => Code switch
    {
        "OK" => PublishOutcome.Accepted,
        "COMMITTED" => PublishOutcome.Committed,
        "ALREADY_COMMITTED" => PublishOutcome.AlreadyCommitted,
        "STALE" => PublishOutcome.Stale,
        "NOT_RUNNING" => PublishOutcome.NotRunning,
        "FUTURE" => PublishOutcome.Future,
        _ => throw new InvariantBrokenException($"Broken invariant: a script answered {Code}."),
    };
}
