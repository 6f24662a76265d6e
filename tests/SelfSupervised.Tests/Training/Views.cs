using LightlyCluster.SelfSupervised.Randomness;
using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Training;

/// <summary>Made-up views: a function of step, position and number of the view; the third and later ones are small.</summary>
internal static class Views
{
    public const int Side = 16;
    public const int SmallSide = 8;

    public static Tensor Make(long step, ViewRequest request, TrainingOptions options)
    {
        using var scope = NewDisposeScope();
        var side = request.View < 2 ? Side : SmallSide;
        var images = request.Positions.Select(position => Image(step, position, request.View, side)).ToArray();
        return stack(images).to(options.ElementType).to(options.Device).MoveToOuterDisposeScope();
    }

    private static Tensor Image(long step, int position, int view, int side)
    {
        var common = new float[3];
        new RandomStream(11, $"image {step} {position}").FillNormal(common, 0, 1);
        var values = new float[3 * side * side];
        new RandomStream(13, $"view {step} {position} {view}").FillNormal(values, 0, 1);
        for (var index = 0; index < values.Length; index++)
        {
            values[index] += 2 * common[index / (side * side)];
        }

        return tensor(values, 3, side, side);
    }
}
