using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using LightlyCluster.Observability.Names;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests.Telemetry;

/// <summary>A real Prometheus scrapes a running fleet: coordinator and worker.</summary>
public sealed class PrometheusTests : IDisposable
{
    private static readonly bool IsInstalled = Environment.GetEnvironmentVariable("PATH")!.Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, "promtool")));

    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Prometheus_reads_jobs_and_workers_from_the_coordinator_and_promtool_has_nothing_to_say()
    {
        Assert.SkipUnless(IsInstalled, "prometheus is not installed (apt-get install prometheus)");
        var metricsPort = FreePort();
        await using var fleet = await TestFleet.StartAsync(
            _folder, variables: new Dictionary<string, string> { ["LIGHTLY_METRICS_PORT"] = $"{metricsPort}", ["LIGHTLY_TRACE_EVERY"] = "2" });
        await using var prometheus = await StartAsync(new Uri(fleet.Dashboard).Authority, $"127.0.0.1:{metricsPort}");
        fleet.AddWorkers(1);
        var job = await fleet.SubmitAsync(EqualBitsTests.JobOf(TestImages.Make(_folder), "moco", 1, 2000));
        var loss = TelemetryInstruments.JobLoss.PrometheusName;

        await UntilAsync(async () => (await QueryAsync($"{loss}{{lightlycluster_job_id=\"{job.Id}\"}}")).Count > 0, $"{loss} of {job.Id}", StateAsync);
        await UntilAsync(async () => (await QueryAsync($"{TelemetryInstruments.TrainingSteps.PrometheusName} > 3")).Count > 0, "steps of the worker", StateAsync);

        await UntilAsync(async () => (await QueryAsync(
            $"histogram_quantile(0.5, {TelemetryInstruments.FleetStepDuration.PrometheusName}_bucket) > 0")).Count > 0, "a median", StateAsync);
        (await QueryAsync("up == 1")).Count.ShouldBe(2);
        (await QueryAsync($"{TelemetryInstruments.JobCount.PrometheusName}{{lightlycluster_job_state=\"running\"}} == 1")).Count.ShouldBe(1);
        (await QueryAsync($"{TelemetryInstruments.WorkerShare.PrometheusName}{{lightlycluster_worker_id=\"worker-0\"}} == 1")).Count.ShouldBe(1);
        foreach (var address in new[] { fleet.Dashboard, $"http://127.0.0.1:{metricsPort}" })
        {
            var text = await ReadAsync($"{address}/metrics");
            await ShouldPassAsync(text);
            NamesIn(text).ShouldBeSubsetOf(TelemetryInstruments.All.Select(instrument => instrument.PrometheusName));
        }

        await fleet.Jobs.CancelTrainingJobAsync(new() { Id = job.Id, RequestId = "cancel" });
        (await fleet.FollowAsync(job.Id)).Job.State.ShouldBe(TrainingJob.Types.State.Cancelled);
        await UntilAsync(
            async () => !(await ReadAsync($"{fleet.Dashboard}/metrics")).Contains(job.Id, StringComparison.Ordinal),
            "metrics without the job that has ended", StateAsync);

        async Task<string> StateAsync() =>
            $"{await ReadAsync($"{prometheus.Address}/api/v1/targets")}\n{fleet.Coordinator.Said}\n{fleet.Workers[0].Said}";

        async Task<IReadOnlyList<JsonElement>> QueryAsync(string query)
        {
            var answer = await ReadAsync($"{prometheus.Address}/api/v1/query?query={Uri.EscapeDataString(query)}");
            return [.. JsonDocument.Parse(answer).RootElement.GetProperty("data").GetProperty("result").EnumerateArray()];
        }
    }

    private static async Task<string> ReadAsync(string address)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri(address));
    }

    private static IEnumerable<string> NamesIn(string text) => text.Split('\n').Where(line => line.StartsWith("# TYPE lightlycluster_", StringComparison.Ordinal))
        .Select(line => line.Split(' ')[2]);

    private static async Task ShouldPassAsync(string text)
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        var said = await promtool.StandardOutput.ReadToEndAsync() + await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        promtool.ExitCode.ShouldBe(0, said);
        said.Trim().ShouldBeEmpty();
    }

    private static async Task UntilAsync(Func<Task<bool>> isSoAsync, string what, Func<Task<string>> stateAsync)
    {
        for (var tries = 0; !await isSoAsync(); tries++)
        {
            if (tries > 200)
            {
                throw new TimeoutException($"Within 40 s Prometheus did not show {what}. {await stateAsync()}");
            }

            await Task.Delay(200);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<RunningPrometheus> StartAsync(params string[] targets)
    {
        var settings = Path.Combine(_folder, "prometheus.yml");
        await File.WriteAllTextAsync(settings, $$"""
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
              - job_name: lightly
                static_configs: [{targets: [{{string.Join(", ", targets.Select(target => $"\"{target}\""))}}]}]
            """);
        var port = FreePort();
        var process = ChildProcess.Start("prometheus", [
            $"--config.file={settings}", $"--storage.tsdb.path={Path.Combine(_folder, "prometheus")}", $"--web.listen-address=127.0.0.1:{port}",
            "--enable-feature=exemplar-storage"]);
        await process.SaysAsync("Server is ready to receive web requests");
        return new(process, $"http://127.0.0.1:{port}");
    }

    private sealed record RunningPrometheus(ChildProcess Process, string Address) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }
}
