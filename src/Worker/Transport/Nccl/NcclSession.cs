using System.Threading.Channels;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Telemetry;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>
/// One communicator's life on one member: it finds the others, makes the rounds of one step after the other, and ends with the
/// generation or with the first thing that goes wrong. What it holds then goes to DATA, where the others look for it.
/// </summary>
internal sealed partial class NcclSession : IAsyncDisposable
{
    private const int StepsHeld = 2;

    private static readonly TimeSpan EndMaximum = TimeSpan.FromSeconds(2);

    private readonly NcclPlan _plan;
    private readonly PayloadShape _shape;
    private readonly NcclAgreement _agreement;
    private readonly NcclFallback _fallback;
    private readonly NcclStaging _staging;
    private readonly TransportInstruments _instruments;
    private readonly NcclClock _clock;
    private readonly Action _wake;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly List<NcclStep> _held = [];
    private readonly Channel<NcclStep> _begun = Channel.CreateUnbounded<NcclStep>();
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;
    private readonly Task _watch;
    private NcclCommunicator? _communicator;
    private Task? _breaking;
    private volatile bool _isBroken;
    private volatile string? _agreedBreak;
    private long _retainFrom = -1;

    /// <summary>Begins to find the others.</summary>
    /// <param name="plan">What the communicator is for.</param>
    /// <param name="shape">What travels in a step.</param>
    /// <param name="facts">On what its members agree.</param>
    /// <param name="fallback">Where payloads go that it does not move.</param>
    /// <param name="staging">Buffers; borrowed.</param>
    /// <param name="instruments">Counts bytes.</param>
    /// <param name="clock">Time, and how long one waits.</param>
    /// <param name="wake">Tells this worker that something has come.</param>
    /// <param name="logger">The log.</param>
    public NcclSession(
        NcclPlan plan, PayloadShape shape, INcclStore facts, NcclFallback fallback, NcclStaging staging, TransportInstruments instruments, NcclClock clock,
        Action wake, ILogger logger)
    {
        (_plan, _shape, _fallback, _staging, _instruments, _clock, _wake, _logger) = (plan, shape, fallback, staging, instruments, clock, wake, logger);
        _agreement = new(plan, facts, clock.Provider);
        _clock.Start(NcclStage.Opening);
        _work = Task.Run(RunAsync);
        _watch = Task.Run(WatchAsync);
    }

    /// <summary>What the communicator is for.</summary>
    public NcclPlan Plan => _plan;

    /// <summary>Whether it can be used, once that is known.</summary>
    public Task<bool> Ready => _ready.Task;

    /// <summary>Whether it moves nothing any more.</summary>
    public bool IsBroken => _isBroken;

    /// <summary>The plan of the try after this one has failed; null while nobody may try.</summary>
    public NcclPlan? Next => _agreedBreak is { } fact ? _plan.Next(fact) : null;

    /// <summary>Takes a step's payloads from now on.</summary>
    /// <param name="number">The step; each once, one after the other.</param>
    /// <param name="assignment">Who computes what in it.</param>
    public void Begin(long number, ShardAssignment assignment)
    {
        lock (_lock)
        {
            var newest = _held.Count > 0 ? _held[^1].Number : _plan.FirstStep - 1;
            if (_isBroken || number <= newest)
            {
                return;
            }

            if (number != newest + 1 || (_held.Count == StepsHeld && !_held[0].IsOver))
            {
                GiveUp($"this worker begins step {number}, and the rounds of step {(_held.Count > 0 ? _held[0].Number : _plan.FirstStep)} are not over");
                return;
            }

            try
            {
                if (_held.Count == StepsHeld)
                {
                    _held[0].Dispose();
                    _held.RemoveAt(0);
                }

                var schedule = NcclSchedule.Of(_plan.Members, assignment, _shape.ShardCount, _shape.PublishedLength, _shape.Codec);
                var step = new NcclStep(number, schedule, _plan.Rank, _plan.Members.Count, _staging);
                _held.Add(step);
                _begun.Writer.TryWrite(step);
            }
            catch (NcclException error)
            {
                GiveUp(error.Message);
            }
        }
    }

    /// <summary>Whether it moves a payload of this worker's, which must then be written.</summary>
    public bool Sends(long step, string what) => !_isBroken && RoundsOf(step).Any(round => round.Awaits(what));

    /// <summary>Whether a payload is still on its way here.</summary>
    public bool IsUnderWay(NcclKey key) =>
        !_isBroken && RankOf(key) is var from && RoundsOf(key.Step).Any(round => !round.Moved.IsCompleted && round.Brings(from, key.What));

    /// <summary>Takes a payload of this worker's, and puts it into DATA as well where it may be missed otherwise.</summary>
    /// <exception cref="StoreFullException">DATA has no room.</exception>
    public async Task WriteAsync(NcclKey key, ReadOnlyMemory<byte> bytes, TimeSpan life)
    {
        var isTaken = RoundsOf(key.Step).Any(round => round.TryWrite(key.What, bytes.Span, key.StoreKey));
        var from = Volatile.Read(ref _retainFrom);
        if (!isTaken || _isBroken || (from >= 0 && key.Step >= from && !PayloadNames.IsNode(key.What)))
        {
            await _fallback.WriteAsync(key.StoreKey, bytes, life);
        }
    }

    /// <summary>Reads what has come, or what this worker has written.</summary>
    /// <returns>False when it is not here.</returns>
    public bool TryRead(NcclKey key, Memory<byte> destination) =>
        RankOf(key) is var from && RoundsOf(key.Step).Any(round => round.TryRead(from, key.What, destination.Span));

    /// <summary>Somebody catches up: what all read of steps from this one on is put into DATA too.</summary>
    public async Task RetainAsync(long from)
    {
        if (Interlocked.Exchange(ref _retainFrom, from) != from && from >= 0)
        {
            await FlushAsync(step => step.Number >= from, what => !PayloadNames.IsNode(what));
        }
    }

    /// <summary>Bytes that came are wrong: nothing that this communicator moves can be trusted.</summary>
    public void Distrust(NcclKey key) => GiveUp($"the bytes of {key.What} of step {key.Step} came with another digest");

    /// <summary>The generation is over: gives up what is under way, and puts what others may need into DATA.</summary>
    public Task AbortAsync()
    {
        GiveUp("");
        return _breaking!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var began = _clock.Provider.GetTimestamp();
        while (!_isBroken && _clock.IsMoving && _clock.Provider.GetElapsedTime(began) < EndMaximum)
        {
            // The last round only goes out: others need it.
            await Task.Delay(NcclClock.BetweenLooks, _clock.Provider);
        }

        if (_breaking is { } breaking)
        {
            await breaking;
        }

        await _stop.CancelAsync();
        await Task.WhenAll(_work, _watch);
        await (_communicator?.DisposeAsync() ?? ValueTask.CompletedTask);

        _ready.TrySetResult(false);
        lock (_lock)
        {
            _held.ForEach(step => step.Dispose());
            _held.Clear();
        }

        _stop.Dispose();
    }

    private int RankOf(NcclKey key)
    {
        for (var rank = 0; rank < _plan.Members.Count; rank++)
        {
            if (_plan.Members[rank] == key.Incarnation)
            {
                return rank;
            }
        }

        return -1;
    }

    private long NewestStep()
    {
        lock (_lock)
        {
            return _held.Count > 0 ? _held[^1].Number : _plan.FirstStep;
        }
    }

    private IReadOnlyList<NcclRound> RoundsOf(long step)
    {
        lock (_lock)
        {
            return _held.Find(held => held.Number == step)?.Rounds ?? [];
        }
    }

    private async Task RunAsync()
    {
        try
        {
            _communicator = new(_staging.Memory, await _agreement.IdAsync(_stop.Token), _plan.Rank, _plan.Members.Count, _clock.Provider);
            await _clock.UntilAsync(_communicator.HasEnded, _stop.Token);
            var mover = new NcclMover(_communicator, _staging, _clock, _instruments);
            _clock.Start(NcclStage.WarmingUp);
            await mover.WarmUpAsync(_plan, _stop.Token);
            LogReady(_plan.Members.Count, _plan.Generation, _plan.FirstStep);
            _clock.Stop();
            _ready.TrySetResult(true);
            await foreach (var step in _begun.Reader.ReadAllAsync(_stop.Token))
            {
                foreach (var round in step.Rounds)
                {
                    await round.Written.WaitAsync(_stop.Token);
                    _clock.Start(NcclStage.Moving);
                    await mover.MoveAsync(round, _stop.Token);
                    _clock.Stop();
                    round.End(hasMoved: true);
                    _wake();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It is broken, or the job has ended.
        }
        catch (NcclException error)
        {
            GiveUp(error.Message);
        }
    }

    /// <summary>Looks whether the generation goes on and the others do, and whether what is under way takes too long.</summary>
    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(IJobEvents.LongestWait, _clock.Provider, _stop.Token);
                if (_clock.Overdue is { } overdue)
                {
                    GiveUp(overdue);
                    return;
                }

                if (await _agreement.EndAsync() is { } end)
                {
                    GiveUp(end);
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It has ended.
        }
    }

    private void GiveUp(string reason)
    {
        lock (_lock)
        {
            if (!_isBroken)
            {
                _isBroken = true;
                _breaking = Task.Run(() => BreakAsync(reason));
            }
        }
    }

    /// <summary>Once: stops NCCL, tells the others, and puts what they may need into DATA.</summary>
    /// <param name="reason">Why; empty when the generation is over.</param>
    private async Task BreakAsync(string reason)
    {
        await _stop.CancelAsync();

        // In this order: the work may stand in a call, and does not notice that it is stopped.
        _communicator?.Abort();
        await _work;
        _communicator?.Abort();
        _ready.TrySetResult(false);
        if (reason.Length > 0)
        {
            // Whoever notices first says in which step; all go by that.
            _agreedBreak = await _agreement.BreakAsync(NewestStep(), reason);
            LogBroken(_plan.Generation, reason, Next?.FirstStep is { } next ? $"step {next}" : "the next generation");
        }

        NcclRound[] open;
        lock (_lock)
        {
            open = [.. _held.SelectMany(step => step.Rounds)];
        }

        Array.ForEach(open, round => round.End(hasMoved: false));
        _wake();
        await FlushAsync(_ => true, _ => true);
    }

    private async Task FlushAsync(Func<NcclStep, bool> isWanted, Func<string, bool> isNeeded)
    {
        (string What, string StoreKey, byte[] Bytes)[] held;
        lock (_lock)
        {
            held = [.. _held.Where(isWanted).SelectMany(step => step.Rounds).SelectMany(round => round.Held).Where(part => isNeeded(part.What))];
        }

        await _fallback.FlushAsync(held.Select(part => (part.StoreKey, part.Bytes)));
    }

    [LoggerMessage(2204, LogLevel.Information, "NCCL: {Count} workers of generation {Generation} exchange from GPU to GPU from step {Step} on.")]
    private partial void LogReady(int count, long generation, long step);

    [LoggerMessage(2205, LogLevel.Warning, "NCCL: generation {Generation} cannot exchange from GPU to GPU any more ({Reason}). Payloads go through Redis until {Until}; "
        + "nothing is lost, steps take longer.")]
    private partial void LogBroken(long generation, string reason, string until);
}
