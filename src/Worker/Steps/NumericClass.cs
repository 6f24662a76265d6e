using System.IO.Hashing;
using LightlyCluster.SelfSupervised;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.SelfSupervised.Transforms;
using TorchSharp;

namespace LightlyCluster.Worker.Steps;

/// <summary>What must agree for equal bits, measured by a small augment, forward, backward and optimizer run.</summary>
internal static class NumericClass
{
    private const int Images = 16;
    private const int Side = 16;

    /// <summary>Measures. Call on the training thread.</summary>
    /// <returns>Device, threads, decoder and 16 hexadecimal digits.</returns>
    public static string Measure(torch.Device device, int threads)
    {
        using var scope = torch.NewDisposeScope();
        var options = new TrainingOptions(Images, 1, Seed: 1, device);
        using var method = new SimCLRTraining(new(options, () => ResNetGenerator.Create("resnet-9", 0.125)));
        var pipeline = new ViewPipeline(TransformPresets.Get("simclr", Side));
        var images = Enumerable.Range(0, Images).Select(Pattern).ToArray();
        var ids = Enumerable.Range(0, Images).Select(index => (long)index).ToArray();
        for (var step = 0; step < 2; step++)
        {
            var views = method.ViewsOf(step, 0).Select(request => pipeline.Apply(images, ids, 1, step, request.View, device)).ToArray();
            method.Receive(step, [method.Publish(step, 0, views)]);
            method.Backward(step, 0, views);
            method.Apply(step, 0.1);
        }

        var settings = device.type == DeviceType.CUDA ? $"|{DeterministicCuda.Identity}" : "";
        var digest = XxHash64.HashToUInt64(System.Text.Encoding.UTF8.GetBytes(
            $"{StateHash.Compute(method.State, 2)}|{ImageDecoder.Identity}|{torch.__version__}|{device}{settings}|{threads}"));
        return $"{device.type.ToString().ToLowerInvariant()}-{threads}-{digest:x16}";
    }

    private static DecodedImage Pattern(int number)
    {
        var pixels = new byte[Side * Side * 3];
        for (var index = 0; index < pixels.Length; index++)
        {
            pixels[index] = (byte)((index * (number + 3) * 37) + (index / 48 * 11));
        }

        return new(Side, Side, pixels);
    }
}
