using System.Diagnostics;

namespace LightlyCluster.Client.Tests.Commands;

/// <summary>The command as a user runs it: a process with its exit code and what it says.</summary>
internal sealed record LightlyProgram(int ExitCode, string Output, string Errors)
{
    /// <summary>Where the program is.</summary>
    public static string Path { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(
        AppContext.BaseDirectory,
        "..",
        "..",
        "Client",
        System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(AppContext.BaseDirectory + ".")!),
        "lightly.dll"));

    /// <summary>The lines on standard error that are not about building or progress.</summary>
    public string[] Messages => [.. Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(line => line.StartsWith("lightly:", StringComparison.Ordinal))];

    public static Task<LightlyProgram> RunAsync(params string[] arguments) => RunAsync(arguments, new Dictionary<string, string>());

    public static async Task<LightlyProgram> RunAsync(string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments.Prepend(Path))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await process.WaitForExitAsync(limit.Token);
        return new(process.ExitCode, await output, await errors);
    }
}
