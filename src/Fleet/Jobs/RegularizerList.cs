using System.Collections;

namespace LightlyCluster.Fleet.Jobs;

/// <summary>Regularizers in their order; two lists with equal content are equal.</summary>
public sealed class RegularizerList : IReadOnlyList<RegularizerSpecification>, IEquatable<RegularizerList>
{
    private readonly RegularizerSpecification[] _items;

    /// <summary>Copies the given ones.</summary>
    public RegularizerList(IEnumerable<RegularizerSpecification> items) => _items = [.. items];

    /// <summary>None.</summary>
    public static RegularizerList Empty { get; } = new([]);

    /// <summary>How many.</summary>
    public int Count => _items.Length;

    /// <summary>One of them.</summary>
    public RegularizerSpecification this[int index] => _items[index];

    /// <inheritdoc />
    public IEnumerator<RegularizerSpecification> GetEnumerator() => ((IEnumerable<RegularizerSpecification>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc />
    public bool Equals(RegularizerList? other) => other is not null && _items.SequenceEqual(other._items);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as RegularizerList);

    /// <inheritdoc />
    public override int GetHashCode() => _items.Aggregate(0, (hash, item) => HashCode.Combine(hash, item));

    /// <summary>As a job file has it: <c>[{name: co2, alpha: 1}]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", _items.Select(item => item.ToString()))}]";
}
