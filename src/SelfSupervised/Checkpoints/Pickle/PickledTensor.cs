namespace LightlyCluster.SelfSupervised.Checkpoints.Pickle;

/// <summary>A tensor of a PyTorch file: a view of a storage.</summary>
/// <param name="Storage">The numbers.</param>
/// <param name="Offset">First element.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Strides">Elements between neighbours along each dimension.</param>
internal sealed record PickledTensor(
    PickledStorage Storage, long Offset, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides);
