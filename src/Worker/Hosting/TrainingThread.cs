using System.Collections.Concurrent;

namespace LightlyCluster.Worker.Hosting;

/// <summary>The one thread that touches tensors. Asynchronous code hands it work and takes arrays back.</summary>
/// <remarks>Dispose scopes of tensors belong to a thread; an await inside one would leak.</remarks>
internal sealed class TrainingThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = new(boundedCapacity: 64);
    private readonly Thread _thread;

    public TrainingThread()
    {
        _thread = new Thread(Run) { Name = "training", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Runs a function on the training thread.</summary>
    public Task<T> RunAsync<T>(Func<T> function)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() => Complete(completion, function));
        return completion.Task;
    }

    /// <summary>Runs an action on the training thread.</summary>
    public Task RunAsync(Action action) => RunAsync(() =>
    {
        action();
        return true;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _work.CompleteAdding();
        if (_thread.Join(TimeSpan.FromSeconds(2)))
        {
            _work.Dispose();
        }
    }

    private static void Complete<T>(TaskCompletionSource<T> completion, Func<T> function)
    {
        try
        {
            completion.SetResult(function());
        }
#pragma warning disable CA1031 // Whatever it is belongs to the caller, who awaits the task.
        catch (Exception error)
#pragma warning restore CA1031
        {
            completion.SetException(error);
        }
    }

    private void Run()
    {
        foreach (var action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
