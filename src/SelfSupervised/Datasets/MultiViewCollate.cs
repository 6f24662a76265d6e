using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Stacks views that have been made already, sample by sample.</summary>
public static class MultiViewCollate
{
    /// <summary>Stacks the first views of all samples, the second views, and so on.</summary>
    /// <param name="samples">
    /// Views of each sample (equal numbers; view v has the same shape in all), its label and its name; borrowed.
    /// </param>
    /// <returns>One tensor a view, [B, ...]; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">There are no samples, or the samples differ in their number of views.</exception>
    public static CollatedBatch Collate(IReadOnlyList<(IReadOnlyList<Tensor> Views, int Label, string Name)> samples)
    {
        if (samples.Count == 0 || samples.Any(sample => sample.Views.Count != samples[0].Views.Count))
        {
            throw new ArgumentException("A batch needs at least one sample, and all samples the same number of views.", nameof(samples));
        }

        var views = new Tensor[samples[0].Views.Count];
        for (var view = 0; view < views.Length; view++)
        {
            RequireSameShapes(samples, view);
            views[view] = stack(samples.Select(sample => sample.Views[view]).ToArray());
        }

        var labels = tensor(samples.Select(sample => (long)sample.Label).ToArray());
        return new CollatedBatch(views, labels, [.. samples.Select(sample => sample.Name)]);
    }

    private static void RequireSameShapes(IReadOnlyList<(IReadOnlyList<Tensor> Views, int Label, string Name)> samples, int view)
    {
        var shape = samples[0].Views[view].shape;
        var (_, _, other) = samples.FirstOrDefault(sample => !sample.Views[view].shape.SequenceEqual(shape));
        if (other is not null)
        {
            var different = samples.First(sample => sample.Name == other).Views[view].shape;
            throw new ArgumentException(
                $"View {view} must have one shape in all samples: [{string.Join(", ", shape)}] in '{samples[0].Name}' "
                + $"and [{string.Join(", ", different)}] in '{other}'.",
                nameof(samples));
        }
    }
}
