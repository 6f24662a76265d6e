namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>What makes one residual network different from another.</summary>
/// <param name="Name">Name as lightly writes it, "resnet-18".</param>
/// <param name="IsBottleneck">Whether blocks have three convolutions and four times the channels at their end.</param>
/// <param name="BlockCounts">Number of blocks in each of the four stages.</param>
internal sealed record ResNetSpecification(string Name, bool IsBottleneck, IReadOnlyList<int> BlockCounts)
{
    /// <summary>All networks, smallest first.</summary>
    public static readonly IReadOnlyList<ResNetSpecification> All =
    [
        new("resnet-9", IsBottleneck: false, [1, 1, 1, 1]),
        new("resnet-18", IsBottleneck: false, [2, 2, 2, 2]),
        new("resnet-34", IsBottleneck: false, [3, 4, 6, 3]),
        new("resnet-50", IsBottleneck: true, [3, 4, 6, 3]),
        new("resnet-101", IsBottleneck: true, [3, 4, 23, 3]),
        new("resnet-152", IsBottleneck: true, [3, 8, 36, 3]),
    ];

    /// <summary>Channels at a block's end over channels inside it.</summary>
    public int Expansion => IsBottleneck ? 4 : 1;

    /// <summary>Channels of the first stage for a width, at least 1.</summary>
    public static long BaseChannelCount(double width)
    {
        if (!double.IsFinite(width) || (long)(64 * width) < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(width), width, "The width must be at least 1/64 (one channel); usual values are 0.0625 to 4.");
        }

        return (long)(64 * width);
    }

    /// <summary>Finds a network by its name; otherwise the message has the known names.</summary>
    public static ResNetSpecification Find(string name, IReadOnlyList<string>? known = null)
    {
        var found = All.FirstOrDefault(specification => specification.Name == name);
        if (found is not null)
        {
            return found;
        }

        known ??= [.. All.Select(specification => specification.Name)];
        var nearest = NearestName.Of(name, known);
        throw new ArgumentException(
            $"Illegal name: {name}. Try {string.Join(", ", known)}." + (nearest is null ? "" : $" Did you mean {nearest}?"),
            nameof(name));
    }

    /// <summary>Features of an image for a width.</summary>
    public long FeatureCount(double width) => BaseChannelCount(width) * 8 * Expansion;

    /// <summary>Parameters of the trunk (without a classifier), counted layer by layer as the network is built.</summary>
    public long ParameterCount(double width, int stemKernelSize = 3)
    {
        var channelCount = BaseChannelCount(width);
        var inputCount = channelCount;
        var total = (3L * stemKernelSize * stemKernelSize * channelCount) + (2 * channelCount);
        for (var stage = 0; stage < 4; stage++)
        {
            var innerCount = channelCount << stage;
            var outputCount = innerCount * Expansion;
            for (var block = 0; block < BlockCounts[stage]; block++)
            {
                total += BlockParameterCount(inputCount, innerCount, outputCount);
                var isStrided = stage > 0 && block == 0;
                total += isStrided || inputCount != outputCount ? (inputCount * outputCount) + (2 * outputCount) : 0;
                inputCount = outputCount;
            }
        }

        return total;
    }

    private long BlockParameterCount(long inputCount, long innerCount, long outputCount) => IsBottleneck
        ? (inputCount * innerCount) + (9 * innerCount * innerCount) + (innerCount * outputCount) + (4 * innerCount) + (2 * outputCount)
        : (9 * inputCount * innerCount) + (9 * innerCount * innerCount) + (4 * innerCount);
}
