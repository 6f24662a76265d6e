using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Embeddings;
using LightlyCluster.SelfSupervised.Evaluation;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>The code of docs/concepts.md, in its order; a test holds the page to these lines.</summary>
internal static class ConceptsSample
{
    public static IReadOnlyList<double> Run(SampleContext context)
    {
        using var scope = NewDisposeScope();
        Invariances();
        using var batch = Augmentations(context.Dataset);
        var ((x0, x1), _, _) = batch;
        Models(x0, x1);
        Losses(x0, x1);
        MemoryBanks(x0, x1);
        return Embeddings(context.Dataset, context.Output);
    }

    private static void Invariances()
    {
        var satellites = new ViewTransformOptions { VfProb = 0.5, RrProb = 0.5 };
        var leaves = new ViewTransformOptions().WithInvariances(InvarianceGroups.Shape | InvarianceGroups.Texture);
        _ = (satellites, leaves);
    }

    private static CollatedBatch Augmentations(IImageDataset dataset)
    {
        // The usual set of SimCLR and MoCo, 64 pixels.
        var common = new ImageCollateFunction();

        // SimCLR's own, at 224 pixels; and for images of 128 pixels that a blur would hurt.
        var simclr = new SimCLRCollateFunction();
        var collateFunction = new SimCLRCollateFunction(inputSize: 128, gaussianBlur: 0);

        var loader = new DataLoader(dataset, batchSize: 4, collateFunction, shuffle: true, dropLast: true, seed: 1);
        foreach (var batch in loader)
        {
            var ((x0, x1), labels, names) = batch;
            _ = (x0, x1, labels, names, common, simclr);
            return batch;
        }

        throw new InvalidOperationException("The data set holds no batch.");
    }

    private static void Models(Tensor x0, Tensor x1)
    {
        var backbone = ResNetGenerator.Create("resnet-18", width: 0.25);
        using var model = new SimCLR(backbone, numFtrs: backbone.FeatureCount, outDim: 128);

        var y0 = model.forward(x0);                                      // embeddings of one view
        var (y1, f1) = model.ForwardWithFeatures(x1);                    // and the backbone's features
        var (out0, out1) = model.forward(x0, x1);                        // both views
        var ((z0, g0), (z1, g1)) = model.ForwardWithFeatures(x0, x1);    // both views with features
        _ = (y0, y1, f1, out0, out1, z0, g0, z1, g1);

        using var moco = new MoCo(ResNetGenerator.Create("resnet-9", 0.125), numFtrs: 64, m: 0.99, batchShuffle: true);
        using var simsiam = new SimSiam(ResNetGenerator.Create("resnet-9", 0.125), numFtrs: 64);
        using var barlowTwins = new BarlowTwins(ResNetGenerator.Create("resnet-9", 0.125), numFtrs: 64, projHiddenDim: 512, outDim: 512);

        // The stem of torchvision's ResNet (7x7, stride 2, max-pooling), for images of 224 pixels.
        var large = ResNetGenerator.Create("resnet-18", new ResNetOptions { Width = 0.25, Stem = ResNetStem.Large });

        // Any module that gives [N, F] or [N, F, 1, 1]; the number of features is checked here and now.
        static nn.Module<Tensor, Tensor> MakeNetwork() => nn.Sequential(
            nn.Conv2d(3, 24, 3, stride: 2), nn.ReLU(), nn.AdaptiveAvgPool2d(1));
        var own = new CustomBackbone(MakeNetwork, featureCount: 24);
        using var ownModel = new SimCLR(own, numFtrs: 24, outDim: 16);
        large.Dispose();
    }

    private static void Losses(Tensor x0, Tensor x1)
    {
        using var simclr = new SimCLR(ResNetGenerator.Create("resnet-9", 0.125), numFtrs: 64);
        var (out0, out1) = simclr.forward(x0, x1);
        using var criterion = new NTXentLoss(temperature: 0.5);
        var contrastive = criterion.call(out0, out1);

        using var regularizer = new CO2Regularizer(alpha: 1, tConsistency: 0.05);
        var regularized = criterion.call(out0, out1) + regularizer.call(out0, out1);

        using var simsiam = new SimSiam(ResNetGenerator.Create("resnet-9", 0.125), numFtrs: 64, outDim: 64);
        using var symmetric = new SymNegCosineSimilarityLoss();
        var (first, second) = simsiam.forward(x0, x1);
        var similarity = symmetric.call(first, second);
        _ = (contrastive, regularized, similarity);
    }

    private static void MemoryBanks(Tensor x0, Tensor x1)
    {
        using var model = new MoCo(ResNetGenerator.Create("resnet-9", 0.125), numFtrs: 64, outDim: 128);
        using var criterion = new NTXentLoss(temperature: 0.1, memoryBankSize: 4096, memoryBankDimension: 128);
        var (query0, key1) = model.forward(x0, x1);
        var (query1, key0) = model.forward(x1, x0);
        var loss = (criterion.call(query0, key1) + criterion.call(query1, key0)) / 2;
        _ = loss;

        using var bank = new MemoryBankModule(size: 4096, dimension: 128);
        var (output, negatives) = bank.forward(key1, update: true);
        _ = (output, negatives);
    }

    private static List<double> Embeddings(IImageDataset dataset, TextWriter output)
    {
        using var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
        var images = Enumerable.Range(0, 16).Select(index => dataset[index].Image).ToArray();
        backbone.eval();
        using var gradientFree = no_grad();
        var features = backbone.call(new EvaluationTransform(inputSize: 64).Apply(images, CPU));

        var rows = features.to(float64).data<double>().ToArray().Chunk((int)backbone.FeatureCount).ToArray();
        string[] names = [.. Enumerable.Range(0, images.Length).Select(index => dataset[index].Name)];
        EmbeddingsCsv.Write(output, names, rows, [.. Enumerable.Range(0, images.Length).Select(index => dataset[index].Label)]);
        return [CollapseMeasure.Scaled(features)];
    }
}
