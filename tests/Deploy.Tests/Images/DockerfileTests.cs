using System.Text.RegularExpressions;
using LightlyCluster.Deploy.Tests.Objects;

namespace LightlyCluster.Deploy.Tests.Images;

public sealed partial class DockerfileTests
{
    public static TheoryData<string> Images => ["coordinator", "worker-cpu", "worker-cuda"];

    [Theory]
    [MemberData(nameof(Images))]
    public void An_image_takes_its_bases_as_arguments_and_runs_as_the_user_that_pods_name(string name)
    {
        var lines = File.ReadAllLines(Tool.Deploy("docker", $"{name}.Dockerfile"));
        var user = lines.Single(line => line.StartsWith("USER ", StringComparison.Ordinal))["USER ".Length..];

        lines.ShouldContain("FROM ${SDK} AS build");
        lines.ShouldContain("FROM ${BASE}");
        lines.Where(line => line.StartsWith("ARG SDK=", StringComparison.Ordinal) || line.StartsWith("ARG BASE=", StringComparison.Ordinal))
            .ShouldAllBe(line => Pinned().IsMatch(line));
        lines.Count(line => line.StartsWith("ENTRYPOINT [\"/app/LightlyCluster.", StringComparison.Ordinal)).ShouldBe(1);
        foreach (var pod in new[] { "coordinator", "worker" }.Select(pod => Overlay.Load("production").Pod(pod).Spec))
        {
            user.ShouldBe($"{pod.SecurityContext.RunAsUser}:{pod.SecurityContext.RunAsGroup}");
        }
    }

    [Theory]
    [InlineData("worker-cpu")]
    [InlineData("worker-cuda")]
    public void A_worker_has_the_libraries_and_programs_that_it_calls(string name)
    {
        var text = File.ReadAllText(Tool.Deploy("docker", $"{name}.Dockerfile"));
        var packages = text[text.IndexOf("apt-get install", StringComparison.Ordinal)..].Split('\n')[0];

        foreach (var package in new[] { "ca-certificates", "ffmpeg", "libgomp1", "libturbojpeg0", "libssl3t64" })
        {
            packages.ShouldContain(package);
        }
    }

    [Fact]
    public void The_context_holds_what_the_build_needs_and_nothing_that_it_made()
    {
        var lines = File.ReadAllLines(Path.Combine(Tool.Root, ".dockerignore"));

        lines.ShouldContain("*");
        foreach (var needed in new[] { ".editorconfig", "Directory.Build.props", "Directory.Packages.props", "global.json", "eng", "protos", "src" })
        {
            lines.ShouldContain($"!{needed}");
            (File.Exists(Path.Combine(Tool.Root, needed)) || Directory.Exists(Path.Combine(Tool.Root, needed))).ShouldBeTrue(needed);
        }

        lines.ShouldContain("**/obj");
    }

    [Fact]
    public void The_build_script_knows_its_images()
    {
        var (exitCode, _, errors) = Tool.Run(Tool.Deploy("docker", "build"), "no-such-image");

        exitCode.ShouldBe(2);
        errors.ShouldContain("known: coordinator, worker-cpu, worker-cuda");
    }

    [GeneratedRegex("^ARG (SDK|BASE)=[a-z.]+(/[a-z0-9-]+)+:[0-9][0-9a-z.-]*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pinned();
}
