using System.Collections.Concurrent;
using System.Globalization;

namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>Counts what was compared, left out and failed, and says so for every file at the end.</summary>
/// <remarks>The report is printed, and written to the file that LIGHTLY_GOLDEN_REPORT names if it names one.</remarks>
public sealed class GoldenReport : IDisposable
{
    private readonly ConcurrentDictionary<string, string> _lines = new(StringComparer.Ordinal);

    public void Add(string name, string outcome) => _lines[name] = outcome;

    public void Dispose()
    {
        var lines = _lines.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Value,-8} {pair.Key}").ToList();
        int Count(string outcome) => _lines.Values.Count(value => value.StartsWith(outcome, StringComparison.Ordinal));
        lines.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"golden: compared {Count("compared")}, skipped {Count("skipped")}, failed {Count("failed")}, in {GoldenCase.Folder}"));
        Console.WriteLine(string.Join(Environment.NewLine, lines));
        if (Environment.GetEnvironmentVariable("LIGHTLY_GOLDEN_REPORT") is { Length: > 0 } path)
        {
            File.WriteAllLines(path, lines);
        }
    }
}
