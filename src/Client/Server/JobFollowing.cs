using LightlyCluster.Protocol.Connections;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Server;

/// <summary>Follows a job with a callback, for commands that show what happens.</summary>
internal static class JobFollowing
{
    /// <summary>Follows a job until it has ended or paused.</summary>
    /// <param name="client">The server.</param>
    /// <param name="id">The job.</param>
    /// <param name="fromStep">First committed step of interest.</param>
    /// <param name="receive">Receives every event once.</param>
    /// <param name="cancellationToken">Ends following; the job goes on.</param>
    /// <returns>The job as it was last.</returns>
    public static async Task<TrainingJob> FollowAsync(
        this LightlyClient client, string id, long fromStep, Action<WatchTrainingJobResponse> receive, CancellationToken cancellationToken)
    {
        TrainingJob? job = null;
        await foreach (var happened in client.WatchAsync(id, fromStep, cancellationToken))
        {
            job = happened.Job ?? job;
            receive(happened);
        }

        return job!;
    }
}
