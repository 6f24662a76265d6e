using LightlyCluster.Client.Tests.Server;
using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Client.Tests.Commands;

/// <summary>The life of a job on a fleet that stays, over TLS and with a token, command by command as a user types them.</summary>
public sealed class ServerCommandTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly Dictionary<string, string> _environment = [];
    private TestCertificates _authority = null!;
    private ChildProcess _up = null!;
    private string _server = "";

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder["results"]);
        _authority = new(_folder["certificates"], "fleet");
        var (certificate, key) = _authority.IssueServer("fleet.test");
        var token = await LightlyProgram.RunAsync("token", "create", "--tenant", "vision", "--role", "submitter", "--file", _folder["tokens"]);
        token.ExitCode.ShouldBe(0, token.Errors);
        _environment["LIGHTLY_TOKEN_FILE"] = _folder.Write("token", token.Output);
        _environment["LIGHTLY_TLS_CA"] = _authority.Authority;
        _up = ChildProcess.Start(
            "dotnet",
            [LightlyProgram.Path, "up", "--workers", "1", "--listen", "127.0.0.1:0", "--out", _folder["results"], "--token-file", _folder["tokens"],
             "--tls-cert", certificate, "--tls-key", key, "--tls-ca", _authority.Authority, "--data-root", _folder[""], "--audit-log", _folder["audit.jsonl"]]);
        await _up.SaysAsync("Submit a job with");
        _server = _up.Said.Split("--server ")[1].Split([' ', '\n'])[0];
    }

    public async ValueTask DisposeAsync()
    {
        _up.Signal("TERM");
        await _up.Process.WaitForExitAsync();
        await _up.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_job_is_submitted_watched_paused_resumed_cancelled_downloaded_and_deleted()
    {
        _server.ShouldStartWith("https://");
        var file = _folder.Write("job.yaml", Job(_folder.Images(), 40));
        var submitted = await RunAsync("submit", file);
        submitted.ExitCode.ShouldBe(0, submitted.Errors);
        var job = submitted.Output.Trim();
        (await RunAsync("list", "--state", "queued", "--state", "running", "--name", "life")).Output.ShouldContain(job);

        (await RunAsync("pause", job)).ExitCode.ShouldBe(0);
        var paused = await RunAsync("wait", job);
        paused.ExitCode.ShouldBe(0, paused.Errors);
        (await RunAsync("get", job)).Output.ShouldContain("Paused");
        (await RunAsync("describe", job)).Output.ShouldContain($"lightly resume {job}");
        (await RunAsync("resume", job)).ExitCode.ShouldBe(0);
        var watched = await RunAsync("watch", job, "-o", "json");
        watched.ExitCode.ShouldBe(0, watched.Errors);
        JsonValue.Of(watched.Output, "state").ShouldBe("Succeeded");
        var looks = await Task.WhenAll(
            RunAsync("describe", job), RunAsync("workers", "list"), RunAsync("top"), RunAsync("download", job, "--out", _folder["fetched"]));
        looks[0].Output.ShouldContain("All 40 steps are committed");
        looks[1].Output.ShouldContain("worker-0");
        looks[2].Output.ShouldContain("worker-0");
        looks[3].ExitCode.ShouldBe(0, looks[3].Errors);
        File.Exists(Path.Combine(_folder["fetched"], "checkpoints", "last.safetensors")).ShouldBeTrue();
        (await RunAsync("delete", job)).ExitCode.ShouldBe(0);
        var gone = await RunAsync("get", job);
        gone.ExitCode.ShouldBe(3);
        gone.Messages.ShouldHaveSingleItem().ShouldContain(job);
        await FollowFromASampleAsync();
        await CancelAsync();
        await RefuseALinkOutAsync();
        NoSecretWasWritten();
    }

    private async Task FollowFromASampleAsync()
    {
        var program = Path.Combine(ChildProcess.FolderOf("Samples"), "LightlyCluster.Samples.dll");
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "dotnet", [program, "submit-and-follow", "--data", _folder["images"], "--server", _server, "--steps", "5"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { ["LIGHTLY_TOKEN_FILE"] = _environment["LIGHTLY_TOKEN_FILE"], ["LIGHTLY_TLS_CA"] = _environment["LIGHTLY_TLS_CA"] },
        })!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        process.ExitCode.ShouldBe(0, said);
        said.Split('\n').Count(line => line.StartsWith("step ", StringComparison.Ordinal)).ShouldBe(5);
    }

    private async Task CancelAsync()
    {
        var file = _folder.Write("long.yaml", Job(_folder["images"], 100_000));
        var job = (await RunAsync("submit", file)).Output.Trim();
        var logs = RunAsync("logs", "-f", job);
        var cancelled = await RunAsync("cancel", job);
        cancelled.ExitCode.ShouldBe(0, cancelled.Errors);
        var looks = await Task.WhenAll(RunAsync("wait", job), logs, RunAsync("cancel", job, "--etag", "0-Queued"), RunAsync("resume", job), RunAsync("describe", job));
        looks.Select(look => look.ExitCode).ShouldBe([11, 0, 6, 6, 0]);
        looks[4].Output.ShouldContain("Cancelled by a client");
    }

    // The folder is allowed, and a file in it leads out: only a worker that follows the link can find that.
    private async Task RefuseALinkOutAsync()
    {
        var images = _folder.Images(20, "linked");
        File.CreateSymbolicLink(Path.Combine(images, "odd", "stolen.jpg"), "/etc/passwd");
        var submitted = await RunAsync("submit", _folder.Write("linked.yaml", Job(images, 10)), "--follow");
        submitted.ExitCode.ShouldBe(2, submitted.Errors);
        submitted.Errors.ShouldContain("stolen.jpg");
    }

    private void NoSecretWasWritten()
    {
        var token = File.ReadAllText(_environment["LIGHTLY_TOKEN_FILE"]).Trim();
        token.ShouldStartWith("lct_");
        var written = Directory.EnumerateFiles(_folder["results"], "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".sock", StringComparison.Ordinal));
        foreach (var file in written.Append(_folder["audit.jsonl"]))
        {
            File.ReadAllText(file, System.Text.Encoding.Latin1).ShouldNotContain("lct_", customMessage: file);
        }

        File.ReadAllText(_folder["audit.jsonl"]).ShouldContain("\"method\":\"DeleteTrainingJob\"");
    }

    private static string Job(string images, int steps) => $$"""
        apiVersion: lightlycluster.dev/v1
        kind: TrainingJob
        metadata: {name: life}
        spec:
          data: {path: {{images}}, imageSize: 32}
          method: {name: simclr}
          backbone: {name: resnet-9, width: 0.0625}
          train: {batchSize: 16, shards: 2, steps: {{steps}}, seed: 1}
          evaluate: {knn: false}
        """;

    private Task<LightlyProgram> RunAsync(params string[] arguments) => LightlyProgram.RunAsync([.. arguments, "--server", _server], _environment);
}
