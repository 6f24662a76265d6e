using LightlyCluster.SelfSupervised.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>Which parameters weight decay is for: by default neither normalization layers nor biases.</summary>
/// <param name="Decayed">Names of the parameters with weight decay, in the network's order.</param>
/// <param name="NotDecayed">Names of the parameters without, in the network's order.</param>
public sealed record WeightDecayGroups(IReadOnlyList<string> Decayed, IReadOnlyList<string> NotDecayed)
{
    /// <summary>Divides a network's parameters.</summary>
    /// <param name="model">The network; borrowed.</param>
    /// <param name="decayNorm">Whether the parameters of normalization layers decay.</param>
    /// <param name="decayBias">Whether the biases of other layers decay.</param>
    /// <returns>The two groups.</returns>
    public static WeightDecayGroups Split(nn.Module model, bool decayNorm = false, bool decayBias = false)
    {
        var decayed = new List<string>();
        var notDecayed = new List<string>();
        Visit(model, "");
        return new(decayed, notDecayed);

        void Visit(nn.Module module, string prefix)
        {
            var isNorm = module is BatchNormalization or NormBase or LayerNorm or GroupNorm;
            foreach (var (name, _) in module.named_parameters(recurse: false))
            {
                var isDecayed = isNorm ? decayNorm : decayBias || !name.EndsWith("bias", StringComparison.Ordinal);
                (isDecayed ? decayed : notDecayed).Add(prefix + name);
            }

            foreach (var (name, child) in module.named_children())
            {
                Visit(child, $"{prefix}{name}.");
            }
        }
    }
}
