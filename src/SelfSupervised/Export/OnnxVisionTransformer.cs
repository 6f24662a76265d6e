using LightlyCluster.SelfSupervised.Backbones;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Export;

/// <summary>The ONNX graph of a vision transformer.</summary>
internal static class OnnxVisionTransformer
{
    /// <summary>Adds the network.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="network">The network; borrowed.</param>
    /// <param name="prefix">What stands before the names of its parameters.</param>
    /// <param name="imageSize">Height and width of the images, a multiple of the patch size.</param>
    /// <returns>The name of the features.</returns>
    public static string Build(OnnxGraph graph, VisionTransformer network, string prefix, int imageSize)
    {
        var patchSize = network.Options.PatchSize;
        if (imageSize % patchSize != 0)
        {
            throw new ArgumentException($"Images of {imageSize} pixels do not divide into patches of {patchSize}.", nameof(imageSize));
        }

        using var scope = NewDisposeScope();
        var width = network.FeatureCount;
        var patches = graph.Convolution(OnnxExport.InputName, $"{prefix}patch_embed.proj", patchSize, 0, hasBias: true);
        patches = graph.Transpose(graph.Reshape(patches, $"{prefix}patches", 0, width, -1), $"{prefix}tokens", 0, 2, 1);
        var batch = graph.Add(
            "Shape", $"{prefix}batch", [OnnxExport.InputName], OnnxGraph.Integer("start", 0), OnnxGraph.Integer("end", 1));
        var shape = graph.Add(
            "Concat", $"{prefix}class_shape", [batch, graph.Numbers($"{prefix}class_size", 1, width)], OnnxGraph.Integer("axis", 0));
        var classToken = graph.Add("Expand", $"{prefix}class_token", [graph.Weight($"{prefix}cls_token"), shape]);
        var value = graph.Add("Concat", $"{prefix}sequence", [classToken, patches], OnnxGraph.Integer("axis", 1));
        var grid = imageSize / patchSize;
        var position = graph.Constant($"{prefix}position", network.PositionEmbedding(grid, grid));
        value = graph.Add("Add", $"{prefix}positioned", [value, position]);
        for (var block = 0; block < network.Specification.BlockCount; block++)
        {
            value = AddBlock(graph, value, $"{prefix}blocks.{block}", network.Specification);
        }

        value = graph.LayerNormalization(value, $"{prefix}norm", VisionTransformer.Epsilon);
        return Pick(graph, value, $"{prefix}class", axis: 1, index: 0);
    }

    private static string AddBlock(OnnxGraph graph, string input, string prefix, VisionTransformerSpecification specification)
    {
        var value = graph.LayerNormalization(input, $"{prefix}.norm1", VisionTransformer.Epsilon);
        value = graph.Add("Add", $"{prefix}/attended", [input, AddAttention(graph, value, $"{prefix}.attn", specification)]);
        var hidden = graph.Linear(graph.LayerNormalization(value, $"{prefix}.norm2", VisionTransformer.Epsilon), $"{prefix}.mlp.fc1");
        return graph.Add("Add", $"{prefix}/output", [value, graph.Linear(AddGelu(graph, hidden, $"{prefix}.gelu"), $"{prefix}.mlp.fc2")]);
    }

    private static string AddAttention(OnnxGraph graph, string input, string prefix, VisionTransformerSpecification specification)
    {
        var (width, heads) = (specification.FeatureCount, (long)specification.HeadCount);
        var headWidth = width / heads;
        var all = graph.Reshape(graph.Linear(input, $"{prefix}.qkv"), $"{prefix}/split", 0, -1, 3, heads, headWidth);
        all = graph.Transpose(all, $"{prefix}/parts", 2, 0, 3, 1, 4);
        var queries = graph.Add(
            "Mul", $"{prefix}/scaled",
            [Pick(graph, all, $"{prefix}/queries", 0, 0), graph.Constant($"{prefix}/scale", tensor((float)(1 / Math.Sqrt(headWidth))))]);
        var keys = graph.Transpose(Pick(graph, all, $"{prefix}/keys", 0, 1), $"{prefix}/keys_transposed", 0, 1, 3, 2);
        var scores = graph.Add("MatMul", $"{prefix}/scores", [queries, keys]);
        var weights = graph.Add("Softmax", $"{prefix}/softmax", [scores], OnnxGraph.Integer("axis", -1));
        var mixed = graph.Add("MatMul", $"{prefix}/mixed", [weights, Pick(graph, all, $"{prefix}/values", 0, 2)]);
        mixed = graph.Transpose(mixed, $"{prefix}/tokens", 0, 2, 1, 3);
        return graph.Linear(graph.Reshape(mixed, $"{prefix}/joined", 0, -1, width), $"{prefix}.proj");
    }

    /// <summary>x (1 + erf(x / sqrt 2)) / 2, since the operator itself is younger than operator set 17.</summary>
    private static string AddGelu(OnnxGraph graph, string input, string prefix)
    {
        var scaled = graph.Add("Mul", $"{prefix}/scaled", [input, graph.Constant("gelu/root", tensor((float)(1 / Math.Sqrt(2))))]);
        var error = graph.Add("Erf", $"{prefix}/erf", [scaled]);
        var factor = graph.Add("Add", $"{prefix}/factor", [error, graph.Constant("gelu/one", tensor(1f))]);
        var product = graph.Add("Mul", $"{prefix}/product", [input, factor]);
        return graph.Add("Mul", $"{prefix}/half", [product, graph.Constant("gelu/half", tensor(0.5f))]);
    }

    private static string Pick(OnnxGraph graph, string input, string name, long axis, long index)
    {
        var picked = graph.Add("Gather", $"{name}/picked", [input, graph.Numbers($"index{index}", index)], OnnxGraph.Integer("axis", axis));
        return graph.Add("Squeeze", name, [picked, graph.Numbers($"axis{axis}", axis)]);
    }
}
