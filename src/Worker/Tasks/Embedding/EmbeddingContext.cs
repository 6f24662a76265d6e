using LightlyCluster.Fleet.Jobs;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.Worker.Tasks.Embedding;

/// <summary>A prepared embedding job. The backbone belongs to the training thread.</summary>
internal sealed class EmbeddingContext : IDisposable
{
    /// <summary>The resolved specification.</summary>
    public required JobSpecification Specification { get; init; }

    /// <summary>The images.</summary>
    public required ImageSource Source { get; init; }

    /// <summary>The backbone with its weights, in evaluation mode, on its device.</summary>
    public required Backbone Backbone { get; init; }

    /// <summary>Prepares images.</summary>
    public required EvaluationTransform Transform { get; init; }

    /// <summary>Where the backbone is.</summary>
    public required TorchSharp.torch.Device Device { get; init; }

    /// <summary>Hash of the backbone's weights.</summary>
    public required string WeightsHash { get; init; }

    /// <summary>Digest of all that the bits of a block depend on.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Number of blocks.</summary>
    public int BlockCount => (Source.Manifest.Count + BlockImages - 1) / BlockImages;

    /// <summary>Where blocks are kept until all are done.</summary>
    public string Folder => Specification.Checkpoint.Uri;

    private int BlockImages => Specification.Embed.BlockImages;

    /// <summary>The images of a block.</summary>
    public IEnumerable<int> ImagesOf(int block)
    {
        var start = block * BlockImages;
        return Enumerable.Range(start, Math.Min(BlockImages, Source.Manifest.Count - start));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Backbone.Dispose();
        Source.Dispose();
    }
}
