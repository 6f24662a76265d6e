using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs.Streams;

/// <summary>Gives the lines of a job's log once each, from the feed where it has them and from META where they are older.</summary>
internal sealed class LineCursor(FeedRows rows, long firstSequence)
{
    /// <summary>The next line.</summary>
    public long Next { get; private set; } = Math.Max(1, firstSequence);

    /// <summary>Lines that were not given yet.</summary>
    public async IAsyncEnumerable<LogLine> NewAsync(FeedState state)
    {
        while (state.Lines is [var oldest, ..] && Next < oldest.Sequence)
        {
            var page = await rows.ReadLinesAsync(Next);
            foreach (var line in page)
            {
                Next = line.Sequence + 1;
                yield return line;
            }

            if (page.Count == 0)
            {
                break;
            }
        }

        foreach (var line in state.Lines)
        {
            if (line.Sequence >= Next)
            {
                Next = line.Sequence + 1;
                yield return line;
            }
        }
    }
}
