using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Client.Tests.Commands;

/// <summary>The life of a job on a fleet that stays, command by command as a user types them.</summary>
public sealed class ServerCommandTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private ChildProcess _up = null!;
    private string _server = "";

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder["results"]);
        _up = ChildProcess.Start(
            "dotnet", [LightlyProgram.Path, "up", "--workers", "1", "--listen", "127.0.0.1:0", "--out", _folder["results"]]);
        await _up.SaysAsync("Submit a job with");
        _server = _up.Said.Split("--server ")[1].Split([' ', '\n'])[0];
    }

    public async ValueTask DisposeAsync()
    {
        _up.Signal("TERM");
        await _up.Process.WaitForExitAsync();
        await _up.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_job_is_submitted_paused_resumed_waited_for_downloaded_and_deleted()
    {
        var file = _folder.Write("job.yaml", $$"""
            apiVersion: lightlycluster.dev/v1
            kind: TrainingJob
            metadata: {name: life}
            spec:
              data: {path: {{_folder.Images()}}, imageSize: 32}
              method: {name: simclr}
              backbone: {name: resnet-9, width: 0.0625}
              train: {batchSize: 16, shards: 2, steps: 40, seed: 1}
              evaluate: {knn: false}
            """);
        var submitted = await RunAsync("submit", file);
        submitted.ExitCode.ShouldBe(0, submitted.Errors);
        var job = submitted.Output.Trim();
        (await RunAsync("list")).Output.ShouldContain(job);

        (await RunAsync("pause", job)).ExitCode.ShouldBe(0);
        var paused = await RunAsync("wait", job);
        paused.ExitCode.ShouldBe(0, paused.Errors);
        (await RunAsync("get", job)).Output.ShouldContain("Paused");
        (await RunAsync("resume", job)).ExitCode.ShouldBe(0);
        var ended = await RunAsync("wait", job);
        ended.ExitCode.ShouldBe(0, ended.Errors);
        (await RunAsync("describe", job)).Output.ShouldContain("Succeeded");
        (await RunAsync("workers", "list")).Output.ShouldContain("worker-0");

        (await RunAsync("download", job, "--out", _folder["fetched"])).ExitCode.ShouldBe(0);
        File.Exists(Path.Combine(_folder["fetched"], "checkpoints", "last.safetensors")).ShouldBeTrue();
        (await RunAsync("delete", job)).ExitCode.ShouldBe(0);
        var gone = await RunAsync("get", job);
        gone.ExitCode.ShouldBe(3);
        gone.Messages.ShouldHaveSingleItem().ShouldContain(job);
    }

    private Task<LightlyProgram> RunAsync(params string[] arguments) => LightlyProgram.RunAsync([.. arguments, "--server", _server]);
}
