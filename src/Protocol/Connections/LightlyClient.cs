using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Protocol.Connections;

/// <summary>Submits, follows and controls jobs on a fleet. Safe to use from several threads.</summary>
/// <remarks>
/// Every call has a deadline and, where it changes something, a request id, so that it acts once however often it is sent. With several
/// coordinators the next one is asked when one is away. Streams come again by themselves and go on exactly where they ended.
/// </remarks>
public sealed class LightlyClient : IDisposable
{
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);

    private readonly CoordinatorCalls _calls;

    /// <summary>Opens channels; nothing is sent yet.</summary>
    /// <param name="servers">Addresses of coordinators with commas between them: HOST:PORT, http://HOST:PORT or https://HOST:PORT.</param>
    /// <param name="settings">Token and certificates; null: neither.</param>
    /// <param name="clock">Gives the time; null: the system's.</param>
    /// <exception cref="ConnectionSettingsException">An address or a file cannot be used.</exception>
    public LightlyClient(string servers, ConnectionSettings? settings = null, TimeProvider? clock = null)
    {
        var given = settings ?? new();
        var addresses = servers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(server => CoordinatorChannel.AddressOf(server, given)).ToArray();
        _calls = addresses.Length > 0
            ? new([.. addresses.Select(address => CoordinatorChannel.Open(address, given, PingDelay))], clock ?? TimeProvider.System)
            : throw new ConnectionSettingsException("No coordinator is named; write HOST:PORT");
    }

    /// <summary>Address of the coordinator that is asked now.</summary>
    public string Server => _calls.Server;

    /// <summary>Submits a job.</summary>
    /// <param name="name">Its name for people.</param>
    /// <param name="specification">What to train; absent fields get their defaults.</param>
    /// <param name="cancellationToken">Ends the call; the job may be submitted or not.</param>
    /// <param name="requestId">Identifies the request, so that a repeat after a crash of the caller submits nothing twice; empty: a new one.</param>
    /// <exception cref="CoordinatorException">The job is refused, or no coordinator answers.</exception>
    public Task<TrainingJob> CreateAsync(string name, TrainingJobSpec specification, CancellationToken cancellationToken, string requestId = "")
    {
        var request = new CreateTrainingJobRequest { RequestId = requestId.Length > 0 ? requestId : NewId(), DisplayName = name, Spec = specification };
        return _calls.CallAsync((client, options) => client.CreateTrainingJobAsync(request, options), cancellationToken);
    }

    /// <summary>Checks a job and gives it with every default; nothing is submitted.</summary>
    /// <exception cref="CoordinatorException">The job cannot be used; <see cref="CoordinatorException.Violations"/> says why.</exception>
    public Task<TrainingJob> ValidateAsync(string name, TrainingJobSpec specification, CancellationToken cancellationToken)
    {
        var request = new CreateTrainingJobRequest { DisplayName = name, Spec = specification, ValidateOnly = true };
        return _calls.CallAsync((client, options) => client.CreateTrainingJobAsync(request, options), cancellationToken);
    }

    /// <summary>Reads a job.</summary>
    /// <exception cref="CoordinatorException">There is no such job, or no coordinator answers.</exception>
    public Task<TrainingJob> GetAsync(string id, CancellationToken cancellationToken) =>
        _calls.CallAsync((client, options) => client.GetTrainingJobAsync(new GetTrainingJobRequest { Id = id }, options), cancellationToken);

    /// <summary>Reads all jobs that a filter lets through, page by page; without their results.</summary>
    /// <param name="filter">States, tenant, beginning of the name; its page token is not used.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    /// <exception cref="CoordinatorException">No coordinator answers.</exception>
    public async IAsyncEnumerable<TrainingJob> ListAsync(
        ListTrainingJobsRequest filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = filter.Clone();
        request.PageToken = "";
        do
        {
            var page = await _calls.CallAsync((client, options) => client.ListTrainingJobsAsync(request, options), cancellationToken);
            foreach (var job in page.Jobs)
            {
                yield return job;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>Ends a job; its committed steps stay.</summary>
    /// <param name="id">The job.</param>
    /// <param name="reason">Sentence for people; empty: the usual one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <param name="etag">Only where the job still has this etag; empty: in any case.</param>
    /// <exception cref="CoordinatorException">It is refused, or no coordinator answers.</exception>
    public Task<TrainingJob> CancelAsync(string id, string reason, CancellationToken cancellationToken, string etag = "")
    {
        var request = new CancelTrainingJobRequest { Id = id, RequestId = NewId(), Reason = reason, Etag = etag };
        return _calls.CallAsync((client, options) => client.CancelTrainingJobAsync(request, options), cancellationToken);
    }

    /// <summary>Checkpoints and pauses a job at the next commit.</summary>
    /// <exception cref="CoordinatorException">It is refused, or no coordinator answers.</exception>
    public Task<TrainingJob> PauseAsync(string id, CancellationToken cancellationToken, string etag = "")
    {
        var request = new PauseTrainingJobRequest { Id = id, RequestId = NewId(), Etag = etag };
        return _calls.CallAsync((client, options) => client.PauseTrainingJobAsync(request, options), cancellationToken);
    }

    /// <summary>Lets a paused job run again.</summary>
    /// <exception cref="CoordinatorException">It is refused, or no coordinator answers.</exception>
    public Task<TrainingJob> ResumeAsync(string id, CancellationToken cancellationToken, string etag = "")
    {
        var request = new ResumeTrainingJobRequest { Id = id, RequestId = NewId(), Etag = etag };
        return _calls.CallAsync((client, options) => client.ResumeTrainingJobAsync(request, options), cancellationToken);
    }

    /// <summary>Removes the record of a job that has ended or is paused.</summary>
    /// <exception cref="CoordinatorException">It is refused, or no coordinator answers.</exception>
    public Task DeleteAsync(string id, CancellationToken cancellationToken, string etag = "")
    {
        var request = new DeleteTrainingJobRequest { Id = id, RequestId = NewId(), Etag = etag };
        return _calls.CallAsync((client, options) => client.DeleteTrainingJobAsync(request, options), cancellationToken);
    }

    /// <summary>Reads the workers that are connected.</summary>
    /// <exception cref="CoordinatorException">No coordinator answers.</exception>
    public async Task<IReadOnlyList<WorkerInfo>> ListWorkersAsync(CancellationToken cancellationToken) =>
        (await _calls.CallAsync((client, options) => client.ListWorkersAsync(new ListWorkersRequest(), options), cancellationToken)).Workers;

    /// <summary>Follows a job until it has ended or paused: a snapshot first, then every change, committed step and log line once.</summary>
    /// <param name="id">The job.</param>
    /// <param name="fromStep">First committed step of interest, from 1.</param>
    /// <param name="cancellationToken">Ends following; the job goes on.</param>
    /// <exception cref="CoordinatorException">There is no such job, or no coordinator has answered for 90 s.</exception>
    public async IAsyncEnumerable<WatchTrainingJobResponse> WatchAsync(
        string id, long fromStep, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new WatchTrainingJobRequest { Id = id, FromStep = fromStep };
        TrainingJob? job = null;
        await foreach (var happened in _calls.StreamAsync(
            (client, options) => client.WatchTrainingJob(request, options).ResponseStream, () => job is not null && HasStopped(job), cancellationToken))
        {
            request.ResumeToken = happened.ResumeToken;
            job = happened.Job ?? job;
            if (happened.Heartbeat is null)
            {
                yield return happened;
            }
        }
    }

    /// <summary>The committed steps of a job, each once.</summary>
    /// <param name="id">The job.</param>
    /// <param name="fromStep">First committed step of interest, from 1.</param>
    /// <param name="isFollowing">Whether to go on until the job has ended or paused.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    /// <exception cref="CoordinatorException">There is no such job, or no coordinator has answered for 90 s.</exception>
    public async IAsyncEnumerable<StepMetrics> MetricsAsync(
        string id, long fromStep, bool isFollowing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new StreamMetricsRequest { Id = id, FromStep = fromStep, Follow = isFollowing };
        await foreach (var message in _calls.StreamAsync((client, options) => client.StreamMetrics(request, options).ResponseStream, () => true, cancellationToken))
        {
            if (message.Metrics is { } metrics)
            {
                request.FromStep = metrics.Step + 1;
                yield return metrics;
            }
        }
    }

    /// <summary>The lines of a job's log, each once.</summary>
    /// <param name="id">The job.</param>
    /// <param name="fromSequence">First line of interest, from 1.</param>
    /// <param name="isFollowing">Whether to go on until the job has ended or paused.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    /// <exception cref="CoordinatorException">There is no such job, or no coordinator has answered for 90 s.</exception>
    public async IAsyncEnumerable<LogLine> LogsAsync(
        string id, long fromSequence, bool isFollowing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new StreamLogsRequest { Id = id, FromSequence = fromSequence, Follow = isFollowing };
        await foreach (var message in _calls.StreamAsync((client, options) => client.StreamLogs(request, options).ResponseStream, () => true, cancellationToken))
        {
            if (message.Line is { } line)
            {
                request.FromSequence = line.Sequence + 1;
                yield return line;
            }
        }
    }

    /// <summary>The files of a job in pieces.</summary>
    /// <exception cref="CoordinatorException">There is no such job, its files cannot be read, or no coordinator answers.</exception>
    public IAsyncEnumerable<DownloadArtifactsResponse> DownloadAsync(string id, CancellationToken cancellationToken) => _calls.ReadOnceAsync(
        (client, options) => client.DownloadArtifacts(new DownloadArtifactsRequest { Id = id }, options).ResponseStream, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _calls.Dispose();

    private static string NewId() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    private static bool HasStopped(TrainingJob job) => JobStateMapping.FromWire(job.State) is var state && (state.HasEnded() || state == JobState.Paused);
}
