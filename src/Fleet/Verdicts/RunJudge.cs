namespace LightlyCluster.Fleet.Verdicts;

/// <summary>Says what limited a run. A pure function of what was measured.</summary>
/// <remarks>
/// Looked at in this order, since each explains those after it: memory (the run may end by it), a straggler (the others' waiting looks
/// like exchange), exchange, input, and computing, which is what should take the time. The first steps warm caches up and are left out.
/// </remarks>
public static class RunJudge
{
    /// <summary>Fewer measured steps say nothing.</summary>
    public const int StepsMinimum = 5;

    /// <summary>Share of the memory limit from which it is short.</summary>
    public const double MemoryShare = 0.9;

    /// <summary>Growth of the memory between the first and the last quarter of the run from which it leaks.</summary>
    public const double MemoryGrowth = 1.5;

    /// <summary>Readings of memory that a growth needs.</summary>
    public const int MemoryReadingsMinimum = 16;

    /// <summary>A worker below this part of the others' median is slow.</summary>
    public const double SlowWorkerShare = 0.6;

    /// <summary>Share of waiting for data from which the input is too slow.</summary>
    public const double DataShare = 0.25;

    /// <summary>Share of data and views together from which the input is too slow.</summary>
    public const double InputShare = 0.5;

    /// <summary>Share of exchange from which it is too slow.</summary>
    public const double ExchangeShare = 0.3;

    private const double Gibibyte = 1L << 30;

    private static readonly string[] Exchange = ["exchange_embeddings", "exchange_gradients", "commit"];
    private static readonly string[] Input = ["data_wait", "augment"];
    private static readonly string[] Computing = ["forward", "loss", "backward", "apply"];

    /// <summary>Judges.</summary>
    /// <returns>Null when too few steps were measured and the memory says nothing either.</returns>
    public static RunVerdict? Judge(RunEvidence evidence)
    {
        if (JudgeMemory(evidence) is { } memory)
        {
            return memory;
        }

        var seconds = evidence.StepSeconds.Sum();
        if (evidence.StepSeconds.Count < StepsMinimum || seconds <= 0)
        {
            return null;
        }

        var shares = evidence.PhaseSeconds.ToDictionary(phase => phase.Key, phase => phase.Value / seconds, StringComparer.Ordinal);
        return JudgeStragglers(evidence, shares) ?? JudgeExchange(evidence, shares) ?? JudgeInput(evidence, shares) ?? Healthy(evidence, shares);
    }

    private static RunVerdict? JudgeMemory(RunEvidence evidence)
    {
        if (evidence.IsStoreFull)
        {
            return new(
                RunVerdict.Memory, "The DATA store had no room for the payloads of a step.", ["the job paused with StoreFull"],
                "Give the store more memory (maxmemory of Redis), or use fewer --shards or --workers.");
        }

        var highest = evidence.MemoryBytes.DefaultIfEmpty(0).Max();
        if (evidence.MemoryLimitBytes > 0 && highest > MemoryShare * evidence.MemoryLimitBytes)
        {
            return new(
                RunVerdict.Memory, $"Workers used {(double)highest / evidence.MemoryLimitBytes:0%} of the memory that they may have.",
                [$"{highest / Gibibyte:0.0} GiB of {evidence.MemoryLimitBytes / Gibibyte:0.0} GiB"],
                "Set train.recompute to true, use more --shards, or start fewer workers on the machine.");
        }

        var quarter = evidence.MemoryBytes.Count / 4;
        if (evidence.MemoryBytes.Count >= MemoryReadingsMinimum
            && evidence.MemoryBytes.TakeLast(quarter).Average() is var late
            && evidence.MemoryBytes.Skip(quarter).Take(quarter).Average() is var early && late > MemoryGrowth * early)
        {
            return new(
                RunVerdict.Memory, "The memory of a worker grew through the run.",
                [$"from {early / Gibibyte:0.0} GiB to {late / Gibibyte:0.0} GiB between the second and the last quarter"],
                "Lower the workers' --image-cache-megabytes; if it still grows, checkpoint often (checkpoint.every) and report it.");
        }

        return null;
    }

    private static RunVerdict? JudgeStragglers(RunEvidence evidence, Dictionary<string, double> shares)
    {
        var known = evidence.Workers.Where(worker => worker is { ImagesPerSecond: > 0, IsGone: false }).ToArray();
        foreach (var worker in known.OrderBy(worker => worker.ImagesPerSecond).ThenBy(worker => worker.Id, StringComparer.Ordinal))
        {
            var others = known.Where(other => other != worker).Select(other => other.ImagesPerSecond).Order().ToArray();
            if (others.Length > 0 && others[others.Length / 2] is var median
                && (worker.IsStraggler || worker.ImagesPerSecond < SlowWorkerShare * median))
            {
                return new(
                    RunVerdict.Straggler, $"Worker {worker.Id} is slower than the others, which wait for it.",
                    [
                        $"{worker.Id} computes {worker.ImagesPerSecond:0.#} images/s, the others {median:0.#}",
                        $"exchange and waiting take {Share(shares, Exchange):0%} of a step", .. Rest(evidence),
                    ],
                    "Look at what else runs on its machine. More --shards let a slow worker take a smaller part; or run without it.");
            }
        }

        return null;
    }

    private static RunVerdict? JudgeExchange(RunEvidence evidence, Dictionary<string, double> shares) =>
        Share(shares, Exchange) < ExchangeShare ? null : new(
            RunVerdict.ExchangeBound, $"Exchange takes {Share(shares, Exchange):0%} of a step.",
            [Figures(shares, Exchange), Figures(shares, Computing), .. Rest(evidence)],
            evidence.Workers.Count > 1
                ? "Use a larger --batch-size or fewer --workers, or a store nearer to the workers."
                : "Use a larger --batch-size, or a store nearer to the worker.");

    private static RunVerdict? JudgeInput(RunEvidence evidence, Dictionary<string, double> shares)
    {
        var data = Share(shares, Input[..1]);
        if (data < DataShare && Share(shares, Input) < InputShare)
        {
            return null;
        }

        return new(
            RunVerdict.InputBound,
            data >= DataShare ? $"Steps wait for images {data:0%} of the time." : $"Making views takes {Share(shares, Input[1..]):0%} of a step.",
            [Figures(shares, Input), Figures(shares, Computing), .. Rest(evidence)],
            data >= DataShare
                ? "Raise the workers' --image-cache-megabytes, put the images on a faster disk, or store them smaller."
                : "Switch costly operations off (transforms.overrides, such as gaussianBlur), use a smaller --image-size, or a GPU.");
    }

    private static RunVerdict Healthy(RunEvidence evidence, Dictionary<string, double> shares) => new(
        RunVerdict.ComputeBound, $"Computing takes {Share(shares, Computing):0%} of a step: that is as it should be.",
        [Figures(shares, Computing), Figures(shares, Input), Figures(shares, Exchange), .. Rest(evidence)],
        "To be faster, add workers or faster devices.");

    private static double Share(Dictionary<string, double> shares, string[] phases) => phases.Sum(phase => shares.GetValueOrDefault(phase));

    private static string Figures(Dictionary<string, double> shares, string[] phases) =>
        string.Join(", ", phases.Select(phase => $"{phase} {shares.GetValueOrDefault(phase):0%}"));

    private static IEnumerable<string> Rest(RunEvidence evidence)
    {
        var seconds = evidence.StepSeconds.Order().ToArray();
        yield return $"median step {seconds[seconds.Length / 2]:0.000} s over {seconds.Length} steps";
        if (evidence.Recoveries > 0)
        {
            yield return $"{evidence.Recoveries} {(evidence.Recoveries == 1 ? "worker was" : "workers were")} lost";
        }
    }
}
