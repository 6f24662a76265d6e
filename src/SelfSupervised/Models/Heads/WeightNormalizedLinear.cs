using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>A linear map without bias whose rows are a trained direction times a length.</summary>
/// <remarks>
/// Source: Salimans and Kingma, "Weight Normalization", 2016, https://arxiv.org/abs/1602.07868. Keys as PyTorch's weight_norm.
/// </remarks>
internal sealed class WeightNormalizedLinear : RegisteredModule, IParameterDistribution
{
    private readonly long _inputCount;

    public WeightNormalizedLinear(long inputCount, long outputCount, bool isLengthTrained)
        : base(nameof(WeightNormalizedLinear))
    {
        _inputCount = inputCount;
        var bound = 1 / Math.Sqrt(inputCount);
        RegisterOwnedParameter("weight_g", ones([outputCount, 1], float32));
        RegisterOwnedParameter("weight_v", empty([outputCount, inputCount], float32).uniform_(-bound, bound));
        OwnParameter("weight_g")!.requires_grad_(isLengthTrained);
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var direction = OwnParameter("weight_v")!;
        var weight = direction * (OwnParameter("weight_g")! / direction.norm(1, keepdim: true));
        return nn.functional.linear(input, weight).MoveToOuterDisposeScope();
    }

    public ParameterDistribution? Distribution(string name) =>
        name == "weight_g" ? ParameterDistribution.Constant(1) : ParameterDistribution.UniformByFanIn(_inputCount);
}
