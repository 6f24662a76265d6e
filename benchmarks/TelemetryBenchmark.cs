using System.Diagnostics;
using LightlyCluster.FleetRuns.Tests;
using LightlyCluster.FleetRuns.Tests.Telemetry;
using LightlyCluster.Observability;
using LightlyCluster.Observability.Names;
using LightlyCluster.Worker.Sessions;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LightlyCluster.Benchmarks;

/// <summary>What telemetry costs a step: the worker's own calls, timed alone, and a real fleet with and without a receiver.</summary>
internal static class TelemetryBenchmark
{
    private const int Intervals = 24;
    private const double Microseconds = 1e6;

    /// <summary>Runs and prints.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        await using var receiver = new OtlpReceiver();
        foreach (var (name, value) in receiver.Variables($"{TelemetryOptions.TraceEveryDefault}"))
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        var (plain, traced) = await MeasureCallsAsync(int.Parse(Arguments.Get(arguments, "calls", "20000")));
        var mean = (plain * (TelemetryOptions.TraceEveryDefault - 1) + traced) / TelemetryOptions.TraceEveryDefault;
        Console.WriteLine($"a step that is not traced: {plain:F1} us; one that is: {traced:F1} us; mean at 1 of {TelemetryOptions.TraceEveryDefault}: {mean:F1} us");
        Console.WriteLine($"of a step of 10 ms: {mean / 100:F3} %, of 100 ms: {mean / 1000:F4} %");
        foreach (var name in receiver.Variables("0").Keys)
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        var rounds = int.Parse(Arguments.Get(arguments, "rounds", "3"));
        var (off, on) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            off.Add(await MedianStepAsync(null));
            on.Add(await MedianStepAsync(receiver.Variables($"{TelemetryOptions.TraceEveryDefault}")));
            Console.WriteLine($"round {round + 1}: without a receiver {off[^1] * 1000:F1} ms, with one {on[^1] * 1000:F1} ms");
        }

        if (rounds > 0)
        {
            Console.WriteLine($"median of {rounds}: {off.Order().ElementAt(rounds / 2) * 1000:F1} ms and {on.Order().ElementAt(rounds / 2) * 1000:F1} ms, "
                + $"{100 * ((on.Order().ElementAt(rounds / 2) / off.Order().ElementAt(rounds / 2)) - 1):+0.0;-0.0} %");
        }

        return 0;
    }

    private static async Task<(double Plain, double Traced)> MeasureCallsAsync(int calls)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddMetrics().AddSingleton<TrainingInstruments>();
        builder.Services.AddLightlyTelemetry("lightly-worker", "benchmark", PrometheusAccess.None);
        using var host = builder.Build();
        await host.StartAsync();
        var telemetry = new WorkerTelemetry(
            host.Services.GetRequiredService<TrainingInstruments>(), new WorkerState(), new TelemetryOptions { TraceEvery = "0" }, TimeProvider.System);
        Time(telemetry, calls / 10, isTraced: true);
        Time(telemetry, calls, isTraced: false);
        var result = (Time(telemetry, calls, isTraced: false), Time(telemetry, calls / 10, isTraced: true));
        await host.StopAsync();
        return result;
    }

    /// <summary>Microseconds of a call.</summary>
    private static double Time(WorkerTelemetry telemetry, int calls, bool isTraced)
    {
        var watch = Stopwatch.StartNew();
        for (var step = 0; step < calls; step++)
        {
            var times = new PhaseTimes(TimeProvider.System);
            for (var interval = 0; interval < Intervals; interval++)
            {
                times.Measure(TelemetryPhases.All[interval % TelemetryPhases.All.Count].Name, () => interval);
            }

            telemetry.StepApplied(
                new("job", "simclr", step, 1, isTraced, 2, 32, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100), times), "worker-0");
        }

        return watch.Elapsed.TotalSeconds * Microseconds / calls;
    }

    private static async Task<double> MedianStepAsync(IReadOnlyDictionary<string, string>? variables)
    {
        var folder = Directory.CreateTempSubdirectory("lightly-benchmark-").FullName;
        double median;
        await using (var fleet = await TestFleet.StartAsync(folder, variables: variables))
        {
            fleet.AddWorkers(1);
            var job = await fleet.SubmitAsync(new()
            {
                Data = new() { Path = TestImages.Make(folder, classes: 8, imagesPerClass: 64), ImageSize = 32 },
                Method = new() { Name = "simclr" },
                Backbone = new() { Name = "resnet-9", Width = 0.25 },
                Train = new() { BatchSize = 64, Shards = 4, Steps = 150, Seed = 1 },
                Workers = new() { Min = 1, Max = 1 },
                Evaluate = new() { Knn = false },
            });
            var (_, steps) = await fleet.FollowAsync(job.Id, timeoutSeconds: 300);
            median = Figures.Median(steps.Skip(20).Select(step => step.Seconds));
        }

        Directory.Delete(folder, recursive: true);
        return median;
    }
}
