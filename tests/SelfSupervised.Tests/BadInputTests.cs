using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Evaluation;
using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Models.Heads;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Optimization;
using LightlyCluster.SelfSupervised.Tests.Datasets;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests;

/// <summary>
/// Every public part of the library with what does not fit: one line that names the thing and what is allowed, and native code, which
/// may end the process, never sees it. Losses have a table of their own.
/// </summary>
public sealed class BadInputTests
{
    private static readonly Dictionary<string, (Action Call, string Says)> All = new(StringComparer.Ordinal)
    {
        // Models: the number of features, sizes of heads, shares.
        ["SimCLR, features"] = (() => new SimCLR(Small(), 512), "numFtrs: 32"),
        ["SimCLR, outDim"] = (() => new SimCLR(Small(), 32, 0), "gives 0; allowed are 1 and more"),
        ["MoCo, features"] = (() => new MoCo(Small(), 33), "numFtrs: 32"),
        ["MoCo, outDim"] = (() => new MoCo(Small(), 32, -1), "gives -1; allowed"),
        ["MoCo, m"] = (() => new MoCo(Small(), 32, m: 1.5), "m "),
        ["SimSiam, features"] = (() => new SimSiam(Small()), "numFtrs: 32"),
        ["SimSiam, predHiddenDim"] = (() => new SimSiam(Small(), 32, 8, 0, 8), "gives 0; allowed"),
        ["Barlow Twins, features"] = (() => new BarlowTwins(Small()), "numFtrs: 32"),
        ["BYOL, features"] = (() => new BYOL(Small()), "numFtrs: 32"),
        ["BYOL, m"] = (() => new BYOL(Small(), 32, 8, 8, m: double.NaN), "m "),
        ["NNCLR, features"] = (() => new NNCLR(Small()), "numFtrs: 32"),
        ["VICReg, features"] = (() => new VICReg(Small()), "numFtrs: 32"),
        ["VICReg, numLayers"] = (() => new VICReg(Small(), 32, 8, 8, numLayers: 0), "numLayers"),
        ["SwaV, nPrototypes"] = (() => new SwaV(Small(), 32, 8, 8, 0), "nPrototypes"),
        ["DINO, features"] = (() => new DINO(Small()), "numFtrs: 32"),
        ["FastSiam, features"] = (() => new FastSiam(Small()), "numFtrs: 32"),
        ["TiCo, m"] = (() => new TiCo(Small(), 32, 8, 8, m: -0.1), "m "),
        ["a module without a copy"] = (() => new MoCo(nn.Sequential(nn.Flatten(), nn.Linear(12, 32))), "CustomBackbone"),

        // Models: images.
        ["views of different sizes"] = (() => new SimCLR(Small(), 32).forward(Images(2, 16), Images(2, 24)), "[2, 3, 16, 16]"),
        ["views of different numbers"] = (() => new MoCo(Small(), 32).forward(Images(2, 16), Images(3, 16)), "[3, 3, 16, 16]"),
        ["BYOL, views of different sizes"] = (() => new BYOL(Small(), 32, 8, 8).forward(Images(2, 16), Images(2, 24)), "[2, 3, 24, 24]"),
        ["a batch of one"] = (() => new SimSiam(Small(), 32, 8, 8, 8).forward(Images(1, 16)), "batch"),
        ["gray images"] = (() => new SimCLR(Small(), 32).forward(ones(2, 1, 16, 16)), "[N, 3, H, W]"),
        ["images without a batch"] = (() => new SimCLR(Small(), 32).forward(ones(3, 16, 16)), "[N, 3, H, W]"),
        ["images of bytes"] = (() => new SimCLR(Small(), 32).forward(ones([2, 3, 16, 16], uint8)), "floating point"),
        ["no images"] = (() => new SimCLR(Small(), 32).forward(ones(0, 3, 16, 16)), "[0, 3, 16, 16]"),
        ["images too small"] = (() => new SimCLR(Small(), 32).forward(Images(2, 4)), "at least 8"),
        ["features of a module that gives others"] =
            (() => new SimCLR(nn.Sequential(nn.Flatten(), nn.Linear(12, 7)), 32).forward(ones(2, 3, 2, 2)), "[N, 32]"),

        // Backbones.
        ["an unknown backbone"] = (() => ResNetGenerator.Create("resnet18"), "resnet-18"),
        ["width 0"] = (() => ResNetGenerator.Create("resnet-9", 0), "width"),
        ["width NaN"] = (() => ResNetGenerator.Create("resnet-9", double.NaN), "width"),
        ["no classes"] = (() => ResNetGenerator.Create("resnet-9", 0.0625, numClasses: 0), "lassCount"),
        ["splits below 0"] = (() => ResNetGenerator.Create("resnet-9", 0.0625, numSplits: -1), "plitCount"),
        ["splits that do not divide the batch"] = (() => ResNetGenerator.Create("resnet-9", 0.0625, numSplits: 3).call(Images(4, 16)), "3 splits"),
        ["patches that do not fit"] = (() => VisionTransformer.Create("vit-tiny", new() { ImageSize = 30, PatchSize = 8 }), "30"),
        ["images that no patch fits"] =
            (() => VisionTransformer.Create("vit-tiny", new() { ImageSize = 32, PatchSize = 16 }).call(Images(2, 24)), "patches of 16"),
        ["a custom backbone, features"] = (() => new CustomBackbone(() => nn.Sequential(nn.Flatten(), nn.Linear(12, 5)), 6, 2), "gives 5 features"),
        ["a custom backbone, no features"] = (() => new CustomBackbone(() => nn.Flatten(), 0), "featureCount"),
        ["a custom backbone that fails"] = (() => new CustomBackbone(() => nn.Linear(7, 2), 2), "refuses images"),
        ["a reduction to nothing"] = (() => new ReducedBackbone(Small(), 0), "0"),

        // Heads and modules.
        ["a head for other features"] = (() => new SimCLRProjectionHead(8, 8, 4).call(ones(2, 9)), "[N, 8]"),
        ["a head for one vector"] = (() => new SimCLRProjectionHead(8, 8, 4).call(ones(8)), "[N, 8]"),
        ["a head for whole numbers"] = (() => new SimCLRProjectionHead(8, 8, 4).call(ones([2, 8], int64)), "floating point"),
        ["a head without layers"] = (() => new ProjectionHead(), "at least one layer"),
        ["layers that do not fit"] = (
            () => new ProjectionHead(
                new ProjectionLayer(4, 5, ProjectionNormalization.None, Activation.None),
                new ProjectionLayer(6, 2, ProjectionNormalization.None, Activation.None)),
            "takes 6 values"),
        ["a head of no layers"] = (() => new MoCoProjectionHead(8, 8, 4, numLayers: 0), "numLayers"),
        ["batch norm of a batch of one"] = (() => new BatchNormalization(4).call(ones(1, 4)), "1"),
        ["batch norm of other channels"] = (() => new BatchNormalization(4).call(ones(2, 5)), "4"),
        ["batch norm, momentum"] = (() => new BatchNormalization(4, momentum: 2), "momentum"),
        ["prototypes of other embeddings"] = (() => new SwaVPrototypes(8, 5).call(ones(2, 7)), "[N, 8]"),
        ["prototypes, none"] = (() => new SwaVPrototypes(8, 0), "nPrototypes"),
        ["prototypes that freeze without a step"] = (() => new SwaVPrototypes(8, 5, 10).call(ones(2, 8)), "step"),
        ["a DINO head of nothing"] = (() => new DINOProjectionHead(8, 8, 8, 0), "outputDim"),
        ["momentum of other parameters"] = (() => MomentumUpdate.Apply(Small(), new SimCLRProjectionHead(4, 4, 4), 0.9), "same parameters"),
        ["momentum of other shapes"] = (
            () => MomentumUpdate.Apply(new SimCLRProjectionHead(4, 4, 4), new SimCLRProjectionHead(5, 4, 4), 0.9), "[4, 5]"),
        ["a share above 1"] = (() => MomentumUpdate.Apply(Small(), Small(), 1.1), "m "),
        ["a permutation of another batch"] = (() => BatchShuffle.Shuffle(ones(3, 2), [0, 1]), "3"),
        ["a permutation with a gap"] = (() => BatchShuffle.Shuffle(ones(3, 2), [0, 1, 1]), "permutation"),

        // Memory bank.
        ["a bank of less than nothing"] = (() => new MemoryBankModule(-1), "Illegal memory bank size -1"),
        ["a bank of another dimension"] = (() => new MemoryBankModule(8, 4).forward(ones(2, 5), update: true), "[8, 4]"),
        ["a bank of one vector"] = (() => new MemoryBankModule(8).forward(ones(4), update: true), "[4]"),
        ["keys of another width"] = (() => MemoryBank.Write(ones(8, 4), ones(2, 3), 0), "[2, 3]"),
        ["a pointer outside of the bank"] = (() => MemoryBank.Write(ones(8, 4), ones(2, 4), 8), "pointer"),

        // Transforms and collates.
        ["a preset that is not there"] = (() => TransformPresets.Get("simclear"), "simclr"),
        ["minScale 0"] = (() => new SimCLRTransform(minScale: 0), "minScale"),
        ["a probability above 1"] = (() => new ImageCollateFunction(hfProb: 1.1), "hfProb"),
        ["a probability that is no number"] = (() => new MoCoCollateFunction(cjProb: double.NaN), "cjProb"),
        ["hue beyond half a turn"] = (() => new ImageCollateFunction(cjHue: 0.6), "cjHue"),
        ["a size of 0"] = (() => new SimCLRCollateFunction(inputSize: 0), "inputSize"),
        ["sigmas the wrong way round"] = (() => new SimCLRTransform(sigmas: new(2, 1)), "sigmas"),
        ["deviation 0"] = (
            () => new SimCLRTransform(normalize: new ChannelNormalization(0, 0, 0, 1, 0, 1)), "normalize.std"),
        ["no views"] = (() => new ViewPipeline([]), "view"),
        ["no transforms"] = (() => new MultiViewCollateFunction(Array.Empty<IViewTransform>()), "at least one transform"),
        ["crop counts of another length"] = (() => new SwaVTransform(cropCounts: [2]), "equally long"),
        ["no images for a transform"] = (() => new ViewTransform(new()).Apply([], [], 1, 0, 0), "at least one image"),
        ["ids that do not fit the images"] = (() => new ViewTransform(new()).Apply([TestImages.Make(8, 8, 1)], [1, 2], 1, 0, 0), "2"),
        ["a view that is not there"] = (() => new SimCLRTransform().Pipeline.Draw(8, 8, 1, 1, 0, 2), "view"),
        ["views of samples that differ in number"] = (
            () => MultiViewCollate.Collate([([ones(3, 4, 4)], 0, "a"), ([ones(3, 4, 4), ones(3, 4, 4)], 0, "b")]), "same number of views"),
        ["views of samples that differ in size"] = (
            () => MultiViewCollate.Collate([([ones(3, 4, 4)], 0, "a"), ([ones(3, 5, 4)], 0, "b")]), "[3, 5, 4]"),
        ["a batch size of 0"] = (() => new DataLoader(new OneImage(), 0, new ImageCollateFunction()), "batchSize"),
        ["an image with pixels missing"] = (() => new DecodedImage(4, 4, new byte[47]), "48 bytes"),
        ["an evaluation of no size"] = (() => new EvaluationTransform(0), "inputSize"),

        // Evaluation.
        ["neighbours in an empty bank"] = (() => NearestNeighbours.Predict(ones(0, 4), [], ones(2, 4), 2, 1, 0.1), "[0, 4]"),
        ["neighbours of another width"] = (() => NearestNeighbours.Predict(ones(3, 4), [0, 1, 0], ones(2, 5), 2, 1, 0.1), "[2, 5]"),
        ["neighbours of one vector"] = (() => NearestNeighbours.Accuracy(ones(3, 4), [0, 1, 0], ones(4), [0, 0, 0, 0], 1, 0.1), "[4]"),
        ["neighbours, no tensor dimension"] = (() => NearestNeighbours.Accuracy(ones(3, 4), [0, 1, 0], ones([]), [0], 1, 0.1), "[]"),
        ["neighbours, temperature 0"] = (() => NearestNeighbours.Predict(ones(3, 4), [0, 1, 0], ones(2, 4), 2, 1, 0), "temperature"),
        ["neighbours, temperature NaN"] = (() => NearestNeighbours.Predict(ones(3, 4), [0, 1, 0], ones(2, 4), 2, 1, double.NaN), "temperature"),
        ["a label outside of the classes"] = (() => NearestNeighbours.Predict(ones(3, 4), [0, 2, 0], ones(2, 4), 2, 1, 0.1), "0 to 1"),
        ["scores of one image"] = (() => TopAccuracy.Rank(ones(4)), "[N, C]"),
        ["the best 0"] = (() => TopAccuracy.Of([[0]], [0], 0), "count"),
        ["labels that do not fit predictions"] = (() => TopAccuracy.Of([[0]], [0, 1], 1), "2 labels"),
        ["a classifier of no class"] = (() => new LinearClassifier(4, 0), "classCount"),
        ["a classifier of one vector"] = (() => LinearClassifier.Train(ones(4), [0], 2), "[N, F]"),
        ["a classifier with too few labels"] = (() => LinearClassifier.Train(ones(4, 3), [0], 2), "4"),
        ["a classifier, learning rate"] = (
            () => LinearClassifier.Train(ones(4, 3), [0, 1, 0, 1], 2, new() { LearningRate = double.NaN }), "LearningRate"),
        ["a classifier of other features"] = (() => new LinearClassifier(4, 2).call(ones(2, 5)), "5"),
        ["fine-tuning, labels outside"] = (() => new FineTuneClassifier(Small(), 2).Loss(Images(2, 16), tensor([0L, 2L])), "0 to 1"),
        ["fine-tuning, labels of numbers with fractions"] = (() => new FineTuneClassifier(Small(), 2).Loss(Images(2, 16), ones(2)), "int64"),
        ["fine-tuning, too few labels"] = (() => new FineTuneClassifier(Small(), 2).Loss(Images(2, 16), tensor([0L])), "2 images"),
        ["collapse of one image"] = (() => CollapseMeasure.Scaled(ones(1, 4)), "1"),
        ["components beyond the dimensions"] = (() => PrincipalComponents.Project(randn(5, 3), 4), "4"),
        ["invariance of one image"] = (() => InvarianceMeasure.Between("x", ones(1, 4), ones(1, 4)), "two images"),
        ["invariance of other features"] = (() => InvarianceMeasure.Between("x", ones(2, 4), ones(2, 5)), "[2, 5]"),

        // Optimizers, schedules, training.
        ["LARS, momentum"] = (() => new LarsOptimizer([], new() { Momentum = -1 }), "momentum"),
        ["LARS, gradients that are missing"] = (() => new LarsOptimizer([ones(2)], new()).Step([], 0.1), "1 parameters"),
        ["LARS, a gradient of another shape"] = (() => new LarsOptimizer([ones(2)], new()).Step([ones(3)], 0.1), "[3]"),
        ["momentum of an optimizer"] = (() => Method(new() { Optimizer = new() { Momentum = 2 } }), "Momentum"),
        ["weight decay below 0"] = (() => Method(new() { Optimizer = new() { WeightDecay = -1 } }), "WeightDecay"),
        ["beta of 1"] = (() => Method(new() { Optimizer = new() { Kind = OptimizerKind.AdamW, Beta2 = 1 } }), "Beta2"),
        ["epsilon of 0"] = (() => Method(new() { Optimizer = new() { Kind = OptimizerKind.AdamW, Epsilon = 0 } }), "Epsilon"),
        ["shards that do not divide the batch"] = (() => Method(new() { ShardCount = 3 }), "3"),
        ["no shards"] = (() => Method(new() { ShardCount = 0 }), "ShardCount"),
        ["an unknown method"] = (() => TrainingMethods.Create("simclear", Request(new())), "simclr"),
        ["an unknown loss"] = (() => TrainingMethods.Create("simclr", Request(new(), loss: "nt-cent")), "nt-cent"),
        ["an unknown regularizer"] = (() => TrainingMethods.Create("simclr", Request(new(), regularizer: "co3")), "co3"),
        ["too few views"] = (() => TrainingMethods.Create("swav", Request(new(), views: 1)), "views"),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_refused_in_one_line_that_says_why(string name)
    {
        using var scope = NewDisposeScope();

        var thrown = Record.Exception(All[name].Call);

        thrown.ShouldBeAssignableTo<ArgumentException>($"{thrown?.GetType().Name}: {thrown?.Message}");
        thrown!.Message.ShouldContain(All[name].Says, Case.Insensitive);
        thrown.Message.ShouldNotContain("Exception raised from");
        (thrown is ArgumentOutOfRangeException ? thrown.Message.Split('\n').Length - 1 : thrown.Message.Split('\n').Length).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void A_temperature_near_zero_ranks_neighbours_by_similarity()
    {
        using var scope = NewDisposeScope();
        var bank = tensor(new float[,] { { 1, 0 }, { 0.9f, 0.1f }, { 0, 1 } });

        NearestNeighbours.Predict(bank, [1, 0, 2], tensor(new float[,] { { 1, 0 }, { 0, 1 } }), 3, 3, 1e-5)
            .Select(ranked => ranked[0]).ShouldBe([1, 2]);
    }

    private static ResNet Small() => ResNetGenerator.Create("resnet-9", 0.0625);

    private static Tensor Images(long count, long side) => ones(count, 3, side, side);

    private static void Method(Settings settings) => TrainingMethods.Create("simclr", Request(settings)).Dispose();

    private static MethodRequest Request(Settings settings, string loss = "", string regularizer = "", int views = 2) =>
        new(new TrainingOptions(16, settings.ShardCount, Seed: 1, CPU) { Optimizer = settings.Optimizer }, Small)
        {
            Parameters = MethodParameters.Empty,
            Loss = loss,
            Regularizers = regularizer.Length > 0 ? [new(regularizer, MethodParameters.Empty)] : [],
            ViewCount = views,
        };

    private sealed record Settings
    {
        public int ShardCount { get; init; } = 4;

        public OptimizerOptions Optimizer { get; init; } = new();
    }

    private sealed class OneImage : IImageDataset
    {
        public int Count => 1;

        public ImageSample this[int index] => new(TestImages.Make(8, 8, 1), 0, "a", 0);
    }
}
