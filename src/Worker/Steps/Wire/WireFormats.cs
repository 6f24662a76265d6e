using LightlyCluster.Fleet;
using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Worker.Steps.Wire;

/// <summary>The format of each word of <c>sync.wire</c>.</summary>
internal static class WireFormats
{
    private static readonly Dictionary<string, IWireFormat> Known = new(StringComparer.Ordinal)
    {
        [JobVocabulary.WireSingle] = new SingleFormat(),
        [JobVocabulary.WireBFloat16] = new BFloat16Format(),
        [JobVocabulary.WireInt8] = new Int8Format(),
    };

    /// <summary>The format of a word that a validated job holds.</summary>
    public static IWireFormat Of(string word)
    {
        var isKnown = Known.TryGetValue(word, out var format);
        Invariant.Require(isKnown, $"sync.wire is one of {string.Join(", ", Known.Keys)}, not '{word}'");
        return format!;
    }
}
