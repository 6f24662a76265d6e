using System.Security.Cryptography;
using Grpc.Core;
using Grpc.Net.Client;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Server;

/// <summary>Speaks with a coordinator about jobs: every call has a deadline, every error an exit code.</summary>
internal sealed class JobClient : IDisposable
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ReconnectTimeout = TimeSpan.FromSeconds(90);

    private readonly GrpcChannel _channel;
    private readonly TrainingJobService.TrainingJobServiceClient _client;
    private readonly TimeProvider _clock;

    /// <summary>Opens a channel; nothing is sent yet.</summary>
    /// <param name="server">http://HOST:PORT, or HOST:PORT.</param>
    /// <param name="clock">Gives the time.</param>
    /// <exception cref="CommandException">The address is none.</exception>
    public JobClient(string server, TimeProvider clock)
    {
        Server = server.Contains("://", StringComparison.Ordinal) ? server : $"http://{server}";
        if (!Uri.TryCreate(Server, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Port <= 0)
        {
            throw new CommandException($"--server is '{server}'; write HOST:PORT or http://HOST:PORT");
        }

        _channel = GrpcChannel.ForAddress(address);
        _client = new TrainingJobService.TrainingJobServiceClient(_channel);
        _clock = clock;
    }

    /// <summary>Address of the coordinator.</summary>
    public string Server { get; }

    /// <summary>Submits a job.</summary>
    public Task<TrainingJob> CreateAsync(string name, TrainingJobSpec specification, CancellationToken cancellationToken)
    {
        var request = new CreateTrainingJobRequest { RequestId = NewId(), DisplayName = name, Spec = specification };
        return CallAsync(options => _client.CreateTrainingJobAsync(request, options), cancellationToken);
    }

    /// <summary>Reads a job.</summary>
    public Task<TrainingJob> GetAsync(string id, CancellationToken cancellationToken) =>
        CallAsync(options => _client.GetTrainingJobAsync(new GetTrainingJobRequest { Id = id }, options), cancellationToken);

    /// <summary>Reads every job, page by page.</summary>
    public async Task<IReadOnlyList<TrainingJob>> ListAsync(CancellationToken cancellationToken)
    {
        var jobs = new List<TrainingJob>();
        var request = new ListTrainingJobsRequest { PageSize = 500 };
        do
        {
            var page = await CallAsync(options => _client.ListTrainingJobsAsync(request, options), cancellationToken);
            jobs.AddRange(page.Jobs);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return jobs;
    }

    /// <summary>Ends a job.</summary>
    public Task<TrainingJob> CancelAsync(string id, string reason, CancellationToken cancellationToken)
    {
        var request = new CancelTrainingJobRequest { Id = id, RequestId = NewId(), Reason = reason };
        return CallAsync(options => _client.CancelTrainingJobAsync(request, options), cancellationToken);
    }

    /// <summary>Checkpoints and pauses a job.</summary>
    public Task<TrainingJob> PauseAsync(string id, CancellationToken cancellationToken)
    {
        var request = new PauseTrainingJobRequest { Id = id, RequestId = NewId() };
        return CallAsync(options => _client.PauseTrainingJobAsync(request, options), cancellationToken);
    }

    /// <summary>Lets a paused job run again.</summary>
    public Task<TrainingJob> ResumeAsync(string id, CancellationToken cancellationToken)
    {
        var request = new ResumeTrainingJobRequest { Id = id, RequestId = NewId() };
        return CallAsync(options => _client.ResumeTrainingJobAsync(request, options), cancellationToken);
    }

    /// <summary>Removes the record of a job that has ended or is paused.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellationToken) =>
        CallAsync(options => _client.DeleteTrainingJobAsync(new DeleteTrainingJobRequest { Id = id }, options), cancellationToken);

    /// <summary>Reads the workers that are connected.</summary>
    public async Task<IReadOnlyList<WorkerInfo>> ListWorkersAsync(CancellationToken cancellationToken) =>
        (await CallAsync(options => _client.ListWorkersAsync(new ListWorkersRequest(), options), cancellationToken)).Workers;

    /// <summary>The files of a job in pieces.</summary>
    public IAsyncEnumerable<DownloadArtifactsResponse> DownloadAsync(string id, CancellationToken cancellationToken) =>
        _client.DownloadArtifacts(new DownloadArtifactsRequest { Id = id }, cancellationToken: cancellationToken)
            .ResponseStream.ReadAllAsync(cancellationToken);

    /// <summary>Follows a job until it has ended or paused; comes again when the coordinator is away.</summary>
    /// <param name="id">The job.</param>
    /// <param name="fromStep">First committed step of interest.</param>
    /// <param name="receive">Receives every event once.</param>
    /// <param name="cancellationToken">Ends following; the job goes on.</param>
    /// <returns>The job as it was last.</returns>
    public async Task<TrainingJob> FollowAsync(
        string id,
        long fromStep,
        Action<WatchTrainingJobResponse> receive,
        CancellationToken cancellationToken)
    {
        var position = new WatchPosition(fromStep);
        var heard = _clock.GetTimestamp();
        while (true)
        {
            try
            {
                using var call = _client.WatchTrainingJob(
                    new WatchTrainingJobRequest { Id = id, FromStep = position.NextStep }, cancellationToken: cancellationToken);
                await foreach (var happened in call.ResponseStream.ReadAllAsync(cancellationToken))
                {
                    heard = _clock.GetTimestamp();
                    if (position.IsNew(happened))
                    {
                        receive(happened);
                    }
                }
            }
            catch (RpcException exception) when (RpcErrors.IsTransient(exception) && _clock.GetElapsedTime(heard) < ReconnectTimeout)
            {
                // The coordinator is away; what it said is in the store, and it will say the rest.
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (RpcException exception)
            {
                throw RpcErrors.Translate(exception, Server);
            }

            if (position.Job is { } job && (JobStateMapping.FromWire(job.State) is var state) && (state.HasEnded() || state == JobState.Paused))
            {
                return job;
            }

            await Task.Delay(RetryInterval, _clock, cancellationToken);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _channel.Dispose();

    private static string NewId() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    private async Task<T> CallAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            var deadline = _clock.GetUtcNow().UtcDateTime + CallTimeout;
            return await call(new CallOptions(deadline: deadline, cancellationToken: cancellationToken));
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        catch (RpcException exception)
        {
            throw RpcErrors.Translate(exception, Server);
        }
    }
}
