using System.Text.Json;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Backbones;

internal static class BackboneGoldenChecks
{
    /// <summary>Activations and gradients of a whole network in float32; README: below 4e-5 between precisions.</summary>
    private const double NetworkTolerance = 2e-4;

    private const int InputGradientFormula = 199999;

    private const int ParameterGradientFormula = 200000;

    [GoldenCheck("lightly.models.ResNetGenerator")]
    internal static void CheckResNet(GoldenCase golden)
    {
        if (golden.Root.TryGetProperty("widths", out var widths))
        {
            CheckShapes(golden, widths);
            return;
        }

        foreach (var (type, suffix) in new[] { (ScalarType.Float32, ""), (ScalarType.Float64, "_f64") })
        {
            using var scope = NewDisposeScope();
            using var network = ResNetGenerator.Create(
                golden.Parameters.GetProperty("name").GetString()!,
                golden.Number("width", 1),
                (long)golden.Number("num_classes", 10),
                (long)golden.Number("num_splits", 0));
            GoldenModule.Fill(network, golden, TorchvisionName);
            network.to(type);
            CheckForward(golden, network, type, suffix);
        }
    }

    [GoldenCheck("lightly.models.batchnorm.SplitBatchNorm")]
    internal static void CheckSplitBatchNorm(GoldenCase golden)
    {
        using var layer = new SplitBatchNorm(
            golden.Parameters.GetProperty("num_features").GetInt64(), golden.Parameters.GetProperty("num_splits").GetInt64());
        GoldenModule.Fill(layer, golden);
        var tolerance = GoldenCompare.SingleTolerance;

        GoldenCompare.Tensors(layer.call(golden.Input("train_input")), golden.Expected.GetProperty("train_output"), tolerance, "training");
        GoldenModule.CompareBuffers(layer, golden.Expected.GetProperty("buffers_after_train"), tolerance, "after training");
        layer.eval();
        GoldenModule.CompareBuffers(layer, golden.Expected.GetProperty("buffers_after_eval()"), tolerance, "in evaluation mode");
        GoldenCompare.Tensors(layer.call(golden.Input("eval_input")), golden.Expected.GetProperty("eval_output"), tolerance, "evaluation");
    }

    /// <summary>lightly says shortcut and linear where torchvision and we say downsample and fc.</summary>
    internal static string TorchvisionName(string name) =>
        name.Replace(".shortcut.", ".downsample.", StringComparison.Ordinal).Replace("linear.", "fc.", StringComparison.Ordinal);

    private static void CheckForward(GoldenCase golden, ResNet network, ScalarType type, string suffix)
    {
        var tolerance = type == ScalarType.Float64 ? GoldenCompare.DoubleTolerance : NetworkTolerance;
        var input = golden.Input("train_input", type).requires_grad_();
        var output = network.call(input);
        (output * golden.Input("cotangent", type)).sum().backward();

        CompareIfPresent(golden, "train_output" + suffix, output, tolerance);
        GoldenCompare.Signature(
            input.grad!, golden.Expected.GetProperty("grad_input" + suffix), tolerance, "gradient of the input", InputGradientFormula);
        CompareGradients(golden, "grad_params" + suffix, network, tolerance);
        CompareIfPresent(golden, "bn1.running_mean" + suffix, network.get_buffer("bn1.running_mean"), tolerance);
        CompareIfPresent(golden, "bn1.running_var" + suffix, network.get_buffer("bn1.running_var"), tolerance);
        network.eval();
        using var gradientFree = no_grad();
        CompareIfPresent(golden, "eval_output" + suffix, network.call(golden.Input("eval_input", type)), tolerance);
    }

    private static void CompareIfPresent(GoldenCase golden, string key, Tensor? actual, double tolerance)
    {
        if (golden.Expected.TryGetProperty(key, out var expected))
        {
            GoldenCompare.Tensors(actual, expected, tolerance, key);
        }
    }

    private static void CompareGradients(GoldenCase golden, string key, ResNet network, double tolerance)
    {
        var numbers = golden.Root.GetProperty("parameters").EnumerateArray().ToDictionary(
            entry => entry.GetProperty("name").GetString()!, entry => entry.GetProperty("p").GetInt32(), StringComparer.Ordinal);
        foreach (var property in golden.Expected.GetProperty(key).EnumerateObject())
        {
            var gradient = network.get_parameter(TorchvisionName(property.Name))!.grad;
            GoldenCompare.Signature(
                gradient!, property.Value, tolerance, $"{key} {property.Name}", ParameterGradientFormula + numbers[property.Name]);
        }
    }

    private static void CheckShapes(GoldenCase golden, JsonElement widths)
    {
        var name = golden.Parameters.GetProperty("name").GetString()!;
        foreach (var entry in widths.EnumerateArray())
        {
            var width = entry.GetProperty("width").GetDouble();
            var classifierInputs = entry.GetProperty("linear_in_features").GetInt64();
            var description = BackboneCatalog.Describe(name, new BackboneOptions { Width = width });
            description.FeatureCount.ShouldBe(classifierInputs);
            (description.ParameterCount + (classifierInputs * 10) + 10).ShouldBe(entry.GetProperty("total_parameters").GetInt64());
            if (entry.TryGetProperty("parameters", out var parameters))
            {
                CheckNames(name, width, parameters, entry);
            }
        }
    }

    private static void CheckNames(string name, double width, JsonElement parameters, JsonElement entry)
    {
        using var network = ResNetGenerator.Create(name, width, numClasses: 10);
        var expected = parameters.EnumerateArray()
            .Select(parameter => (TorchvisionName(parameter[0].GetString()!), string.Join(',', parameter[1].EnumerateArray())))
            .ToArray();
        network.named_parameters().Select(pair => (pair.name, string.Join(',', pair.parameter.shape))).ShouldBe(expected);
        if (entry.TryGetProperty("buffer_names", out var buffers) && buffers.ValueKind == JsonValueKind.Array)
        {
            network.named_buffers().Select(pair => pair.name).Where(buffer => !buffer.EndsWith("tracked", StringComparison.Ordinal))
                .ShouldBe(buffers.EnumerateArray().Select(buffer => TorchvisionName(buffer.GetString()!))
                    .Where(buffer => !buffer.EndsWith("tracked", StringComparison.Ordinal)));
        }
    }
}
