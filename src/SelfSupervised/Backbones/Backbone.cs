using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>A network from images [N, 3, H, W] to features [N, F].</summary>
public abstract class Backbone : RegisteredModule
{
    private Func<Tensor, string, Tensor>? _mark;

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

    /// <summary>Has marks of the network told where its parameters lie, and what the marks are for.</summary>
    /// <param name="mark">Takes a value and the name of the first parameter that is only used behind it; gives the value.</param>
    internal virtual void Watch(Func<Tensor, string, Tensor> mark) => _mark = mark;

    /// <summary>
    /// Says that a value separates the parameters: those before one, in the order of registration, are used to compute the value, that
    /// one and the later ones are used with what follows from it.
    /// </summary>
    /// <param name="value">The value; borrowed.</param>
    /// <param name="name">First part of that parameter's name; empty when it is the first one behind the backbone.</param>
    /// <returns>The value, in the caller's scope.</returns>
    protected Tensor Mark(Tensor value, string name) => _mark is null ? value : _mark(value, name);

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
