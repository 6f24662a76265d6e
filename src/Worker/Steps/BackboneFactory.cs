using System.Globalization;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.SelfSupervised.Backbones;

namespace LightlyCluster.Worker.Steps;

/// <summary>Makes the backbone that a specification names.</summary>
internal static class BackboneFactory
{
    /// <summary>The backbone, with its low-dimensional head where it has one; random weights.</summary>
    public static Backbone Create(JobSpecification specification)
    {
        var backbone = specification.Backbone;
        var architecture = Fleet.Jobs.BackboneCatalog.Find(backbone.Name)?.Architecture ?? backbone.Name;
        var network = SelfSupervised.Backbones.BackboneCatalog.Create(architecture, new BackboneOptions
        {
            Width = backbone.Width,
            Stem = backbone.ResolveStem() == JobVocabulary.StemLarge ? ResNetStem.Large : ResNetStem.Small,
            SplitCount = backbone.NumSplits > 1 ? backbone.NumSplits : 0,
            HasStemActivation = backbone.StemActivation,
            ImageSize = specification.Data.ImageSize,
            PatchSize = backbone.ResolvePatchSize(specification.Data.ImageSize),
        });
        return backbone.EmbeddingDim > 0 ? new ReducedBackbone(network, backbone.EmbeddingDim) : network;
    }

    /// <summary>What must be known to make the backbone again, for the metadata of an exported file.</summary>
    public static Dictionary<string, string> Describe(JobSpecification specification)
    {
        var backbone = specification.Backbone;
        return new(StringComparer.Ordinal)
        {
            ["backbone"] = backbone.Name,
            ["width"] = backbone.Width.ToString("R", CultureInfo.InvariantCulture),
            ["stem"] = backbone.Stem,
            ["stemActivation"] = backbone.StemActivation ? "true" : "false",
            ["numSplits"] = backbone.NumSplits.ToString(CultureInfo.InvariantCulture),
            ["patchSize"] = backbone.PatchSize.ToString(CultureInfo.InvariantCulture),
            ["imageSize"] = specification.Data.ImageSize.ToString(CultureInfo.InvariantCulture),
        };
    }
}
