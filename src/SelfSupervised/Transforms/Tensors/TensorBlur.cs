using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms.Tensors;

/// <summary>Pillow's blur of three boxes along rows and three along columns, each image with a kernel of its own.</summary>
/// <remarks>
/// In whole numbers below 2^32, as <see cref="GaussianBlurFilter"/>; here they are kept in double precision, where they are exact in
/// whatever order they are added.
/// </remarks>
internal static class TensorBlur
{
    private const double One = 1 << BoxBlurKernel.FractionBits;
    private const int PassCount = 3;

    /// <summary>Blurs views.</summary>
    /// <param name="views_N3HW">The views; borrowed.</param>
    /// <param name="kernels">The box of each view.</param>
    /// <returns>The blurred views, in the caller's scope.</returns>
    public static Tensor Run(Tensor views_N3HW, BoxBlurKernel[] kernels)
    {
        using var scope = NewDisposeScope();
        var reach = kernels.Max(kernel => kernel.Radius) + 1;
        var weights = Enumerable.Range(0, reach + 1).Select(offset => Weights(kernels, offset, views_N3HW.device)).ToArray();
        var bytes_N3HW = views_N3HW.Times(255).Plus(0.5).floor().to(float64);
        for (var pass = 0; pass < 2 * PassCount; pass++)
        {
            bytes_N3HW = AddBox(bytes_N3HW, weights, reach, pass < PassCount ? 3 : 2);
        }

        return (bytes_N3HW.to(float32) / tensor(255f, device: views_N3HW.device)).MoveToOuterDisposeScope();
    }

    private static Tensor Weights(BoxBlurKernel[] kernels, int offset, Device device)
    {
        double[] weights =
            [.. kernels.Select(kernel => offset <= kernel.Radius ? kernel.Weight : offset == kernel.Radius + 1 ? kernel.EdgeWeight : 0.0)];
        return tensor(weights, device: device).view(-1, 1, 1, 1);
    }

    private static Tensor AddBox(Tensor bytes_N3HW, Tensor[] weights, int reach, int axis)
    {
        using var scope = NewDisposeScope();
        var length = bytes_N3HW.shape[axis];
        var padded = nn.functional.pad(
            bytes_N3HW, axis == 3 ? [reach, reach, 0L, 0L] : [0L, 0L, reach, reach], TorchSharp.PaddingModes.Replicate);
        var sum_N3HW = bytes_N3HW * weights[0];
        for (var offset = 1; offset <= reach; offset++)
        {
            using var inner = NewDisposeScope();
            var pair = padded.narrow(axis, reach - offset, length).Plus(padded.narrow(axis, reach + offset, length));
            sum_N3HW.add_(pair * weights[offset], LastingScalar.One);
        }

        return sum_N3HW.Plus(One / 2).Times(1 / One).floor().MoveToOuterDisposeScope();
    }
}
