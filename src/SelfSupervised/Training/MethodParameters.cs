namespace LightlyCluster.SelfSupervised.Training;

/// <summary>Named numbers that a method or a loss is made with; switches are 0 and 1.</summary>
public sealed class MethodParameters
{
    private readonly Dictionary<string, double> _values;

    /// <summary>Copies the given pairs.</summary>
    public MethodParameters(IEnumerable<KeyValuePair<string, double>> values) => _values = new(values, StringComparer.Ordinal);

    /// <summary>None: every default holds.</summary>
    public static MethodParameters Empty { get; } = new([]);

    /// <summary>The names.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>A number.</summary>
    public double Number(string name, double standard) => _values.GetValueOrDefault(name, standard);

    /// <summary>A whole number.</summary>
    public int Integer(string name, int standard) => checked((int)_values.GetValueOrDefault(name, standard));

    /// <summary>A switch: anything but 0 is on.</summary>
    public bool Switch(string name, bool standard) => _values.TryGetValue(name, out var value) ? value != 0 : standard;
}
