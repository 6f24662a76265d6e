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

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; }

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess()
    {
        var isInteractive = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");
        return new Terminal(Console.Out, Console.Error, isInteractive, isInteractive ? Math.Max(40, Console.WindowWidth) : 120);
    }

    /// <summary>Writes data, ended by a line feed.</summary>
    public void Print(string text) => Output.WriteLine(text.TrimEnd('\n'));

    /// <summary>Writes a message for people.</summary>
    public void Say(string message) => Error.WriteLine(message);
}
