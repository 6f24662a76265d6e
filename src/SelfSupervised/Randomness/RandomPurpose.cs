namespace LightlyCluster.SelfSupervised.Randomness;

/// <summary>What a random number is for; part of the key of every <see cref="RandomStream"/>.</summary>
/// <remarks>The numbers are part of what makes a run repeatable: new purposes are appended, none is renumbered.</remarks>
public enum RandomPurpose
{
    /// <summary>No purpose of its own, for example a one-off in a test.</summary>
    None = 0,

    /// <summary>The box of a random resized crop.</summary>
    Crop = 1,

    /// <summary>Horizontal and vertical flips.</summary>
    Flip = 2,

    /// <summary>Rotation by a quarter turn or by a range of degrees.</summary>
    Rotation = 3,

    /// <summary>Colour jitter: whether, in which order and by how much.</summary>
    Jitter = 4,

    /// <summary>Conversion to gray.</summary>
    Grayscale = 5,

    /// <summary>Gaussian blur and its standard deviation.</summary>
    Blur = 6,

    /// <summary>Solarization.</summary>
    Solarize = 7,

    /// <summary>The order of the samples in an epoch.</summary>
    Permutation = 8,

    /// <summary>The order in which MoCo's keys are spread over shards.</summary>
    KeyShuffle = 9,

    /// <summary>The first rows of a memory bank.</summary>
    Bank = 10,

    /// <summary>Initial weights, keyed by the parameter's name.</summary>
    Weights = 11,

    /// <summary>Dropout masks.</summary>
    Dropout = 12,

    /// <summary>Stochastic rounding of the wire format.</summary>
    Rounding = 13,

    /// <summary>The images that the demonstration draws.</summary>
    Demo = 14,

    /// <summary>The order of the samples that a data loader yields.</summary>
    Loader = 15,

    /// <summary>Sampling of subsets of a data set.</summary>
    Sampling = 16,

    /// <summary>Start values of clustering, projections and other evaluations.</summary>
    Evaluation = 17,
}
