namespace LightlyCluster.SelfSupervised.Checkpoints.Pickle;

/// <summary>A Python dictionary in the order of its entries.</summary>
internal sealed class PickledDictionary
{
    private readonly Dictionary<object, int> _positions = [];

    /// <summary>The entries in the order in which their keys first came.</summary>
    public List<(object Key, object? Value)> Entries { get; } = [];

    /// <summary>Adds an entry, or replaces the value of a key that is there.</summary>
    public void Set(object key, object? value)
    {
        if (_positions.TryGetValue(key, out var position))
        {
            Entries[position] = (key, value);
            return;
        }

        _positions.Add(key, Entries.Count);
        Entries.Add((key, value));
    }
}
