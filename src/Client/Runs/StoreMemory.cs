using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Client.Runs;

/// <summary>How much memory the embedded store needs for the payloads of a job.</summary>
internal static class StoreMemory
{
    private const long Gibibyte = 1L << 30;
    private const int StepsKept = 4;
    private const int StatePerGradient = 3;
    private const double Margin = 2;

    /// <summary>The size as Garnet writes it: a power of two of at least one and at most 32 gibibytes.</summary>
    /// <remarks>
    /// What lives at once: a gradient from each worker and their sum, for a few steps, and the snapshot of a joiner
    /// (parameters, momentum, optimizer). A full store drops old payloads, so that the estimate is doubled.
    /// </remarks>
    public static string Of(JobSpecification specification, int workers)
    {
        var gradientBytes = ModelSize.ReducedBytes(specification);
        var stateBytes = ModelSize.TrainedValues(specification) * sizeof(float) * StatePerGradient;
        var rowBytes = ModelSize.PublishedValues(specification) * sizeof(float);
        var wanted = ((gradientBytes * (workers + 1.0) * StepsKept) + stateBytes + (rowBytes * StepsKept)) * Margin;
        var gibibytes = 1L;
        while (gibibytes < 32 && gibibytes * Gibibyte < wanted)
        {
            gibibytes *= 2;
        }

        return $"{gibibytes}g";
    }
}
