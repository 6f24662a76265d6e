using LightlyCluster.SelfSupervised.Models.Heads;
using LightlyCluster.SelfSupervised.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Models;

internal static class HeadGoldenChecks
{
    [GoldenCheck("lightly.models.modules.heads.BYOLPredictionHead")]
    [GoldenCheck("lightly.models.modules.heads.BYOLProjectionHead")]
    [GoldenCheck("lightly.models.modules.heads.BarlowTwinsProjectionHead")]
    [GoldenCheck("lightly.models.modules.heads.DINOProjectionHead")]
    [GoldenCheck("lightly.models.modules.heads.DenseCLProjectionHead")]
    [GoldenCheck("lightly.models.modules.heads.MMCRProjectionHead")]
    [GoldenCheck("lightly.models.modules.heads.MSNProjectionHead")]
    [GoldenCheck("lightly.models.modules.heads.MoCoProjectionHead")]
    [GoldenCheck("lightly.models.modules.heads.NNCLRPredictionHead")]
    [GoldenCheck("lightly.models.modules.heads.NNCLRProjectionHead")]
    [GoldenCheck("lightly.models.modules.heads.SMoGPredictionHead")]
    [GoldenCheck("lightly.models.modules.heads.SMoGProjectionHead")]
    [GoldenCheck("lightly.models.modules.heads.SimCLRProjectionHead")]
    [GoldenCheck("lightly.models.modules.heads.SimSiamPredictionHead")]
    [GoldenCheck("lightly.models.modules.heads.SimSiamProjectionHead")]
    [GoldenCheck("lightly.models.modules.heads.SwaVProjectionHead")]
    [GoldenCheck("lightly.models.modules.heads.TiCoProjectionHead")]
    [GoldenCheck("lightly.models.modules.heads.VICRegProjectionHead")]
    [GoldenCheck("lightly.models.modules.heads.VicRegLLocalProjectionHead")]
    internal static void CheckHead(GoldenCase golden)
    {
        var typeName = $"{typeof(ProjectionHead).Namespace}.{golden.Target.Split('.')[^1]}";
        var type = typeof(ProjectionHead).Assembly.GetType(typeName, throwOnError: true)!;
        CompareDefaults(golden, type);
        foreach (var (scalarType, suffix) in new[] { (ScalarType.Float32, ""), (ScalarType.Float64, "_f64") })
        {
            using var scope = NewDisposeScope();
            using var head = (nn.Module<Tensor, Tensor>)GoldenConstructor.Create(type, golden.Parameters);
            CompareHead(golden, head, scalarType, suffix);
        }
    }

    internal static void CompareHead(GoldenCase golden, nn.Module<Tensor, Tensor> head, ScalarType scalarType, string suffix)
    {
        var tolerance = GoldenCompare.ToleranceOf(scalarType);
        head.named_parameters().Select(pair => pair.name)
            .ShouldBe(golden.Root.GetProperty("parameters").EnumerateArray().Select(entry => entry.GetProperty("name").GetString()!));
        head.state_dict().Keys.ShouldBe(
            golden.Root.GetProperty("state_dict_keys").EnumerateArray().Select(key => key.GetString()!), ignoreOrder: true);
        GoldenModule.Fill(head, golden);
        head.to(scalarType);
        var input = golden.Input("train_input", scalarType).requires_grad_();
        var output = head.call(input);
        var cotangent = GoldenTensor.Hash(golden.Root.GetProperty("cotangent").GetProperty("p").GetInt32(), output.shape).to(scalarType);
        (output * cotangent).sum().backward();

        GoldenCompare.Tensors(output, golden.Expected.GetProperty("train_output" + suffix), tolerance, "output in training");
        GoldenCompare.Tensors(input.grad, golden.Expected.GetProperty("grad_input" + suffix), tolerance, "gradient of the input");
        var isExact = golden.Expected.TryGetProperty("grad_params" + suffix, out var gradients);
        gradients = isExact ? gradients : golden.Expected.GetProperty("grad_params");
        foreach (var (name, parameter) in head.named_parameters())
        {
            if (gradients.TryGetProperty(name, out var expected))
            {
                GoldenCompare.Tensors(
                    parameter.grad, expected, isExact ? tolerance : GoldenCompare.SingleTolerance, $"gradient of {name}");
            }
        }

        if (golden.Expected.TryGetProperty("buffers_after_train", out var buffers))
        {
            GoldenModule.CompareBuffers(head, buffers, GoldenCompare.SingleTolerance, "buffer");
        }

        head.eval();
        using var gradientFree = no_grad();
        GoldenCompare.Tensors(
            head.call(golden.Input("eval_input", scalarType)),
            golden.Expected.GetProperty("eval_output" + suffix),
            tolerance,
            "evaluation");
    }

    private static void CompareDefaults(GoldenCase golden, Type type)
    {
        var ours = type.GetConstructors()[0].GetParameters();
        var index = 0;
        foreach (var expected in golden.Root.GetProperty("defaults").EnumerateObject())
        {
            ours[index++].DefaultValue!.ToString()!.ToLowerInvariant()
                .ShouldBe(expected.Value.ToString().ToLowerInvariant(), expected.Name);
        }
    }
}
