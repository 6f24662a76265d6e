using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests;

/// <summary>Assertions about whole tensors.</summary>
internal static class TensorAssertions
{
    public static void ShouldBeSameValues(this Tensor actual, Tensor expected) => actual.ShouldBeCloseTo(expected, 0);

    public static void ShouldBeCloseTo(this Tensor actual, Tensor expected, double tolerance)
    {
        using var scope = NewDisposeScope();
        actual.shape.ShouldBe(expected.shape);
        var difference = (actual.detach().to(float64) - expected.detach().to(float64)).abs().max().item<double>();
        difference.ShouldBeLessThanOrEqualTo(tolerance);
    }
}
