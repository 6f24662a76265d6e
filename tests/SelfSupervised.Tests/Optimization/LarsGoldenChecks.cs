using LightlyCluster.SelfSupervised.Optimization;
using LightlyCluster.SelfSupervised.Tests.Golden;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Optimization;

internal static class LarsGoldenChecks
{
    [GoldenCheck("lightly.utils.lars.LARS")]
    internal static void CheckLars(GoldenCase golden)
    {
        foreach (var (type, suffix) in new[] { (ScalarType.Float32, ""), (ScalarType.Float64, "_f64") })
        {
            var parameters = golden.Inputs.GetProperty("initial").EnumerateArray().Select(item => GoldenTensor.Read(item, type)).ToArray();
            using var optimizer = new LarsOptimizer(parameters, new LarsOptions
            {
                Momentum = golden.Number("momentum", 0),
                Dampening = golden.Number("dampening", 0),
                WeightDecay = golden.Number("weight_decay", 0),
                IsNesterov = golden.Parameters.GetProperty("nesterov").GetBoolean(),
                TrustCoefficient = golden.Number("trust_coefficient", 0.001),
                Epsilon = golden.Number("eps", 1e-8),
            });
            var steps = golden.Inputs.GetProperty("grads_per_step").EnumerateArray().ToArray();
            for (var step = 0; step < steps.Length; step++)
            {
                optimizer.Step(
                    [.. steps[step].EnumerateArray().Select(gradient => (Tensor?)GoldenTensor.Read(gradient, type))],
                    golden.Number("lr", 0));
                for (var index = 0; index < parameters.Length; index++)
                {
                    GoldenCompare.Tensors(
                        parameters[index],
                        golden.Expected.GetProperty("params_after" + suffix)[step][index],
                        GoldenCompare.ToleranceOf(type),
                        $"parameter {index} after step {step} {type}");
                }
            }
        }
    }
}
