using System.Globalization;

namespace LightlyCluster.Client.Rendering;

/// <summary>Shows how far a job is: one line that is rewritten on a terminal, a new line every two seconds elsewhere.</summary>
internal sealed class ProgressLine
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan InteractiveInterval = TimeSpan.FromMilliseconds(100);

    private readonly Terminal _terminal;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private string _shown = "";
    private long _shownAt;

    /// <summary>Shows progress on a terminal.</summary>
    public ProgressLine(Terminal terminal, TimeProvider clock)
    {
        _terminal = terminal;
        _clock = clock;
    }

    /// <summary>Shows the progress where it is time to, and always at the end.</summary>
    public void Show(StepProgress progress) => Show(Format(progress), progress.Step >= progress.StepsTotal);

    /// <summary>Shows a line of progress where it is time to, and always at the end.</summary>
    public void Show(string line, bool isEnd)
    {
        lock (_lock)
        {
            var interval = _terminal.IsInteractive ? InteractiveInterval : PlainInterval;
            if (_shownAt != 0 && !isEnd && _clock.GetElapsedTime(_shownAt) < interval)
            {
                return;
            }

            _shownAt = _clock.GetTimestamp();
            if (_terminal.IsInteractive)
            {
                Rewrite(line);
            }
            else
            {
                _terminal.Error.WriteLine(line);
            }
        }
    }

    /// <summary>Writes a message above the progress.</summary>
    public void Say(string message)
    {
        lock (_lock)
        {
            var shown = _shown;
            Clear();
            _terminal.Error.WriteLine(message);
            if (shown.Length > 0)
            {
                Rewrite(shown);
            }
        }
    }

    /// <summary>Leaves the last progress where it is and goes to the next line.</summary>
    public void Finish()
    {
        lock (_lock)
        {
            if (_shown.Length > 0)
            {
                _terminal.Error.WriteLine();
                _shown = "";
            }
        }
    }

    /// <summary>The line: epoch, step, loss, images a second, learning rate, time left.</summary>
    internal static string Format(StepProgress progress)
    {
        var left = progress.Remaining is { } remaining ? $"{(int)remaining.TotalHours}:{remaining:mm\\:ss}" : "-";
        var speed = progress.ImagesPerSecond is { } images ? images.ToString("0", CultureInfo.InvariantCulture) : "-";
        return $"epoch {progress.Epoch}/{progress.EpochsTotal}  step {progress.Step}/{progress.StepsTotal}"
            + $"  loss {progress.Loss:0.0000}  {speed} images/s  lr {progress.LearningRate:0.00000}  ETA {left}";
    }

    private void Rewrite(string line)
    {
        var cut = line.Length < _terminal.Width ? line : line[..(_terminal.Width - 1)];
        _terminal.Error.Write('\r' + cut.PadRight(_shown.Length));
        _shown = cut;
    }

    private void Clear()
    {
        if (_shown.Length > 0)
        {
            _terminal.Error.Write('\r' + new string(' ', _shown.Length) + '\r');
            _shown = "";
        }
    }
}
