using LightlyCluster.SelfSupervised;
using LightlyCluster.SelfSupervised.Datasets;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>Runs a sample by its name: <c>dotnet run --project samples -- simclr</c>.</summary>
internal static class SampleCommand
{
    private const string Usage = """
        usage: samples NAME [--data FOLDER] [--epochs N] [--batch-size N]
               samples list
               samples submit-and-follow --data FOLDER [--server HOST:PORT] [--steps N]     (on a fleet)

        Trains for a few steps in this process, without a cluster. Without --data on images that the program draws.
        """;

    /// <summary>Every sample with its name.</summary>
    public static IReadOnlyDictionary<string, Func<SampleContext, IReadOnlyList<double>>> All { get; } =
        new SortedDictionary<string, Func<SampleContext, IReadOnlyList<double>>>(StringComparer.Ordinal)
        {
            ["bank-size"] = BankSizeSample.Run,
            ["barlow-twins"] = BarlowTwinsSample.Run,
            ["byol"] = ByolSample.Run,
            ["concepts"] = ConceptsSample.Run,
            ["dcl"] = DclSample.Run,
            ["dino"] = DinoSample.Run,
            ["fast-siam"] = FastSiamSample.Run,
            ["linear-evaluation"] = LinearEvaluationSample.Run,
            ["measured-invariance"] = MeasuredInvarianceSample.Run,
            ["mmcr"] = MmcrSample.Run,
            ["moco"] = MoCoSample.Run,
            ["nnclr"] = NnclrSample.Run,
            ["online-evaluation"] = OnlineEvaluationSample.Run,
            ["own-collate"] = OwnCollateSample.Run,
            ["own-loss"] = OwnLossSample.Run,
            ["simclr"] = SimCLRSample.Run,
            ["simsiam"] = SimSiamSample.Run,
            ["swav"] = SwaVSample.Run,
            ["tico"] = TiCoSample.Run,
            ["vicreg"] = VICRegSample.Run,
        };

    /// <summary>Runs the command line.</summary>
    /// <returns>0, or 2 for a mistake in the arguments.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (arguments is ["list"])
        {
            output.WriteLine(string.Join(Environment.NewLine, All.Keys));
            return 0;
        }

        if (arguments.Length % 2 != 1 || !All.TryGetValue(arguments[0], out var sample))
        {
            errors.WriteLine(arguments.Length > 0 ? $"There is no sample '{arguments[0]}'; known: {string.Join(", ", All.Keys)}." : Usage);
            return 2;
        }

        string Flag(string name, string otherwise)
        {
            var position = Array.IndexOf(arguments, name);
            return position > 0 ? arguments[position + 1] : otherwise;
        }

        TorchRuntime.EnsureLoaded();
        set_num_threads(1);
        manual_seed(1);
        var folder = Flag("--data", "");
        var drawn = new DrawnShapes(256, 40);
        using var photographs = folder.Length > 0 ? new LightlyDataset(folder) : null;
        _ = sample(new SampleContext(
            photographs is null ? drawn : photographs, int.Parse(Flag("--batch-size", "32")), int.Parse(Flag("--epochs", "3")), output));
        return 0;
    }
}
