using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Evaluation;
using LightlyCluster.SelfSupervised.Transforms;
using LightlyCluster.Worker.Steps;
using static TorchSharp.torch;

namespace LightlyCluster.Worker.Tasks;

/// <summary>Measures a backbone: nearest neighbours where folder names give labels, collapse, and points for a plot.</summary>
internal static class EvaluationTask
{
    /// <summary>Images that go through the backbone at once: fixed, so that bits never depend on the fleet.</summary>
    private const int BlockImages = 64;

    private const int PointsMaximum = 2000;

    /// <summary>Evaluates. Call on the training thread.</summary>
    /// <param name="context">The job.</param>
    /// <param name="test">Images to classify; null to hold some of the training images out.</param>
    /// <param name="isFull">Whether the collapse measure and the points are wanted too.</param>
    public static EvaluationResult Run(JobContext context, ImageSource? test, bool isFull)
    {
        using var scope = NewDisposeScope();
        var manifest = context.Source.Manifest;
        var (indices, features, embeddings) = Embed(context, context.Loader.TryDecode, Enumerable.Range(0, manifest.Count));
        var (top1, k, bank, queries) = context.Specification.Evaluate.Knn && manifest.Labels is { } labels
            ? Classify(context, test, indices, features, labels)
            : (null, 0, 0, 0);
        var collapse = isFull ? CollapseMeasure.Scaled(embeddings) : 0;
        var shown = Enumerable.Range(0, indices.Count).Where(place => place % Math.Max(1, indices.Count / PointsMaximum) == 0).ToArray();
        return new(
            top1, k, HeldOutSplit.Temperature, bank, queries, collapse,
            isFull ? Project(features, shown) : [],
            manifest.Labels is { } all ? [.. shown.Select(place => all[indices[place]])] : [],
            manifest.ClassNames,
            [.. shown.Select(place => manifest.Names[indices[place]])]);
    }

    private static (double? Top1, int K, int Bank, int Queries) Classify(
        JobContext context, ImageSource? test, IReadOnlyList<int> indices, Tensor features, int[] labels)
    {
        var own = indices.Select(index => labels[index]).ToArray();
        if (test is not null)
        {
            var testLabels = TestLabels(test.Manifest, context.Source.Manifest);
            var (used, testFeatures, _) = Embed(context, block => TryDecode(test, block), Enumerable.Range(0, test.Manifest.Count));
            var k = HeldOutSplit.NeighbourCountFor(own.Length);
            var accuracy = NearestNeighbours.Accuracy(
                features, own, testFeatures, [.. used.Select(index => testLabels[index])], k, HeldOutSplit.Temperature);
            return (accuracy, k, own.Length, used.Count);
        }

        var split = HeldOutSplit.Create([.. indices.Select(index => context.Source.Manifest.Names[index])], own);
        if (split.QueryIndices.Count == 0 || split.BankIndices.Count == 0)
        {
            return (null, 0, 0, 0);
        }

        var top1 = NearestNeighbours.Accuracy(
            Rows(features, split.BankIndices), [.. split.BankIndices.Select(index => own[index])],
            Rows(features, split.QueryIndices), [.. split.QueryIndices.Select(index => own[index])],
            split.NeighbourCount, HeldOutSplit.Temperature);
        return (top1, split.NeighbourCount, split.BankIndices.Count, split.QueryIndices.Count);
    }

    private static (IReadOnlyList<int> Indices, Tensor Features, Tensor Embeddings) Embed(
        JobContext context, Func<IReadOnlyList<int>, IReadOnlyList<DecodedImage?>> decode, IEnumerable<int> wanted)
    {
        var transform = new EvaluationTransform(context.Specification.Data.ImageSize);
        var device = context.Method.Options.Device;
        var indices = new List<int>();
        var features = new List<Tensor>();
        var embeddings = new List<Tensor>();
        foreach (var block in wanted.Chunk(BlockImages))
        {
            using var scope = NewDisposeScope();
            var images = block.Zip(decode(block), (index, image) => (Index: index, Image: image)).Where(entry => entry.Image is not null).ToArray();
            if (images.Length == 0)
            {
                continue;
            }

            var (blockFeatures, blockEmbeddings) = context.Method.Evaluate(transform.Apply([.. images.Select(entry => entry.Image!)], device));
            indices.AddRange(images.Select(entry => entry.Index));
            features.Add(blockFeatures.cpu().MoveToOuterDisposeScope());
            embeddings.Add(blockEmbeddings.cpu().MoveToOuterDisposeScope());
        }

        return (indices, cat(features), cat(embeddings));
    }

    private static int[] TestLabels(ImageManifest test, ImageManifest train)
    {
        var numbers = train.ClassNames.Select((name, number) => (name, number)).ToDictionary(entry => entry.name, entry => entry.number);
        if (test.Labels is not { } labels || test.ClassNames.FirstOrDefault(name => !numbers.ContainsKey(name)) is { })
        {
            throw new DatasetException(
                "The test data has no class folders, or classes that the training data lacks; give test images in the same class folders.");
        }

        return [.. labels.Select(label => numbers[test.ClassNames[label]])];
    }

    private static IReadOnlyList<DecodedImage?> TryDecode(ImageSource source, IReadOnlyList<int> indices) =>
        [.. source.Load(indices, CancellationToken.None).Select(loaded => loaded.Image)];

    private static List<double[]> Project(Tensor features, int[] shown)
    {
        using var scope = NewDisposeScope();
        var components = (int)Math.Min(2, features.shape[1]);
        var points = PrincipalComponents.Project(Rows(features, shown), components).data<double>().ToArray();
        return [.. Enumerable.Range(0, shown.Length).Select(row => new[] { points[row * components], points[(row * components) + components - 1] })];
    }

    private static Tensor Rows(Tensor matrix, IReadOnlyList<int> rows) =>
        matrix.index_select(0, tensor(rows.Select(row => (long)row).ToArray()));
}
