using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace LightlyCluster.Fleet.Jobs;

/// <summary>Named numbers in ordinal order of their names; two sets with equal content are equal.</summary>
public sealed class ParameterValues : IEnumerable<KeyValuePair<string, double>>, IEquatable<ParameterValues>
{
    private readonly SortedDictionary<string, double> _values;

    /// <summary>Copies the given pairs; of two pairs with one name the later wins.</summary>
    public ParameterValues(IEnumerable<KeyValuePair<string, double>> values)
    {
        _values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            _values[name] = value;
        }
    }

    /// <summary>No parameters.</summary>
    public static ParameterValues Empty { get; } = new([]);

    /// <summary>Number of parameters.</summary>
    public int Count => _values.Count;

    /// <summary>The names, in ordinal order.</summary>
    public IEnumerable<string> Keys => _values.Keys;

    /// <summary>The values, in order of their names.</summary>
    public IEnumerable<double> Values => _values.Values;

    /// <summary>The value of a parameter.</summary>
    /// <exception cref="KeyNotFoundException">There is no such parameter.</exception>
    public double this[string key] => _values[key];

    /// <summary>True where the parameter is present.</summary>
    public bool ContainsKey(string key) => _values.ContainsKey(key);

    /// <summary>Reads a parameter where it is present.</summary>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out double value) => _values.TryGetValue(key, out value);

    /// <summary>The value of a parameter that counts something.</summary>
    /// <exception cref="KeyNotFoundException">There is no such parameter.</exception>
    public int Integer(string key) => checked((int)_values[key]);

    /// <summary>The value of a parameter that is a switch: anything but 0 is on.</summary>
    /// <exception cref="KeyNotFoundException">There is no such parameter.</exception>
    public bool IsOn(string key) => _values[key] != 0;

    /// <summary>The pairs, in ordinal order of their names.</summary>
    public IEnumerator<KeyValuePair<string, double>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>True where both hold the same names with the same values.</summary>
    public bool Equals(ParameterValues? other) => other is not null && _values.SequenceEqual(other._values);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ParameterValues);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var (name, value) in _values)
        {
            hash.Add(name, StringComparer.Ordinal);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    /// <summary>The pairs as <c>name=value</c>, separated by commas.</summary>
    public override string ToString() => string.Join(", ", _values.Select(pair => $"{pair.Key}={pair.Value:R}"));
}
