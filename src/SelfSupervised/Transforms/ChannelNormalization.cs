namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Mean and standard deviation that the three colours of a view are normalized by: (value - mean) / deviation.</summary>
/// <param name="MeanRed">Mean of red, of values 0 to 1.</param>
/// <param name="MeanGreen">Mean of green.</param>
/// <param name="MeanBlue">Mean of blue.</param>
/// <param name="DeviationRed">Standard deviation of red, above 0.</param>
/// <param name="DeviationGreen">Standard deviation of green, above 0.</param>
/// <param name="DeviationBlue">Standard deviation of blue, above 0.</param>
public sealed record ChannelNormalization(
    double MeanRed, double MeanGreen, double MeanBlue, double DeviationRed, double DeviationGreen, double DeviationBlue)
{
    /// <summary>The values of ImageNet, which lightly uses throughout.</summary>
    public static ChannelNormalization ImageNet { get; } = new(0.485, 0.456, 0.406, 0.229, 0.224, 0.225);

    /// <summary>No normalization: values stay between 0 and 1.</summary>
    public static ChannelNormalization Identity { get; } = new(0, 0, 0, 1, 1, 1);

    /// <summary>Mean of a channel.</summary>
    /// <param name="channel">0 red, 1 green, 2 blue.</param>
    /// <returns>The mean.</returns>
    public double Mean(int channel) => channel switch { 0 => MeanRed, 1 => MeanGreen, _ => MeanBlue };

    /// <summary>Standard deviation of a channel.</summary>
    /// <param name="channel">0 red, 1 green, 2 blue.</param>
    /// <returns>The deviation.</returns>
    public double Deviation(int channel) => channel switch { 0 => DeviationRed, 1 => DeviationGreen, _ => DeviationBlue };
}
