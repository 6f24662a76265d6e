using System.Globalization;
using LightlyCluster.SelfSupervised.Embeddings;
using LightlyCluster.SelfSupervised.Randomness;
using LightlyCluster.SelfSupervised.Sampling;

namespace LightlyCluster.Benchmarks;

/// <summary>Shows how the time of a coreset grows with samples, numbers of an embedding and chosen samples.</summary>
internal static class SampleBenchmark
{
    /// <summary>Runs and prints a table.</summary>
    public static int Run(string[] arguments)
    {
        var samples = int.Parse(Arguments.Get(arguments, "samples", "100000"), CultureInfo.InvariantCulture);
        var threads = int.Parse(Arguments.Get(arguments, "threads", $"{Environment.ProcessorCount}"), CultureInfo.InvariantCulture);
        Console.WriteLine($"{"samples",9} {"numbers",8} {"chosen",7} {"threads",8} {"seconds",8} {"radius",8}");
        Measure(2_000, 32, 10, threads);
        foreach (var (dimension, count) in new[] { (32, 250), (32, 500), (32, 1000), (8, 1000), (128, 1000), (512, 1000) })
        {
            Measure(samples, dimension, count, threads);
        }

        Measure(samples / 10, 32, 1000, threads);
        Measure(samples, 32, 1000, 1);
        return 0;
    }

    private static void Measure(int samples, int dimension, int count, int threads)
    {
        var random = new RandomStream(1, RandomPurpose.None, 0, samples, dimension);
        var values = new float[samples * dimension];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = (float)(random.NextDouble() - 0.5);
        }

        var began = TimeProvider.System.GetTimestamp();
        var selection = Sampler.Select(new ArrayRows(values, dimension), new SamplerOptions { Count = count, Threads = threads });
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        Console.WriteLine($"{samples,9} {dimension,8} {count,7} {threads,8} {seconds,8:F2} {selection.CoverageRadius,8:F4}");
    }
}
