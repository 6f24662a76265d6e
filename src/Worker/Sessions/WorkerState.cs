using LightlyCluster.Fleet.Membership;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Worker.Sessions;

/// <summary>What this worker tells about itself; written by the job, read by the session.</summary>
internal sealed class WorkerState
{
    private const int MessagesMaximum = 1000;

    private readonly Lock _lock = new();
    private readonly Queue<SessionRequest> _messages = new();
    private readonly Dictionary<string, (long Shards, double PerSecond)> _counts = new(StringComparer.Ordinal);
    private string _job = "";
    private WorkerStatus _status = WorkerStatus.Idle;
    private StepPart _part = StepPart.None;
    private string _message = "";
    private long _step = -1;
    private long _version;

    /// <summary>Changes with every change of status.</summary>
    public long Version
    {
        get
        {
            lock (_lock)
            {
                return _version;
            }
        }
    }

    /// <summary>Sets the status.</summary>
    public void Set(string job, WorkerStatus status, long step, string message = "")
    {
        lock (_lock)
        {
            _version += job != _job || status != _status || message != _message ? 1 : 0;
            (_job, _status, _step, _message) = (job, status, step, message);
        }
    }

    /// <summary>Sets what is done for the running step. Others notice with the next heartbeat; nothing is sent for it.</summary>
    public void Work(StepPart part)
    {
        lock (_lock)
        {
            _part = part;
        }
    }

    /// <summary>Counts shards of the job and the seconds of pure computing that they took.</summary>
    public void Count(int shards, double seconds)
    {
        lock (_lock)
        {
            var (count, perSecond) = _counts.GetValueOrDefault(_job);

            // The first step warms caches and code up, and says nothing about those that follow.
            if (count > 0 && shards > 0 && seconds > 0)
            {
                perSecond = perSecond == 0 ? shards / seconds : (0.8 * perSecond) + (0.2 * shards / seconds);
            }

            _counts[_job] = (count + shards, perSecond);
        }
    }

    /// <summary>Begins to count anew, for a new incarnation.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _counts.Clear();
        }
    }

    /// <summary>Queues a line for the job's log; the oldest of more than 1,000 are dropped.</summary>
    public void Say(string job, string level, string text) => Send(new() { Log = new() { JobId = job, Level = level, Text = text } });

    /// <summary>Queues this worker's part of a traced step.</summary>
    public void Trace(StepTrace trace) => Send(new() { Trace = trace });

    /// <summary>Queues that this worker goes.</summary>
    public void Leave(bool isStateSaved) =>
        Send(new() { Leave = new() { Reason = "The worker was asked to end.", StateSaved = isStateSaved } });

    /// <summary>The next message to send; null when there is none.</summary>
    public SessionRequest? NextMessage()
    {
        lock (_lock)
        {
            return _messages.Count > 0 ? _messages.Dequeue() : null;
        }
    }

    /// <summary>A heartbeat.</summary>
    public WorkerHeartbeat Heartbeat()
    {
        lock (_lock)
        {
            var (shards, perSecond) = _counts.GetValueOrDefault(_job);
            return new()
            {
                JobId = _job,
                Step = _step,
                Shards = shards,
                ShardsPerSecond = perSecond,
                Status = _status.ToString(),
                Part = _part.ToString(),
                Message = _message,
            };
        }
    }

    private void Send(SessionRequest message)
    {
        lock (_lock)
        {
            _messages.Enqueue(message);
            while (_messages.Count > MessagesMaximum)
            {
                _messages.Dequeue();
            }

            _version++;
        }
    }
}
