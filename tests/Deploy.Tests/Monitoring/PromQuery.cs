using System.Text.RegularExpressions;

namespace LightlyCluster.Deploy.Tests.Monitoring;

/// <summary>The names in a PromQL expression. Not a parser: enough to tell metrics and labels from functions and words.</summary>
internal sealed partial class PromQuery
{
    private static readonly string[] Words = ["by", "without", "on", "ignoring", "group_left", "group_right", "and", "or", "unless", "offset", "bool", "Inf", "NaN"];

    public PromQuery(string expression)
    {
        var text = Strings().Replace(expression, "\"\"");
        var selectors = Selectors().Matches(text);
        var groupings = Groupings().Matches(text);
        Labels = [.. selectors.SelectMany(match => Names(match.Value)).Concat(groupings.SelectMany(match => Names(match.Groups["labels"].Value))).Distinct()];
        text = Durations().Replace(Groupings().Replace(Selectors().Replace(text, " "), " "), " ");
        Metrics = [.. Identifiers().Matches(text).Where(match => !Calls().IsMatch(text[(match.Index + match.Length)..]))
            .Select(match => match.Value).Except(Words, StringComparer.Ordinal).Distinct()];
    }

    /// <summary>Names of time series.</summary>
    public IReadOnlyList<string> Metrics { get; }

    /// <summary>Names of labels, in selectors and groupings.</summary>
    public IReadOnlyList<string> Labels { get; }

    private static IEnumerable<string> Names(string text) => Identifiers().Matches(text).Select(match => match.Value);

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Strings();

    [GeneratedRegex("\\{[^}]*\\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Selectors();

    [GeneratedRegex("\\b(by|without|on|ignoring)\\s*\\((?<labels>[^)]*)\\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Groupings();

    [GeneratedRegex("\\[[^\\]]*\\]|\\b[0-9.]+[smhdw]\\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Durations();

    [GeneratedRegex("[a-zA-Z_:][a-zA-Z0-9_:]*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Identifiers();

    [GeneratedRegex("^\\s*\\(", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Calls();
}
