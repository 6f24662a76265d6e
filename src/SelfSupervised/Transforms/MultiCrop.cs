namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Makes the views of a multi-crop: several sizes of crops, each a number of times.</summary>
internal static class MultiCrop
{
    /// <summary>One entry a view, the first size first.</summary>
    /// <exception cref="ArgumentException">The lists are not equally long, or a count is negative.</exception>
    public static IEnumerable<ViewTransformOptions> Expand(
        IReadOnlyList<int> cropSizes,
        IReadOnlyList<int> cropCounts,
        IReadOnlyList<double> cropMinScales,
        IReadOnlyList<double> cropMaxScales,
        ViewTransformOptions shared)
    {
        if (cropCounts.Count != cropSizes.Count || cropMinScales.Count != cropSizes.Count || cropMaxScales.Count != cropSizes.Count)
        {
            throw new ArgumentException(
                $"cropSizes, cropCounts, cropMinScales and cropMaxScales must be equally long, not {cropSizes.Count}, "
                + $"{cropCounts.Count}, {cropMinScales.Count} and {cropMaxScales.Count}.",
                nameof(cropCounts));
        }

        if (cropCounts.Any(count => count < 0))
        {
            throw new ArgumentException($"cropCounts are [{string.Join(", ", cropCounts)}]; none may be negative.", nameof(cropCounts));
        }

        return cropSizes.SelectMany((size, index) => Enumerable.Repeat(
            shared with { InputSize = size, MinScale = cropMinScales[index], MaxScale = cropMaxScales[index] }, cropCounts[index]));
    }
}
