using LightlyCluster.SelfSupervised.Optimization;
using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Optimization;

public sealed class FlatOptimizerTests
{
    private const double LearningRate = 0.01;
    private const int Steps = 4;

    [Theory]
    [InlineData(OptimizerKind.Sgd, 0.9)]
    [InlineData(OptimizerKind.Sgd, 0)]
    [InlineData(OptimizerKind.AdamW, 0.9)]
    public void Steps_are_those_of_PyTorchs_optimizer(OptimizerKind kind, double momentum)
    {
        using var scope = NewDisposeScope();
        var flat = MakeNetwork();
        var reference = MakeNetwork();
        var options = new OptimizerOptions { Kind = kind, Momentum = momentum, WeightDecay = 0.1, DecaysEverything = true };
        using var theirs = kind == OptimizerKind.AdamW
            ? (optim.Optimizer)optim.AdamW(reference.parameters(), LearningRate, weight_decay: 0.1)
            : optim.SGD(reference.parameters(), LearningRate, momentum: momentum, weight_decay: 0.1);
        using var run = new FlatRun(flat, options);

        for (var step = 0; step < Steps; step++)
        {
            run.Step(step);
            theirs.zero_grad();
            Loss(reference, step).backward();
            theirs.step();
        }

        ShouldBeEqual(flat, reference);
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0)]
    public void LARS_steps_are_those_of_the_optimizer_that_equals_lightlys(double momentum)
    {
        using var scope = NewDisposeScope();
        var flat = MakeNetwork();
        var reference = MakeNetwork();
        var parameters = reference.named_parameters().ToArray();
        var isDecayed = Array.ConvertAll(parameters, parameter => parameter.name is "0.weight" or "2.weight");
        Tensor[] decayed = [.. parameters.Where((_, index) => isDecayed[index]).Select(parameter => (Tensor)parameter.parameter)];
        Tensor[] others = [.. parameters.Where((_, index) => !isDecayed[index]).Select(parameter => (Tensor)parameter.parameter)];
        using var first = new LarsOptimizer(decayed, new LarsOptions { Momentum = momentum, WeightDecay = 0.1 });
        using var second = new LarsOptimizer(others, new LarsOptions { Momentum = momentum });
        using var run = new FlatRun(flat, new OptimizerOptions { Kind = OptimizerKind.Lars, Momentum = momentum, WeightDecay = 0.1 });

        for (var step = 0; step < Steps; step++)
        {
            run.Step(step);
            reference.zero_grad();
            Loss(reference, step).backward();
            first.Step([.. decayed.Select(parameter => parameter.grad)], LearningRate);
            second.Step([.. others.Select(parameter => parameter.grad)], LearningRate);
        }

        ShouldBeEqual(flat, reference);
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd)]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Lars)]
    public void Norms_and_biases_do_not_decay(OptimizerKind kind)
    {
        using var scope = NewDisposeScope();
        var network = MakeNetwork();
        var before = network.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.clone());
        using var run = new FlatRun(network, new OptimizerOptions { Kind = kind, WeightDecay = 0.5 });

        run.StepWithoutGradient(0);

        foreach (var (name, parameter) in network.named_parameters())
        {
            var isUnchanged = parameter.equal(before[name]).all().item<bool>();
            isUnchanged.ShouldBe(name is not ("0.weight" or "2.weight") || kind == OptimizerKind.Lars, name);
        }
    }

    [Fact]
    public void A_frozen_parameter_stays_and_then_begins_with_the_first_correction_of_the_bias()
    {
        using var scope = NewDisposeScope();
        var frozen = MakeNetwork();
        using var run = new FlatRun(frozen, new OptimizerOptions { Kind = OptimizerKind.AdamW, WeightDecay = 0 }, name => name == "net.0.weight" ? 2 : 0);
        var start = frozen.get_parameter("0.weight")!.clone();

        run.Step(0);
        run.Step(1);
        frozen.get_parameter("0.weight")!.equal(start).all().item<bool>().ShouldBeTrue();
        run.Step(2);

        // Adam's first step moves every value by the learning rate.
        (frozen.get_parameter("0.weight")! - start).abs().max().item<float>().ShouldBe((float)LearningRate, 1e-5f);
    }

    private static TorchSharp.Modules.Sequential MakeNetwork()
    {
        var network = nn.Sequential(nn.Linear(5, 7), nn.LayerNorm(7), nn.Linear(7, 3));
        using var noGrad = no_grad();
        foreach (var (_, parameter) in network.named_parameters())
        {
            parameter.copy_(linspace(-0.5, 0.7, parameter.numel()).view(parameter.shape));
        }

        return network;
    }

    private static Tensor Loss(nn.Module<Tensor, Tensor> network, int step) =>
        network.call(linspace(-1, 1, 20).view(4, 5) + (0.1 * step)).pow(2).mean();

    private static void ShouldBeEqual(nn.Module first, nn.Module second)
    {
        foreach (var ((name, left), (_, right)) in first.named_parameters().Zip(second.named_parameters()))
        {
            (left - right).abs().max().item<float>().ShouldBeLessThan(2e-6f, name);
        }
    }

    private sealed class FlatRun : IDisposable
    {
        private readonly TorchSharp.Modules.Sequential _network;
        private readonly Tensor _gradient;
        private readonly FlatTensors _parameters;
        private readonly FlatOptimizer _optimizer;

        public FlatRun(TorchSharp.Modules.Sequential network, OptimizerOptions options, Func<string, long>? frozenSteps = null)
        {
            _network = network;
            _gradient = zeros(FlatTensors.LengthOf([("net", network)]));
            _parameters = FlatTensors.Adopt([("net", network)], CPU, _gradient, frozenSteps: frozenSteps);
            _optimizer = FlatOptimizer.Create(_parameters, options);
        }

        public void Step(int step)
        {
            Clear();
            Loss(_network, step).backward();
            _optimizer.Step(_gradient, LearningRate, step);
        }

        public void StepWithoutGradient(int step)
        {
            Clear();
            _optimizer.Step(_gradient, LearningRate, step);
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _parameters.Dispose();
            _gradient.Dispose();
        }

        private void Clear()
        {
            using var noGrad = no_grad();
            _gradient.fill_(0);
        }
    }
}
