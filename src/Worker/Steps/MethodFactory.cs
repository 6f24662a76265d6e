using LightlyCluster.Fleet.Jobs;
using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Optimization;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.Worker.Steps;

/// <summary>Turns a specification into a training step: the place where the cluster and the learning library meet.</summary>
internal static class MethodFactory
{
    /// <summary>Builds the method with state 0. Call on the training thread.</summary>
    /// <param name="specification">The resolved specification.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="batchesPerEpoch">Batches of an epoch.</param>
    /// <param name="batchesTotal">The horizon in batches.</param>
    /// <param name="views">The views of an image that the transforms make.</param>
    /// <param name="pluginFolder">Where methods of users are; empty: nowhere.</param>
    /// <exception cref="ArgumentException">Values do not fit together.</exception>
    /// <exception cref="JobSpecificationException">A plugin is not there or does not take the parameters.</exception>
    public static TrainingMethod Create(
        JobSpecification specification, Device device, long batchesPerEpoch, long batchesTotal, ViewPipeline views, string pluginFolder)
    {
        RequirePatches(specification, views);
        var train = specification.Train;
        var method = specification.Method;
        var (batchSize, shards) = specification.Sync.IsLocal ? (train.ShardImages, 1) : (train.BatchSize, train.Shards);
        var options = new TrainingOptions(batchSize, shards, train.Seed, device)
        {
            Optimizer = OptimizerOf(specification.Optimizer),
            IsRecomputing = train.Recompute,
            Precision = train.Precision == JobVocabulary.PrecisionBFloat16 ? TrainingPrecision.BFloat16 : TrainingPrecision.Float32,
            StepsPerEpoch = batchesPerEpoch,
            StepsTotal = batchesTotal,
        };
        var request = new MethodRequest(options, () => BackboneFactory.Create(specification))
        {
            Parameters = new(method.Parameters),
            Loss = method.Loss,
            Regularizers = [.. method.Regularizers.Select(regularizer => new RegularizerRequest(regularizer.Name, new(regularizer.Parameters)))],
            ViewCount = views.ViewCount,
            StartWeights = specification.Backbone.Weights is { Length: > 0 } path ? backbone => PretrainedWeights.Load(backbone, path) : null,
        };
        return method.Plugin.Length > 0 ? PluginMethods.Create(pluginFolder, method, request) : TrainingMethods.Create(method.Name, request);
    }

    private static void RequirePatches(JobSpecification specification, ViewPipeline views)
    {
        var patch = specification.Backbone.ResolvePatchSize(specification.Data.ImageSize);
        var isTransformer = Fleet.Jobs.BackboneCatalog.Find(specification.Backbone.Name) is { IsTransformer: true };
        if (isTransformer && views.Views.FirstOrDefault(view => view.InputSize.Height % patch != 0 || view.InputSize.Width % patch != 0) is { } odd)
        {
            throw new ArgumentException(
                $"Views of {odd.InputSize.Height} pixels are no multiple of the patch size {patch} of {specification.Backbone.Name}; "
                + $"set transforms.localCropSize to a multiple of it, or choose a backbone.patchSize that divides all views.");
        }
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
}
