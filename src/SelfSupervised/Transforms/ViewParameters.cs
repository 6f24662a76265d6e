using System.Collections.Immutable;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>What is done to one image for one view, after all random numbers have been drawn.</summary>
public sealed record ViewParameters
{
    /// <summary>The part of the image that is resized to the view.</summary>
    public required CropBox Crop { get; init; }

    /// <summary>Mirror left and right.</summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>Mirror top and bottom.</summary>
    public bool VerticalFlip { get; init; }

    /// <summary>Rotation in degrees, counter-clockwise; 0 for none.</summary>
    public double RotationDegrees { get; init; }

    /// <summary>Colour jitter in the order in which it is applied; empty for none.</summary>
    public ImmutableArray<ColorAdjustment> ColorJitter { get; init; } = [];

    /// <summary>Convert to gray.</summary>
    public bool Grayscale { get; init; }

    /// <summary>Standard deviation of the blur in pixels; 0 for none.</summary>
    public double BlurSigma { get; init; }

    /// <summary>Invert the values above the threshold.</summary>
    public bool Solarize { get; init; }

    /// <summary>Parameters that only resize the whole image.</summary>
    /// <param name="height">Height of the image in pixels.</param>
    /// <param name="width">Width of the image in pixels.</param>
    /// <returns>The parameters.</returns>
    public static ViewParameters WholeImage(int height, int width) => new() { Crop = new CropBox(0, 0, height, width) };
}
