using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>A loss of the embeddings of two views of the same images.</summary>
public abstract class PairLoss : nn.Module<Tensor, Tensor, Tensor>
{
    /// <summary>Makes the loss.</summary>
    /// <param name="name">Name of the loss, for messages.</param>
    protected PairLoss(string name)
        : base(name)
    {
    }

    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }
}
