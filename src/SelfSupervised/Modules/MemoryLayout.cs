using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>The order in which a batch of images lies in memory.</summary>
public static class MemoryLayout
{
    /// <summary>The same values with channels innermost: convolutions keep this layout, and are faster in it.</summary>
    /// <param name="images">[N, C, H, W]; borrowed.</param>
    /// <returns>[N, C, H, W], owned by the caller.</returns>
    public static Tensor ChannelsLast(Tensor images) => images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
