using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>The views of a batch of images, with labels and names; owns its tensors.</summary>
public sealed class CollatedBatch : IDisposable
{
    /// <summary>Makes a batch.</summary>
    /// <param name="views">One tensor a view, float32 [B, 3, height, width]; owned from now on.</param>
    /// <param name="labels">Classes, int64 [B]; 0 where there are none; owned from now on.</param>
    /// <param name="names">Names of the files.</param>
    public CollatedBatch(IReadOnlyList<Tensor> views, Tensor labels, IReadOnlyList<string> names)
    {
        Views = views;
        Labels = labels;
        Names = names;
    }

    /// <summary>One tensor a view, float32 [B, 3, height, width].</summary>
    public IReadOnlyList<Tensor> Views { get; }

    /// <summary>Classes, int64 [B]; 0 where there are none.</summary>
    public Tensor Labels { get; }

    /// <summary>Names of the files.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Takes a batch of two views apart: <c>var ((x0, x1), labels, names) = batch</c>.</summary>
    /// <param name="views">The two views; still owned by the batch.</param>
    /// <param name="labels">Classes.</param>
    /// <param name="names">Names of the files.</param>
    /// <exception cref="InvalidOperationException">The batch does not have two views.</exception>
    public void Deconstruct(out (Tensor View0, Tensor View1) views, out Tensor labels, out IReadOnlyList<string> names)
    {
        views = Views is [var view0, var view1]
            ? (view0, view1)
            : throw new InvalidOperationException($"The batch has {Views.Count} views, not two; use the property Views.");
        (labels, names) = (Labels, Names);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var view in Views)
        {
            view.Dispose();
        }

        Labels.Dispose();
    }
}
