using System.Diagnostics;
using System.Text.RegularExpressions;

namespace LightlyCluster.Client.Tests.Server;

/// <summary>The wire by buf's rules, and the lines of docs/api.md as a user of buf runs them.</summary>
public sealed partial class BufTests(SecureFleet fleet) : IDisposable
{
    private const string MissingReason = "buf is not installed (./test installs it with npm where there is one)";

    private static readonly string Root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", ".."));

    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-buf-").FullName;

    public static bool IsPossible => File.Exists(Path.Combine(Bin, "buf"));

    private static string Bin => Path.Combine(Root, "artifacts", "npm", "node_modules", ".bin");

    private static string Baseline => Path.Combine(Root, "protos", "baseline.binpb");

    [Fact(Skip = MissingReason, SkipUnless = nameof(IsPossible))]
    public async Task The_protos_keep_the_rules()
    {
        var lint = await RunAsync("buf lint protos");

        lint.ShouldBe((0, ""));
    }

    [Fact(Skip = MissingReason, SkipUnless = nameof(IsPossible))]
    public async Task The_protos_break_no_client_of_before()
    {
        var breaking = await RunAsync($"buf breaking protos --against {Baseline}");

        breaking.ShouldBe((0, ""));
    }

    [Fact(Skip = MissingReason, SkipUnless = nameof(IsPossible))]
    public async Task A_field_that_changes_its_number_is_found()
    {
        await RunAsync($"cp -r protos {_folder}");
        var file = Path.Combine(_folder, "protos", "lightlycluster", "v1", "training_job_service.proto");
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file, text.Replace("string etag = 16;", "string etag = 99;", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        var (exitCode, said) = await RunAsync($"buf breaking {_folder}/protos --against {Baseline}");

        exitCode.ShouldBe(100, said);
        said.ShouldContain("etag");
    }

    [Fact(Skip = MissingReason, SkipUnless = nameof(IsPossible))]
    public async Task The_lines_of_the_page_run_over_TLS_with_a_token()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Root, "docs", "api.md"), TestContext.Current.CancellationToken);
        var script = BashPattern().Matches(page).Select(match => match.Groups["script"].Value).Single(text => text.Contains("buf curl", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(_folder, "token"), fleet.TokenOf("vision-submitter"), TestContext.Current.CancellationToken);

        var (exitCode, said) = await RunAsync(script.Replace("/data/photos", Path.Combine(fleet.Data, "cats"), StringComparison.Ordinal));

        exitCode.ShouldBe(0, said);
        foreach (var state in new[] { "STATE_QUEUED", "STATE_PAUSED", "STATE_CANCELLED" })
        {
            said.ShouldContain(state);
        }

        var (refused, why) = await RunAsync($"buf curl --protocol grpc --cacert {fleet.TlsCa} --schema protos -d '{{}}' {fleet.Server}/lightlycluster.v1.TrainingJobService/ListTrainingJobs");
        refused.ShouldNotBe(0);
        why.ShouldContain("unauthenticated");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int ExitCode, string Said)> RunAsync(string script)
    {
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Root,
        };
        start.Environment["PATH"] = $"{Bin}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["LIGHTLY_SERVER"] = fleet.Server;
        start.Environment["LIGHTLY_TLS_CA"] = fleet.TlsCa;
        start.Environment["LIGHTLY_TOKEN_FILE"] = Path.Combine(_folder, "token");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, (await output + await errors).Trim());
    }

    [GeneratedRegex("```bash\n(?<script>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BashPattern();
}
