using LightlyCluster.SelfSupervised.Backbones;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>Checks and small steps that the models share.</summary>
internal static class ModelParts
{
    /// <summary>Refuses a backbone that is known to give another number of features than the head takes.</summary>
    public static void RequireFeatures(nn.Module<Tensor, Tensor> backbone, long featureCount, string model)
    {
        if (backbone is Backbone known && known.FeatureCount != featureCount)
        {
            throw new ArgumentException(
                $"{model} was made for {featureCount} features (numFtrs), but the backbone gives {known.FeatureCount}. "
                + $"Make it with numFtrs: {known.FeatureCount}.",
                nameof(featureCount));
        }
    }

    /// <summary>Refuses two views of different numbers or sizes of images.</summary>
    public static void RequireSameShape(Tensor first, Tensor second)
    {
        if (!first.shape.SequenceEqual(second.shape))
        {
            throw new ArgumentException(
                $"Both views must be images of the same number and size: [{string.Join(", ", first.shape)}] "
                + $"and [{string.Join(", ", second.shape)}].",
                nameof(second));
        }
    }

    /// <summary>Refuses a momentum that is no share.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The share is not 0 to 1.</exception>
    public static void RequireShare(double m)
    {
        if (m is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(m), m, $"m is {m}; allowed is 0 to 1, usual 0.99 to 0.9999.");
        }
    }

    /// <summary>Features of images as [N, F]; the result belongs to the caller's dispose scope.</summary>
    public static Tensor Features(nn.Module<Tensor, Tensor> backbone, Tensor images)
    {
        using var scope = NewDisposeScope();
        return backbone.call(images).flatten(1).MoveToOuterDisposeScope();
    }

    /// <summary>A momentum copy of a backbone.</summary>
    public static nn.Module<Tensor, Tensor> MomentumCopy(
        nn.Module<Tensor, Tensor> backbone, Func<nn.Module<Tensor, Tensor>>? makeBackbone)
    {
        var copy = makeBackbone?.Invoke() ?? (backbone as Backbone)?.CreateSame() ?? throw new ArgumentException(
            "A momentum encoder needs a second backbone of the same structure: give a Backbone (CustomBackbone makes one of any "
            + "module) or a function that makes the module.",
            nameof(makeBackbone));
        MomentumUpdate.Initialize(backbone, copy);
        return copy;
    }
}
