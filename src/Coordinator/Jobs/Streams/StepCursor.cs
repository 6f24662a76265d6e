using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs.Streams;

/// <summary>Gives the committed steps of a job once each, from the feed where it has them and from META where they are older.</summary>
internal sealed class StepCursor(FeedRows rows, long firstStep)
{
    /// <summary>The next step.</summary>
    public long Next { get; private set; } = Math.Max(1, firstStep);

    /// <summary>Steps that were not given yet.</summary>
    public async IAsyncEnumerable<StepMetrics> NewAsync(FeedState state)
    {
        while (state is { Record: { } record, Steps: [var oldest, ..] } && Next < oldest.Step)
        {
            var page = await rows.ReadStepsAsync(record, Next);
            foreach (var step in page)
            {
                Next = step.Step + 1;
                yield return step;
            }

            if (page.Count == 0)
            {
                break;
            }
        }

        foreach (var step in state.Steps)
        {
            if (step.Step >= Next)
            {
                Next = step.Step + 1;
                yield return step;
            }
        }
    }
}
