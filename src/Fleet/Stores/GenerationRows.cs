using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Transports;

namespace LightlyCluster.Fleet.Stores;

/// <summary>The rows that go into META together with a new generation.</summary>
public static class GenerationRows
{
    /// <summary>What the store is asked for.</summary>
    /// <param name="asked">The decision.</param>
    /// <param name="job">The job that it was made on.</param>
    /// <param name="history">The rows as they are.</param>
    /// <param name="factsOf">What the observer knows of a member.</param>
    /// <param name="sync">The job's <c>sync</c>.</param>
    /// <param name="term">The term of a leader; null from a member.</param>
    /// <param name="nowMilliseconds">Milliseconds since 1970, for records only.</param>
    public static GenerationChange Write(
        BeginGeneration asked, JobRecord job, IReadOnlyDictionary<string, string> history, Func<string, MemberFacts> factsOf, SyncSpecification sync,
        long? term, long nowMilliseconds)
    {
        var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var joined in asked.Joined)
        {
            rows[joined] = (RowOf(joined, history, factsOf(joined), nowMilliseconds) with { Left = 0, Reason = "" }).Write();
        }

        foreach (var (gone, reason) in asked.Lost.Select(loss => (loss.Incarnation, loss.Cause)).Concat(asked.Left.Select(left => (left.Incarnation, left.Reason))))
        {
            rows[gone] = (RowOf(gone, history, factsOf(gone), nowMilliseconds) with { Left = nowMilliseconds, Reason = reason }).Write();
        }

        var losses = asked.Lost.Select(loss => new LossRecord(
            RowOf(loss.Incarnation, history, factsOf(loss.Incarnation), nowMilliseconds).Id, loss.Cause, job.Step, null,
            Math.Round(loss.Detection.TotalSeconds, 3), loss.Incarnation).Write());
        return new(term, asked.ExpectedGeneration, asked.Current, asked.Next, asked.IsStart, nowMilliseconds, [.. losses], rows)
        {
            Transport = TransportChoice.Of(sync, job, asked.Next.Members.Count()),
        };
    }

    /// <summary>The row of a member, brought up to date.</summary>
    public static MemberRecord RowOf(string incarnation, IReadOnlyDictionary<string, string> history, MemberFacts facts, long nowMilliseconds)
    {
        var row = history.TryGetValue(incarnation, out var text)
            ? MemberRecord.Read(text)
            : new MemberRecord(facts.Id.Length > 0 ? facts.Id : incarnation, nowMilliseconds, 0, "", 0, 0);
        return facts.Shards > row.Shards
            ? row with { Shards = facts.Shards, ShardsPerSecond = facts.ShardsPerSecond }
            : row;
    }
}
