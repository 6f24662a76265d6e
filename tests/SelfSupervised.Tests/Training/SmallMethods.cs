using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Optimization;
using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Training;

/// <summary>Every method, loss and regularizer in a size that trains in milliseconds.</summary>
internal static class SmallMethods
{
    private static readonly KeyValuePair<string, double>[] Sizes =
    [
        new("hiddenDim", 16), new("outDim", 12), new("projHiddenDim", 16), new("predHiddenDim", 10), new("memoryBankSize", 20),
        new("nPrototypes", 9), new("bottleneckDim", 8), new("queueLength", 24), new("queueStartEpoch", 0), new("warmupTeacherTempEpochs", 3),
        new("warmupTeacherTemp", 0.03),
    ];

    /// <summary>Method, loss, regularizer: each method alone, each other loss and each regularizer once where it fits.</summary>
    public static TheoryData<string, string, string> All
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var method in TrainingMethods.Names)
            {
                data.Add(method, "", "");
                data.Add(method, "", "co2");
                if (method != "moco")
                {
                    data.Add(method, "", "koleo");
                }
            }

            foreach (var loss in PairCriterion.Names.Where(loss => loss != PairCriterion.NegativeCosine))
            {
                data.Add("simclr", loss, "");
                data.Add("simsiam", loss, "");
                data.Add("byol", loss, "");
            }

            data.Add("nnclr", PairCriterion.NegativeCosine, "");
            return data;
        }
    }

    public static MethodReplica Make(
        string method,
        string loss = "",
        string regularizer = "",
        int shards = 4,
        bool recomputes = false,
        OptimizerKind optimizer = OptimizerKind.Sgd,
        ScalarType type = ScalarType.Float32,
        Func<Backbone>? backbone = null,
        TrainingPrecision precision = TrainingPrecision.Float32,
        int batchSize = 16)
    {
        var options = new TrainingOptions(batchSize, shards, Seed: 5, CPU)
        {
            IsRecomputing = recomputes,
            ElementType = type,
            Precision = precision,
            StepsPerEpoch = 2,
            StepsTotal = 6,
            Optimizer = new() { Kind = optimizer },
        };
        return new(TrainingMethods.Create(method, new(options, backbone ?? (() => ResNetGenerator.Create("resnet-9", 0.0625)))
        {
            Parameters = new(Sizes),
            Loss = loss,
            Regularizers = regularizer.Length > 0 ? [new(regularizer, MethodParameters.Empty)] : [],
            ViewCount = method is "swav" or "dino" or "fast-siam" or "mmcr" ? 4 : 2,
        }));
    }
}
