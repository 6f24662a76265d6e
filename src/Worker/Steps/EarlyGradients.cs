using LightlyCluster.Fleet.Steps;
using LightlyCluster.SelfSupervised.Training;

namespace LightlyCluster.Worker.Steps;

/// <summary>Takes the gradients of a shard out of a method, those that are final early while the backward goes on.</summary>
internal sealed class EarlyGradients
{
    private readonly TrainingMethod _method;
    private readonly VectorLayout _layout;
    private VectorBuffer? _leaf;
    private Action<int>? _onGradients;
    private int _from;

    /// <summary>Listens to a method.</summary>
    public EarlyGradients(TrainingMethod method, VectorLayout layout)
    {
        (_method, _layout) = (method, layout);
        method.GradientsFinal = Take;
    }

    /// <summary>Begins a backward.</summary>
    /// <param name="leaf">Receives the vector of the shard.</param>
    /// <param name="onGradients">Told from which value on gradients are there; null: nobody wants to know.</param>
    public void Begin(VectorBuffer leaf, Action<int>? onGradients) => (_leaf, _onGradients, _from) = (leaf, onGradients, _layout.GradientLength);

    /// <summary>Takes what is left, after the backward.</summary>
    public void End()
    {
        var leaf = _leaf!;
        Copy(leaf, 0, _from);
        Copy(leaf, _layout.GradientLength, _layout.Length);
        (_leaf, _onGradients) = (null, null);
    }

    private void Take(long offset)
    {
        if (_leaf is { } leaf && _onGradients is { } onGradients)
        {
            Copy(leaf, (int)offset, _from);
            _from = (int)offset;
            onGradients(_from);
        }
    }

    private void Copy(VectorBuffer leaf, int start, int end)
    {
        if (end > start)
        {
            using var part = _method.Vector.narrow(0, start, end - start);
            TensorValues.CopyTo(part, leaf.Values[start..end]);
        }
    }
}
