namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>What a representation learns to ignore, as groups of augmentations.</summary>
/// <remarks>
/// An augmentation decides what the model becomes blind to: leave colour out where colour tells classes apart (leaves, cats),
/// add vertical flips and rotation where there is no up (satellites).
/// </remarks>
[Flags]
public enum InvarianceGroups
{
    /// <summary>No augmentation: every view is the resized image.</summary>
    None = 0,

    /// <summary>Random crop, flips and rotation.</summary>
    Shape = 1,

    /// <summary>Gaussian blur.</summary>
    Texture = 2,

    /// <summary>Colour jitter, grayscale and solarization.</summary>
    Color = 4,

    /// <summary>All of them, the default.</summary>
    All = Shape | Texture | Color,
}
