using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Randomness;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>Augmentations of one's own: the standard operations for satellite images, then a gray square over a part of each view.</summary>
internal static class OwnCollateSample
{
    public static IReadOnlyList<double> Run(SampleContext context)
    {
        var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
        using var model = new SimCLR(backbone, numFtrs: backbone.FeatureCount, outDim: 32);
        using var criterion = new NTXentLoss();
        var optimizer = optim.SGD(model.parameters(), 0.06, momentum: 0.9, weight_decay: 5e-4);
        var loader = new DataLoader(context.Dataset, context.BatchSize, new CutoutCollateFunction(32), shuffle: true, dropLast: true, seed: 1);
        for (var epoch = 0; epoch < context.Epochs; epoch++)
        {
            foreach (var batch in loader)
            {
                using var scope = NewDisposeScope();
                using var views = batch;
                var ((x0, x1), _, _) = views;
                var (out0, out1) = model.forward(x0, x1);
                var loss = criterion.call(out0, out1);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                context.Report(epoch, loss);
            }
        }

        return context.Losses;
    }

    /// <summary>There is no up in a satellite image: vertical flips and quarter turns. Color tells fields apart: no color jitter.</summary>
    private sealed class CutoutCollateFunction(int inputSize) : BaseCollateFunction(new CutoutTransform(new ViewTransformOptions
    {
        InputSize = inputSize,
        MinScale = 0.5,
        VfProb = 0.5,
        RrProb = 0.5,
    }.WithInvariances(InvarianceGroups.Shape)));

    private sealed class CutoutTransform(ViewTransformOptions options) : IViewTransform
    {
        private readonly ViewTransform _standard = new(options);

        public Tensor Apply(IReadOnlyList<DecodedImage> images, IReadOnlyList<long> sampleIds, ulong seed, long epoch, int view)
        {
            using var scope = NewDisposeScope();
            var views_N3HW = _standard.Apply(images, sampleIds, seed, epoch, view);
            var side = options.InputSize.Height / 4;
            for (var index = 0; index < images.Count; index++)
            {
                // Keyed by what it is for: a sample's square does not depend on the batch that it is in.
                var random = new RandomStream(seed, RandomPurpose.None, epoch, sampleIds[index], view);
                var top = random.NextInteger((uint)(options.InputSize.Height - side));
                var left = random.NextInteger((uint)(options.InputSize.Width - side));
                views_N3HW[index].narrow(1, top, side).narrow(2, left, side).zero_();
            }

            return views_N3HW.MoveToOuterDisposeScope();
        }
    }
}
