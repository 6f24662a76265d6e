using LightlyCluster.Fleet.Membership;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Worker.Sessions;

/// <summary>What this worker tells about itself; written by the job, read by the session.</summary>
internal sealed class WorkerState
{
    private readonly Lock _lock = new();
    private readonly Queue<WorkerLog> _lines = new();
    private string _job = "";
    private WorkerStatus _status = WorkerStatus.Idle;
    private string _message = "";
    private long _step = -1;
    private long _shards;
    private double _shardsPerSecond;
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
            if (job != _job)
            {
                _shards = 0;
                _shardsPerSecond = 0;
            }

            _version += job != _job || status != _status || message != _message ? 1 : 0;
            (_job, _status, _step, _message) = (job, status, step, message);
        }
    }

    /// <summary>Counts shards and the seconds of pure computing that they took.</summary>
    public void Count(int shards, double seconds)
    {
        lock (_lock)
        {
            _shards += shards;
            if (shards > 0 && seconds > 0)
            {
                _shardsPerSecond = _shardsPerSecond == 0 ? shards / seconds : (0.8 * _shardsPerSecond) + (0.2 * shards / seconds);
            }
        }
    }

    /// <summary>Queues a line for the job's log; the oldest of more than 1,000 are dropped.</summary>
    public void Say(string job, string level, string text)
    {
        lock (_lock)
        {
            _lines.Enqueue(new() { JobId = job, Level = level, Text = text });
            while (_lines.Count > 1000)
            {
                _lines.Dequeue();
            }

            _version++;
        }
    }

    /// <summary>The next line to send; null when there is none.</summary>
    public WorkerLog? NextLine()
    {
        lock (_lock)
        {
            return _lines.Count > 0 ? _lines.Dequeue() : null;
        }
    }

    /// <summary>A heartbeat.</summary>
    public WorkerHeartbeat Heartbeat()
    {
        lock (_lock)
        {
            return new()
            {
                JobId = _job,
                Step = _step,
                Shards = _shards,
                ShardsPerSecond = _shardsPerSecond,
                Status = _status.ToString(),
                Message = _message,
            };
        }
    }
}
