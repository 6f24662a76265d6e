using System.Diagnostics;
using System.Globalization;
using LightlyCluster.FleetRuns.Tests;
using LightlyCluster.SelfSupervised;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Optimization;
using LightlyCluster.SelfSupervised.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.Benchmarks;

/// <summary>
/// Whether a device computes as a worker needs it, and how fast it trains: SimCLR on images that lie on the device already, so that
/// nothing but the step is measured. deploy/gpu/peer.py measures the same step of PyTorch.
/// </summary>
internal static class DeviceBenchmark
{
    private const int WarmupSteps = 3;

    /// <summary>Runs, and prints a line "name: value" for each finding.</summary>
    /// <returns>1 when the device does not compute as it must.</returns>
    public static int Run(string[] arguments)
    {
        if (Arguments.Get(arguments, "images", "") is { Length: > 0 } folder)
        {
            Say("images", TestImages.Make(folder, classes: 8, imagesPerClass: 64));
        }

        var name = Arguments.Get(arguments, "device", "cpu");
        set_num_threads(int.Parse(Arguments.Get(arguments, "threads", "1"), CultureInfo.InvariantCulture));
        TorchRuntime.EnsureLoaded();
        Say("libtorch", $"{__version__} from {TorchRuntime.Folder ?? "the packages"}");
        if (name == "cuda" && !cuda.is_available())
        {
            Say("device", "cuda is asked for, but libtorch finds none");
            return 1;
        }

        DeterministicCuda.Enter();
        Say("deterministic", DeterministicCuda.IsActive ? DeterministicCuda.Identity : "NOT SET");
        var device = name == "cuda" ? CUDA : CPU;
        Say("device", name == "cuda" ? $"cuda, {cuda.device_count()} of them, cuDNN {(cuda.is_cudnn_available() ? "yes" : "NO")}" : "cpu");
        var error = MatrixError(device);
        Say("bf16 product", $"relative error {error:E1} ({(error < 0.02 ? "good" : "TOO LARGE")})");
        var hashes = Enumerable.Range(0, 2).Select(_ => HashOf(arguments, device)).Distinct().ToArray();
        Say("same bits twice", hashes.Length == 1 ? "yes" : "NO");
        foreach (var precision in new[] { TrainingPrecision.Float32, TrainingPrecision.BFloat16 })
        {
            Time(arguments, device, precision);
        }

        return error < 0.02 && hashes.Length == 1 && DeterministicCuda.IsActive ? 0 : 1;
    }

    private static void Say(string name, string value) => Console.WriteLine($"{name}: {value}");

    private static double MatrixError(Device device)
    {
        using var scope = NewDisposeScope();
        var left = ones(128, 256, device: device).cumsum(1) / 256;
        var right = left.t().contiguous();
        var exact = left.matmul(right);
        var rounded = left.bfloat16().matmul(right.bfloat16()).@float();
        return ((rounded - exact).norm() / exact.norm()).cpu().item<float>();
    }

    private static string HashOf(string[] arguments, Device device)
    {
        using var method = Make(arguments, device, TrainingPrecision.Float32);
        using var scope = NewDisposeScope();
        var views = ViewsOf(arguments, method.Options);
        for (var step = 0; step < WarmupSteps; step++)
        {
            Step(method, step, views);
        }

        return StateHash.Compute(method.State, WarmupSteps);
    }

    private static void Time(string[] arguments, Device device, TrainingPrecision precision)
    {
        using var method = Make(arguments, device, precision);
        using var scope = NewDisposeScope();
        var views = ViewsOf(arguments, method.Options);
        var steps = int.Parse(Arguments.Get(arguments, "steps", "12"), CultureInfo.InvariantCulture);
        var rates = new List<double>();
        for (var step = 0; step < WarmupSteps + steps; step++)
        {
            var began = Stopwatch.GetTimestamp();
            Step(method, step, views);
            if (device.type == DeviceType.CUDA)
            {
                cuda.synchronize();
            }

            rates.Add(method.Options.BatchSize / Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        var measured = rates.Skip(WarmupSteps).ToArray();
        var word = precision == TrainingPrecision.BFloat16 ? "bf16" : "fp32";
        Say($"{word} images/s", $"{Figures.Median(measured):F1} (slowest {measured.Min():F1}, fastest {measured.Max():F1})");
    }

    private static SimCLRTraining Make(string[] arguments, Device device, TrainingPrecision precision)
    {
        var batch = int.Parse(Arguments.Get(arguments, "batch", "64"), CultureInfo.InvariantCulture);
        var width = double.Parse(Arguments.Get(arguments, "width", "1"), CultureInfo.InvariantCulture);
        var options = new TrainingOptions(batch, 1, Seed: 1, device)
        {
            Precision = precision,
            Optimizer = new() { Kind = OptimizerKind.Sgd, Momentum = 0.9, WeightDecay = 5e-4 },
        };
        return new(new(options, () => ResNetGenerator.Create("resnet-18", width)));
    }

    private static Tensor[] ViewsOf(string[] arguments, TrainingOptions options)
    {
        var side = int.Parse(Arguments.Get(arguments, "size", "32"), CultureInfo.InvariantCulture);
        var count = options.BatchSize * 3 * side * side;
        return [.. Enumerable.Range(1, 2).Select(view =>
            (arange(count, float32, options.Device) * (0.37 * view)).sin().reshape(options.BatchSize, 3, side, side))];
    }

    private static void Step(TrainingMethod method, long step, IReadOnlyList<Tensor> views)
    {
        method.Receive(step, [method.Publish(step, 0, views)]);
        method.Backward(step, 0, views);
        method.Apply(step, 0.06);
    }
}
