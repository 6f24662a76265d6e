namespace LightlyCluster.Client.Rendering;

/// <summary>Where a command writes: data to standard output, everything else to standard error.</summary>
internal sealed class Terminal
{
    /// <summary>Writes to the given writers.</summary>
    /// <param name="output">Receives data.</param>
    /// <param name="error">Receives messages and progress.</param>
    /// <param name="isInteractive">Whether <paramref name="error"/> is a terminal that understands carriage returns.</param>
    /// <param name="width">Columns of that terminal.</param>
    public Terminal(TextWriter output, TextWriter error, bool isInteractive, int width)
    {
        Output = output;
        Error = error;
        IsInteractive = isInteractive;
        Width = width;
    }

    /// <summary>Receives data.</summary>
    public TextWriter Output { get; }

    /// <summary>Receives messages and progress.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether <see cref="Error"/> is a terminal.</summary>
    public bool IsInteractive { get; }

    /// <summary>Whether <see cref="Output"/> is a terminal that can be painted anew.</summary>
    public bool IsOutputInteractive { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; }

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess()
    {
        var isInteractive = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");
        return new Terminal(Console.Out, Console.Error, isInteractive, isInteractive ? Math.Max(40, Console.WindowWidth) : 120)
        {
            IsOutputInteractive = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb"),
        };
    }

    /// <summary>Writes data, ended by a line feed.</summary>
    public void Print(string text) => Output.WriteLine(text.TrimEnd('\n'));

    /// <summary>Paints the terminal anew with a text, each line cut to its width.</summary>
    public void Repaint(string text)
    {
        var lines = text.Split('\n').Select(line => line.Length < Width ? line : line[..(Width - 1)]);
        Output.Write("\u001b[H\u001b[J" + string.Join("\n", lines) + "\n");
        Output.Flush();
    }

    /// <summary>Writes a message for people.</summary>
    public void Say(string message) => Error.WriteLine(message);
}
