using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>Switches the training of a network's parameters by gradients off and on.</summary>
public static class GradientSwitch
{
    /// <summary>No parameter needs a gradient any more.</summary>
    /// <param name="model">The network; changed.</param>
    public static void Deactivate(nn.Module model) => Set(model, isTrained: false);

    /// <summary>All parameters need gradients.</summary>
    /// <param name="model">The network; changed.</param>
    public static void Activate(nn.Module model) => Set(model, isTrained: true);

    private static void Set(nn.Module model, bool isTrained)
    {
        foreach (var parameter in model.parameters())
        {
            parameter.requires_grad_(isTrained);
        }
    }
}
