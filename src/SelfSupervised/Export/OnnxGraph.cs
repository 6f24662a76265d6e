using System.Runtime.InteropServices;
using Google.Protobuf;
using LightlyCluster.SelfSupervised.Export.Onnx;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Export;

/// <summary>Builds an ONNX graph node by node: each method adds one operator and gives the name of its output.</summary>
/// <remarks>Operators and their attributes: https://onnx.ai/onnx/operators/, operator set 17.</remarks>
internal sealed class OnnxGraph
{
    private readonly GraphProto _graph = new();
    private readonly IReadOnlyDictionary<string, Tensor> _state;
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>Begins a graph over the tensors of a module; they are borrowed.</summary>
    public OnnxGraph(string name, IReadOnlyDictionary<string, Tensor> state)
    {
        _graph.Name = name;
        _state = state;
    }

    /// <summary>The graph as built so far.</summary>
    public GraphProto Graph => _graph;

    /// <summary>A tensor of the module's state.</summary>
    public Tensor State(string name) => _state[name];

    /// <summary>Whether the module's state has a tensor.</summary>
    public bool Has(string name) => _state.ContainsKey(name);

    /// <summary>Puts a tensor of the module's state into the graph, once.</summary>
    public string Weight(string name) => Constant(name, _state[name]);

    /// <summary>Puts a float32 tensor into the graph, once.</summary>
    public string Constant(string name, Tensor value)
    {
        if (_written.Add(name))
        {
            using var scope = NewDisposeScope();
            using var gradientFree = no_grad();
            var plain = value.detach().to(float32).cpu().contiguous();
            _graph.Initializer.Add(new TensorProto
            {
                Name = name,
                DataType = (int)TensorProto.Types.DataType.Float,
                Dims = { plain.shape },
                RawData = UnsafeByteOperations.UnsafeWrap(plain.bytes.ToArray()),
            });
        }

        return name;
    }

    /// <summary>Puts whole numbers into the graph, once.</summary>
    public string Numbers(string name, params long[] values)
    {
        if (_written.Add(name))
        {
            _graph.Initializer.Add(new TensorProto
            {
                Name = name,
                DataType = (int)TensorProto.Types.DataType.Int64,
                Dims = { values.Length },
                RawData = UnsafeByteOperations.UnsafeWrap(MemoryMarshal.AsBytes(values.AsSpan()).ToArray()),
            });
        }

        return name;
    }

    /// <summary>Adds an operator with one output, which is called like the node.</summary>
    public string Add(string type, string name, IEnumerable<string> inputs, params AttributeProto[] attributes)
    {
        _graph.Node.Add(new NodeProto { OpType = type, Name = name, Input = { inputs }, Output = { name }, Attribute = { attributes } });
        return name;
    }

    public string Convolution(string input, string prefix, long stride, long padding, bool hasBias = false)
    {
        var size = _state[$"{prefix}.weight"].shape;
        string[] inputs = hasBias
            ? [input, Weight($"{prefix}.weight"), Weight($"{prefix}.bias")]
            : [input, Weight($"{prefix}.weight")];
        return Add(
            "Conv", $"{prefix}/conv", inputs,
            Integers("kernel_shape", size[2], size[3]), Integers("strides", stride, stride),
            Integers("pads", padding, padding, padding, padding));
    }

    /// <summary>Batch normalization with running statistics; of split statistics, which evaluation keeps equal, the first ones.</summary>
    public string BatchNormalization(string input, string prefix, double epsilon)
    {
        var channelCount = _state[$"{prefix}.weight"].shape[0];
        using var scope = NewDisposeScope();
        string[] inputs =
        [
            input, Weight($"{prefix}.weight"), Weight($"{prefix}.bias"),
            Constant($"{prefix}.running_mean", _state[$"{prefix}.running_mean"].narrow(0, 0, channelCount)),
            Constant($"{prefix}.running_var", _state[$"{prefix}.running_var"].narrow(0, 0, channelCount)),
        ];
        return Add("BatchNormalization", $"{prefix}/norm", inputs, Number("epsilon", epsilon));
    }

    public string LayerNormalization(string input, string prefix, double epsilon) => Add(
        "LayerNormalization", $"{prefix}/norm", [input, Weight($"{prefix}.weight"), Weight($"{prefix}.bias")],
        Integer("axis", -1), Number("epsilon", epsilon));

    /// <summary>A linear layer on the last dimension.</summary>
    public string Linear(string input, string prefix)
    {
        using var scope = NewDisposeScope();
        var transposed = Constant($"{prefix}.weight_transposed", _state[$"{prefix}.weight"].t());
        var product = Add("MatMul", $"{prefix}/matmul", [input, transposed]);
        return Add("Add", $"{prefix}/add", [product, Weight($"{prefix}.bias")]);
    }

    /// <summary>A 1x1 convolution of pooled features.</summary>
    public string Reduction(string input, string prefix)
    {
        using var scope = NewDisposeScope();
        var transposed = Constant($"{prefix}.weight_transposed", _state[$"{prefix}.weight"].flatten(1).t());
        return Add("Add", $"{prefix}/add", [Add("MatMul", $"{prefix}/matmul", [input, transposed]), Weight($"{prefix}.bias")]);
    }

    public string Reshape(string input, string name, params long[] shape) => Add("Reshape", name, [input, Numbers($"{name}/shape", shape)]);

    public string Transpose(string input, string name, params long[] order) => Add("Transpose", name, [input], Integers("perm", order));

    /// <summary>Declares the graph's input and output, both with a free batch size.</summary>
    public void Declare(string output, long imageSize, long featureCount)
    {
        _graph.Input.Add(Value(OnnxExport.InputName, 3, imageSize, imageSize));
        _graph.Output.Add(Value(OnnxExport.OutputName, featureCount));
        Add("Identity", OnnxExport.OutputName, [output]);
    }

    public static AttributeProto Integer(string name, long value) =>
        new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    public static AttributeProto Integers(string name, params long[] values) =>
        new() { Name = name, Ints = { values }, Type = AttributeProto.Types.AttributeType.Ints };

    public static AttributeProto Number(string name, double value) =>
        new() { Name = name, F = (float)value, Type = AttributeProto.Types.AttributeType.Float };

    private static ValueInfoProto Value(string name, params long[] sizes)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" } } };
        shape.Dim.AddRange(sizes.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new()
        {
            Name = name,
            Type = new() { TensorType = new() { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape } },
        };
    }
}
