using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>A loss of one's own on the memory bank: pull a view to its key, push it from the keys that it resembles most.</summary>
internal static class OwnLossSample
{
    public static IReadOnlyList<double> Run(SampleContext context)
    {
        var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
        using var model = new MoCo(backbone, numFtrs: backbone.FeatureCount, outDim: 32, m: 0.99);
        using var criterion = new HardestNegativeLoss(margin: 0.4, size: 512, dimension: 32);
        using var regularizer = new CO2Regularizer(alpha: 0.1, memoryBankSize: 512, memoryBankDimension: 32);
        var optimizer = optim.SGD(model.parameters().Where(parameter => parameter.requires_grad), 0.06, momentum: 0.9, weight_decay: 5e-4);
        var collate = new MoCoCollateFunction(inputSize: 32);
        var loader = new DataLoader(context.Dataset, context.BatchSize, collate, shuffle: true, dropLast: true, seed: 1);
        for (var epoch = 0; epoch < context.Epochs; epoch++)
        {
            foreach (var batch in loader)
            {
                using var scope = NewDisposeScope();
                using var views = batch;
                var ((x0, x1), _, _) = views;
                var (query, key) = model.forward(x0, x1);
                var loss = criterion.Loss(query, key) + regularizer.call(query, key);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                context.Report(epoch, loss);
            }
        }

        return context.Losses;
    }

    private sealed class HardestNegativeLoss(double margin, long size, long dimension)
        : MemoryBankModule(size, dimension, featureDimensionFirst: false)
    {
        public Tensor Loss(Tensor queries, Tensor keys)
        {
            using var scope = NewDisposeScope();
            var queries_ND = nn.functional.normalize(queries, p: 2, dim: 1);
            var keys_ND = nn.functional.normalize(keys.detach(), p: 2, dim: 1);

            // The bank as it was before this batch; the keys of this batch are appended for the next one.
            var (_, bank_KD) = forward(keys_ND, update: training);
            var positives_N = (queries_ND * keys_ND).sum(1);
            var hardest_N = mm(queries_ND, bank_KD!.t()).amax([1L]);
            return (hardest_N - positives_N).Plus(margin).clamp_min(LastingScalar.Of(0)).mean().MoveToOuterDisposeScope();
        }
    }
}
