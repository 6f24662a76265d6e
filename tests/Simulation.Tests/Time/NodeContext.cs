namespace LightlyCluster.Simulation.Tests.Time;

/// <summary>Where the code of one process runs: it can be frozen, woken and killed like one.</summary>
internal sealed class NodeContext(Scheduler scheduler, string name, int number) : SynchronizationContext
{
    private readonly List<(SendOrPostCallback Callback, object? State)> _frozen = [];

    /// <summary>Name of the process.</summary>
    public string Name { get; } = name;

    /// <summary>Number of the process.</summary>
    public int Number { get; } = number;

    /// <summary>Whether the process was killed: nothing of it runs any more.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Whether the process is frozen, as by SIGSTOP.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>Takes an error that nobody caught; it would have ended the process.</summary>
    public Action<Exception> OnFault { get; init; } = _ => { };

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsDead)
        {
            scheduler.Post(this, d, state);
        }
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Code of the fleet never blocks.");

    /// <summary>Begins something in this process.</summary>
    public void Start(Func<Task> work) => Post(state => _ = ObserveAsync(work), null);

    /// <summary>Runs an action in this process.</summary>
    public void Do(Action action) => Post(_ => action(), null);

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        IsDead = true;
        _frozen.Clear();
    }

    /// <summary>SIGSTOP.</summary>
    public void Freeze() => IsFrozen = true;

    /// <summary>SIGCONT.</summary>
    public void Thaw()
    {
        IsFrozen = false;
        foreach (var (callback, state) in _frozen)
        {
            scheduler.Post(this, callback, state);
        }

        _frozen.Clear();
    }

    internal void Run(SendOrPostCallback callback, object? state)
    {
        if (IsDead)
        {
            return;
        }

        if (IsFrozen)
        {
            _frozen.Add((callback, state));
            return;
        }

        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        catch (Exception error)
        {
            OnFault(error);
        }
    }

    private async Task ObserveAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception error)
        {
            OnFault(error);
        }
    }
}
