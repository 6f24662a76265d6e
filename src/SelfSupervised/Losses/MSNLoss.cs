using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>The loss of MSN: masked views predict the prototype assignment of the unmasked view, and all prototypes are used.</summary>
/// <remarks>
/// Source: Assran et al., "Masked Siamese Networks for Label-Efficient Learning", 2022, equation 1, https://arxiv.org/abs/2204.07141.
/// Values equal lightly's; logarithms of softmax are taken at once, so small probabilities do not underflow as they do there.
/// </remarks>
public sealed class MSNLoss : nn.Module<Tensor, Tensor, Tensor, Tensor>
{
    /// <summary>Temperature unless another one is given.</summary>
    public const double DefaultTemperature = 0.1;

    /// <summary>Temperature of the targets' sharpening unless another one is given.</summary>
    public const double DefaultTargetTemperature = 0.25;

    private readonly double _temperature;
    private readonly int _iterations;
    private readonly double _regularizationWeight;

    /// <summary>Makes the loss.</summary>
    /// <param name="temperature">Divisor of the similarities; positive.</param>
    /// <param name="sinkhornIterations">Number of iterations of the balancing, 0 (none) or more.</param>
    /// <param name="regularizationWeight">Weight of the use of all prototypes; 0 means none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public MSNLoss(
        double temperature = DefaultTemperature,
        int sinkhornIterations = Sinkhorn.DefaultIterations,
        double regularizationWeight = 1)
        : base(nameof(MSNLoss))
    {
        if (!(temperature > 0) || !double.IsFinite(temperature))
        {
            throw new ArgumentOutOfRangeException(
                nameof(temperature), temperature, $"temperature must be in (0, inf) but is {temperature}.");
        }

        if (sinkhornIterations < 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(sinkhornIterations), sinkhornIterations, $"sinkhornIterations must be >= 0 but is {sinkhornIterations}.");
        }

        LossInputs.RequireTemperature(temperature);
        _temperature = temperature;
        _iterations = sinkhornIterations;
        LossInputs.RequireNumber(regularizationWeight, nameof(regularizationWeight));
        _regularizationWeight = regularizationWeight;
    }

    /// <summary>Computes the loss of a batch with the usual sharpening of the targets.</summary>
    /// <param name="anchors">Embeddings of the masked views, floating point [V N, D], view by view; borrowed.</param>
    /// <param name="targets">Embeddings of the unmasked view, [N, D], taken as constants; borrowed.</param>
    /// <param name="prototypes">Prototypes, [K, D]; borrowed.</param>
    /// <returns>The loss, [], differentiable in anchors and prototypes; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public override Tensor forward(Tensor anchors, Tensor targets, Tensor prototypes) =>
        forward(anchors, targets, prototypes, DefaultTargetTemperature);

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="anchors">Embeddings of the masked views, floating point [V N, D], view by view; borrowed.</param>
    /// <param name="targets">Embeddings of the unmasked view, [N, D], taken as constants; borrowed.</param>
    /// <param name="prototypes">Prototypes, [K, D]; borrowed.</param>
    /// <param name="targetSharpenTemperature">Temperature of the targets' sharpening; smaller is sharper; positive.</param>
    /// <returns>The loss, [], differentiable in anchors and prototypes; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor forward(Tensor anchors, Tensor targets, Tensor prototypes, double targetSharpenTemperature)
    {
        using var scope = NewDisposeScope();
        RequireShapes(anchors, targets, prototypes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(targetSharpenTemperature);
        var prototypes_KD = LossInputs.Normalize(prototypes);
        var predictions = LogProbabilities(anchors, prototypes_KD);
        var targets_NK = TargetProbabilities(targets, prototypes_KD.detach(), targetSharpenTemperature)
            .repeat(anchors.shape[0] / targets.shape[0], 1);
        var loss = (targets_NK * predictions).sum(1).mean().neg();
        if (_regularizationWeight > 0)
        {
            var mean_K = predictions.exp().mean([0L]);
            var entropyGap = mean_K.xlogy(mean_K).sum().Plus(Math.Log(prototypes.shape[0]));
            loss = loss.Plus(entropyGap.Times(_regularizationWeight));
        }

        return loss.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }

    private Tensor LogProbabilities(Tensor embeddings, Tensor prototypes_KD) =>
        nn.functional.log_softmax(mm(LossInputs.Normalize(embeddings), prototypes_KD.t()).Over(_temperature), 1);

    private Tensor TargetProbabilities(Tensor targets, Tensor prototypes_KD, double sharpenTemperature)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var sharpened_NK = nn.functional.log_softmax(LogProbabilities(targets.detach(), prototypes_KD).Over(sharpenTemperature), 1);
        var shares_NK = _iterations == 0 ? sharpened_NK.exp() : Sinkhorn.BalanceLogarithms(sharpened_NK, _iterations);
        return shares_NK.MoveToOuterDisposeScope();
    }

    private static void RequireShapes(Tensor anchors, Tensor targets, Tensor prototypes)
    {
        LossInputs.RequirePair(targets, targets);
        LossInputs.RequireBank(targets, anchors);
        LossInputs.RequireBank(targets, prototypes);
        LossInputs.RequireSameNumbers(anchors, targets);
        LossInputs.RequireSameNumbers(anchors, prototypes);
        if (anchors.shape[0] < 1 || anchors.shape[0] % targets.shape[0] != 0)
        {
            throw new ArgumentException(
                $"The number of anchors ({anchors.shape[0]}) must be a multiple of the number of targets ({targets.shape[0]}).",
                nameof(anchors));
        }
    }
}
