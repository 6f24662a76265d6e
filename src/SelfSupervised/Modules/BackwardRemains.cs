using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>
/// What our own functions leave behind inside a backward of libtorch: handles of the gradients that they returned, and an exception,
/// which cannot pass through the engine.
/// </summary>
internal sealed class BackwardRemains
{
    private readonly List<Tensor> _returned = [];
    private ExceptionDispatchInfo? _failure;

    /// <summary>Keeps handles of what a function returns until the engine has taken it: the next function releases them.</summary>
    public void Return(params ReadOnlySpan<Tensor> gradients) => _returned.AddRange(gradients);

    /// <summary>Lets go what the engine has taken; our handles must not keep it alive until the end of the whole backward.</summary>
    public void Release()
    {
        _returned.ForEach(tensor => tensor.Dispose());
        _returned.Clear();
    }

    /// <summary>Notes what a function met; the first one counts.</summary>
    public void Fail(Exception error) => _failure ??= ExceptionDispatchInfo.Capture(error);

    /// <summary>Ends the backward: releases, and throws what a function met.</summary>
    public void End()
    {
        Release();
        var failure = _failure;
        _failure = null;
        failure?.Throw();
    }
}
