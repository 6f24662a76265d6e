using System.Globalization;
using LightlyCluster.SelfSupervised.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The prototypes of SwaV: linear layers that score embeddings.</summary>
/// <remarks>
/// Source: Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", 2020,
/// https://arxiv.org/abs/2006.09882. Keys as lightly's: <c>heads.N.weight</c>, <c>heads.N.bias</c>. In a fleet the prototypes are
/// normalized by Apply, once a step.
/// </remarks>
public sealed class SwaVPrototypes : RegisteredModule
{
    private readonly Linear[] _heads;
    private readonly int _frozenSteps;

    /// <summary>Makes one set of prototypes.</summary>
    /// <param name="inputDim">Number of values of an embedding, at least 1.</param>
    /// <param name="nPrototypes">Number of prototypes, at least 1.</param>
    /// <param name="nStepsFrozenPrototypes">Number of steps in which the prototypes do not learn.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public SwaVPrototypes(long inputDim = 128, long nPrototypes = 3000, int nStepsFrozenPrototypes = 0)
        : this(inputDim, [nPrototypes], nStepsFrozenPrototypes)
    {
    }

    /// <summary>Makes several sets of prototypes.</summary>
    /// <param name="inputDim">Number of values of an embedding, at least 1.</param>
    /// <param name="nPrototypes">Number of prototypes of each set, each at least 1, at least one set.</param>
    /// <param name="nStepsFrozenPrototypes">Number of steps in which the prototypes do not learn.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public SwaVPrototypes(long inputDim, IReadOnlyList<long> nPrototypes, int nStepsFrozenPrototypes = 0)
        : base(nameof(SwaVPrototypes))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputDim, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(nPrototypes.Count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(nPrototypes.Min(), 1);
        ArgumentOutOfRangeException.ThrowIfNegative(nStepsFrozenPrototypes);
        _frozenSteps = nStepsFrozenPrototypes;
        _heads = [.. nPrototypes.Select(count => nn.Linear(inputDim, count))];
        var list = new ModuleSequence(_heads);
        register_module("heads", list);
    }

    /// <summary>Scores embeddings with the first set.</summary>
    /// <param name="input">Embeddings, floating point [N, D], normalized by the caller; borrowed.</param>
    /// <returns>Scores, [N, K]; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit, or the prototypes freeze and no step is given.</exception>
    public override Tensor forward(Tensor input) => Scores(input)[0];

    /// <summary>Scores embeddings with all sets.</summary>
    /// <param name="input">Embeddings, floating point [N, D], normalized by the caller; borrowed.</param>
    /// <param name="step">Number of the step; needed if the prototypes freeze, which this call decides.</param>
    /// <returns>For each set its scores, [N, K]; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit, or the prototypes freeze and no step is given.</exception>
    public IReadOnlyList<Tensor> Scores(Tensor input, int? step = null)
    {
        if (input.shape.Length != 2 || input.shape[1] != _heads[0].in_features)
        {
            throw new ArgumentException(
                $"The prototypes take embeddings [N, {_heads[0].in_features}], not [{string.Join(", ", input.shape)}].", nameof(input));
        }

        if (_frozenSteps > 0)
        {
            var isTrained = (step ?? throw new ArgumentException(
                $"The prototypes freeze for {_frozenSteps.ToString(CultureInfo.InvariantCulture)} steps, "
                + "so the number of the step must be given.",
                nameof(step))) >= _frozenSteps;
            foreach (var parameter in parameters())
            {
                parameter.requires_grad_(isTrained);
            }
        }

        return [.. _heads.Select(head => head.call(input))];
    }

    /// <summary>Brings every prototype to length 1.</summary>
    public void Normalize()
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        foreach (var head in _heads)
        {
            head.weight.copy_(nn.functional.normalize(head.weight, p: 2, dim: 1));
        }
    }
}
