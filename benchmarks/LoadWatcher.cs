using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Benchmarks;

/// <summary>One client that watches a job, and when it saw each step.</summary>
internal sealed class LoadWatcher(GrpcChannel channel, string job)
{
    /// <summary>Steps in the order in which they came, with the time.</summary>
    public List<(long Step, long At)> Steps { get; } = [];

    /// <summary>Steps that were left out or came twice.</summary>
    public int Gaps => Steps.Zip(Steps.Skip(1)).Count(pair => pair.Second.Step != pair.First.Step + 1);

    /// <summary>Milliseconds from the first watcher that saw a step to the last one, for steps that all have seen.</summary>
    public static IReadOnlyList<double> Spreads(IReadOnlyCollection<LoadWatcher> watchers) =>
        [.. watchers.SelectMany(watcher => watcher.Steps).GroupBy(seen => seen.Step).Where(group => group.Count() == watchers.Count)
            .Select(group => Stopwatch.GetElapsedTime(group.Min(seen => seen.At), group.Max(seen => seen.At)).TotalMilliseconds)];

    /// <summary>Watches until it is stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var watch = new TrainingJobService.TrainingJobServiceClient(channel).WatchTrainingJob(new() { Id = job, FromStep = 1 }, cancellationToken: cancellationToken);
            await foreach (var happened in watch.ResponseStream.ReadAllAsync(cancellationToken))
            {
                if (happened.Step is { } step)
                {
                    Steps.Add((step.Step, Stopwatch.GetTimestamp()));
                }
            }
        }
        catch (Exception error) when (error is RpcException { StatusCode: StatusCode.Cancelled } or OperationCanceledException)
        {
            // Stopped.
        }
    }
}
