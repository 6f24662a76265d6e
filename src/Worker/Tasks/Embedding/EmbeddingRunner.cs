using LightlyCluster.Fleet.Embeddings;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Sessions;
using LightlyCluster.Worker.Steps;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Tasks.Embedding;

/// <summary>Takes part in an embedding job: leases blocks of images in META, computes and keeps them, and finishes the job.</summary>
/// <remarks>
/// A block is a pure function of the weights, the images and the block size, so that it never matters who computes it, or how often.
/// The block of a worker that died passes to another one as soon as the dead one is no member any more; a member that is alive but stuck
/// is helped by those that have nothing else to do.
/// </remarks>
internal sealed partial class EmbeddingRunner(
    JobTicket ticket, DeviceChoice device, TrainingThread training, WorkerState state, IFleetStore store, TimeProvider clock,
    ILogger<EmbeddingRunner> logger) : IJobRunner
{
    private static readonly TimeSpan HelpAfterAtLeast = TimeSpan.FromSeconds(2);
    private const int HelpAfterBlocks = 5;

    private readonly IJobStore _jobs = store.Jobs;
    private readonly IBlockStore _blocks = store.Blocks(ticket.Id, ticket.Incarnation);
    private EmbeddingContext? _context;
    private TimeSpan _blockTime = TimeSpan.FromSeconds(1);
    private long? _idleSince;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            state.Set(ticket.Id, WorkerStatus.Loading, -1);
            await RunCoreAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The job was taken back.
        }
        catch (Exception error) when (error is CorruptImageException or DatasetException)
        {
            state.Set(ticket.Id, WorkerStatus.Failed, -1, $"InvalidData: {error.Message}");
        }
        catch (CheckpointException error)
        {
            state.Set(ticket.Id, WorkerStatus.Failed, -1, $"InvalidCheckpoint: {error.Message}");
        }
#pragma warning disable CA1031 // The top of the loop: whatever it is costs this worker the job, and is said.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFailed(error, ticket.Id);
            var message = $"WorkerFailed: {error.Message.Split('\n')[0]}";
            state.Say(ticket.Id, "error", message);
            state.Set(ticket.Id, WorkerStatus.Failed, -1, message);
        }
        finally
        {
            if (_context is { } context)
            {
                _context = null;
                await training.RunAsync(context.Dispose);
            }
        }
    }

    /// <inheritdoc/>
    public void KeepState()
    {
        // Blocks are safe when they are done; there is no state.
    }

    /// <inheritdoc/>
    public Task PrepareToLeaveAsync() => Task.CompletedTask;

    private async Task RunCoreAsync(CancellationToken cancellationToken)
    {
        var source = await JobPreparation.OpenAsync(ticket, cancellationToken);
        var context = await training.RunAsync(() => EmbeddingPreparation.Prepare(ticket.Specification, source, device.Device, ticket.NumericClass));
        _context = context;
        await using var events = await _jobs.SubscribeAsync(ticket.Id);
        var difference = await _jobs.InitializeAsync(ticket.Id, new(
            context.Source.Manifest.Count, context.BlockCount, context.BlockCount, 0, context.WeightsHash,
            context.Source.Identity, ticket.NumericClass, (int)context.Backbone.FeatureCount));
        if (difference is not null)
        {
            throw new StateMismatchException($"This worker cannot take part: {difference}.");
        }

        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (!await LookAsync(context, events, cancellationToken))
                {
                    return;
                }
            }
            catch (StoreAwayException error)
            {
                LogStoreAway(error.Message);
                await Task.Delay(IJobEvents.LongestWait, clock, cancellationToken);
            }
        }
    }

    /// <summary>Looks at the job once and does what is to be done.</summary>
    /// <returns>Whether to look again.</returns>
    private async Task<bool> LookAsync(EmbeddingContext context, IJobEvents events, CancellationToken cancellationToken)
    {
        if (await _jobs.ReadAsync(ticket.Id) is not { HasEnded: false } job)
        {
            return false;
        }

        var isMember = job.Plan.Members.Contains(ticket.Incarnation) && job.State == JobState.Running;
        state.Set(ticket.Id, isMember ? WorkerStatus.Training : WorkerStatus.Ready, context.BlockCount);
        if (!isMember)
        {
            await events.WaitAsync(cancellationToken);
            return true;
        }

        var isFirst = job.Plan.Members[0] == ticket.Incarnation;
        if (job.IsPauseRequested)
        {
            await (isFirst ? PauseAsync(job) : events.WaitAsync(cancellationToken));
            return true;
        }

        var lease = await _blocks.LeaseAsync(context.BlockCount);
        switch (lease.Outcome)
        {
            case BlockLeaseOutcome.Leased:
                await ComputeAsync(context, job, lease.Block, cancellationToken);
                break;
            case BlockLeaseOutcome.Help when IsHelpDue():
                await ComputeAsync(context, job, lease.Block, cancellationToken);
                break;
            case BlockLeaseOutcome.Done when isFirst:
                await FinishAsync(context, job, cancellationToken);
                break;
            default:
                await events.WaitAsync(cancellationToken);
                break;
        }

        return true;
    }

    private bool IsHelpDue()
    {
        _idleSince ??= clock.GetTimestamp();
        var limit = _blockTime * HelpAfterBlocks;
        return clock.GetElapsedTime(_idleSince.Value) > (limit > HelpAfterAtLeast ? limit : HelpAfterAtLeast);
    }

    private async Task ComputeAsync(EmbeddingContext context, JobRecord job, int block, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var computed = await new EmbeddingBlocks(context, training).GetAsync(block, cancellationToken);
        _blockTime = clock.GetElapsedTime(start);
        _idleSince = null;
        var completion = await _blocks.CompleteAsync(block, computed.Digest, _blockTime.TotalSeconds);
        if (completion.DifferentDigest.Length > 0)
        {
            var message = $"Block {block} is {computed.Digest} on worker {ticket.Incarnation}, {completion.DifferentDigest} on another one: "
                + "the machines do not compute the same bits (docs/when-bits-differ.md).";
            await _jobs.ChangeStateAsync(ticket.Id, new(JobState.Failed, Now, "BlockMismatch", message), [JobState.Running]);
            return;
        }

        state.Count(1, _blockTime.TotalSeconds);
        if (computed.BadFiles.Count > 0)
        {
            await _jobs.AddBadFilesAsync(ticket.Id, computed.BadFiles);
            state.Say(ticket.Id, "warning", $"these files do not decode and are left out: {string.Join(", ", computed.BadFiles.Take(10))}");
        }

        LogBlock(ticket.Id, block, job.Step);
    }

    /// <summary>A client's wish pauses the job; the coordinator's lets it wait for workers. Finished blocks stay either way.</summary>
    private Task PauseAsync(JobRecord job) => _jobs.ChangeStateAsync(
        ticket.Id,
        job.PauseReason.Length > 0
            ? new(JobState.Queued, Now, job.PauseReason, job.PauseMessage, job.Generation)
            : new(JobState.Paused, Now, "Paused", $"Paused by a client after {job.Step} blocks.", job.Generation),
        [JobState.Running]);

    private async Task FinishAsync(EmbeddingContext context, JobRecord job, CancellationToken cancellationToken)
    {
        var blocks = new EmbeddingBlocks(context, training);
        var (count, dimension, digest) = await new EmbeddingAssembly(context, blocks, training).WriteAsync(cancellationToken);
        var isEnded = await _jobs.ChangeStateAsync(
            ticket.Id, new(JobState.Succeeded, Now, "", "", job.Generation, context.BlockCount), [JobState.Running], ("embedding", $"{count}|{dimension}|{digest}"));
        if (isEnded)
        {
            blocks.Delete();
        }
    }

    [LoggerMessage(2201, LogLevel.Error, "Embedding job {Job} failed on this worker.")]
    private partial void LogFailed(Exception error, string job);

    [LoggerMessage(2202, LogLevel.Warning, "The store does not answer ({Error}). This worker waits.")]
    private partial void LogStoreAway(string error);

    [LoggerMessage(2203, LogLevel.Debug, "Embedding job {Job}: block {Block} is done, {Before} were before.")]
    private partial void LogBlock(string job, int block, long before);
}
