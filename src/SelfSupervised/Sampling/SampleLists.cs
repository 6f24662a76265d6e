using System.Globalization;

namespace LightlyCluster.SelfSupervised.Sampling;

/// <summary>Lists of names that a user gives: chosen samples, and scores.</summary>
public static class SampleLists
{
    private const int ShownMaximum = 5;

    /// <summary>Reads names, one a line; empty lines are left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="names">All known names.</param>
    /// <returns>The positions of the names, in the file's order.</returns>
    /// <exception cref="SamplingException">The file cannot be read, or names somebody who is not known.</exception>
    public static IReadOnlyList<int> ReadNames(string path, IReadOnlyList<string> names)
    {
        var places = PlacesOf(names);
        var wanted = ReadLines(path);
        RequireKnown(path, wanted, places);
        return [.. wanted.Select(name => places[name])];
    }

    /// <summary>Reads scores, <c>name,score</c> a line, with or without a header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="names">All known names; each needs a score.</param>
    /// <returns>The score of each name, in the order of <paramref name="names"/>.</returns>
    /// <exception cref="SamplingException">The file cannot be read, a score is no number, or a name is unknown or missing.</exception>
    public static IReadOnlyList<float> ReadScores(string path, IReadOnlyList<string> names)
    {
        var places = PlacesOf(names);
        var scores = new float?[names.Count];
        var lines = ReadLines(path);
        for (var line = 0; line < lines.Count; line++)
        {
            var comma = lines[line].LastIndexOf(',');
            var name = comma < 0 ? lines[line] : lines[line][..comma].Trim('"').Replace("\"\"", "\"", StringComparison.Ordinal);
            if (!float.TryParse(lines[line].AsSpan(comma + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var score) || comma < 0)
            {
                if (line == 0)
                {
                    continue;
                }

                throw new SamplingException($"'{path}' line {line + 1} is '{lines[line]}'; write name,score.");
            }

            RequireKnown(path, [name], places);
            scores[places[name]] = score;
        }

        var missing = Array.FindIndex(scores, score => score is null);
        return missing < 0
            ? [.. scores.Select(score => score!.Value)]
            : throw new SamplingException($"'{path}' has no score for '{names[missing]}' (and {scores.Count(score => score is null) - 1} others); give each sample one.");
    }

    private static Dictionary<string, int> PlacesOf(IReadOnlyList<string> names)
    {
        var places = new Dictionary<string, int>(names.Count, StringComparer.Ordinal);
        for (var index = 0; index < names.Count; index++)
        {
            if (!places.TryAdd(names[index], index))
            {
                throw new SamplingException($"Two embeddings are called '{names[index]}'; names must be distinct.");
            }
        }

        return places;
    }

    private static List<string> ReadLines(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Where(line => line.Length > 0)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SamplingException($"'{path}' cannot be read: {exception.Message}", exception);
        }
    }

    private static void RequireKnown(string path, IReadOnlyList<string> wanted, Dictionary<string, int> places)
    {
        var unknown = wanted.Where(name => !places.ContainsKey(name)).ToArray();
        if (unknown.Length > 0)
        {
            throw new SamplingException(
                $"'{path}' names {unknown.Length} that the embeddings lack: {string.Join(", ", unknown.Take(ShownMaximum).Select(name => $"'{name}'"))}"
                + $"{(unknown.Length > ShownMaximum ? " ..." : "")}.");
        }
    }
}
