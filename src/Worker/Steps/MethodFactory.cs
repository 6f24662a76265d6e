using LightlyCluster.Fleet.Jobs;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.Worker.Steps;

/// <summary>Turns a specification into a training step: the place where the cluster and the learning library meet.</summary>
internal static class MethodFactory
{
    /// <summary>Builds the method with state 0. Call on the training thread.</summary>
    public static TrainingMethod Create(JobSpecification specification, Device device)
    {
        var train = specification.Train;
        var parameters = specification.Method.Parameters;
        var options = new TrainingOptions(
            train.BatchSize, train.Shards, train.Seed, specification.Optimizer.Momentum, specification.Optimizer.WeightDecay, train.Recompute, device);
        return specification.Method.Name switch
        {
            MethodCatalog.SimClr => CreateSimClr(specification, options),
            MethodCatalog.MoCo => new MoCoTraining(
                options,
                () => MakeBackbone(specification),
                new(parameters.Integer("hiddenDim"), parameters.Integer("outDim"), parameters.Integer("memoryBankSize"),
                    parameters["temperature"], parameters["momentum"], parameters.IsOn("symmetric"))),
            _ => throw new ArgumentException($"There is no method '{specification.Method.Name}'."),
        };
    }

    /// <summary>Builds the views.</summary>
    public static ViewPipeline CreateViews(JobSpecification specification)
    {
        var transforms = specification.Transforms;
        var groups = (transforms.Invariances.Shape ? InvarianceGroups.Shape : InvarianceGroups.None)
            | (transforms.Invariances.Texture ? InvarianceGroups.Texture : InvarianceGroups.None)
            | (transforms.Invariances.Color ? InvarianceGroups.Color : InvarianceGroups.None);
        var preset = TransformPresets.Get(transforms.Preset, specification.Data.ImageSize);
        foreach (var (name, value) in transforms.Overrides)
        {
            preset = preset.WithOverride(name, value);
        }

        return new(preset.WithInvariances(groups));
    }

    private static SimCLRTraining CreateSimClr(JobSpecification specification, TrainingOptions options)
    {
        var parameters = specification.Method.Parameters;
        var backbone = MakeBackbone(specification);
        var hidden = parameters.Integer("hiddenDim");
        return new(
            options, backbone, hidden > 0 ? hidden : (int)backbone.FeatureCount, parameters.Integer("outDim"), parameters.IsOn("batchNorm"),
            parameters["temperature"]);
    }

    private static Backbone MakeBackbone(JobSpecification specification) => BackboneFactory.Create(specification);
}
