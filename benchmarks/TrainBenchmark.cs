using System.Globalization;
using LightlyCluster.Benchmarks.Peers;

namespace LightlyCluster.Benchmarks;

/// <summary>Speed of training beside the Python library lightly: each round runs both in turn, and the ratios of the rounds are told.</summary>
internal static class TrainBenchmark
{
    private const string Wide = "1";
    private const string Narrow = "0.25";

    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var data = Path.GetFullPath(Arguments.Get(arguments, "data", "../shared/data"));
        var shards = Path.Combine(data, "cifar10", "train-000000.tar");
        if (!File.Exists(shards))
        {
            await Console.Error.WriteLineAsync($"There is no {shards}; name the folder above cifar10 with --data");
            return 2;
        }

        var rounds = int.Parse(Arguments.Get(arguments, "rounds", "3"), CultureInfo.InvariantCulture);
        var steps = int.Parse(Arguments.Get(arguments, "steps", "50"), CultureInfo.InvariantCulture);
        var rows = Arguments.Get(arguments, "rows", "step,whole,workers").Split(',');
        var peer = PeerScript.Given(arguments, data);
        Console.WriteLine($"SimCLR, resnet-18, 32 pixels, {rounds} rounds in turn: median (smallest to largest); images/s");
        foreach (var row in rows)
        {
            await (row switch
            {
                "step" => StepAsync(peer, rounds),
                "whole" => WholeAsync(peer, shards, rounds, steps),
                "workers" => WorkersAsync(shards, rounds),
                _ => throw new ArgumentException($"There is no row '{row}'; known are step, whole, workers.", nameof(arguments)),
            });
        }

        if (peer.Reason is { } reason)
        {
            Console.WriteLine($"peer skipped: {reason}");
        }

        return 0;
    }

    private static async Task StepAsync(PeerScript peer, int rounds)
    {
        const int BatchSize = 64;
        const int Threads = 2;
        const int Steps = 8;
        var theirs = new List<double>();

        // The default number of shards for this batch, and the one with which batch statistics are those of the peer.
        var ours = new Dictionary<(string Precision, int Shards), List<LocalStep>> { [("fp32", 4)] = [], [("bf16", 4)] = [], [("fp32", 1)] = [], [("bf16", 1)] = [] };
        for (var round = 0; round < rounds; round++)
        {
            if (await peer.TryMeasureAsync(Threads, "train", $"{Threads}", $"{BatchSize}", $"{Steps}", Wide, "resnet-18") is { } speed)
            {
                theirs.Add(speed);
            }

            foreach (var ((precision, shards), steps) in ours)
            {
                steps.Add(await LocalStep.MeasureAsync(
                    "--width", Wide, "--batch", $"{BatchSize}", "--shards", $"{shards}", "--threads", $"{Threads}", "--steps", $"{Steps}", "--precision", precision,
                    "--roofline", "yes"));
            }
        }

        foreach (var ((precision, shards), steps) in ours)
        {
            var work = $"SimCLR step, resnet-18, width 1, batch 64 in {shards} shard{(shards > 1 ? "s" : "")}, 32 pixels, 2 threads, {precision}";
            Print(new(work, "images/s", Each(steps, step => step.ImagesPerSecond), theirs, peer.Name, IsTime: false, precision == "fp32" ? "1.1x" : "1.8x"));
            Print(new($"{work}: share of the machine's measured peak", "%", Each(steps, step => 100 * ReachedOf(step, BatchSize) / step.Roofline!.Peak), [], "", IsTime: false, ""));
            Print(new($"{work}: its convolutions alone, share of that peak", "%", Each(steps, step => 100 * step.Roofline!.Speed / step.Roofline.Peak), [], "", IsTime: false, ""));
            Print(new($"{work}: measured peak", "GFLOP/s", Each(steps, step => step.Roofline!.Peak), [], "", IsTime: false, ""));
            Print(new($"{work}: processor time", "ms", Each(steps, step => 1000 * step.ProcessorSeconds), [], "", IsTime: true, ""));
            Print(new($"{work}: managed memory allocated", "KB", Each(steps, step => step.AllocatedBytes / 1e3), [], "", IsTime: true, ""));
        }
    }

    private static List<double> Each(IEnumerable<LocalStep> steps, Func<LocalStep, double> figure) => [.. steps.Select(figure)];

    /// <summary>Operations of the convolutions in a second of the whole step, in billions.</summary>
    private static double ReachedOf(LocalStep step, int batchSize) => step.Roofline!.GigaOperations * step.ImagesPerSecond / batchSize;

    private static async Task WholeAsync(PeerScript peer, string shards, int rounds, int steps)
    {
        const int BatchSize = 128;
        const int WarmupSteps = 40;
        const int PeerSteps = 30;
        var (theirs, single, half, first, waits, costs) = (
            new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            // Whichever way of dividing two cores is the better one for it.
            if (await peer.TryMeasureAsync(2, "e2e", "2", "0", $"{BatchSize}", $"{PeerSteps}", Narrow, "resnet-18") is { } alone
                && await peer.TryMeasureAsync(1, "e2e", "1", "1", $"{BatchSize}", $"{PeerSteps}", Narrow, "resnet-18") is { } loading)
            {
                theirs.Add(Math.Max(alone, loading));
            }

            var fp32 = await LocalTraining.RunAsync(shards, 0.25, BatchSize, WarmupSteps, steps, workers: 2, "fp32");
            var bf16 = await LocalTraining.RunAsync(shards, 0.25, BatchSize, WarmupSteps, steps, workers: 2, "bf16");
            single.Add(fp32.ImagesPerSecond);
            half.Add(bf16.ImagesPerSecond);
            first.AddRange([fp32.FirstStepSeconds, bf16.FirstStepSeconds]);
            waits.AddRange([100 * fp32.DataWaitShare, 100 * bf16.DataWaitShare]);
            costs.Add(1000 * fp32.ProcessorSecondsPerStep);
        }

        const string Work = "SimCLR training from JPEG shards, resnet-18, width 0.25, batch 128, two cores";
        Print(new($"{Work}, fp32", "images/s", single, theirs, peer.Name, IsTime: false, "1.3x"));
        Print(new($"{Work}, bf16", "images/s", half, theirs, peer.Name, IsTime: false, "2x"));
        Print(new("waiting for data in these runs", "% of a step", waits, [], "", IsTime: true, "not the bottleneck"));
        Print(new("processor time of a step in these runs, all processes, fp32", "ms", costs, [], "", IsTime: true, ""));
        Print(new("`lightly train` to the first committed step", "s", first, [], "", IsTime: true, "5 s"));
    }

    private static async Task WorkersAsync(string shards, int rounds)
    {
        const int BatchSize = 64;
        const int WarmupSteps = 10;
        const int Steps = 8;
        var (one, two) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            one.Add((await LocalTraining.RunAsync(shards, 1, BatchSize, WarmupSteps, Steps, workers: 1, "fp32")).ImagesPerSecond);
            two.Add((await LocalTraining.RunAsync(shards, 1, BatchSize, WarmupSteps, Steps, workers: 2, "fp32")).ImagesPerSecond);
        }

        Print(new("2 workers of 1 thread beside 1 worker, SimCLR, resnet-18, width 1, batch 64, fp32", "images/s", two, one, "1 worker", IsTime: false, "1.9x"));
    }

    private static void Print(ReportRow row)
    {
        Console.WriteLine(row.Work);
        Console.WriteLine($"  ours   {Figures.Spread(row.Ours)} {row.Unit}");
        if (row.Peer.Count > 0)
        {
            Console.WriteLine($"  {row.PeerName,-8} {Figures.Spread(row.Peer)} {row.Unit}; ratio {Figures.Spread(row.Ratios())}, aim {row.Aim}");
        }

        row.Tell();
    }
}
