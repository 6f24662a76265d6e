using System.Diagnostics;

namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>Finds and runs ffmpeg and ffprobe.</summary>
/// <remarks>
/// They are looked for in <c>$LIGHTLY_FFMPEG</c> (a folder), then in <c>$PATH</c>. They read local files only, get no input, and are
/// killed with everything they started when they take too long or the caller gives up.
/// </remarks>
internal static class FfmpegProgram
{
    /// <summary>Environment variable that names the folder of both programs.</summary>
    public const string FolderVariable = "LIGHTLY_FFMPEG";

    private const int ErrorLinesMaximum = 20_000;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(60);

    /// <summary>The option that keeps every frame once, whatever its time stamp; its name changed with version 5.1.</summary>
    public static Lazy<string[]> PassThrough { get; } = new(() =>
        Version.TryParse(string.Concat(ReadVersion().TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.')).TrimEnd('.'), out var version)
        && version < new Version(5, 1) ? ["-vsync", "passthrough"] : ["-fps_mode", "passthrough"]);

    /// <summary>Full path of a program.</summary>
    /// <exception cref="DatasetException">It is not installed; the message says how to change that.</exception>
    public static string Find(string program) => TryFind(program) ?? throw new DatasetException(
        $"{program} is needed to read videos and was not found; install it (apt-get install ffmpeg), or name its folder in {FolderVariable}.");

    /// <summary>The version that ffmpeg says it is, for example "5.1.9-0+deb12u1".</summary>
    /// <exception cref="DatasetException">It is not installed.</exception>
    public static string ReadVersion()
    {
        var text = "";
        Run("ffmpeg", ["-version"], output => text = new StreamReader(output).ReadToEnd(), CancellationToken.None);
        return text.Split(' ') is ["ffmpeg", "version", var version, ..] ? version : "unknown";
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">ffmpeg or ffprobe.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="read">Reads its standard output, on the caller's thread.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <returns>Exit code and the lines of the standard error.</returns>
    /// <exception cref="IOException">It did not end in time.</exception>
    public static (int ExitCode, IReadOnlyList<string> Errors) Run(
        string program, IReadOnlyList<string> arguments, Action<Stream> read, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Find(program), arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var errors = new List<string>();
        using var process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text && errors.Count < ErrorLinesMaximum)
            {
                errors.Add(text);
            }
        };
        process.Start();
        process.StandardInput.Close();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using (linked.Token.Register(() => Kill(process)))
        {
            read(process.StandardOutput.BaseStream);
            process.WaitForExit();
        }

        cancellationToken.ThrowIfCancellationRequested();
        return limit.IsCancellationRequested
            ? throw new IOException($"{program} did not end in {Limit.TotalMinutes:0} minutes and was stopped.")
            : (process.ExitCode, errors);
    }

    private static string? TryFind(string program)
    {
        var folders = Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } chosen
            ? [chosen]
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
