using Grpc.Core;
using LightlyCluster.Coordinator.Endpoints;
using LightlyCluster.Coordinator.Security;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs.Streams;

/// <summary>Lets clients follow jobs: everything, metrics only, or the log only.</summary>
internal sealed class JobStreams(JobFeeds feeds, IJobStore store, SecurityOptions options, TimeProvider clock)
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);

    /// <summary>A snapshot, changes, committed steps and lines, until the job has ended or paused and everything was sent.</summary>
    public Task WatchAsync(
        WatchTrainingJobRequest request, ResumeToken from, IServerStreamWriter<WatchTrainingJobResponse> stream, CancellationToken cancellationToken)
    {
        var rows = new FeedRows(store, request.Id);
        var watch = new JobWatch(new(rows, from.NextStep), new(rows, from.NextLine), new(stream, options.StreamPatience, clock, cancellationToken));
        return FollowAsync(request.Id, isFollowing: true, watch.SendAsync, watch.BeatAsync, cancellationToken);
    }

    /// <summary>Committed steps.</summary>
    public Task StreamMetricsAsync(
        StreamMetricsRequest request, IServerStreamWriter<StreamMetricsResponse> stream, CancellationToken cancellationToken)
    {
        var cursor = new StepCursor(new(store, request.Id), request.FromStep);
        var writer = new PatientWriter<StreamMetricsResponse>(stream, options.StreamPatience, clock, cancellationToken);
        return FollowAsync(
            request.Id,
            request.Follow,
            async state =>
            {
                await foreach (var step in cursor.NewAsync(state))
                {
                    await writer.WriteAsync(new() { Metrics = step });
                }
            },
            () => writer.Silence > HeartbeatInterval ? writer.WriteAsync(new()) : Task.CompletedTask,
            cancellationToken);
    }

    /// <summary>Lines of the log.</summary>
    public Task StreamLogsAsync(StreamLogsRequest request, IServerStreamWriter<StreamLogsResponse> stream, CancellationToken cancellationToken)
    {
        var cursor = new LineCursor(new(store, request.Id), request.FromSequence);
        var writer = new PatientWriter<StreamLogsResponse>(stream, options.StreamPatience, clock, cancellationToken);
        return FollowAsync(
            request.Id,
            request.Follow,
            async state =>
            {
                await foreach (var line in cursor.NewAsync(state))
                {
                    await writer.WriteAsync(new() { Line = line });
                }
            },
            () => writer.Silence > HeartbeatInterval ? writer.WriteAsync(new()) : Task.CompletedTask,
            cancellationToken);
    }

    private Task FollowAsync(string job, bool isFollowing, Func<FeedState, Task> send, Func<Task> beat, CancellationToken cancellationToken) =>
        feeds.FollowAsync(job, async feed =>
        {
            var state = feed.Now;
            while (state.Record is not null)
            {
                await send(state);
                if (!isFollowing || state.IsComplete)
                {
                    return;
                }

                var before = state;
                state = await feed.ChangedAsync(state, HeartbeatInterval, cancellationToken);
                if (state.Record is null && !before.IsOver)
                {
                    // Only a job that rests or has ended can be deleted.
                    throw RpcErrors.JobLost(job);
                }

                await beat();
            }
        });
}
