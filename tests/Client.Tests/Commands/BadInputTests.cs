using System.Net;
using System.Net.Sockets;
using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Client.Tests.Commands;

/// <summary>What a user gets wrong costs one clear line and the right exit code, and leaves nothing behind.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public static TheoryData<string[], string> WrongFlags() => new()
    {
        { ["--method", "mocco"], "moco" },
        { ["--backbone", "resnet-19"], "resnet-18" },
        { ["--batch-size", "15", "--shards", "2"], "batchSize" },
        { ["--workers", "9", "--shards", "2"], "--shards" },
        { ["--image-size", "0"], "imageSize" },
        { ["--temperature", "-1"], "temperature" },
        { ["--width", "0"], "width" },
        { ["--steps", "0"], "steps" },
        { ["--set", "train.batchsize=16"], "batchSize" },
        { ["--set", "optimizer.learningRate=fast"], "learningRate" },
        { ["--batch-size", "1000"], "1000" },
    };

    [Theory]
    [MemberData(nameof(WrongFlags))]
    public async Task A_wrong_flag_is_named_with_what_is_allowed(string[] flags, string expected)
    {
        string[] usual = flags.Contains("--batch-size") ? [] : ["--batch-size", "16"];
        var run = await LightlyProgram.RunAsync(
            ["train", "--data", _folder.Images(), "--out", _folder["out"], "--steps".Equals(flags[0], StringComparison.Ordinal) ? "--seed" : "--steps", "2", .. usual, .. flags]);

        run.ExitCode.ShouldBe(2, run.Errors);
        run.Messages.ShouldHaveSingleItem().ShouldContain(expected);
        run.Errors.ShouldNotContain("   at ");
        Directory.Exists(_folder["out"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Missing_and_empty_folders_are_named()
    {
        Directory.CreateDirectory(_folder["empty"]);
        var missing = await LightlyProgram.RunAsync("train", "--data", _folder["missing"], "--out", _folder["out"]);
        var empty = await LightlyProgram.RunAsync("train", "--data", _folder["empty"], "--out", _folder["out"]);

        (missing.ExitCode, empty.ExitCode).ShouldBe((2, 2));
        missing.Messages.ShouldHaveSingleItem().ShouldContain(_folder["missing"]);
        empty.Messages.ShouldHaveSingleItem().ShouldContain("is empty");
        Directory.Exists(_folder["out"]).ShouldBeFalse();
    }

    [Fact]
    public async Task An_output_folder_that_is_not_empty_is_left_alone()
    {
        var kept = _folder.Write("out/precious.txt", "mine");
        var run = await LightlyProgram.RunAsync("train", "--data", _folder.Images(), "--out", _folder["out"]);

        run.ExitCode.ShouldBe(2);
        run.Messages.ShouldHaveSingleItem().ShouldContain("--overwrite");
        File.ReadAllText(kept).ShouldBe("mine");
    }

    [Fact]
    public async Task A_misspelt_key_has_line_column_and_the_nearest_name()
    {
        var file = _folder.Write("job.yaml", "apiVersion: lightlycluster.dev/v1\nkind: TrainingJob\nspec:\n  data:\n    pathh: images\n");
        var run = await LightlyProgram.RunAsync("validate", file);

        run.ExitCode.ShouldBe(2);
        run.Messages.ShouldContain(line => line.Contains($"{file}:5:5") && line.Contains("pathh") && line.Contains("'path'"));
    }

    [Fact]
    public async Task An_unreachable_redis_is_said_to_be_unavailable()
    {
        var run = await LightlyProgram.RunAsync(
            "train", "--data", _folder.Images(), "--batch-size", "16", "--steps", "2", "--redis", "127.0.0.1:1", "--out", _folder["out"]);

        run.ExitCode.ShouldBe(4);
        run.Messages.ShouldHaveSingleItem().ShouldContain("127.0.0.1:1");
        Directory.Exists(_folder["out"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_port_in_use_is_a_precondition()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        var run = await LightlyProgram.RunAsync("up", "--workers", "1", "--listen", $"{listener.LocalEndpoint}");

        run.ExitCode.ShouldBe(6, run.Errors);
        run.Messages.ShouldHaveSingleItem().ShouldContain($"{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    [Fact]
    public async Task A_redis_that_needs_a_password_says_how_to_give_it()
    {
        await using var redis = await TestStore.StartAsync(TestStore.Redis, Directory.CreateDirectory(_folder["redis"]).FullName, password: "secret");
        string[] arguments = ["train", "--data", _folder.Images(), "--batch-size", "16", "--steps", "2", "--out", _folder["out"]];

        var run = await LightlyProgram.RunAsync([.. arguments, "--redis", redis.Data]);

        run.ExitCode.ShouldBe(5, run.Errors);
        run.Messages.ShouldHaveSingleItem().ShouldContain("password");
        Directory.Exists(_folder["out"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable()
    {
        var run = await LightlyProgram.RunAsync("list", "--server", "http://127.0.0.1:1");

        run.ExitCode.ShouldBe(4);
        run.Messages.ShouldHaveSingleItem().ShouldContain("127.0.0.1:1");
    }

    [Fact]
    public async Task Files_that_do_not_decode_stop_a_run_or_are_replaced_and_named()
    {
        var images = _folder.Images();
        var good = File.ReadAllBytes(Path.Combine(images, "even", "image-000.jpg"));
        File.WriteAllBytes(Path.Combine(images, "even", "cut.jpg"), good[..(good.Length / 2)]);
        File.WriteAllText(Path.Combine(images, "odd", "text.jpg"), "hello");
        string[] usual =
            ["--method", "simclr", "--backbone", "resnet-9", "--width", "0.125", "--image-size", "32", "--batch-size", "16", "--shards", "2",
             "--steps", "4", "--workers", "1", "--set", "evaluate.knn=false", "-o", "json"];

        var stopped = await LightlyProgram.RunAsync(["train", "--data", images, "--out", _folder["a"], "--set", "data.onError=fail", .. usual]);
        var skipped = await LightlyProgram.RunAsync(["train", "--data", images, "--out", _folder["b"], "--set", "data.onError=skip", .. usual]);
        var again = await LightlyProgram.RunAsync(["train", "--data", images, "--out", _folder["c"], "--set", "data.onError=skip", .. usual]);

        stopped.ExitCode.ShouldBe(2, stopped.Errors);
        stopped.Messages.ShouldContain(line => line.Contains("cut.jpg") || line.Contains("text.jpg"));
        Directory.Exists(_folder["a"]).ShouldBeFalse();
        skipped.ExitCode.ShouldBe(0, skipped.Errors);
        skipped.Output.ShouldContain("even/cut.jpg");
        skipped.Output.ShouldContain("odd/text.jpg");
        JsonValue.Of(skipped.Output, "samples", "replaced").ShouldNotBe("0");
        JsonValue.Of(again.Output, "stateHash").ShouldBe(JsonValue.Of(skipped.Output, "stateHash"));
    }

    public void Dispose() => _folder.Dispose();
}
