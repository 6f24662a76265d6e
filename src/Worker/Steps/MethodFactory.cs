using LightlyCluster.Fleet.Jobs;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Optimization;
using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.Worker.Steps;

/// <summary>Turns a specification into a training step: the place where the cluster and the learning library meet.</summary>
internal static class MethodFactory
{
    /// <summary>Builds the method with state 0. Call on the training thread.</summary>
    /// <param name="specification">The resolved specification.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch.</param>
    /// <param name="stepsTotal">The horizon.</param>
    /// <param name="viewCount">Views of an image that the transforms make.</param>
    /// <param name="pluginFolder">Where methods of users are; empty: nowhere.</param>
    /// <exception cref="ArgumentException">Values do not fit together.</exception>
    /// <exception cref="JobSpecificationException">A plugin is not there or does not take the parameters.</exception>
    public static TrainingMethod Create(
        JobSpecification specification, Device device, long stepsPerEpoch, long stepsTotal, int viewCount, string pluginFolder)
    {
        var train = specification.Train;
        var method = specification.Method;
        var options = new TrainingOptions(train.BatchSize, train.Shards, train.Seed, device)
        {
            Optimizer = OptimizerOf(specification.Optimizer),
            IsRecomputing = train.Recompute,
            StepsPerEpoch = stepsPerEpoch,
            StepsTotal = stepsTotal,
        };
        var request = new MethodRequest(options, () => MakeBackbone(specification))
        {
            Parameters = new(method.Parameters),
            Loss = method.Loss,
            Regularizers = [.. method.Regularizers.Select(regularizer => new RegularizerRequest(regularizer.Name, new(regularizer.Parameters)))],
            ViewCount = viewCount,
            StartWeights = specification.Backbone.Weights is { Length: > 0 } path ? backbone => PretrainedWeights.Load(backbone, path) : null,
        };
        return method.Plugin.Length > 0 ? PluginMethods.Create(pluginFolder, method, request) : TrainingMethods.Create(method.Name, request);
    }

    private static OptimizerOptions OptimizerOf(OptimizerSpecification optimizer) => new()
    {
        Kind = optimizer.Name switch
        {
            JobVocabulary.OptimizerAdamW => OptimizerKind.AdamW,
            JobVocabulary.OptimizerLars => OptimizerKind.Lars,
            _ => OptimizerKind.Sgd,
        },
        Momentum = optimizer.Momentum,
        WeightDecay = optimizer.WeightDecay,
        DecaysEverything = optimizer.DecayEverything,
        Beta1 = optimizer.Beta1,
        Beta2 = optimizer.Beta2,
    };

    private static Backbone MakeBackbone(JobSpecification specification)
    {
        var backbone = specification.Backbone;
        var architecture = Fleet.Jobs.BackboneCatalog.Find(backbone.Name)?.Architecture ?? backbone.Name;
        return SelfSupervised.Backbones.BackboneCatalog.Create(architecture, new BackboneOptions
        {
            Width = backbone.Width,
            Stem = backbone.ResolveStem() == JobVocabulary.StemLarge ? ResNetStem.Large : ResNetStem.Small,
            SplitCount = backbone.NumSplits > 1 ? backbone.NumSplits : 0,
            HasStemActivation = backbone.StemActivation,
            ImageSize = specification.Data.ImageSize,
            PatchSize = backbone.ResolvePatchSize(specification.Data.ImageSize),
        });
    }
}
