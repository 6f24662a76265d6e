using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>A module from one tensor to one tensor whose parts are registered by hand, under names that are checkpoint keys.</summary>
/// <remarks>
/// TorchSharp registers private fields under their C# names when a module becomes part of another one; here that is switched off,
/// so a field never becomes a second key. Parameters and buffers are looked up by name where they are used, so they also follow
/// a move to another device or type.
/// </remarks>
public abstract class RegisteredModule : nn.Module<Tensor, Tensor>
{
    /// <summary>Makes the module.</summary>
    /// <param name="name">Name of the kind of module, for messages.</param>
    protected RegisteredModule(string name)
        : base(name)
    {
    }

    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }

    /// <summary>Registers a parameter that lives as long as the module, whatever dispose scope is open.</summary>
    /// <param name="name">Key of the parameter.</param>
    /// <param name="value">Initial value; owned by the module from now on.</param>
    protected void RegisterOwnedParameter(string name, Tensor value)
    {
        var parameter = new TorchSharp.Modules.Parameter(value);
        parameter.DetachFromDisposeScope();
        register_parameter(name, parameter);
    }

    /// <summary>Registers a buffer that lives as long as the module, whatever dispose scope is open.</summary>
    /// <param name="name">Key of the buffer.</param>
    /// <param name="value">Initial value; owned by the module from now on.</param>
    /// <param name="persistent">Whether checkpoints hold it.</param>
    protected void RegisterOwnedBuffer(string name, Tensor value, bool persistent = true)
    {
        register_buffer(name, value.DetachFromDisposeScope(), persistent);
    }

    /// <summary>Registers a part under its key; the order of registration is the order of the parameters.</summary>
    /// <param name="name">Key of the part.</param>
    /// <param name="part">The part; owned by the module from now on.</param>
    protected void RegisterOwnedModule(string name, nn.Module part) => register_module(name, part);

    /// <summary>The parameter of this module itself with the given key; null if there is none.</summary>
    /// <param name="name">Key of the parameter.</param>
    /// <returns>The parameter, owned by the module.</returns>
    protected Tensor? OwnParameter(string name) => _internal_params.TryGetValue(name, out var parameter) ? parameter : null;

    /// <summary>The buffer of this module itself with the given key.</summary>
    /// <param name="name">Key of the buffer.</param>
    /// <returns>The buffer, owned by the module.</returns>
    protected Tensor OwnBuffer(string name) => _internal_buffers[name].Item1;
}
