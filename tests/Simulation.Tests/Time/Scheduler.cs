namespace LightlyCluster.Simulation.Tests.Time;

/// <summary>
/// Runs all nodes of a simulation on one thread: work that is ready in an order that the seed decides, and when nothing is ready,
/// time jumps to the next timer.
/// </summary>
internal sealed class Scheduler(int seed)
{
    private readonly Random _random = new(seed);
    private readonly PriorityQueue<VirtualTimer, (long Ticks, long Number)> _timers = new();
    private readonly List<(NodeContext Node, SendOrPostCallback Callback, object? State)> _ready = [];
    private readonly Thread _thread = Thread.CurrentThread;
    private long _number;

    /// <summary>Time since the beginning.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Pieces of work done.</summary>
    public long WorkCount { get; private set; }

    /// <summary>A fingerprint of the order of all that happened.</summary>
    public ulong Fingerprint { get; private set; } = 14695981039346656037UL;

    /// <summary>Makes work ready.</summary>
    public void Post(NodeContext node, SendOrPostCallback callback, object? state)
    {
        if (Thread.CurrentThread != _thread)
        {
            throw new InvalidOperationException($"Work of {node.Name} came from another thread: the simulation would not replay.");
        }

        _ready.Add((node, callback, state));
    }

    /// <summary>Runs an action after a delay, outside of all nodes.</summary>
    public void After(TimeSpan delay, Action action) => Add(new VirtualTimer(this, _ => action(), null), delay);

    /// <summary>Runs until something holds.</summary>
    /// <returns>False when the time ended before.</returns>
    public bool RunUntil(Func<bool> isDone, TimeSpan end)
    {
        var before = SynchronizationContext.Current;
        try
        {
            while (!isDone())
            {
                if (_ready.Count == 0 && !TryFireNext(end))
                {
                    return false;
                }

                if (_ready.Count > 0)
                {
                    RunOne();
                }
            }

            return true;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Mixes a number into the fingerprint.</summary>
    public void Mix(long value) => Fingerprint = (Fingerprint ^ (ulong)value) * 1099511628211UL;

    internal void Add(VirtualTimer timer, TimeSpan delay)
    {
        timer.Number = ++_number;
        _timers.Enqueue(timer, ((Now + (delay < TimeSpan.Zero ? TimeSpan.Zero : delay)).Ticks, timer.Number));
    }

    private void RunOne()
    {
        var index = _ready.Count == 1 ? 0 : _random.Next(_ready.Count);
        var (node, callback, state) = _ready[index];
        _ready[index] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        WorkCount++;
        Mix(node.Number);
        node.Run(callback, state);
    }

    private bool TryFireNext(TimeSpan end)
    {
        while (_timers.TryDequeue(out var timer, out var due))
        {
            if (timer.Number != due.Number)
            {
                continue;
            }

            if (due.Ticks > end.Ticks)
            {
                _timers.Enqueue(timer, due);
                Now = end;
                return false;
            }

            Now = TimeSpan.FromTicks(Math.Max(Now.Ticks, due.Ticks));
            Mix(due.Ticks);
            SynchronizationContext.SetSynchronizationContext(null);
            timer.Fire();
            return true;
        }

        Now = end;
        return false;
    }
}
