using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Export;

/// <summary>The ONNX graph of a residual network.</summary>
internal static class OnnxResNet
{
    private const int StageCount = 4;

    /// <summary>Adds the network.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="network">The network; borrowed.</param>
    /// <param name="prefix">What stands before the names of its parameters.</param>
    /// <returns>The name of the features.</returns>
    public static string Build(OnnxGraph graph, ResNet network, string prefix)
    {
        var (specification, options) = (network.Specification, network.Options);
        var isSmall = options.Stem == ResNetStem.Small;
        var value = graph.Convolution(OnnxExport.InputName, $"{prefix}conv1", isSmall ? 1 : 2, isSmall ? 1 : 3);
        value = Normalize(graph, value, $"{prefix}bn1");
        if (options.HasStemActivation)
        {
            value = graph.Add("Relu", $"{prefix}relu", [value]);
        }

        if (!isSmall)
        {
            value = graph.Add(
                "MaxPool", $"{prefix}maxpool", [value],
                OnnxGraph.Integers("kernel_shape", 3, 3), OnnxGraph.Integers("strides", 2, 2), OnnxGraph.Integers("pads", 1, 1, 1, 1));
        }

        for (var stage = 0; stage < StageCount; stage++)
        {
            for (var block = 0; block < specification.BlockCounts[stage]; block++)
            {
                var stride = stage > 0 && block == 0 ? 2 : 1;
                value = AddBlock(graph, value, $"{prefix}layer{stage + 1}.{block}", stride, specification.IsBottleneck);
            }
        }

        return graph.Add("Flatten", $"{prefix}flatten", [graph.Add("GlobalAveragePool", $"{prefix}avgpool", [value])], OnnxGraph.Integer("axis", 1));
    }

    private static string AddBlock(OnnxGraph graph, string input, string prefix, long stride, bool isBottleneck)
    {
        var layerCount = isBottleneck ? 3 : 2;
        var stridedLayer = isBottleneck ? 2 : 1;
        var value = input;
        for (var layer = 1; layer <= layerCount; layer++)
        {
            var padding = graph.State($"{prefix}.conv{layer}.weight").shape[2] / 2;
            value = graph.Convolution(value, $"{prefix}.conv{layer}", layer == stridedLayer ? stride : 1, padding);
            value = Normalize(graph, value, $"{prefix}.bn{layer}");
            value = layer < layerCount ? graph.Add("Relu", $"{prefix}.relu{layer}", [value]) : value;
        }

        var shortcut = graph.Has($"{prefix}.downsample.0.weight")
            ? Normalize(graph, graph.Convolution(input, $"{prefix}.downsample.0", stride, 0), $"{prefix}.downsample.1")
            : input;
        return graph.Add("Relu", $"{prefix}/relu", [graph.Add("Add", $"{prefix}/add", [value, shortcut])]);
    }

    private static string Normalize(OnnxGraph graph, string input, string prefix) =>
        graph.BatchNormalization(input, prefix, BatchNormalization.DefaultEpsilon);
}
