using LightlyCluster.SelfSupervised.Optimization;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Optimization;

public sealed class OuterOptimizerTests
{
    [Fact]
    public void Steps_are_those_computed_by_hand()
    {
        // rate 0.5, momentum 0.5, p = 1. g = 1: v = 1, p = 1 - 0.5 (1 + 0.5) = 0.25. g = 2: v = 2.5, p = 0.25 - 0.5 (2 + 1.25) = -1.375.
        using var scope = NewDisposeScope();
        using var outer = new OuterOptimizer(1, 0.5, 0.5, CPU);
        var parameters = ones(1);

        outer.Step(parameters, tensor(new[] { 1f }));
        var first = parameters.item<float>();
        outer.Step(parameters, tensor(new[] { 2f }));

        first.ShouldBe(0.25f);
        parameters.item<float>().ShouldBe(-1.375f);
        outer.Velocity.item<float>().ShouldBe(2.5f);
    }

    [Fact]
    public void Steps_are_those_of_PyTorchs_Nesterov()
    {
        using var scope = NewDisposeScope();
        using var outer = new OuterOptimizer(7, 0.7, 0.9, CPU);
        var parameters = randn(7);
        var reference = new TorchSharp.Modules.Parameter(parameters.clone());
        using var theirs = optim.SGD([reference], 0.7, momentum: 0.9, nesterov: true);

        for (var round = 0; round < 4; round++)
        {
            var gradient = randn(7);
            reference.grad = gradient.clone();
            theirs.step();
            outer.Step(parameters, gradient);
        }

        (parameters - reference).abs().max().item<float>().ShouldBeLessThan(1e-5f);
    }
}
