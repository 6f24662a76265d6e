using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs.Streams;

/// <summary>Tells one client what happens to a job: first a snapshot, at the end another one, in between what is new.</summary>
internal sealed class JobWatch(StepCursor steps, LineCursor lines, PatientWriter<WatchTrainingJobResponse> writer)
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);

    private string _told = "";
    private bool _hasToldEnd;

    private string Position => new ResumeToken(steps.Next, lines.Next).Write();

    /// <summary>Tells what is new.</summary>
    public async Task SendAsync(FeedState state)
    {
        if (_told.Length == 0 && !state.IsComplete)
        {
            await TellJobAsync(state);
        }

        await foreach (var step in steps.NewAsync(state))
        {
            await writer.WriteAsync(new() { Step = step, ResumeToken = Position });
        }

        await foreach (var line in lines.NewAsync(state))
        {
            await writer.WriteAsync(new() { Log = line, ResumeToken = Position });
        }

        if (state.View != _told || (state.IsComplete && !_hasToldEnd))
        {
            await TellJobAsync(state);
        }
    }

    /// <summary>Gives a sign of life where nothing was told for a while.</summary>
    public Task BeatAsync() => writer.Silence > HeartbeatInterval
        ? writer.WriteAsync(new() { Heartbeat = new(), ResumeToken = Position })
        : Task.CompletedTask;

    private async Task TellJobAsync(FeedState state)
    {
        await writer.WriteAsync(new() { Job = state.Snapshot, ResumeToken = Position });
        (_told, _hasToldEnd) = (state.View, state.IsComplete);
    }
}
