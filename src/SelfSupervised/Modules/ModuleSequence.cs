using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>Modules applied one after the other, registered as "0", "1", and so on.</summary>
public sealed class ModuleSequence : RegisteredModule
{
    private readonly nn.Module<Tensor, Tensor>[] _modules;

    /// <summary>Makes the sequence and takes over the modules.</summary>
    /// <param name="modules">The modules in order; owned by the sequence from now on.</param>
    public ModuleSequence(params IReadOnlyList<nn.Module<Tensor, Tensor>> modules)
        : base(nameof(ModuleSequence))
    {
        _modules = [.. modules];
        for (var index = 0; index < _modules.Length; index++)
        {
            register_module(index.ToString(System.Globalization.CultureInfo.InvariantCulture), _modules[index]);
        }
    }

    /// <summary>Number of modules.</summary>
    public int Count => _modules.Length;

    /// <summary>A module; owned by the sequence.</summary>
    public nn.Module<Tensor, Tensor> this[int index] => _modules[index];

    /// <summary>Applies the modules in order.</summary>
    /// <param name="input">What the first module takes; borrowed.</param>
    /// <returns>What the last module gives; owned by the caller.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var value = input.alias();
        foreach (var module in _modules)
        {
            value = module.call(value);
        }

        return value.MoveToOuterDisposeScope();
    }
}
