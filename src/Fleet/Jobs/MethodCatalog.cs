using static LightlyCluster.Fleet.Jobs.ParameterDefinition;

namespace LightlyCluster.Fleet.Jobs;

/// <summary>The methods that the fleet trains, with their parameters.</summary>
public static class MethodCatalog
{
    /// <summary>Name of SimCLR.</summary>
    public const string SimClr = "simclr";

    /// <summary>Name of MoCo.</summary>
    public const string MoCo = "moco";

    /// <summary>Name of BYOL.</summary>
    public const string Byol = "byol";

    /// <summary>Name of VICReg.</summary>
    public const string VICReg = "vicreg";

    /// <summary>Name of SwaV.</summary>
    public const string SwaV = "swav";

    private const int WidthMaximum = 65536;

    private const string OutputText = "Dimensions of the embeddings that the loss compares.";
    private const string HiddenText = "Width of the projection head's hidden layers.";
    private const string PredictionText = "Width of the prediction head's hidden layer.";

    private static readonly ParameterDefinition HiddenOrFeatures =
        Integer("hiddenDim", 0, 0, WidthMaximum, "Width of the projection head's hidden layer; 0 = the backbone's features.");

    /// <summary>The methods, in the order in which they are listed.</summary>
    public static IReadOnlyList<MethodDefinition> All { get; } =
    [
        new(SimClr, "SimCLR", SimClr,
            [HiddenOrFeatures, Output(128), Switch("batchNorm", true, "Batch normalization in the projection head.")],
            "Two views of an image attract each other and repel every other image of the global batch (NT-Xent).",
            "Chen et al., A Simple Framework for Contrastive Learning of Visual Representations, 2020")
        { Losses = LossCatalog.OfPairs },
        new(MoCo, "MoCo", TransformCatalog.MoCoV2,
            [
                Number("temperature", 0.1, 1e-4, 100, "Divides similarities before the softmax; smaller = harder negatives count more."),
                .. Momentum(0.99, isRising: false),
                Integer("memoryBankSize", 4096, 1, 1 << 24, "Keys of earlier steps that serve as negatives."),
                HiddenOrFeatures, Output(128),
                Switch("symmetric", true, "Each view is query once and key once."),
            ],
            "A view finds the momentum encoder's key of its image among the keys of a shared memory bank.",
            "He et al., Momentum Contrast for Unsupervised Visual Representation Learning, 2020")
        { Losses = [LossCatalog.NTXent], Regularizers = [RegularizerCatalog.Co2] },
        new("simsiam", "SimSiam", "simsiam",
            [Projection(2048), Prediction(512), Output(2048)],
            "Each view predicts the other one's projection, which gives no gradient; no negatives, and only gradients travel.",
            "Chen and He, Exploring Simple Siamese Representation Learning, 2021")
        { Losses = [LossCatalog.NegativeCosine, .. LossCatalog.OfPairs] },
        new("barlow-twins", "Barlow Twins", "barlow-twins",
            [Projection(2048), Output(2048)],
            "The dimensions of two views' embeddings correlate one to one, over the whole global batch.",
            "Zbontar et al., Barlow Twins: Self-Supervised Learning via Redundancy Reduction, 2021")
        { Losses = ["barlow-twins", .. LossCatalog.OfPairs.Where(loss => loss != "barlow-twins")] },
        new(Byol, "BYOL", Byol,
            [Hidden(4096), Output(256), .. Momentum(0.996, isRising: true)],
            "Each view predicts what a slowly following network makes of the other one; no negatives.",
            "Grill et al., Bootstrap Your Own Latent: A New Approach to Self-Supervised Learning, 2020")
        { Losses = [LossCatalog.NegativeCosine, .. LossCatalog.OfPairs] },
        new("nnclr", "NNCLR", "nnclr",
            [
                Projection(2048), Prediction(4096), Output(256),
                Integer("memoryBankSize", 4096, 1, 1 << 24, "Earlier projections among which the nearest neighbour is looked up."),
            ],
            "The positive of a view is the nearest neighbour of the other one among earlier images.",
            "Dwibedi et al., With a Little Help from My Friends: Nearest-Neighbor Contrastive Learning of Visual Representations, 2021")
        { Losses = [.. LossCatalog.OfPairs, LossCatalog.NegativeCosine] },
        new(VICReg, "VICReg", VICReg,
            [Hidden(2048), Output(2048), Integer("numLayers", 3, 2, 8, "Layers of the projection head.")],
            "Views agree (invariance), dimensions vary (variance) and do not repeat each other (covariance) over the global batch.",
            "Bardes et al., VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning, 2022")
        { Losses = [VICReg, .. LossCatalog.OfPairs.Where(loss => loss != VICReg)] },
        new(SwaV, "SwaV", SwaV,
            [
                Hidden(2048), Output(128),
                Integer("nPrototypes", 512, 2, WidthMaximum, "Prototypes that images are assigned to: about ten times the classes you expect."),
                Integer("queueLength", 0, 0, 1 << 24, "Earlier embeddings that help to balance a small batch; 0 = none."),
                Integer("queueStartEpoch", 15, 0, 100000, "Epoch in which the queue begins to fill."),
                Integer("freezePrototypesEpochs", 0, 0, 100000, "Epochs at the beginning in which the prototypes stay as they are."),
            ],
            "Many crops predict the prototypes that two large crops are assigned to, balanced over the global batch.",
            "Caron et al., Unsupervised Learning of Visual Features by Contrasting Cluster Assignments, 2020")
        { Losses = [SwaV], Optimizer = OptimizerDefaults.AdamW with { LearningRate = 2e-3, WeightDecay = 1e-6 } },
        new("dino", "DINO", "dino",
            [
                Hidden(2048), Integer("bottleneckDim", 256, 1, WidthMaximum, "Width of the head before its last layer."),
                Integer("outDim", 2048, 2, 1 << 20, "Outputs that form the distribution; 65536 for ImageNet."),
                Switch("batchNorm", false, "Batch normalization in the head."),
                Switch("normLastLayer", true, "The last layer's rows keep length 1."),
                Integer("freezeLastLayer", 1, 0, 100000, "Epochs at the beginning in which the last layer stays as it is."),
                .. Momentum(0.996, isRising: true),
            ],
            "Crops of all sizes predict what a slowly following network makes of the large ones; a centre over the global batch.",
            "Caron et al., Emerging Properties in Self-Supervised Vision Transformers, 2021")
        { Losses = ["dino"] },
        new("fast-siam", "FastSiam", "fast-siam",
            [Projection(2048), Prediction(512), Output(2048)],
            "SimSiam with four views: each predicts the mean projection of the others, which needs smaller batches.",
            "Pototzky et al., FastSiam: Resource-Efficient Self-Supervised Learning on a Single GPU, 2022")
        { Losses = [LossCatalog.NegativeCosine, .. LossCatalog.OfPairs] },
        new("tico", "TiCo", "tico",
            [Hidden(4096), Output(256), .. Momentum(0.996, isRising: true)],
            "Views agree while embeddings avoid directions that all batches so far have used.",
            "Zhu et al., TiCo: Transformation Invariance and Covariance Contrast for Self-Supervised Visual Representation Learning, 2022")
        { Losses = ["tico"] },
        new("mmcr", "MMCR", "mmcr",
            [Hidden(2048), Output(512), .. Momentum(0.996, isRising: true)],
            "Eight views of an image span little, the centroids of all images of the global batch much.",
            "Yerxa et al., Learning Efficient Coding of Natural Images with Maximum Manifold Capacity Representations, 2023")
        { Losses = ["mmcr"] },
    ];

    /// <summary>The names, in the order in which they are listed.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(method => method.Name)];

    /// <summary>The method of a name, in any spelling (SimCLR, barlow_twins); null where there is none.</summary>
    public static MethodDefinition? Find(string name) => All.FirstOrDefault(method => NearestName.IsSpelling(method.Name, name));

    private static ParameterDefinition Hidden(int standard) => Integer("hiddenDim", standard, 1, WidthMaximum, HiddenText);

    private static ParameterDefinition Projection(int standard) => Integer("projHiddenDim", standard, 1, WidthMaximum, HiddenText);

    private static ParameterDefinition Prediction(int standard) => Integer("predHiddenDim", standard, 1, WidthMaximum, PredictionText);

    private static ParameterDefinition Output(int standard) => Integer("outDim", standard, 2, WidthMaximum, OutputText);

    private static ParameterDefinition[] Momentum(double standard, bool isRising) =>
    [
        Number("momentum", standard, 0, 1, "Of the momentum encoder: 0.99 for short jobs, 0.999 for long ones."),
        Switch("momentumCosine", isRising, "The momentum rises to 1 over the job, by half a cosine."),
    ];
}
