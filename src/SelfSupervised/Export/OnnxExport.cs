using Google.Protobuf;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Export.Onnx;

namespace LightlyCluster.SelfSupervised.Export;

/// <summary>Writes a backbone as an ONNX model: images in, features out, with a free batch size.</summary>
/// <remarks>
/// The graph is written from the architecture, since TorchSharp cannot trace one: residual networks and vision transformers. Batch
/// normalization uses its running statistics, as in evaluation. Input <c>images</c>, float32 [N, 3, S, S], normalized with ImageNet's
/// mean and standard deviation; output <c>features</c>, float32 [N, F]. Operator set 17, ONNX 1.12 and later.
/// </remarks>
public static class OnnxExport
{
    /// <summary>Name of the graph's input.</summary>
    public const string InputName = "images";

    /// <summary>Name of the graph's output.</summary>
    public const string OutputName = "features";

    /// <summary>The operator set that the graph is written in.</summary>
    public const int OperatorSet = 17;

    private const int FileVersion = 8;
    private const long BytesMaximum = int.MaxValue - (1 << 20);

    /// <summary>Writes a model file.</summary>
    /// <param name="path">Where the file goes; its folder must exist. A file of that name is replaced.</param>
    /// <param name="backbone">A residual network or a vision transformer of this library, with or without a low-dimensional head; borrowed.</param>
    /// <param name="imageSize">Height and width of the images.</param>
    /// <param name="metadata">Texts that describe the model.</param>
    /// <exception cref="ArgumentException">The graph of such a backbone is not known, or it is too large for the format (2 GB).</exception>
    /// <exception cref="IOException">The file cannot be written; nothing but the old file is left.</exception>
    public static void Write(string path, Backbone backbone, int imageSize, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(imageSize, 1);
        var state = TorchvisionExport.FullState(backbone).ToDictionary(entry => entry.Name, entry => entry.Tensor, StringComparer.Ordinal);
        if (state.Values.Sum(tensor => tensor.NumberOfElements * sizeof(float)) > BytesMaximum)
        {
            throw new ArgumentException("The backbone has more than 2 GB of weights, which an ONNX file cannot hold.", nameof(backbone));
        }

        var graph = new OnnxGraph(backbone.GetName(), state);
        graph.Declare(Build(graph, backbone, "", imageSize), imageSize, backbone.FeatureCount);
        var model = new ModelProto
        {
            IrVersion = FileVersion,
            ProducerName = "LightlyCluster",
            Graph = graph.Graph,
            OpsetImport = { new OperatorSetIdProto { Version = OperatorSet } },
        };
        foreach (var (key, value) in metadata ?? new Dictionary<string, string>())
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        AtomicFile.Write(path, stream => model.WriteTo(stream));
    }

    private static string Build(OnnxGraph graph, Backbone backbone, string prefix, int imageSize) => backbone switch
    {
        ReducedBackbone reduced => graph.Reduction(Build(graph, reduced.Trunk, $"{prefix}trunk.", imageSize), $"{prefix}reduction"),
        ResNet network => OnnxResNet.Build(graph, network, prefix),
        VisionTransformer network => OnnxVisionTransformer.Build(graph, network, prefix, imageSize),
        _ => throw new ArgumentException(
            $"The ONNX graph of {backbone.GetName()} is not known; residual networks and vision transformers can be exported.",
            nameof(backbone)),
    };
}
