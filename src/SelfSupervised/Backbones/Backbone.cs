using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>A network from images [N, 3, H, W] to features [N, F].</summary>
public abstract class Backbone : RegisteredModule
{
    /// <summary>Makes the backbone.</summary>
    /// <param name="name">Name of the architecture, for messages.</param>
    /// <param name="featureCount">F, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">F is less than 1.</exception>
    protected Backbone(string name, long featureCount)
        : base(name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(featureCount, 1);
        FeatureCount = featureCount;
    }

    /// <summary>F, the number of features of an image.</summary>
    public long FeatureCount { get; }

    /// <summary>Makes another backbone of the same architecture, for a momentum encoder.</summary>
    /// <returns>A backbone on the CPU in training mode with weights of its own; owned by the caller.</returns>
    public abstract Backbone CreateSame();

    /// <summary>Refuses what is not a batch of color images of at least the given side, before native code sees it.</summary>
    /// <param name="input">The images.</param>
    /// <param name="sideMinimum">Smallest height and width in pixels.</param>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    protected static void RequireImages(Tensor input, long sideMinimum)
    {
        var shape = input.shape;
        if (shape.Length != 4 || shape[0] < 1 || shape[1] != 3 || shape[2] < sideMinimum || shape[3] < sideMinimum)
        {
            throw new ArgumentException(
                $"The backbone takes images [N, 3, H, W] with H and W of at least {sideMinimum}, not [{string.Join(", ", shape)}].",
                nameof(input));
        }

        if (!input.is_floating_point())
        {
            throw new ArgumentException($"The backbone takes images of floating point numbers, not {input.dtype}; normalize them first.", nameof(input));
        }
    }
}
