using LightlyCluster.Fleet.Jobs;
using LightlyCluster.SelfSupervised.Backbones;

namespace LightlyCluster.Worker.Steps;

/// <summary>Makes the backbone that a specification names.</summary>
internal static class BackboneFactory
{
    /// <summary>The backbone, with its low-dimensional head where it has one; random weights.</summary>
    public static Backbone Create(JobSpecification specification)
    {
        var backbone = ResNetGenerator.Create(specification.Backbone.Name, specification.Backbone.Width);
        return specification.Backbone.EmbeddingDim > 0 ? new ReducedBackbone(backbone, specification.Backbone.EmbeddingDim) : backbone;
    }
}
