using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.Benchmarks;

/// <summary>How fast this machine computes the convolutions of a network by themselves, which bounds what a step can reach.</summary>
/// <param name="GigaOperations">Multiplications and additions of the passes, forward and backward, in billions.</param>
/// <param name="Seconds">What these take, nothing else done between them.</param>
/// <param name="Peak">The fastest of the convolutions' forwards, in billions of operations a second: the machine's measured peak.</param>
internal sealed record ConvolutionRoofline(double GigaOperations, double Seconds, double Peak)
{
    private const int Rounds = 5;

    /// <summary>What the convolutions alone reach, in billions of operations a second.</summary>
    public double Speed => GigaOperations / Seconds;

    /// <summary>Measures one pass: forward and backward of one view of one shard.</summary>
    public static ConvolutionRoofline Measure(Backbone backbone, int images, int side, TrainingPrecision precision)
    {
        var result = new ConvolutionRoofline(0, 0, 0);
        foreach (var group in Convolutions(backbone, images, side).GroupBy(shape => shape))
        {
            var one = Measure(group.Key, precision == TrainingPrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32);
            result = new(
                result.GigaOperations + (one.GigaOperations * group.Count()), result.Seconds + (one.Seconds * group.Count()),
                Math.Max(result.Peak, one.Peak));
        }

        return result;
    }

    /// <summary>The same for several passes.</summary>
    public ConvolutionRoofline ForPasses(int passes) => this with { GigaOperations = GigaOperations * passes, Seconds = Seconds * passes };

    private static List<Shape> Convolutions(Backbone backbone, int images, int side)
    {
        var found = new List<Shape>();
        var hooks = backbone.modules().OfType<Conv2d>().Select(convolution => convolution.register_forward_hook((_, input, output) =>
        {
            found.Add(new(images, input.shape[1], input.shape[2], output.shape[1], output.shape[2], convolution.weight!.shape[2]));
            return output;
        })).ToArray();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        backbone.eval();
        backbone.forward(zeros(images, 3, side, side));
        backbone.train();
        Array.ForEach(hooks, hook => hook.remove());
        return found;
    }

    private static ConvolutionRoofline Measure(Shape shape, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var input = Values(type, shape.Images, shape.Inputs, shape.Side, shape.Side);
        var weight = Values(type, shape.Outputs, shape.Inputs, shape.Kernel, shape.Kernel).requires_grad_();
        var gradient = Values(type, shape.Images, shape.Outputs, shape.OutputSide, shape.OutputSide);
        long[] stride = [shape.Side / shape.OutputSide, shape.Side / shape.OutputSide];
        long[] padding = [shape.Kernel / 2, shape.Kernel / 2];
        var forward = Best(() =>
        {
            using var gradientFree = no_grad();
            nn.functional.conv2d(input, weight, strides: stride, padding: padding);
        });

        // The first layer's input takes no gradient.
        var passes = shape.IsFirst ? 2 : 3;
        input.requires_grad_(!shape.IsFirst);
        weight.grad = zeros_like(weight);
        var all = Best(() =>
        {
            nn.functional.conv2d(input, weight, strides: stride, padding: padding).backward([gradient]);
            input.grad = null;
        });
        return new(passes * shape.GigaOperations, all, shape.GigaOperations / forward);
    }

    private static double Best(Action work)
    {
        var best = double.PositiveInfinity;
        for (var round = 0; round < Rounds; round++)
        {
            using var scope = NewDisposeScope();
            var start = TimeProvider.System.GetTimestamp();
            work();
            best = Math.Min(best, TimeProvider.System.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    private static Tensor Values(ScalarType type, params long[] shape) => MemoryLayout.ChannelsLast(randn(shape)).to(type);

    private sealed record Shape(long Images, long Inputs, long Side, long Outputs, long OutputSide, long Kernel)
    {
        public bool IsFirst => Inputs == 3;

        public double GigaOperations => 2e-9 * Images * Outputs * OutputSide * OutputSide * Inputs * Kernel * Kernel;
    }
}
