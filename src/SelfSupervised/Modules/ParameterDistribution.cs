using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>What a parameter's initial values are drawn from.</summary>
/// <param name="Kind">Shape of the distribution.</param>
/// <param name="Scale">The constant, the bound, or the standard deviation; 0 or more but for constants.</param>
public sealed record ParameterDistribution(ParameterDistributionKind Kind, double Scale)
{
    /// <summary>All the same number.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The distribution.</returns>
    public static ParameterDistribution Constant(double value) => new(ParameterDistributionKind.Constant, value);

    /// <summary>Uniform in plus or minus 1 / sqrt(fan-in), PyTorch's default for linear and convolutional layers.</summary>
    /// <param name="fanIn">Number of inputs of one output, at least 1.</param>
    /// <returns>The distribution.</returns>
    public static ParameterDistribution UniformByFanIn(long fanIn) => new(ParameterDistributionKind.Uniform, 1 / Math.Sqrt(fanIn));

    /// <summary>Normal with mean 0, cut at two standard deviations.</summary>
    /// <param name="standardDeviation">Standard deviation before the cut.</param>
    /// <returns>The distribution.</returns>
    public static ParameterDistribution TruncatedNormal(double standardDeviation) =>
        new(ParameterDistributionKind.TruncatedNormal, standardDeviation);

    /// <summary>Fills a span from a stream.</summary>
    /// <param name="stream">Where the randomness comes from; moved on.</param>
    /// <param name="values">Receives the values.</param>
    public void Draw(ref RandomStream stream, Span<float> values)
    {
        switch (Kind)
        {
            case ParameterDistributionKind.Uniform:
                stream.FillUniform(values, -Scale, Scale);
                break;
            case ParameterDistributionKind.TruncatedNormal:
                foreach (ref var value in values)
                {
                    value = (float)(Scale * NextTruncated(ref stream));
                }

                break;
            case ParameterDistributionKind.Constant:
            default:
                values.Fill((float)Scale);
                break;
        }
    }

    private static double NextTruncated(ref RandomStream stream)
    {
        double value;
        do
        {
            value = stream.NextNormal();
        }
        while (Math.Abs(value) > 2);

        return value;
    }
}
