using LightlyCluster.Fleet.Stores;
using LightlyCluster.Simulation.Tests.Time;

namespace LightlyCluster.Simulation.Tests.Network;

/// <summary>Carries calls to the store and messages between processes, badly.</summary>
internal sealed class SimulatedNetwork(Scheduler scheduler, int seed)
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(1);

    private readonly Random _random = new(seed);
    private readonly Dictionary<object, TimeSpan> _streams = [];

    /// <summary>Conditions now.</summary>
    public NetworkConditions Conditions { get; set; } = NetworkConditions.Good;

    /// <summary>Whether META is unreachable.</summary>
    public bool IsMetaAway { get; set; }

    /// <summary>Whether DATA is unreachable.</summary>
    public bool IsDataAway { get; set; }

    /// <summary>Looks at the store after each call that was carried out.</summary>
    public Action OnCarriedOut { get; set; } = () => { };

    /// <summary>Takes a line about each call; only for reading a failure.</summary>
    public Action<string> Note { get; set; } = _ => { };

    /// <summary>Whether each call is noted.</summary>
    public bool IsVerbose { get; set; }

    /// <summary>A random number generator for decisions about nodes.</summary>
    public Random Random => _random;

    /// <summary>Delivers a message after a delay.</summary>
    public void Send(Action deliver) => scheduler.After(NextDelay(), deliver);

    /// <summary>Delivers a message of a stream after a delay, behind those that were sent before it.</summary>
    public void SendInOrder(object stream, Action deliver)
    {
        var at = scheduler.Now + NextDelay();
        var after = _streams.GetValueOrDefault(stream);
        _streams[stream] = at = at > after ? at : after;
        scheduler.After(at - scheduler.Now, deliver);
    }

    /// <summary>Whether an announcement gets lost.</summary>
    public bool LosesHint() => _random.NextDouble() < Conditions.Lost * 3;

    /// <summary>Calls the store.</summary>
    /// <param name="name">Name of the call.</param>
    /// <param name="call">What the store does.</param>
    /// <param name="isData">Whether DATA is called, otherwise META.</param>
    /// <param name="isWrite">Whether it may be carried out twice.</param>
    public Task<T> CallAsync<T>(string name, Func<Task<T>> call, bool isData, bool isWrite)
    {
        var caller = IsVerbose ? (SynchronizationContext.Current as NodeContext)?.Name : null;
        var reply = new TaskCompletionSource<T>();
        var isLost = _random.NextDouble() < Conditions.Lost;
        var isReplyLost = _random.NextDouble() < Conditions.ReplyLost;
        var isDuplicated = isWrite && _random.NextDouble() < Conditions.Duplicated;
        Send(() =>
        {
            if (isLost || (isData ? IsDataAway : IsMetaAway))
            {
                if (IsVerbose)
                {
                    Note($"{caller} {name} is lost");
                }

                scheduler.After(isLost ? CallTimeout : NextDelay(), () => reply.TrySetException(new StoreAwayException()));
                return;
            }

            var answer = call();
            if (IsVerbose)
            {
                Note($"{caller} {name} {(answer.IsFaulted ? answer.Exception!.InnerException!.Message : answer.Result)}");
            }

            OnCarriedOut();
            if (isDuplicated)
            {
                scheduler.After(NextDelay() * 20, () =>
                {
                    if (!(isData ? IsDataAway : IsMetaAway))
                    {
                        _ = call();
                        OnCarriedOut();
                    }
                });
            }

            if (isReplyLost)
            {
                scheduler.After(CallTimeout, () => reply.TrySetException(new StoreAwayException()));
                return;
            }

            Send(() => Complete(reply, answer));
        });
        return reply.Task;
    }

    private static void Complete<T>(TaskCompletionSource<T> reply, Task<T> answer)
    {
        if (answer.IsFaulted)
        {
            reply.TrySetException(answer.Exception!.InnerExceptions);
        }
        else
        {
            reply.TrySetResult(answer.Result);
        }
    }

    private TimeSpan NextDelay()
    {
        var longest = _random.NextDouble() < Conditions.Slow ? Conditions.SlowDelay : Conditions.Delay;
        return longest * _random.NextDouble();
    }
}
