using LightlyCluster.FleetRuns.Tests;
using LightlyCluster.SelfSupervised.Embeddings;
using LightlyCluster.SelfSupervised.Sampling;

namespace LightlyCluster.Benchmarks;

/// <summary>Trains briefly without labels, embeds, and compares what a few samples of a coreset and of random choice cover.</summary>
internal static class CoverageBenchmark
{
    private const int Seeds = 10;

    /// <summary>Runs and prints a table for each data set.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var steps = long.Parse(Arguments.Get(arguments, "steps", "100"), System.Globalization.CultureInfo.InvariantCulture);
        var counts = Arguments.Get(arguments, "count", "10,20,50").Split(',')
            .Select(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        foreach (var data in Arguments.Get(arguments, "data", "../shared/data/clothing,../shared/data/cifar10/train-000000.tar").Split(','))
        {
            if (!Path.Exists(data))
            {
                Console.WriteLine($"{data}: skipped, it is not there");
                continue;
            }

            await MeasureAsync(Path.GetFullPath(data), steps, counts);
        }

        return 0;
    }

    private static async Task MeasureAsync(string data, long steps, int[] counts)
    {
        var folder = Directory.CreateTempSubdirectory("lightly-benchmark-").FullName;
        await using (var fleet = await TestFleet.StartAsync(folder))
        {
            fleet.AddWorkers(2);
            var path = Path.Combine(fleet.Folder, "embeddings.safetensors");
            var train = await fleet.SubmitAsync(new()
            {
                Data = new() { Path = data, ImageSize = 32 },
                Method = new() { Name = "simclr" },
                Backbone = new() { Name = "resnet-9", Width = 0.25 },
                Train = new() { BatchSize = 64, Shards = 4, Steps = steps, Seed = 1 },
                Workers = new() { Min = 2, Max = 2 },
            });
            var (trained, _) = await fleet.FollowAsync(train.Id, timeoutSeconds: 580);
            var embed = await fleet.SubmitAsync(new()
            {
                Data = new() { Path = data, ImageSize = 32 },
                Backbone = trained.Spec.Backbone,
                Embed = new() { Weights = Path.Combine(trained.OutputUri, "checkpoints", "last.safetensors"), Out = path },
                Workers = new() { Min = 2, Max = 2 },
            });
            await fleet.FollowAsync(embed.Id, timeoutSeconds: 580);
            using var table = await EmbeddingFiles.ReadAsync(path, CancellationToken.None);
            Console.WriteLine($"{data}: {table.Count} images, {steps} steps, accuracy {trained.Result.KnnTop1:P1}; mean of {Seeds} seeds");
            Print("as it is", table, counts);
            using var tail = LongTail(table);
            Print($"its long tail, {tail.Count} images", tail, counts);
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Class k keeps its first 0.6^k images, at least five: what is rare is what is worth finding.</summary>
    private static EmbeddingTable LongTail(EmbeddingTable table)
    {
        var kept = table.Labels!.Index().GroupBy(image => image.Item)
            .OrderBy(group => group.Key)
            .SelectMany((group, rank) => group.Take(Math.Max(5, (int)(group.Count() * Math.Pow(0.6, rank)))))
            .Select(image => image.Index).Order().ToArray();
        var all = table.ReadAll();
        var values = kept.SelectMany(index => all.AsSpan(index * table.Dimension, table.Dimension).ToArray()).ToArray();
        return new(
            [.. kept.Select(index => table.Names[index])],
            new ArrayRows(values, table.Dimension),
            [.. kept.Select(index => table.Labels![index])],
            table.ClassNames);
    }

    private static void Print(string what, EmbeddingTable table, int[] counts)
    {
        foreach (var count in counts)
        {
            Console.WriteLine($"  {what}: {count} samples");
            Print(table, SamplingMethod.Coreset, count);
            Print(table, SamplingMethod.Random, count);
        }
    }

    private static void Print(EmbeddingTable table, SamplingMethod method, int count)
    {
        var runs = Enumerable.Range(1, Seeds).Select(seed =>
        {
            var selection = Sampler.Select(
                table.Rows, new SamplerOptions { Method = method, Count = count, Seed = (ulong)seed, Threads = Environment.ProcessorCount });
            var classes = selection.Indices.CountBy(index => table.Labels![index]).Select(entry => entry.Value / (double)count).ToArray();
            var total = table.Labels!.Distinct().Count();
            return (
                Classes: (double)classes.Length,
                Evenness: -classes.Sum(share => share * Math.Log(share)) / Math.Log(total),
                Smallest: classes.Length == total ? classes.Min() * count : 0,
                selection.CoverageRadius);
        }).ToArray();
        Console.WriteLine(
            $"    {method,-8} classes {runs.Average(run => run.Classes):F1}  evenness (1: all classes equal) {runs.Average(run => run.Evenness):F3}"
            + $"  samples of the rarest class {runs.Average(run => run.Smallest):F1}  coverage radius {runs.Average(run => run.CoverageRadius):F3}");
    }
}
