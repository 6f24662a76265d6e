namespace LightlyCluster.Client.Local;

/// <summary>The log of a local fleet: every line of every process, with its time and who wrote it.</summary>
internal sealed class RunLog : IDisposable
{
    private readonly StreamWriter _writer;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private bool _isClosed;

    /// <summary>Opens a file; what it holds stays.</summary>
    public RunLog(string path, TimeProvider clock)
    {
        _writer = new StreamWriter(path, append: true) { AutoFlush = true };
        _clock = clock;
    }

    /// <summary>Writes a line.</summary>
    public void Write(string author, string line)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                _writer.WriteLine($"{_clock.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {author}: {line}");
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            _writer.Dispose();
        }
    }
}
