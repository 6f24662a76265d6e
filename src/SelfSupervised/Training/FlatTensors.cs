using LightlyCluster.SelfSupervised.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>
/// Puts the parameters of modules into one flat buffer, so that exchange, optimizer, momentum update, hash and checkpoint are
/// operations on one tensor; the modules' own parameters become views of it.
/// </summary>
/// <remarks>
/// Each view begins at a multiple of 64 bytes, since kernels may choose their path by alignment; the padding stays zero. Two
/// layouts of equal modules are equal. Never call <c>zero_grad</c> or <c>to</c> on such a module: both drop the views.
/// </remarks>
public sealed class FlatTensors : IDisposable
{
    /// <summary>Alignment of every view, in float32 values (64 bytes).</summary>
    public const int Alignment = 16;

    private readonly List<Tensor> _views = [];

    private FlatTensors(Tensor data, IReadOnlyList<FlatSlice> slices)
    {
        Data = data;
        Slices = slices;
    }

    /// <summary>All parameters, float32 (or float64) [Length]; owned.</summary>
    public Tensor Data { get; }

    /// <summary>Where each parameter is, in the order of registration.</summary>
    public IReadOnlyList<FlatSlice> Slices { get; }

    /// <summary>Number of float32 values with padding; a multiple of <see cref="Alignment"/>.</summary>
    public long Length => Data.shape[0];

    /// <summary>Rounds a length up to the alignment.</summary>
    public static long Align(long length) => (length + Alignment - 1) / Alignment * Alignment;

    /// <summary>Length of the flat buffer that modules need.</summary>
    public static long LengthOf(IEnumerable<(string Name, nn.Module Module)> modules) =>
        modules.SelectMany(entry => entry.Module.named_parameters()).Sum(parameter => Align(parameter.parameter.numel()));

    /// <summary>Moves the parameters of modules into a new flat buffer.</summary>
    /// <param name="modules">Modules with the first part of their parameters' names.</param>
    /// <param name="device">Where the buffer lies.</param>
    /// <param name="gradient">At least as long: becomes the parameters' gradients. Null: they are not trained.</param>
    /// <param name="elementType">Type of the values.</param>
    /// <param name="frozenSteps">How many steps at the beginning a parameter of a name stays as it is; null: none.</param>
    public static FlatTensors Adopt(
        IReadOnlyList<(string Name, nn.Module Module)> modules,
        Device device,
        Tensor? gradient,
        ScalarType elementType = ScalarType.Float32,
        Func<string, long>? frozenSteps = null)
    {
        using var noGrad = no_grad();
        var data = zeros(LengthOf(modules), elementType, device).DetachFromDisposeScope();
        var slices = new List<FlatSlice>();
        var flat = new FlatTensors(data, slices);
        var offset = 0L;
        foreach (var (prefix, module) in modules)
        {
            var decayed = WeightDecayGroups.Split(module).Decayed.ToHashSet(StringComparer.Ordinal);
            foreach (var (name, parameter) in module.named_parameters())
            {
                var slice = new FlatSlice($"{prefix}.{name}", offset, parameter.shape)
                {
                    IsTrained = gradient is not null && parameter.requires_grad,
                    IsDecayed = decayed.Contains(name),
                    FrozenSteps = frozenSteps?.Invoke($"{prefix}.{name}") ?? 0,
                };
                slices.Add(slice);
                flat.Attach(parameter, slice, gradient);
                offset += Align(slice.Count);
            }
        }

        return flat;
    }

    /// <summary>A view of <paramref name="flat"/> with the place and shape of a slice; owned by the caller.</summary>
    /// <remarks>
    /// The weights of convolutions lie channels-last, [output, height, width, input], as the convolutions take them: in any other order
    /// each pass would copy them there, and its gradients back.
    /// </remarks>
    public static Tensor View(Tensor flat, FlatSlice slice)
    {
        using var scope = NewDisposeScope();
        var values = flat.narrow(0, slice.Offset, slice.Count);
        var view = slice.Shape is [var outputs, var inputs, var height, var width]
            ? values.view(outputs, height, width, inputs).permute(0, 3, 1, 2)
            : values.view(slice.Shape);
        return view.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var view in _views)
        {
            view.Dispose();
        }

        Data.Dispose();
    }

    private void Attach(Parameter parameter, FlatSlice slice, Tensor? gradient)
    {
        using var scope = NewDisposeScope();
        var view = View(Data, slice);
        view.copy_(parameter);
        parameter.set_(view);
        parameter.requires_grad_(slice.IsTrained);
        if (gradient is not null && slice.IsTrained)
        {
            var gradientView = View(gradient, slice).DetachFromDisposeScope();
            parameter.grad = gradientView;
            _views.Add(gradientView);
        }
    }
}
