using System.Threading.Channels;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Membership;

/// <summary>One incarnation of a worker, as far as this coordinator has met it.</summary>
internal sealed class WorkerSession
{
    private const int OutboxMaximum = 256;

    private readonly Lock _lock = new();
    private Channel<SessionResponse> _outbox = NewOutbox();
    private WorkerHeartbeat _heartbeat = new() { Step = -1, Status = nameof(WorkerStatus.Idle) };
    private long? _closedAt;
    private bool _isLeaving;
    private string _job = "";
    private string _released = "";

    /// <summary>Creates the session of a registered incarnation; its stream is not open yet.</summary>
    public WorkerSession(RegisterRequest registration, long now)
    {
        Registration = registration;
        _closedAt = now;
    }

    /// <summary>What the worker said when it came.</summary>
    public RegisterRequest Registration { get; }

    /// <summary>The newest heartbeat.</summary>
    public WorkerHeartbeat Heartbeat
    {
        get
        {
            lock (_lock)
            {
                return _heartbeat;
            }
        }
    }

    /// <summary>The job that it was given; empty for none.</summary>
    public string Job
    {
        get
        {
            lock (_lock)
            {
                return _job;
            }
        }
    }

    /// <summary>Opens the stream; an older one ends.</summary>
    public ChannelReader<SessionResponse> Open()
    {
        lock (_lock)
        {
            _outbox.Writer.TryComplete();
            _outbox = NewOutbox();
            _closedAt = null;
            return _outbox.Reader;
        }
    }

    /// <summary>Notes that a stream has closed, if it is still the newest one.</summary>
    public void Close(ChannelReader<SessionResponse> reader, long now)
    {
        lock (_lock)
        {
            if (_outbox.Reader == reader)
            {
                _closedAt = now;
            }
        }
    }

    /// <summary>Takes a heartbeat.</summary>
    public void Take(WorkerHeartbeat heartbeat)
    {
        lock (_lock)
        {
            if (heartbeat.JobId.Length > 0 && heartbeat.JobId == _released)
            {
                // Sent before the worker heard that the job was taken back; it would keep the worker from every other job.
                return;
            }

            _heartbeat = heartbeat;
            if (heartbeat.JobId.Length > 0)
            {
                _job = heartbeat.JobId;
            }
        }
    }

    /// <summary>Notes that the worker goes.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _isLeaving = true;
        }
    }

    /// <summary>Gives the worker a job.</summary>
    public void Assign(AssignJob assignment)
    {
        lock (_lock)
        {
            _job = assignment.JobId;
            _released = _released == assignment.JobId ? "" : _released;
            _heartbeat = new() { JobId = assignment.JobId, Step = -1, Status = nameof(WorkerStatus.Loading) };
            _outbox.Writer.TryWrite(new() { Assign = assignment });
        }
    }

    /// <summary>Takes the job back.</summary>
    public void Release(string job, string reason)
    {
        lock (_lock)
        {
            if (_job == job)
            {
                _job = "";
                _released = job;
                _heartbeat = new() { Step = -1, Status = nameof(WorkerStatus.Idle) };
                _outbox.Writer.TryWrite(new() { Release = new() { JobId = job, Reason = reason } });
            }
        }
    }

    /// <summary>Tells the worker about a generation.</summary>
    public void Tell(string job, long generation)
    {
        lock (_lock)
        {
            _outbox.Writer.TryWrite(new() { Generation = new() { JobId = job, Generation = generation } });
        }
    }

    /// <summary>What membership decisions need to know.</summary>
    public WorkerView View(TimeProvider clock, bool hasLease)
    {
        lock (_lock)
        {
            return new(
                Registration.Incarnation,
                Registration.WorkerId,
                Registration.NumericClass,
                _job,
                Enum.TryParse<WorkerStatus>(_heartbeat.Status, out var status) ? status : WorkerStatus.Loading,
                _heartbeat.Step,
                _heartbeat.ShardsPerSecond,
                _isLeaving,
                _closedAt is { } closed ? clock.GetElapsedTime(closed) : null,
                hasLease);
        }
    }

    private static Channel<SessionResponse> NewOutbox() => Channel.CreateBounded<SessionResponse>(
        new BoundedChannelOptions(OutboxMaximum) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
}
