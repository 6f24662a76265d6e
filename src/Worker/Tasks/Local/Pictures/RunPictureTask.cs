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
    private const int BlockImages = 32;
    private const int ThumbnailSide = 56;
    private const int InvarianceImages = 32;

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
        var wanted = Enumerable.Range(0, count).Select(place => (int)((long)place * manifest.Count / count)).ToArray();
        var (shown, thumbnails, some, embeddings_ND) = Embed(backbone, specification, source, wanted, report, cancellationToken);
        var components = (int)Math.Min(2, embeddings_ND.shape[1]);
        var points = PrincipalComponents.Project(embeddings_ND, components).data<double>().ToArray().Chunk(components);
        return new(
            [.. shown.Select(index => manifest.Names[index])],
            manifest.Labels is { } labels ? [.. shown.Select(index => labels[index])] : [],
            manifest.ClassNames,
            [.. points.Select(point => new[] { point[0], point[^1] })],
            thumbnails,
            FindNeighbours(embeddings_ND, request),
            CollapseMeasure.Scaled(embeddings_ND),
            MeasureInvariances(backbone, specification, some, embeddings_ND),
            (int)embeddings_ND.shape[1],
            manifest.Count);
    }

    /// <summary>Embeds and shrinks images a few at a time; only the first few stay in memory.</summary>
    private static (List<int> Shown, List<string> Thumbnails, List<(int Index, DecodedImage Image)> Some, Tensor Embeddings) Embed(
        Backbone backbone, JobSpecification specification, ImageSource source, int[] wanted, TaskReport report, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var transform = new EvaluationTransform(specification.Data.ImageSize);
        var shown = new List<int>();
        var thumbnails = new List<string>();
        var some = new List<(int Index, DecodedImage Image)>();
        var parts = new List<Tensor>();
        foreach (var block in wanted.Chunk(BlockImages))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var blockScope = NewDisposeScope();
            var good = source.Load(block, cancellationToken).Select((entry, place) => (Index: block[place], entry.Image)).Where(entry => entry.Image is not null).ToArray();
            if (good.Length > 0)
            {
                parts.Add(backbone.call(transform.Apply([.. good.Select(entry => entry.Image!)], CPU)).MoveToOuterDisposeScope());
                shown.AddRange(good.Select(entry => entry.Index));
                thumbnails.AddRange(good.Select(entry => ImageTiles.Thumbnail(entry.Image!, ThumbnailSide)));
                some.AddRange(good.Take(InvarianceImages - some.Count).Select(entry => (entry.Index, entry.Image!)));
            }

            report.Progress("embedding", Math.Min(wanted.Length, shown.Count), wanted.Length, "images");
        }

        return shown.Count > 1
            ? (shown, thumbnails, some, cat(parts).MoveToOuterDisposeScope())
            : throw new DatasetException($"Fewer than two images of '{specification.Data.Path}' decode; a report needs some to show.");
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
        Backbone backbone, JobSpecification specification, List<(int Index, DecodedImage Image)> some, Tensor embeddings_ND)
    {
        using var scope = NewDisposeScope();
        var plain_ND = embeddings_ND.narrow(0, 0, some.Count);
        var preset = new TransformPreset("views", ViewFactory.Create(specification).Views);
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
