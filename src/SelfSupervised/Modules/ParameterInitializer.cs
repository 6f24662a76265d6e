using System.Runtime.InteropServices;
using LightlyCluster.SelfSupervised.Randomness;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>Draws the initial weights of a network as a pure function of the seed and each parameter's full name.</summary>
/// <remarks>
/// The distributions are PyTorch's defaults: uniform in plus or minus 1 / sqrt(fan-in) for weights and biases of linear and
/// convolutional layers (Kaiming uniform with a = sqrt(5)), 1 and 0 for normalization layers. A module with a distribution of its
/// own says so through <see cref="IParameterDistribution"/>. Neither the order of the modules nor the machine matters.
/// </remarks>
public static class ParameterInitializer
{
    private const long ChunkLength = 1L << 24;

    /// <summary>Fills every parameter in place; values are drawn on the CPU whatever device the parameters are on.</summary>
    /// <param name="module">The network; its parameters are changed.</param>
    /// <param name="seed">The job's seed.</param>
    /// <param name="prefix">Name of the network in front of the parameters' names, "backbone"; empty for none.</param>
    /// <exception cref="NotSupportedException">A one-dimensional parameter is neither a weight nor a bias.</exception>
    public static void Initialize(nn.Module module, ulong seed, string prefix = "")
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        FillModule(module, seed, prefix, _ => null);
    }

    private static void FillModule(nn.Module module, ulong seed, string path, Func<string, ParameterDistribution?> choose)
    {
        // The innermost module that knows a parameter decides, then the one around it.
        var chosen = choose;
        if (module is IParameterDistribution own)
        {
            chosen = name => own.Distribution(name) ?? choose(name);
        }

        var parameters = module.named_parameters(recurse: false).ToList();
        foreach (var (name, parameter) in parameters)
        {
            var distribution = chosen(name) ?? DefaultDistribution(name, parameter, parameters);
            Fill(parameter, distribution, new RandomStream(seed, Join(path, name)));
        }

        foreach (var (childName, child) in module.named_children())
        {
            FillModule(child, seed, Join(path, childName), name => chosen($"{childName}.{name}"));
        }
    }

    private static ParameterDistribution DefaultDistribution(
        string name, Tensor parameter, List<(string Name, TorchSharp.Modules.Parameter Parameter)> siblings)
    {
        var shape = parameter.shape;
        if (shape.Length >= 2)
        {
            return ParameterDistribution.UniformByFanIn(FanIn(shape));
        }

        var weight = siblings.Find(sibling => sibling.Name == "weight").Parameter;
        return name switch
        {
            "weight" => ParameterDistribution.Constant(1),
            "bias" when weight is not null && weight.shape.Length >= 2 => ParameterDistribution.UniformByFanIn(FanIn(weight.shape)),
            "bias" => ParameterDistribution.Constant(0),
            _ => throw new NotSupportedException(
                $"The parameter '{name}' has one dimension and is neither a weight nor a bias. "
                + $"Let its module implement {nameof(IParameterDistribution)}."),
        };
    }

    private static long FanIn(long[] shape) => shape[1..].Aggregate(1L, (product, size) => product * size);

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static void Fill(Tensor parameter, ParameterDistribution distribution, RandomStream stream)
    {
        using var scope = NewDisposeScope();
        if (distribution.Kind == ParameterDistributionKind.Constant)
        {
            parameter.fill_(LastingScalar.Of(distribution.Scale));
            return;
        }

        var values = empty(parameter.shape, float32);
        var flat = values.view(-1);
        for (var start = 0L; start < flat.shape[0]; start += ChunkLength)
        {
            using var chunk = flat.narrow(0, start, Math.Min(ChunkLength, flat.shape[0] - start));
            distribution.Draw(ref stream, MemoryMarshal.Cast<byte, float>(chunk.bytes));
        }

        parameter.copy_(values);
    }
}
