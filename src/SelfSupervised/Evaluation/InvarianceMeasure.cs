using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Evaluation;

/// <summary>How little the features change when images are augmented in one way: the advice on invariances as a number.</summary>
/// <remarks>
/// The cosine of an image's features before and after an augmentation, set between what two different images have (0) and perfect
/// equality (1), so that backbones with crowded features do not look invariant. Features that must not lose color (leaves, berries)
/// should have a low value for color augmentations, features for cars a high one.
/// </remarks>
/// <param name="Augmentation">Name of the augmentation.</param>
/// <param name="Cosine">Mean cosine of the same images' features, -1 to 1.</param>
/// <param name="CosineOfDifferent">Mean cosine of different images' features, -1 to 1.</param>
public sealed record InvarianceMeasure(string Augmentation, double Cosine, double CosineOfDifferent)
{
    /// <summary>1 is invariant, 0 means as different as another image; below 0 is possible.</summary>
    public double Relative => CosineOfDifferent < 1 ? (Cosine - CosineOfDifferent) / (1 - CosineOfDifferent) : 0;

    /// <summary>Compares features before and after an augmentation.</summary>
    /// <param name="augmentation">Name of the augmentation.</param>
    /// <param name="features">Features of the images, floating point [N, F], N at least 2; borrowed.</param>
    /// <param name="augmented">Features of the augmented images, [N, F]; borrowed.</param>
    /// <returns>The measure.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or there are fewer than two images.</exception>
    public static InvarianceMeasure Between(string augmentation, Tensor features, Tensor augmented)
    {
        if (features.shape.Length != 2 || features.shape[0] < 2 || !features.shape.SequenceEqual(augmented.shape))
        {
            throw new ArgumentException(
                $"Invariance compares features [N, F] of at least two images, not [{string.Join(", ", features.shape)}] "
                + $"and [{string.Join(", ", augmented.shape)}].",
                nameof(augmented));
        }

        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var count = features.shape[0];
        var plain_NF = nn.functional.normalize(features.detach().to(float64), p: 2, dim: 1);
        var changed_NF = nn.functional.normalize(augmented.detach().to(float64), p: 2, dim: 1);
        var same = (plain_NF * changed_NF).sum().item<double>();
        // The sum over all pairs is the product of the sums; the pairs of one image with itself are taken out.
        var all = (plain_NF.sum(0L) * plain_NF.sum(0L)).sum().item<double>();
        var different = (all - plain_NF.ToThe(2).sum().item<double>()) / ((double)count * (count - 1));
        return new(augmentation, same / count, different);
    }

    /// <summary>Measures a backbone's invariance to each of several augmentations.</summary>
    /// <param name="backbone">The backbone; used in evaluation mode and left in the mode that it was in; borrowed.</param>
    /// <param name="images">Images as the backbone takes them, [N, 3, H, W], N at least 2; borrowed.</param>
    /// <param name="augmentations">Names and functions from images to images of the same shape, owned by the caller's scope.</param>
    /// <returns>One measure for each augmentation, in their order.</returns>
    /// <exception cref="ArgumentException">There are fewer than two images, or an augmentation changes their number.</exception>
    public static IReadOnlyList<InvarianceMeasure> Measure(
        Backbone backbone, Tensor images, IReadOnlyList<(string Name, Func<Tensor, Tensor> Augment)> augmentations)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var wasTraining = backbone.training;
        backbone.eval();
        try
        {
            var features_NF = backbone.call(images);
            return [.. augmentations.Select(entry => Between(entry.Name, features_NF, backbone.call(entry.Augment(images))))];
        }
        finally
        {
            backbone.train(wasTraining);
        }
    }

    /// <summary>Measures a backbone's invariance to each single operation of a view.</summary>
    /// <param name="backbone">The backbone; used in evaluation mode and left in the mode that it was in; borrowed.</param>
    /// <param name="images">Decoded images, at least 2; borrowed.</param>
    /// <param name="view">Where sizes, strengths and ranges come from; probabilities do not matter.</param>
    /// <param name="seed">Seed of the operations' random parameters.</param>
    /// <param name="device">Where the backbone is; null means the CPU.</param>
    /// <returns>One measure for each operation of <see cref="SingleAugmentations.Of"/>, in its order.</returns>
    /// <exception cref="ArgumentException">There are fewer than two images, or an option is out of range.</exception>
    public static IReadOnlyList<InvarianceMeasure> MeasureEach(
        Backbone backbone, IReadOnlyList<DecodedImage> images, ViewTransformOptions view, ulong seed = 0, Device? device = null)
    {
        if (images.Count < 2)
        {
            throw new ArgumentException($"Invariance is measured on at least two images, not {images.Count}.", nameof(images));
        }

        var operations = SingleAugmentations.Of(view);
        var pipeline = new ViewPipeline([SingleAugmentations.Plain(view), .. operations.Select(operation => operation.Options)]);
        long[] sampleIds = [.. Enumerable.Range(0, images.Count).Select(index => (long)index)];
        Tensor View(int number) => pipeline.Apply(images, sampleIds, seed, 0, number, device ?? CPU);

        using var scope = NewDisposeScope();
        return Measure(backbone, View(0), [.. operations.Select((entry, index) => (entry.Name, (Func<Tensor, Tensor>)(_ => View(index + 1))))]);
    }
}
