using System.Threading.Channels;

namespace LightlyCluster.Coordinator.Security;

/// <summary>Writes the audit log: JSON lines in a file, or lines in the coordinator's log where no file is named.</summary>
/// <remarks>
/// A file of 64 MiB gets the suffix .1 and a new one is begun. Calls never wait for the disk: what comes faster than it can be written is
/// counted, and the count is written.
/// </remarks>
internal sealed partial class AuditLog(SecurityOptions options, TimeProvider clock, ILogger<AuditLog> logger) : BackgroundService
{
    private const int QueueMaximum = 10_000;
    private const long FileBytesMaximum = 64 << 20;

    private readonly Channel<AuditEntry> _queue = Channel.CreateBounded<AuditEntry>(
        new BoundedChannelOptions(QueueMaximum) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
    private long _lost;

    /// <summary>Writes a call down; returns at once.</summary>
    public void Add(AuditEntry entry)
    {
        if (!_queue.Writer.TryWrite(entry))
        {
            Interlocked.Increment(ref _lost);
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
        await WriteAllAsync();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            await WriteAllAsync();
        }
    }

    private async Task WriteAllAsync()
    {
        var lines = new List<string>();
        while (_queue.Reader.TryRead(out var entry))
        {
            lines.Add(entry.Write());
        }

        if (Interlocked.Exchange(ref _lost, 0) is var lost and > 0)
        {
            LogLost(lost);
            lines.Add(new AuditEntry(clock.GetUtcNow(), "", "", "", "AuditLog", "", $"{lost} entries were lost", 0).Write());
        }

        if (options.AuditLog.Length == 0)
        {
            lines.ForEach(LogCall);
            return;
        }

        try
        {
            Rotate();
            await File.AppendAllLinesAsync(options.AuditLog, lines, CancellationToken.None);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LogNotWritten(options.AuditLog, error.Message);
            lines.ForEach(LogCall);
        }
    }

    private void Rotate()
    {
        var file = new FileInfo(options.AuditLog);
        if (file.Exists && file.Length > FileBytesMaximum)
        {
            file.MoveTo(options.AuditLog + ".1", overwrite: true);
        }
    }

    [LoggerMessage(1311, LogLevel.Information, "Audit: {Entry}")]
    private partial void LogCall(string entry);

    [LoggerMessage(1312, LogLevel.Error, "The audit log {File} cannot be written ({Error}). Its lines are here until it can.")]
    private partial void LogNotWritten(string file, string error);

    [LoggerMessage(1313, LogLevel.Error, "{Count} entries of the audit log came faster than they could be written; they are lost.")]
    private partial void LogLost(long count);
}
