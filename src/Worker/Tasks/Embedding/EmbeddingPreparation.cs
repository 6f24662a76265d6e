using System.IO.Hashing;
using System.Text;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.SelfSupervised.Transforms;
using LightlyCluster.Worker.Steps;
using TorchSharp;

namespace LightlyCluster.Worker.Tasks.Embedding;

/// <summary>Prepares an embedding job: indexes the data and loads the weights.</summary>
internal static class EmbeddingPreparation
{
    /// <summary>Prepares. Call on the training thread.</summary>
    /// <param name="specification">The resolved specification.</param>
    /// <param name="source">The images; owned by the result, or disposed with an exception.</param>
    /// <param name="device">Where the backbone goes.</param>
    /// <param name="numericClass">This worker's numeric class.</param>
    /// <exception cref="CheckpointException">The weights cannot be used.</exception>
    public static EmbeddingContext Prepare(JobSpecification specification, ImageSource source, torch.Device device, string numericClass)
    {
        Backbone? backbone = null;
        try
        {
            backbone = LoadBackbone(specification);
            RequireReducible(specification.Embed.Pca, source.Manifest.Count, backbone.FeatureCount);
            backbone.eval();
            backbone.to(device);
            var weights = StateHash.Compute(StateOf(backbone), 0);
            return new()
            {
                Specification = specification,
                Source = source,
                Backbone = backbone,
                Transform = new EvaluationTransform(specification.Data.ImageSize),
                Device = device,
                WeightsHash = weights,
                Fingerprint = FingerprintOf(specification, source.Identity, weights, numericClass),
            };
        }
        catch
        {
            backbone?.Dispose();
            source.Dispose();
            throw;
        }
    }

    /// <summary>The backbone of a specification with the weights of its embed section, on the CPU.</summary>
    public static Backbone LoadBackbone(JobSpecification specification)
    {
        var backbone = BackboneFactory.Create(specification);
        try
        {
            PretrainedWeights.Load(backbone, specification.Embed.Weights);
        }
        catch
        {
            backbone.Dispose();
            throw;
        }

        if (backbone is ReducedBackbone reduced && specification.Embed.Head == JobVocabulary.HeadFeatures)
        {
            return reduced.Trunk;
        }

        return backbone;
    }

    /// <summary>Says before anything is computed that there would be more components than images or numbers.</summary>
    internal static void RequireReducible(int componentCount, long images, long dimension)
    {
        if (componentCount > Math.Min(images, dimension))
        {
            throw new DatasetException(
                $"{images} embeddings of {dimension} numbers cannot be reduced to {componentCount} components; use at most --pca {Math.Min(images, dimension)}.");
        }
    }

    private static List<(string Name, torch.Tensor Tensor)> StateOf(torch.nn.Module module) =>
        [.. module.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value))];

    private static string FingerprintOf(JobSpecification specification, string manifest, string weights, string numericClass)
    {
        var text = string.Join(
            '|', manifest, weights, specification.Data.ImageSize, specification.Data.OnError, specification.Embed.Head,
            specification.Embed.BlockImages, numericClass);
        return $"xxh128:{XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(text)):x32}";
    }
}
