using LightlyCluster.SelfSupervised.Optimization;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>Momentum networks: slow copies of a trained network, not trained by gradients.</summary>
public static class MomentumUpdate
{
    /// <summary>Moves the momentum network a little towards the trained one: ema = m ema + (1 - m) model, parameters only.</summary>
    /// <param name="model">The trained network; borrowed.</param>
    /// <param name="momentumModel">The momentum network of the same structure; its parameters are changed.</param>
    /// <param name="m">Share of the old values, 0 to 1.</param>
    /// <exception cref="ArgumentException">The networks have different parameters.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not 0 to 1.</exception>
    public static void Apply(nn.Module model, nn.Module momentumModel, double m)
    {
        ModelParts.RequireShare(m);
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        foreach (var (target, source) in Pairs(momentumModel.named_parameters(), model.named_parameters()))
        {
            FusedUpdates.Follow(target, source, 1 - m);
        }
    }

    /// <summary>Makes a network an exact copy of another one, statistics included, that is not trained by gradients.</summary>
    /// <param name="model">The trained network; borrowed.</param>
    /// <param name="momentumModel">A network of the same structure; becomes the copy.</param>
    /// <exception cref="ArgumentException">The networks have different parameters or buffers.</exception>
    public static void Initialize(nn.Module model, nn.Module momentumModel)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        foreach (var (target, source) in Pairs(momentumModel.named_parameters(), model.named_parameters()))
        {
            target.copy_(source);
        }

        foreach (var (target, source) in Pairs(momentumModel.named_buffers(), model.named_buffers()))
        {
            target.copy_(source);
        }

        GradientSwitch.Deactivate(momentumModel);
    }

    private static List<(Tensor Target, Tensor Source)> Pairs<T>(
        IEnumerable<(string Name, T Tensor)> targets, IEnumerable<(string Name, T Tensor)> sources)
        where T : Tensor
    {
        var targetList = targets.ToList();
        var sourceList = sources.ToList();
        if (!targetList.Select(pair => pair.Name).SequenceEqual(sourceList.Select(pair => pair.Name), StringComparer.Ordinal))
        {
            throw new ArgumentException("The momentum network must have the same parameters as the trained one, in the same order.");
        }

        foreach (var (target, source) in targetList.Zip(sourceList).Where(pair => !pair.First.Tensor.shape.SequenceEqual(pair.Second.Tensor.shape)))
        {
            throw new ArgumentException(
                $"'{target.Name}' of the momentum network is [{string.Join(", ", target.Tensor.shape)}], that of the trained one "
                + $"[{string.Join(", ", source.Tensor.shape)}]; both must be made with the same sizes.");
        }

        return [.. targetList.Zip(sourceList, (target, source) => ((Tensor)target.Tensor, (Tensor)source.Tensor))];
    }
}
