using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LightlyCluster.Coordinator.Endpoints;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs;

/// <summary>Follows one job for one client: a snapshot, changes, committed steps, log lines, and the end.</summary>
internal sealed class JobWatch(WatchTrainingJobRequest request, IJobStore store, JobReader reader, TimeProvider clock)
{
    private const int RowsAtOnce = 500;
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);

    private long _nextStep = Math.Max(1, request.FromStep);
    private long _nextLine;
    private string _seen = "";

    /// <summary>Runs until the job has ended or paused and everything was sent.</summary>
    public async Task RunAsync(IServerStreamWriter<WatchTrainingJobResponse> stream, CancellationToken cancellationToken)
    {
        await using var events = await store.SubscribeAsync(request.Id);
        var lastSent = clock.GetTimestamp();
        while (true)
        {
            var job = await store.ReadAsync(request.Id);
            if (job is null)
            {
                // A job that rests or has ended is not watched any more when it is deleted.
                if (_seen.Length > 0)
                {
                    throw RpcErrors.JobLost(request.Id);
                }

                return;
            }

            var isOver = job.HasEnded || job.State == JobState.Paused;
            var sent = await SendRowsAsync(job, stream, cancellationToken);
            sent |= await SendLinesAsync(stream, cancellationToken);
            sent |= await SendJobAsync(job, stream, isOver, cancellationToken);
            if (isOver && _seen.Length == 0)
            {
                return;
            }

            if (!sent && clock.GetElapsedTime(lastSent) > HeartbeatInterval)
            {
                await stream.WriteAsync(new() { Heartbeat = new() }, cancellationToken);
                sent = true;
            }

            lastSent = sent ? clock.GetTimestamp() : lastSent;
            await events.WaitAsync(cancellationToken);
            await Task.Delay(ShortestInterval, clock, cancellationToken);
        }
    }

    private async Task<bool> SendRowsAsync(JobRecord job, IServerStreamWriter<WatchTrainingJobResponse> stream, CancellationToken cancellationToken)
    {
        // A client that wants no steps asks for ones that never come; the store has rows up to the committed step only.
        if (!job.IsInitialized || _nextStep > job.Step)
        {
            return false;
        }

        var any = false;
        while (true)
        {
            var rows = await store.ReadMetricsAsync(request.Id, Math.Max(0, _nextStep - job.BaseStep - 1), RowsAtOnce);
            foreach (var row in rows)
            {
                var metrics = StepMetrics.Parser.ParseJson(row);
                await stream.WriteAsync(new() { Step = metrics }, cancellationToken);
                _nextStep = metrics.Step + 1;
                any = true;
            }

            if (rows.Count < RowsAtOnce)
            {
                return any;
            }
        }
    }

    private async Task<bool> SendLinesAsync(IServerStreamWriter<WatchTrainingJobResponse> stream, CancellationToken cancellationToken)
    {
        var lines = await store.ReadLinesAsync(request.Id, _nextLine);
        foreach (var line in lines.Select(LineRecord.Read))
        {
            await stream.WriteAsync(
                new()
                {
                    Log = new()
                    {
                        Sequence = ++_nextLine,
                        Time = DateTimeOffset.FromUnixTimeMilliseconds(line.Time).ToTimestamp(),
                        Worker = line.Worker,
                        Level = line.Level,
                        Text = line.Text,
                    },
                },
                cancellationToken);
        }

        return lines.Count > 0;
    }

    /// <summary>Sends the job when it changed. The last one is sent when all members have been written off, and empties the memory.</summary>
    private async Task<bool> SendJobAsync(
        JobRecord job, IServerStreamWriter<WatchTrainingJobResponse> stream, bool isOver, CancellationToken cancellationToken)
    {
        var view = $"{job.State}|{job.Generation}|{job.Reason}|{job.Message}|{job.StepsTotal}";
        if (view == _seen && !isOver)
        {
            return false;
        }

        var snapshot = await reader.ReadAsync(job);
        var isComplete = isOver && snapshot.Result.Workers.All(worker => worker.Left is not null);
        if (view == _seen && !isComplete)
        {
            return false;
        }

        await stream.WriteAsync(new() { Job = snapshot }, cancellationToken);
        _seen = isComplete ? "" : view;
        return true;
    }
}
