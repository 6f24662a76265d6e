using System.Runtime.InteropServices;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.Tasks;
using LightlyCluster.Protocol.V1;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Evaluation;
using LightlyCluster.SelfSupervised.Transforms;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Tasks.Embedding;
using static TorchSharp.torch;

namespace LightlyCluster.Worker.Tasks.Local.Pictures;

/// <summary>Embeds some images of a run and finds what a report shows of them.</summary>
internal sealed class RunPictureTask : LocalTask<RunPictureRequest, RunPicture>
{
    private const int BlockImages = 64;
    private const int ThumbnailSide = 56;
    private const int InvarianceImages = 64;

    private static readonly (string Name, InvarianceGroups Group)[] Groups =
        [("shape", InvarianceGroups.Shape), ("texture", InvarianceGroups.Texture), ("color", InvarianceGroups.Color), ("all", InvarianceGroups.All)];

    /// <inheritdoc/>
    protected override async Task<RunPicture> RunAsync(RunPictureRequest request, TaskReport report, CancellationToken cancellationToken)
    {
        var specification = JobSpecificationMapping.FromWire(TrainingJobSpec.Parser.ParseJson(request.Specification));
        specification = specification with { Embed = new EmbedSpecification { Weights = request.Weights } };
        using var source = await JobPreparation.OpenAsync(specification, cancellationToken);
        return Make(request, specification, source, report, cancellationToken);
    }

    private static RunPicture Make(
        RunPictureRequest request, JobSpecification specification, ImageSource source, TaskReport report, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        using var backbone = EmbeddingPreparation.LoadBackbone(specification);
        backbone.eval();
        var manifest = source.Manifest;
        var count = Math.Min(request.ImagesMaximum, manifest.Count);
        var shown = new List<(int Index, DecodedImage Image)>();
        for (var place = 0; place < count; place++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TryAdd(source, (int)((long)place * manifest.Count / count), shown);
        }

        if (shown.Count < 2)
        {
            throw new DatasetException($"Fewer than two images of '{specification.Data.Path}' decode; a report needs some to show.");
        }

        var embeddings_ND = Embed(backbone, new EvaluationTransform(specification.Data.ImageSize), shown, report);
        var points = PrincipalComponents.Project(embeddings_ND, (int)Math.Min(2, embeddings_ND.shape[1])).data<double>().ToArray().Chunk((int)Math.Min(2, embeddings_ND.shape[1]));
        return new(
            [.. shown.Select(entry => manifest.Names[entry.Index])],
            manifest.Labels is { } labels ? [.. shown.Select(entry => labels[entry.Index])] : [],
            manifest.ClassNames,
            [.. points.Select(point => new[] { point[0], point[^1] })],
            [.. shown.Select(entry => ImageTiles.Thumbnail(entry.Image, ThumbnailSide))],
            FindNeighbours(embeddings_ND, request),
            CollapseMeasure.Scaled(embeddings_ND),
            MeasureInvariances(backbone, specification, shown, embeddings_ND),
            (int)embeddings_ND.shape[1],
            manifest.Count);
    }

    private static void TryAdd(ImageSource source, int index, List<(int Index, DecodedImage Image)> shown)
    {
        try
        {
            shown.Add((index, source.Decode(index)));
        }
        catch (CorruptImageException)
        {
            // A report shows what there is.
        }
    }

    private static Tensor Embed(Backbone backbone, EvaluationTransform transform, List<(int Index, DecodedImage Image)> shown, TaskReport report)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        foreach (var block in shown.Chunk(BlockImages))
        {
            using var blockScope = NewDisposeScope();
            parts.Add(backbone.call(transform.Apply([.. block.Select(entry => entry.Image)], CPU)).MoveToOuterDisposeScope());
            report.Progress("embedding", Math.Min(shown.Count, parts.Count * BlockImages), shown.Count, "images");
        }

        return cat(parts).MoveToOuterDisposeScope();
    }

    private static List<int[]> FindNeighbours(Tensor embeddings_ND, RunPictureRequest request)
    {
        using var scope = NewDisposeScope();
        var count = (int)embeddings_ND.shape[0];
        var queries = Enumerable.Range(0, Math.Min(request.Queries, count)).Select(place => (long)place * count / Math.Min(request.Queries, count)).ToArray();
        var normal_ND = nn.functional.normalize(embeddings_ND, p: 2, dim: 1);
        var similarities_QN = mm(normal_ND.index_select(0, tensor(queries)), normal_ND.t());
        var (_, order_QN) = similarities_QN.sort(dim: 1, descending: true, stable: true);
        var order = MemoryMarshal.Cast<byte, long>(order_QN.contiguous().bytes).ToArray();
        return [.. queries.Select((query, row) => order.Skip(row * count).Take(count).Where(other => other != query).Take(request.Neighbours)
            .Prepend(query).Select(index => (int)index).ToArray())];
    }

    private static List<InvariancePicture> MeasureInvariances(
        Backbone backbone, JobSpecification specification, List<(int Index, DecodedImage Image)> shown, Tensor embeddings_ND)
    {
        using var scope = NewDisposeScope();
        var some = shown.Take(InvarianceImages).ToArray();
        var plain_ND = embeddings_ND.narrow(0, 0, some.Length);
        var preset = new TransformPreset("views", MethodFactory.CreateViews(specification).Views);
        var found = new List<InvariancePicture>();
        foreach (var (name, group) in Groups)
        {
            var views = preset.WithInvariances(group).Views[0];
            var isOn = views != preset.WithInvariances(InvarianceGroups.None).Views[0];
            var augmented = new ViewPipeline([views]).Apply(
                [.. some.Select(entry => entry.Image)], [.. some.Select(entry => (long)entry.Index)], specification.Train.Seed, 0, 0, CPU);
            var measure = InvarianceMeasure.Between(name, plain_ND, backbone.call(augmented));
            found.Add(new(name, isOn, Math.Round(measure.Relative, 4)));
        }

        return found;
    }
}
