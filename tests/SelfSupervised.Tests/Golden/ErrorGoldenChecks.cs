using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Evaluation;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Models.Heads;
using LightlyCluster.SelfSupervised.Optimization;
using LightlyCluster.SelfSupervised.Schedules;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>What lightly refuses is refused here, and what it accepts is accepted, except where the table below says why not.</summary>
internal static partial class ErrorGoldenChecks
{
    private static readonly Dictionary<string, Action> Calls = new(StringComparer.Ordinal)
    {
        ["NTXentLoss(temperature=0)"] = () => new NTXentLoss(temperature: 0).Dispose(),
        ["NTXentLoss(temperature=1e-9)"] = () => new NTXentLoss(temperature: 1e-9).Dispose(),
        ["MemoryBankModule(size=-1)"] = () => new MemoryBankModule(-1).Dispose(),
        ["MemoryBankModule(size=(10,-1))"] = () => new MemoryBankModule([10, -1]).Dispose(),
        ["NTXentLoss(memory_bank_size=-1)"] = () => new NTXentLoss(memoryBankSize: -1).Dispose(),
        ["VICRegLoss()(batch of 1)"] = () => VICRegLoss.BatchLoss(ones(1, 4), ones(1, 4)),
        ["TiCoLoss()(batch of 1)"] = () => new TiCoLoss().call(ones(1, 4), ones(1, 4)),
        ["VICRegLoss()(different shapes)"] = () => VICRegLoss.BatchLoss(ones(3, 4), ones(3, 5)),
        ["MMCRLoss(lmda=-1)"] = () => new MMCRLoss(lmda: -1).Dispose(),
        ["MSNLoss(temperature=0)"] = () => new MSNLoss(temperature: 0).Dispose(),
        ["MSNLoss(sinkhorn_iterations=-1)"] = () => new MSNLoss(sinkhornIterations: -1).Dispose(),
        ["DINOLoss one teacher and one student view"] = () => new DINOLoss(4).call([ones(2, 4)], [ones(2, 4)]),
        ["BarlowTwinsLoss()(batch of 1)"] = () => BarlowTwinsLoss.BatchLoss(ones(1, 4), ones(1, 4)),
        ["cosine_schedule(step=-1)"] = () => CosineSchedule.At(-1, 10, 1, 0),
        ["cosine_schedule(max_steps=-1)"] = () => CosineSchedule.At(0, -1, 1, 0),
        ["cosine_schedule(step > max_steps) (RuntimeWarning only)"] = () => CosineSchedule.At(11, 10, 1, 0),
        ["cosine_schedule(period=0)"] = () => CosineSchedule.At(0, 10, 1, 0, period: 0),
        ["cosine_warmup_schedule(warmup_steps=-1)"] = () => CosineWarmupSchedule.At(0, 10, 1, 0, -1, 0),
        ["cosine_warmup_schedule(warmup_steps > max_steps)"] = () => CosineWarmupSchedule.At(0, 10, 1, 0, 11, 0),
        ["linear_warmup_schedule(start>end)"] = () => LinearWarmupSchedule.At(0, 10, 1, 0.5),
        ["LARS(lr=-1)"] = () => new LarsOptimizer([ones(1)], new()).Step([ones(1)], -1),
        ["LARS(momentum=-1)"] = () => new LarsOptimizer([], new() { Momentum = -1 }).Dispose(),
        ["LARS(weight_decay=-1)"] = () => new LarsOptimizer([], new() { WeightDecay = -1 }).Dispose(),
        ["LARS(nesterov without momentum)"] = () => new LarsOptimizer([], new() { IsNesterov = true }).Dispose(),
        ["ResNetGenerator('resnet-20')"] = () => ResNetGenerator.Create("resnet-20"),
        ["BYOL(x0, None)"] = () => MakeByol().call(ones(2, 4), null!),
        ["BYOL(None, x1)"] = () => MakeByol().call(null!, ones(2, 4)),
        ["BYOL(shapes differ)"] = () => MakeByol().call(ones(2, 4), ones(3, 4)),
        ["MultiCropCollateFunction(sizes and counts differ in length)"] = () => MakeMultiCrop([32, 16], [1], [1, 1]),
        ["SwaVPrototypes(n_steps_frozen_prototypes=1)(x) without step"] = () => new SwaVPrototypes(4, 3, 1).call(ones(2, 4)),
        ["std_of_l2_normalized(1-d)"] = () => CollapseMeasure.StandardDeviation(ones(4)),
        ["LightlyDataset('missing folder')"] = () => _ = new LightlyDataset("missing-folder"),
    };

    private static readonly Dictionary<string, string> Different = new(StringComparer.Ordinal)
    {
        ["FroSSLLoss()([one view])"] = "FroSSL is not among the methods",
        ["ResNetGenerator('resnet-9')(64x64 input)"] = "ours takes any image size, since it ends in a global average pool",
        ["MultiCropCollateFunction(more max_scales than sizes): accepted, the check looks at crop_min_scales twice"] =
            "a mistake of lightly's; ours refuses it",
        ["LightlyDataset(None, transform=...)"] = "a data set without a folder does not exist here",
    };

    [GoldenCheck("errors")]
    internal static void CheckErrors(GoldenCase golden)
    {
        foreach (var row in golden.Root.GetProperty("rows").EnumerateArray())
        {
            var call = row.GetProperty("call").GetString()!;
            if (Different.ContainsKey(call))
            {
                continue;
            }

            var thrown = Record.Exception(Calls.GetValueOrDefault(call) ?? ParseCall(call));
            if (row.GetProperty("raises").GetString() is null)
            {
                thrown.ShouldBeNull(call);
            }
            else
            {
                (thrown is ArgumentException or DatasetException).ShouldBeTrue($"{call} gives {thrown?.GetType().Name ?? "no error"}");
            }
        }
    }

    /// <summary>A call that the table does not list: a constructor of ours with one named argument, "DCLLoss(temperature=0)".</summary>
    private static Action ParseCall(string call)
    {
        var parts = ConstructorCall().Match(call);
        var type = typeof(PairLoss).Assembly.GetExportedTypes().SingleOrDefault(candidate => candidate.Name == parts.Groups["type"].Value);
        type.ShouldNotBeNull($"'{call}' is neither in the table of calls nor a constructor of ours with one argument.");
        var value = parts.Groups["value"].Value.Replace('(', '[').Replace(')', ']').Replace('\'', '"');
        using var arguments = JsonDocument.Parse($$"""{"{{parts.Groups["name"].Value}}": {{value}}}""");
        var given = arguments.RootElement.Clone();
        return () =>
        {
            try
            {
                (GoldenConstructor.Create(type, given) as IDisposable)?.Dispose();
            }
            catch (TargetInvocationException exception)
            {
                ExceptionDispatchInfo.Throw(exception.InnerException!);
            }
        };
    }

    [GeneratedRegex(@"^(?<type>\w+)\((?<name>\w+)=(?<value>.*)\)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ConstructorCall();

    private static BYOL MakeByol() => new(nn.Flatten(), 4, 4, 4, makeBackbone: () => nn.Flatten());

    private static MultiCropCollateFunction MakeMultiCrop(int[] sizes, int[] counts, double[] maximumScales) =>
        new(sizes, counts, [0.1, 0.1], maximumScales, new ViewTransformOptions());
}
