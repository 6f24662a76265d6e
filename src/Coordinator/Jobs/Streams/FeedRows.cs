using Google.Protobuf.WellKnownTypes;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs.Streams;

/// <summary>Reads committed steps and log lines of a job from META.</summary>
internal sealed class FeedRows(IJobStore store, string job)
{
    /// <summary>Rows that are read at once.</summary>
    public const int PageRows = 500;

    /// <summary>Committed steps from a number on, at most <see cref="PageRows"/>.</summary>
    public async Task<IReadOnlyList<StepMetrics>> ReadStepsAsync(JobRecord record, long firstStep)
    {
        // A client that wants no steps asks for ones that never come; the store has rows up to the committed step only.
        if (!record.IsInitialized || firstStep > record.Step)
        {
            return [];
        }

        var rows = await store.ReadMetricsAsync(job, Math.Max(0, firstStep - record.BaseStep - 1), PageRows);
        return [.. rows.Select(StepMetrics.Parser.ParseJson)];
    }

    /// <summary>Log lines from a sequence (from 1) on, at most <see cref="PageRows"/>.</summary>
    public async Task<IReadOnlyList<LogLine>> ReadLinesAsync(long firstSequence)
    {
        var page = await store.ReadLinesAsync(job, firstSequence - 1, PageRows);
        return [.. page.Lines.Select((text, index) => ToWire(LineRecord.Read(text), page.First + index + 1))];
    }

    private static LogLine ToWire(LineRecord line, long sequence) => new()
    {
        Sequence = sequence,
        Time = DateTimeOffset.FromUnixTimeMilliseconds(line.Time).ToTimestamp(),
        Worker = line.Worker,
        Level = line.Level,
        Text = line.Text,
    };
}
