using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using LightlyCluster.Protocol.V1;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace LightlyCluster.Deploy.Tests.Hosting;

/// <summary>Real processes, asked as a kubelet asks.</summary>
public sealed class ProbeTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-deploy").FullName;
    private readonly List<Process> _processes = [];

    [Fact]
    public async Task A_coordinator_waits_for_the_store_lives_without_it_and_is_ready_with_it_only()
    {
        Tool.Require("redis-server");
        var (storePort, listenPort, probePort) = (FreePort(), FreePort(), FreePort());
        StartCoordinator(storePort, listenPort, probePort);
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        _processes[0].HasExited.ShouldBeFalse("it waits for the store");

        var store = StartStore(storePort);
        await UntilAsync(probePort, "readiness", Status.Serving);
        (await AskAsync(probePort, "liveness")).ShouldBe(Status.Serving);
        store.Kill();
        await UntilAsync(probePort, "readiness", Status.NotServing);
        (await AskAsync(probePort, "liveness")).ShouldBe(Status.Serving);
        StartStore(storePort);
        await UntilAsync(probePort, "readiness", Status.Serving);
    }

    [Fact]
    public async Task A_worker_lives_without_a_coordinator_and_is_ready_with_one_only()
    {
        Tool.Require("redis-server");
        var (storePort, listenPort, probePort) = (FreePort(), FreePort(), FreePort());
        Start("Worker", "--coordinator", $"http://127.0.0.1:{listenPort}", "--id", "w", "--device", "cpu", "--probes", $"127.0.0.1:{probePort}");
        await UntilAsync(probePort, "liveness", Status.Serving);
        (await AskAsync(probePort, "readiness")).ShouldBe(Status.NotServing);

        StartStore(storePort);
        var coordinator = StartCoordinator(storePort, listenPort, FreePort());
        await UntilAsync(probePort, "", Status.Serving);
        coordinator.Kill();
        await UntilAsync(probePort, "readiness", Status.NotServing);
        (await AskAsync(probePort, "liveness")).ShouldBe(Status.Serving);
    }

    [Fact]
    public async Task The_port_of_probes_answers_probes_and_nothing_else()
    {
        Tool.Require("redis-server");
        var (storePort, probePort) = (FreePort(), FreePort());
        StartStore(storePort);
        StartCoordinator(storePort, FreePort(), probePort);
        await UntilAsync(probePort, "readiness", Status.Serving);
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{probePort}");

        var unknown = await Should.ThrowAsync<RpcException>(() => AskAsync(probePort, "store"));
        var jobs = await Should.ThrowAsync<RpcException>(
            async () => await new TrainingJobService.TrainingJobServiceClient(channel).ListTrainingJobsAsync(new ListTrainingJobsRequest()));

        unknown.StatusCode.ShouldBe(StatusCode.NotFound);
        unknown.Status.Detail.ShouldContain("liveness or readiness");
        jobs.StatusCode.ShouldBe(StatusCode.Unimplemented);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<Status> AskAsync(int port, string service)
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        var request = new HealthCheckRequest { Service = service };
        return (await new Health.HealthClient(channel).CheckAsync(request, deadline: DateTime.UtcNow.AddSeconds(20))).Status;
    }

    private static async Task UntilAsync(int port, string service, Status expected)
    {
        var answer = "nothing";
        for (var start = Stopwatch.StartNew(); start.Elapsed < TimeSpan.FromSeconds(60);)
        {
            try
            {
                answer = $"{await AskAsync(port, service)}";
                if (answer == $"{expected}")
                {
                    return;
                }
            }
            catch (RpcException error) when (error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
            {
                answer = error.Status.Detail;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException($"The probe '{service}' did not become {expected} in 60 s; it answered {answer}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Process StartCoordinator(int storePort, int listenPort, int probePort) => Start(
        "Coordinator", "--meta", $"127.0.0.1:{storePort}", "--listen", $"127.0.0.1:{listenPort}", "--probes", $"127.0.0.1:{probePort}",
        "--results", _folder, "--store-wait", "0:01:00");

    private Process StartStore(int port) => Launch("redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--dir", _folder]);

    private Process Start(string project, params string[] arguments) => Launch("dotnet", [Tool.Program(project), .. arguments]);

    private Process Launch(string program, string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]) { UseShellExecute = false };
        var process = Process.Start(start)!;
        _processes.Add(process);
        return process;
    }
}
