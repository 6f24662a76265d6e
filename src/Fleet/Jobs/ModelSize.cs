using LightlyCluster.Fleet.Bank;

namespace LightlyCluster.Fleet.Jobs;

/// <summary>How many numbers a job moves a step: an estimate from the specification alone.</summary>
public static class ModelSize
{
    /// <summary>Trained numbers of backbone and heads; 0 for unknown names.</summary>
    public static double TrainedValues(JobSpecification specification)
    {
        var backbone = BackboneCatalog.Find(specification.Backbone.Name);
        var width = specification.Backbone.Width;
        return backbone is null ? 0 : (backbone.ParameterCount * width * width) + HeadValues(specification.Method, backbone.FeatureCount * width);
    }

    /// <summary>
    /// Numbers that a shard contributes to the sum of a step: gradients; under local SGD the movements of parameters, and everything else
    /// that steps change.
    /// </summary>
    public static double ReducedValues(JobSpecification specification)
    {
        if (!specification.Sync.IsLocal)
        {
            return TrainedValues(specification);
        }

        var optimizer = specification.Optimizer.Name == JobVocabulary.OptimizerAdamW ? 2 : 1;
        var slow = specification.Method.Name is MethodCatalog.MoCo or MethodCatalog.Byol or "dino" ? 1 : 0;
        return TrainedValues(specification) * (1 + optimizer + slow);
    }

    /// <summary>Bytes of what a shard contributes as it travels: only gradients, or movements, are in the job's wire format.</summary>
    public static double ReducedBytes(JobSpecification specification)
    {
        var trained = TrainedValues(specification);
        return (trained * specification.Sync.WireBytes) + ((ReducedValues(specification) - trained) * sizeof(float));
    }

    /// <summary>Numbers that all shards publish before gradients, for everybody to read.</summary>
    public static double PublishedValues(JobSpecification specification)
    {
        var method = specification.Method;
        var output = Value(method, "outDim", 0);
        if (specification.Sync.IsLocal)
        {
            // Replicas look at their own batches; only rings are put together.
            var keys = MemoryBankFacts.Of(method, specification.StepImages, 0);
            return keys is null ? 0 : output * Math.Min(keys.KeysPerStep, keys.Size);
        }

        var isGathered = method.Loss != LossCatalog.NegativeCosine || method.Regularizers.Count > 0;
        var rows = method.Name switch
        {
            "dino" => method.Regularizers.Count > 0 ? 2 * (BackboneCatalog.Find(specification.Backbone.Name)?.FeatureCount ?? 0) * specification.Backbone.Width : 0,
            "simsiam" or "byol" or "nnclr" => isGathered ? 4 * output : 0,
            "fast-siam" or "mmcr" => isGathered ? 2 * TransformCatalog.ViewCount(specification.Transforms) * output : 0,
            _ => 2 * output,
        };
        return rows * specification.Train.BatchSize;
    }

    private static double HeadValues(MethodSpecification method, double features)
    {
        var output = Value(method, "outDim", 128);
        var hidden = Value(method, "hiddenDim", 0) is > 0 and var given ? given : features;
        var projection = Value(method, "projHiddenDim", 2048);
        var prediction = Value(method, "predHiddenDim", 512);
        var deep = (features * projection) + (projection * projection) + (projection * output);
        return method.Name switch
        {
            "barlow-twins" => deep,
            "simsiam" or "fast-siam" or "nnclr" => deep + (2 * output * prediction),
            MethodCatalog.Byol => (features * hidden) + (3 * hidden * output),
            MethodCatalog.VICReg => (features * hidden) + ((Value(method, "numLayers", 3) - 2) * hidden * hidden) + (hidden * output),
            MethodCatalog.SwaV => (features * hidden) + (hidden * output) + (output * Value(method, "nPrototypes", 0)),
            "dino" => (features * hidden) + (hidden * hidden) + (Value(method, "bottleneckDim", 256) * (hidden + output)),
            "mmcr" => (features * hidden) + (hidden * hidden) + (hidden * output),
            _ => (features * hidden) + (hidden * output),
        };
    }

    private static double Value(MethodSpecification method, string name, double standard) =>
        method.Parameters.TryGetValue(name, out var value) ? value : standard;
}
