using System.Numerics;

namespace LightlyCluster.Fleet.Jobs;

/// <summary>Gathers violations in the words that all messages share.</summary>
internal sealed class ViolationCollector
{
    private readonly List<FieldViolation> _violations = [];

    /// <summary>What was found so far.</summary>
    public IReadOnlyList<FieldViolation> Violations => _violations;

    /// <summary>Adds a violation.</summary>
    public void Add(string path, string value, string message) => _violations.Add(new FieldViolation(path, value, message));

    /// <summary>Requires one of the known words.</summary>
    public void RequireWord(string path, string value, IReadOnlyList<string> known)
    {
        if (!known.Contains(value, StringComparer.Ordinal))
        {
            Add(path, value, $"{path} '{value}' is unknown{NearestName.Hint(value, known)}; known: {string.Join(", ", known)}");
        }
    }

    /// <summary>Requires a whole number of a range.</summary>
    public bool RequireRange<T>(string path, T value, T minimum, T maximum, string hint = "")
        where T : IBinaryInteger<T>, IMinMaxValue<T>
    {
        if (value >= minimum && value <= maximum)
        {
            return true;
        }

        var allowed = maximum == T.MaxValue ? $"at least {minimum}" : $"{minimum} to {maximum}";
        Add(path, $"{value}", $"{path} is {value}; allowed is {allowed}{Bracket(hint)}");
        return false;
    }

    /// <summary>Requires a finite number of a range.</summary>
    public void RequireNumber(string path, double value, double minimum, double maximum, string hint = "")
    {
        if (!(value >= minimum && value <= maximum))
        {
            Add(path, $"{value:R}", $"{path} is {value:R}; allowed is {minimum:R} to {maximum:R}{Bracket(hint)}");
        }
    }

    /// <summary>Requires that every given parameter is known and in its range.</summary>
    public void RequireParameters(
        string prefix,
        ParameterValues values,
        IReadOnlyList<ParameterDefinition> definitions,
        string owner)
    {
        var names = definitions.Select(definition => definition.Name).ToArray();
        foreach (var (name, value) in values)
        {
            var path = $"{prefix}.{name}";
            var definition = definitions.FirstOrDefault(candidate => candidate.Name == name);
            if (definition is null)
            {
                var hint = NearestName.Hint(name, names);
                Add(path, $"{value:R}", $"{path} is no parameter of {owner}{hint}; known: {string.Join(", ", names)}");
            }
            else if (!definition.Allows(value))
            {
                Add(path, $"{value:R}", $"{path} is {value:R}; allowed is {definition.Allowed} (default {definition.Default:R})");
            }
        }
    }

    private static string Bracket(string hint) => hint.Length > 0 ? $" ({hint})" : "";
}
