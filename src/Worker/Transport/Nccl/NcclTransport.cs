using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Telemetry;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>This worker's part in the exchange of one job by NCCL: a communicator for each generation, and DATA where there is none.</summary>
internal sealed class NcclTransport : IAsyncDisposable
{
    private readonly string _incarnation;
    private readonly string _specified;
    private readonly PayloadShape _shape;
    private readonly NcclRuntime _runtime;
    private readonly INcclStore _facts;
    private readonly NcclFallback _fallback;
    private readonly TransportInstruments _instruments;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly NcclStaging _staging;
    private long _generation = -1;

    /// <summary>Takes part from now on.</summary>
    /// <exception cref="NcclException">The device refuses.</exception>
    public NcclTransport(
        string incarnation, string specified, PayloadShape shape, NcclRuntime runtime, INcclStore facts, IPayloadStore data,
        TransportInstruments instruments, TimeProvider clock, ILogger logger)
    {
        (_incarnation, _specified, _shape, _runtime, _facts, _instruments, _clock, _logger) =
            (incarnation, specified, shape, runtime, facts, instruments, clock, logger);
        _fallback = new(data, instruments, clock, logger);
        Payloads = new(_fallback, data);
        _staging = new(runtime.OpenMemory());
    }

    /// <summary>The payloads.</summary>
    public NcclPayloads Payloads { get; }

    /// <summary>How long others may be late before they count as stuck; null while that is not known.</summary>
    public TimeSpan? Patience { get; set; }

    /// <summary>Called when something has come.</summary>
    public Action Wake { get; set; } = () => { };

    /// <summary>Whether what is written now goes by NCCL.</summary>
    public bool IsUsed => Payloads.Session is { IsBroken: false };

    /// <summary>Follows the job: ends the communicator of a generation that is over, begins that of the new one, and takes the running step.</summary>
    /// <exception cref="StoreAwayException">META does not answer; call again.</exception>
    /// <exception cref="JobSpecificationException">Two workers share a GPU.</exception>
    public async Task FollowAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (job.Generation != _generation)
        {
            await EndAsync(isAborted: true);
            _generation = job.Generation;
        }

        if (job.Transport != JobVocabulary.TransportNccl || job.State != JobState.Running || job.Plan.Members.Count < 2
            || !job.Plan.Members.Contains(_incarnation))
        {
            return;
        }

        if (Payloads.Session is null)
        {
            await ClaimDeviceAsync(job);

            // Nobody can have published anything before the first generation of a job; later ones may begin in the middle of a step.
            var first = job.Generation == 1 ? job.Plan.FirstStep : job.Plan.FirstStep + 1;
            Begin(new(job.Generation, 0, first, [.. job.Plan.Members], job.Plan.Members.ToList().IndexOf(_incarnation)));
        }
        else if (Payloads.Session is { IsBroken: true, Next: { } next })
        {
            await EndAsync(isAborted: true);
            Begin(next);
        }

        var session = Payloads.Session!;
        await session.RetainAsync(job.RetainFrom);
        if (job.Step >= session.Plan.FirstStep && await session.Ready.WaitAsync(cancellationToken))
        {
            session.Begin(job.Step, job.Plan.At(job.Step));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(isAborted: false);
        _staging.Dispose();
    }

    private void Begin(NcclPlan plan) => Payloads.Session = new(
        plan, _shape, _facts, _fallback, _staging, _instruments, new(_clock, _runtime.Limits, () => Patience), () => Wake(), _logger);

    private async Task EndAsync(bool isAborted)
    {
        if (Payloads.Session is { } session)
        {
            if (isAborted)
            {
                await session.AbortAsync();
            }

            Payloads.Session = null;
            await session.DisposeAsync();
        }
    }

    /// <summary>NCCL takes each GPU only once, and says so late and in its own words.</summary>
    private async Task ClaimDeviceAsync(JobRecord job)
    {
        var device = $"device {_runtime.Machine}/{_runtime.Device}";
        var holder = await _facts.AgreeAsync(job.Generation, device, _incarnation, NcclFallback.FactLife);
        if (holder is not null && holder != _incarnation && _specified == JobVocabulary.TransportNccl)
        {
            throw new JobSpecificationException(
                $"sync.transport is nccl, but two workers (incarnations {holder} and {_incarnation}) share GPU {_runtime.Device}, and NCCL takes each GPU once. "
                + "Give each worker a GPU of its own (CUDA_VISIBLE_DEVICES), start one worker for each GPU (--workers), or use sync.transport peer.");
        }
    }
}
