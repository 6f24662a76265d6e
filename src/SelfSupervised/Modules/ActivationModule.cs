using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>An activation as a module without parameters, so that it keeps its place in a numbered sequence.</summary>
internal sealed class ActivationModule : RegisteredModule
{
    private readonly Activation _activation;

    public ActivationModule(Activation activation)
        : base(activation.ToString())
    {
        _activation = activation;
    }

    public override Tensor forward(Tensor input) => _activation switch
    {
        Activation.ReLU => nn.functional.relu(input),
        Activation.GELU => nn.functional.gelu(input),
        _ => input.alias(),
    };
}
