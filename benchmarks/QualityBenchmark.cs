using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace LightlyCluster.Benchmarks;

/// <summary>
/// What the methods learn in a short, fixed budget: resnet-18 of width 0.25, 10,000 images of CIFAR-10, batch 256, 15 epochs, then the 200
/// nearest neighbours (t = 0.1) on 5,000 test images. Trained as a user does, with the recipes and <c>./lightly train</c>.
/// </summary>
internal static class QualityBenchmark
{
    /// <summary>Accuracy of lightly 1.5.26 with the same budget (one seed), and what differs from the recipe.</summary>
    private static readonly Dictionary<string, (double Peer, string[] Settings)> Methods = new(StringComparer.Ordinal)
    {
        ["simclr"] = (0.410, ["method.hiddenDim=128", "optimizer.learningRate=0.12"]),
        ["moco"] = (0.430, ["method.memoryBankSize=4096", "backbone.numSplits=0", "optimizer.learningRate=0.12"]),
        ["simsiam"] = (0.287, []),
        ["barlow-twins"] = (0.266, ["transforms.preset=simclr", "transforms.cjStrength=0.5", "optimizer.learningRate=0.12"]),
    };

    private static readonly string[] Budget = ["backbone.width=0.25", "train.batchSize=256", "train.shards=8", "train.verifyEvery=1"];

    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var data = Path.GetFullPath(Arguments.Get(arguments, "data", "../shared/data/cifar10"));
        string[] shards = [Path.Combine(data, "train-000000.tar"), Path.Combine(data, "train-000001.tar"), Path.Combine(data, "test-000000.tar")];
        if (shards.FirstOrDefault(shard => !File.Exists(shard)) is { } missing)
        {
            await Console.Error.WriteLineAsync($"There is no {missing}; name the folder with CIFAR-10 as tar shards with --data");
            return 2;
        }

        var methods = Arguments.Get(arguments, "methods", string.Join(',', Methods.Keys)).Split(',');
        var seeds = Arguments.Get(arguments, "seeds", "0,1,2").Split(',');
        var folder = Directory.CreateTempSubdirectory("lightly-benchmark-").FullName;
        var train = Directory.CreateDirectory(Path.Combine(folder, "train")).FullName;
        foreach (var shard in shards[..2])
        {
            File.CreateSymbolicLink(Path.Combine(train, Path.GetFileName(shard)), shard);
        }

        foreach (var method in methods)
        {
            var (peer, settings) = Methods[method];
            var accuracies = new List<double>();
            foreach (var seed in seeds)
            {
                var result = await TrainAsync(
                    method, Path.Combine(folder, $"{method}-{seed}"), train, shards[2],
                    [.. settings, $"train.seed={seed}", $"train.epochs={Arguments.Get(arguments, "epochs", "15")}", $"train.precision={Arguments.Get(arguments, "precision", "fp32")}"],
                    Arguments.Get(arguments, "workers", "2"));
                accuracies.Add(result.Trained);
                Console.WriteLine($"{method,-13} seed {seed}: untrained {result.Untrained:F3}, trained {result.Trained:F3}, {result.Hash}");
            }

            new ReportRow(
                $"learning: {method}, accuracy after 15 epochs, seeds {string.Join(", ", seeds)}", "", accuracies, [],
                $"lightly {peer.ToString("F3", CultureInfo.InvariantCulture)} (one seed, measured before)", IsTime: false, "lightly's, less 0.01 at most").Tell();
        }

        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static async Task<(double Untrained, double Trained, string Hash)> TrainAsync(
        string method, string output, string train, string test, string[] settings, string workers)
    {
        var start = new ProcessStartInfo("./lightly")
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        string[] arguments =
        [
            "train", $"recipes/cifar10-{method}.yaml", "--data", train, "--test-data", test, "--out", output, "--workers", workers,
            .. Budget.Concat(settings).SelectMany(setting => (string[])["--set", setting]),
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"lightly train ended with {process.ExitCode}: {said}");
        }

        using var result = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(output, "result.json")));
        var root = result.RootElement;
        return (root.GetProperty("knnTop1Untrained").GetDouble(), root.GetProperty("knnTop1").GetDouble(), root.GetProperty("stateHash").GetString()!);
    }
}
