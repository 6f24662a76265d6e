using LightlyCluster.Hosting.CommandLine;
using Microsoft.Extensions.Options;

namespace LightlyCluster.Deploy.Tests.Hosting;

/// <summary>The command lines of coordinator and worker, by themselves and as real processes.</summary>
public sealed class ProgramCommandLineTests
{
    private static readonly ProgramCommandLine Line = new(
        "A program.",
        ["program --meta HOST:PORT"],
        [new("--meta", "Coordinator:Meta", "The store."), new("--insecure", "Security:Insecure", "For all.", IsSwitch: true)]);

    [Theory]
    [InlineData("", "")]
    [InlineData("--meta a:1", "Coordinator:Meta=a:1")]
    [InlineData("--meta=a:1 --insecure", "Coordinator:Meta=a:1 Security:Insecure=true")]
    [InlineData("--insecure --meta a:1", "Coordinator:Meta=a:1 Security:Insecure=true")]
    [InlineData("--insecure false", "Security:Insecure=false")]
    [InlineData("--insecure=false", "Security:Insecure=false")]
    public void Flags_become_settings(string line, string expected)
    {
        var settings = Line.Read(Words(line)).ShouldNotBeNull();

        string.Join(' ', settings.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("--metta a:1", "'--metta' is not understood (did you mean '--meta'?)")]
    [InlineData("a:1", "'a:1' is not understood")]
    [InlineData("--meta", "--meta")]
    [InlineData("--meta a:1 --meta b:1", "--meta")]
    public void What_is_not_understood_is_named(string line, string expected) =>
        Should.Throw<OptionsValidationException>(() => Line.Read(Words(line))).Message.ShouldContain(expected);

    [Theory]
    [InlineData("Coordinator", "--meta", "Coordinator__Meta")]
    [InlineData("Worker", "--coordinator", "Worker__Coordinator")]
    public void Help_names_flags_variables_and_an_example(string program, string flag, string variable)
    {
        var (exitCode, output, errors) = Run(program, "--help");

        (exitCode, errors).ShouldBe((0, ""));
        output.ShouldContain($"  {flag} <");
        output.ShouldContain(variable);
        output.ShouldContain($"  LightlyCluster.{program} {flag} ");
    }

    [Theory]
    [InlineData("Coordinator", "--metta x", "did you mean '--meta'?")]
    [InlineData("Coordinator", "", "--meta HOST:PORT")]
    [InlineData("Worker", "--idd x", "did you mean '--id'?")]
    [InlineData("Worker", "--device gpu", "Worker:Device is 'gpu'; allowed is cpu, cuda or auto")]
    [InlineData("Worker", "--threads 0", "Worker:Threads is 0; allowed is 1 to 1024")]
    [InlineData("Worker", "--image-cache-megabytes -1", "Worker:ImageCacheMegabytes is -1")]
    [InlineData("Worker", "--peer-port 70000", "Worker:PeerPort is 70000")]
    [InlineData("Worker", "--peer-address a:b", "Worker:PeerAddress is 'a:b'")]
    [InlineData("Worker", "--coordinator ftp://x:1", "Worker:Coordinator is 'ftp://x:1'")]
    [InlineData("Worker", "--token-file /no/such/file", "The token file '/no/such/file' cannot be read")]
    [InlineData("Worker", "--coordinator https://x:1 --tls-ca /no/such/file", "'/no/such/file'")]
    [InlineData("Worker", "--trace-every x", "Telemetry:TraceEvery is 'x'")]
    public void A_mistake_is_one_line_and_exit_code_2(string program, string line, string expected)
    {
        var (exitCode, output, errors) = Run(program, Words(line));

        exitCode.ShouldBe(2, errors);
        output.ShouldBeEmpty();
        errors.ShouldContain(expected);
        errors.TrimEnd().ShouldNotContain("\n");
    }

    [Fact]
    public void A_setting_that_does_not_exist_is_named()
    {
        var (exitCode, _, errors) = Tool.Run("env", "Coordinator__Metta=127.0.0.1:6379", "dotnet", Tool.Program("Coordinator"));

        exitCode.ShouldBe(2);
        errors.ShouldContain("did you mean Coordinator:Meta?");
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static (int ExitCode, string Output, string Errors) Run(string program, params string[] arguments) =>
        Tool.Run("timeout", ["20", "dotnet", Tool.Program(program), .. arguments]);
}
