using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using LightlyCluster.Coordinator.Jobs;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Membership;

/// <summary>The stream of one incarnation: messages to it, and what it said last.</summary>
internal sealed class WorkerSession(RegisterRequest registration, WorkerDirectory directory)
{
    private const int OutboxMaximum = 256;
    private const int MessageMaximum = 2000;

    private readonly Lock _lock = new();
    private Channel<SessionResponse>? _outbox;
    private long _registeredAt;

    /// <summary>When the worker registered last.</summary>
    public TimeSpan RegisteredAt => TimeSpan.FromTicks(Interlocked.Read(ref _registeredAt));

    /// <summary>What the worker said when it came.</summary>
    public RegisterRequest Registration => registration;

    /// <summary>The newest report.</summary>
    public WorkerReport Report { get; private set; } = WorkerReport.Idle;

    /// <summary>Whether a stream is open.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock)
            {
                return _outbox is not null;
            }
        }
    }

    /// <summary>Whether a key is the one of the registration; takes equally long for every wrong one.</summary>
    public bool HasKey(string key) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(registration.SessionKey));

    /// <summary>Notes a registration.</summary>
    public void HasRegistered() => Interlocked.Exchange(ref _registeredAt, directory.Now.Ticks);

    /// <summary>Opens the stream; an older one ends.</summary>
    public ChannelReader<SessionResponse> Open()
    {
        lock (_lock)
        {
            _outbox?.Writer.TryComplete();
            _outbox = Channel.CreateBounded<SessionResponse>(
                new BoundedChannelOptions(OutboxMaximum) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
            directory.Note(new StreamOpened(registration.Incarnation), isUrgent: true);
            return _outbox.Reader;
        }
    }

    /// <summary>Notes that a stream has closed, if it is still the newest one.</summary>
    public void Close(ChannelReader<SessionResponse> reader)
    {
        lock (_lock)
        {
            if (_outbox?.Reader == reader)
            {
                _outbox = null;
                directory.Note(new StreamClosed(registration.Incarnation, directory.Now), isUrgent: true);
            }
        }
    }

    /// <summary>Ends the stream from this side.</summary>
    public void End()
    {
        lock (_lock)
        {
            _outbox?.Writer.TryComplete();
            _outbox = null;
        }
    }

    /// <summary>Takes a message of the worker.</summary>
    /// <returns>A line for people, which is to be kept; null for everything else.</returns>
    public WorkerLog? Take(SessionRequest message)
    {
        switch (message.MessageCase)
        {
            case SessionRequest.MessageOneofCase.Heartbeat:
                Take(message.Heartbeat);
                return null;
            case SessionRequest.MessageOneofCase.Leave:
                directory.Note(new WorkerLeaving(registration.Incarnation, message.Leave.StateSaved), isUrgent: true);
                return null;
            case SessionRequest.MessageOneofCase.Log:
                return message.Log;
            default:
                return null;
        }
    }

    /// <summary>Sends a message; without an open stream it is lost, and what matters is sent again.</summary>
    public void Send(SessionResponse message)
    {
        lock (_lock)
        {
            _outbox?.Writer.TryWrite(message);
        }
    }

    private void Take(WorkerHeartbeat heartbeat)
    {
        var report = new WorkerReport(
            heartbeat.JobId,
            Enum.TryParse<WorkerStatus>(heartbeat.Status, out var status) ? status : WorkerStatus.Loading,
            heartbeat.Step,
            Enum.TryParse<StepPart>(heartbeat.Part, out var part) ? part : StepPart.None,
            heartbeat.Shards,
            heartbeat.ShardsPerSecond,
            RequestLimits.Shown(heartbeat.Message, MessageMaximum));
        var isUrgent = report.Status != Report.Status || report.Job != Report.Job;
        Report = report;
        directory.Note(new WorkerReported(registration.Incarnation, report), isUrgent);
    }
}
