using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>What must hold before anything native sees a method's tensors.</summary>
internal static class ViewChecks
{
    /// <summary>The transforms make as many views as a method looks at.</summary>
    /// <exception cref="ArgumentException">They make fewer.</exception>
    public static void RequireCount(int count, int wanted, string method)
    {
        if (count < wanted)
        {
            throw new ArgumentException($"{method} needs {wanted} views of an image, but the transforms make {count}; choose another preset.");
        }
    }

    /// <summary>A shard has its views, each of its images.</summary>
    /// <exception cref="ArgumentException">A view is missing or of another form.</exception>
    public static void RequireImages(IReadOnlyList<Tensor> views, int viewCount, int images, long step, int shard)
    {
        if (views.Count != viewCount || views.Any(view => view.shape.Length != 4 || view.shape[0] != images))
        {
            throw new ArgumentException(
                $"Shard {shard} of step {step} needs {viewCount} views of {images} images [m, 3, S, S], not {Shapes(views)}.", nameof(views));
        }
    }

    /// <summary>A method encodes a view as it announced.</summary>
    /// <returns>The outputs.</returns>
    /// <exception cref="InvalidOperationException">An output has another shape.</exception>
    public static Tensor[] RequireOutputs(Tensor[] outputs, IReadOnlyList<int> lengths, int images, int view, string method)
    {
        var isAnnounced = outputs.Length == lengths.Count
            && outputs.Zip(lengths).All(pair => pair.First.shape is [var rows, var columns] && rows == images && columns == pair.Second);
        return isAnnounced ? outputs : throw new InvalidOperationException(
            $"{method} encodes view {view} as {Shapes(outputs)}; it announced {string.Join(" and ", lengths.Select(length => $"[{images}, {length}]"))}.");
    }

    private static string Shapes(IEnumerable<Tensor> tensors) => string.Join(" and ", tensors.Select(tensor => $"[{string.Join(", ", tensor.shape)}]"));
}
