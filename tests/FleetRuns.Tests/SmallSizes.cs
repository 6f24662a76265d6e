namespace LightlyCluster.FleetRuns.Tests;

/// <summary>Sizes of heads and banks that train in no time.</summary>
internal static class SmallSizes
{
    private static readonly Dictionary<string, (string Name, double Size)[]> ByMethod = new(StringComparer.Ordinal)
    {
        ["moco"] = [("memoryBankSize", 48)],
        ["simsiam"] = [("projHiddenDim", 32), ("predHiddenDim", 16), ("outDim", 24)],
        ["fast-siam"] = [("projHiddenDim", 32), ("predHiddenDim", 16), ("outDim", 24)],
        ["barlow-twins"] = [("projHiddenDim", 32), ("outDim", 24)],
        ["byol"] = [("hiddenDim", 32), ("outDim", 24)],
        ["nnclr"] = [("projHiddenDim", 32), ("predHiddenDim", 16), ("outDim", 24), ("memoryBankSize", 48)],
        ["vicreg"] = [("hiddenDim", 32), ("outDim", 24)],
        ["swav"] = [("hiddenDim", 32), ("outDim", 24), ("nPrototypes", 12), ("queueLength", 32), ("queueStartEpoch", 0)],
        ["dino"] = [("hiddenDim", 32), ("bottleneckDim", 16), ("outDim", 40)],
        ["tico"] = [("hiddenDim", 32), ("outDim", 24)],
        ["mmcr"] = [("hiddenDim", 32), ("outDim", 24)],
    };

    public static IEnumerable<(string Name, double Size)> Of(string method) => ByMethod.GetValueOrDefault(method, []);
}
