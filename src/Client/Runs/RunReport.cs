using System.Text.Json;
using LightlyCluster.Client.Local;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Client.Runs;

/// <summary>Tells how a run ended: the result on standard output, what to do next on standard error.</summary>
internal static class RunReport
{
    /// <summary>Writes the report.</summary>
    /// <param name="terminal">Where.</param>
    /// <param name="result">The result.</param>
    /// <param name="path">The output folder as the user named it; empty: none.</param>
    /// <param name="exitCode">What the shell is told.</param>
    /// <param name="format">How.</param>
    public static void Write(Terminal terminal, RunResult result, string path, ExitCode exitCode, OutputFormat format)
    {
        foreach (var file in result.BadFiles)
        {
            terminal.Say($"did not decode: {file}");
        }

        if (format == OutputFormat.Json)
        {
            terminal.Print(JsonSerializer.Serialize(result, RunJson.Indented));
        }
        else
        {
            terminal.Print(Table(result));
        }

        if (result.State is nameof(JobState.Failed) or nameof(JobState.Cancelled))
        {
            terminal.Say($"lightly: the job {result.State.ToLowerInvariant()}: {result.Reason}");
        }
        else if (path.Length > 0)
        {
            SayNext(terminal, result, path, exitCode);
        }
    }

    private static void SayNext(Terminal terminal, RunResult result, string path, ExitCode exitCode)
    {
        if (result.State == nameof(JobState.Paused))
        {
            var why = exitCode == ExitCode.Interrupted ? "Interrupted" : "Paused";
            terminal.Say($"{why} after step {result.Steps}; continue with: lightly train --resume --out {path}");
            return;
        }

        var files = OutputFiles.All.Where(name => name is not (OutputFiles.Store or OutputFiles.Fleet))
            .Where(name => Path.Exists(Path.Combine(path, name)));
        terminal.Say($"Written to {path}: {string.Join(", ", files)}");
        terminal.Say($"Check that it can be repeated bit for bit: lightly verify {path}");
    }

    private static string Table(RunResult result)
    {
        var table = new TextTable("RESULT", "");
        table.Add("job", result.Job);
        table.Add("state", result.Reason.Length > 0 ? $"{result.State} ({result.Reason})" : result.State);
        table.Add("steps", $"{result.Steps} ({result.Epochs:0.##} epochs, {result.Images} images)");
        table.Add("loss", result.Loss is { } loss ? $"{loss:0.0000}" : "-");
        table.Add("accuracy untrained", Accuracy(result.KnnTop1Untrained, result.Knn));
        table.Add("accuracy trained", Accuracy(result.KnnTop1, result.Knn));
        table.Add("spread (1 = healthy)", result.CollapseStd is { } spread ? $"{spread:0.000}" : "-");
        table.Add("speed", $"{result.ImagesPerSecond:0.#} images/s, {result.WallSeconds:0.#} s in all");
        table.Add("workers", $"{result.Workers.Select(worker => worker.Id).Distinct(StringComparer.Ordinal).Count()}, {result.Recoveries.Count} lost");
        foreach (var (name, text) in Verdict(result.Verdict))
        {
            table.Add(name, text);
        }

        table.Add("state hash", result.StateHash.Length > 0 ? result.StateHash : "-");
        return table.ToString();
    }

    private static IEnumerable<(string Name, string Text)> Verdict(VerdictResult? verdict)
    {
        if (verdict is null)
        {
            yield break;
        }

        yield return ("verdict", $"{verdict.Kind}: {verdict.Summary}");
        yield return ("evidence", string.Join("; ", verdict.Evidence.Where(line => line.Length > 0)));
        yield return ("what to change", verdict.Advice);
    }

    private static string Accuracy(double? accuracy, KnnResult? knn) => (accuracy, knn) switch
    {
        ({ } value, { } how) => $"{value:0.0%} ({how.K} nearest of {how.BankImages}, {how.TestImages} tested)",
        ({ } value, null) => $"{value:0.0%}",
        _ => "- (no labels)",
    };
}
