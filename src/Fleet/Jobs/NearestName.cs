namespace LightlyCluster.Fleet.Jobs;

/// <summary>Finds the name that a misspelt one was probably meant to be.</summary>
public static class NearestName
{
    /// <summary>The known name with the fewest typing errors from the given one; null where none is near.</summary>
    /// <remarks>
    /// Counts insertions, deletions, replacements and swaps of neighbours (Damerau-Levenshtein, optimal string
    /// alignment), without regard to case. Near is at most a third of the longer name, and at least 2.
    /// </remarks>
    public static string? Find(string name, IEnumerable<string> known)
    {
        var best = known
            .Select(candidate => (Candidate: candidate, Distance: Distance(name, candidate)))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault();

        return best.Candidate is not null && best.Distance <= Math.Max(2, Math.Max(name.Length, best.Candidate.Length) / 3)
            ? best.Candidate
            : null;
    }

    /// <summary>Whether a name is another spelling of a known one: without regard to case, hyphens, underscores and spaces.</summary>
    public static bool IsSpelling(string known, string name) => string.Equals(Plain(known), Plain(name), StringComparison.OrdinalIgnoreCase);

    /// <summary>The hint for a message: the nearest name where there is one, else nothing.</summary>
    public static string Hint(string name, IEnumerable<string> known) =>
        Find(name, known) is { } nearest ? $" (did you mean '{nearest}'?)" : "";

    /// <summary>Number of typing errors between two names, without regard to case.</summary>
    public static int Distance(string first, string second)
    {
        var left = first.ToUpperInvariant();
        var right = second.ToUpperInvariant();
        var rows = Enumerable.Range(0, 3).Select(_ => new int[right.Length + 1]).ToArray();
        for (var column = 0; column <= right.Length; column++)
        {
            rows[0][column] = column;
        }

        for (var row = 1; row <= left.Length; row++)
        {
            FillRow(left, right, row, rows);
        }

        return rows[left.Length % 3][right.Length];
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit));

    private static void FillRow(string left, string right, int row, int[][] rows)
    {
        var (current, previous, beforePrevious) = (rows[row % 3], rows[(row + 2) % 3], rows[(row + 1) % 3]);
        current[0] = row;
        for (var column = 1; column <= right.Length; column++)
        {
            var replacement = left[row - 1] == right[column - 1] ? 0 : 1;
            var cost = Math.Min(Math.Min(current[column - 1], previous[column]) + 1, previous[column - 1] + replacement);
            var isSwap = row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1];
            current[column] = isSwap ? Math.Min(cost, beforePrevious[column - 2] + 1) : cost;
        }
    }
}
