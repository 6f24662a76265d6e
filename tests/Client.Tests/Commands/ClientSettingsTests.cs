using LightlyCluster.Client.Commands;
using LightlyCluster.Client.Configuration;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Tests.Server;

namespace LightlyCluster.Client.Tests.Commands;

/// <summary>Flags, environment, configuration file, exit codes, help and completion of the commands that speak with a server.</summary>
public sealed class ClientSettingsTests(SecureFleet fleet) : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task A_flag_wins_over_the_environment_and_that_over_the_file()
    {
        var token = _folder.Write("token", fleet.TokenOf("vision-viewer"));
        var file = _folder.Write("config.yaml", $"server: {fleet.Server}\ntlsCa: {fleet.TlsCa}\ntokenFile: {token}\noutput: json\n");
        var environment = new Dictionary<string, string> { ["LIGHTLY_CONFIG"] = file };

        var byFile = await LightlyProgram.RunAsync(["list"], environment);
        environment["LIGHTLY_OUTPUT"] = "table";
        environment["LIGHTLY_TOKEN"] = "lct_wrong";
        var byEnvironment = await LightlyProgram.RunAsync(["list"], environment);
        var byFlag = await LightlyProgram.RunAsync(["list", "--token-file", token, "-o", "json"], environment);

        byFile.ExitCode.ShouldBe(0, byFile.Errors);
        byFile.Output.ShouldStartWith("[");
        byEnvironment.ExitCode.ShouldBe(5);
        byFlag.ExitCode.ShouldBe(0, byFlag.Errors);
        byFlag.Output.ShouldStartWith("[");
    }

    [Theory]
    [InlineData("servers: x", "1:1: unknown key 'servers'")]
    [InlineData("server:\n  a: b", "lines 'key: value' only")]
    [InlineData("a: &x [*x, *x]", "unknown key 'a'")]
    [InlineData("server: &x y", "")]
    [InlineData("output: xml", "allowed are table and json")]
    public void A_wrong_configuration_is_named(string text, string expected)
    {
        if (expected.Length == 0)
        {
            ClientConfiguration.Parse(text, "config.yaml").Find("LIGHTLY_NOTHING", "server").ShouldBe("y");
            return;
        }

        Should.Throw<CommandException>(() => ClientConfiguration.Parse(text, "config.yaml")).Message.ShouldContain(expected);
    }

    [Fact]
    public async Task The_next_coordinator_is_asked_where_one_is_away()
    {
        var run = await RunAsync("vision-viewer", "list", "--server", $"https://127.0.0.1:1,{fleet.Server}");

        run.ExitCode.ShouldBe(0, run.Errors);
    }

    [Fact]
    public async Task Every_refusal_has_its_exit_code_and_one_message()
    {
        using var client = fleet.ClientOf("vision-submitter");
        var job = await client.CreateAsync("codes", fleet.Job(), TestContext.Current.CancellationToken);
        (int Code, string Token, string[] Arguments)[] expected =
        [
            (0, "vision-viewer", ["get", job.Id]),
            (3, "vision-viewer", ["get", "job-nothing"]),
            (3, "other", ["get", job.Id]),
            (4, "vision-viewer", ["get", job.Id, "--server", "https://127.0.0.1:1"]),
            (4, "vision-viewer", ["wait", job.Id, "--timeout", "0.5"]),
            (5, "vision-viewer", ["cancel", job.Id]),
            (5, "expired", ["get", job.Id]),
            (2, "vision-viewer", ["get", job.Id, "--server", "ftp://x"]),
            (2, "vision-submitter", ["submit", "--data", "/etc", "--method", "simclr"]),
            (2, "vision-viewer", ["list", "--state", "sleeping"]),
            (6, "vision-submitter", ["delete", job.Id]),
            (6, "vision-submitter", ["cancel", job.Id, "--etag", "9-Running"]),
        ];
        foreach (var (code, token, arguments) in expected)
        {
            string[] server = arguments.Contains("--server") ? [] : ["--server", fleet.Server];

            var run = await RunAsync(token, [.. arguments, .. server]);

            run.ExitCode.ShouldBe(code, $"{string.Join(' ', arguments)}: {run.Errors}");
            (run.Errors.Split('\n').Count(line => line.StartsWith("lightly:", StringComparison.Ordinal)) == (code == 0 ? 0 : 1)).ShouldBeTrue(run.Errors);
        }
    }

    [Fact]
    public void Every_command_has_examples_and_each_of_them_can_be_typed()
    {
        var root = LightlyCommand.Create(Context(out _, out _));
        var commands = Leaves(root).ToArray();

        commands.Select(ExampleHelp.PathOf).Where(path => !ExampleHelp.Examples.ContainsKey(path)).ShouldBeEmpty();
        ExampleHelp.Examples.Values.SelectMany(examples => examples).Where(text => text.StartsWith("lightly ", StringComparison.Ordinal))
            .SelectMany(example => root.Parse(example.Split(" > ")[0].Split(" | ")[0]["lightly ".Length..]).Errors.Select(error => $"{example}: {error.Message}"))
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData("lightly su", "submit")]
    [InlineData("lightly list --st", "--state")]
    [InlineData("lightly completion ", "fish")]
    public async Task A_shell_is_told_what_can_follow(string line, string expected)
    {
        var context = Context(out var output, out _);

        await LightlyCommand.RunAsync([$"[suggest:{line.Length}]", line], context);

        output.ToString().Split('\n').Select(found => found.Trim()).ShouldContain(expected);
    }

    [Fact]
    public async Task Bash_completes_with_the_printed_script()
    {
        var script = (await LightlyProgram.RunAsync("completion", "bash")).Output;
        var path = _folder.Write("complete.sh", $$"""
            lightly() { dotnet "{{LightlyProgram.Path}}" "$@"; }
            {{script}}
            COMP_LINE="lightly des"; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(lightly des); COMP_CWORD=1
            _lightly
            printf '%s\n' "${COMPREPLY[@]}"
            """);
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("bash", [path]) { RedirectStandardOutput = true, UseShellExecute = false })!;

        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        said.Trim().ShouldBe("describe");
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<System.CommandLine.Command> Leaves(System.CommandLine.Command command) =>
        command.Subcommands.Count == 0 ? [command] : command.Subcommands.SelectMany(Leaves);

    private static CommandContext Context(out StringWriter output, out StringWriter errors)
    {
        (output, errors) = (new StringWriter(), new StringWriter());
        return new(new Terminal(output, errors, isInteractive: false, 200), TimeProvider.System, new Interruption());
    }

    private async Task<(int ExitCode, string Output, string Errors)> RunAsync(string token, params string[] arguments)
    {
        var context = Context(out var output, out var errors);
        var file = _folder.Write($"token-{token}", fleet.TokenOf(token));
        var code = await LightlyCommand.RunAsync([.. arguments, "--token-file", file, "--tls-ca", fleet.TlsCa], context);
        return (code, output.ToString(), errors.ToString());
    }
}
