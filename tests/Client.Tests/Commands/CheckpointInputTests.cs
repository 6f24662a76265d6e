namespace LightlyCluster.Client.Tests.Commands;

/// <summary>A run that is stopped and resumed, and checkpoints that cannot be.</summary>
public sealed class CheckpointInputTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task A_stopped_run_resumes_with_another_number_of_workers_and_damaged_or_foreign_checkpoints_are_refused()
    {
        var images = _folder.Images();
        var whole = await TrainAsync(images, "whole", "1");
        var first = await TrainAsync(images, "part", "1", "--stop-after-step", "2");
        JsonValue.Of(first.Output, "state").ShouldBe("Paused");
        var checkpoint = Path.Combine(_folder["part"], "checkpoints", "last.safetensors");
        var intact = File.ReadAllBytes(checkpoint);

        File.WriteAllBytes(checkpoint, intact[..(intact.Length / 2)]);
        var cut = await ResumeAsync("2");
        cut.ExitCode.ShouldBe(2, cut.Errors);
        cut.Messages[^1].ShouldContain("last.safetensors");

        var foreign = await TrainAsync(images, "foreign", "1", "--stop-after-step", "2", "--width", "0.25");
        foreign.ExitCode.ShouldBe(0, foreign.Errors);
        File.Copy(Path.Combine(_folder["foreign"], "checkpoints", "last.safetensors"), checkpoint, overwrite: true);
        var other = await ResumeAsync("2");
        other.ExitCode.ShouldBe(2, other.Errors);
        other.Messages[^1].ShouldContain("last.safetensors");

        File.WriteAllBytes(checkpoint, intact);
        var resumed = await ResumeAsync("2");
        resumed.ExitCode.ShouldBe(0, resumed.Errors);
        JsonValue.Of(resumed.Output, "stateHash").ShouldBe(JsonValue.Of(whole.Output, "stateHash"));
        File.ReadAllLines(Path.Combine(_folder["part"], "metrics.jsonl")).Length.ShouldBe(4);
    }

    [Fact]
    public async Task A_verification_tells_that_an_image_changed_since_the_run_and_which()
    {
        var images = _folder.Images();
        var changed = Path.Combine(images, "even", "image-002.jpg");
        File.AppendAllText(changed, "A");
        (await TrainAsync(images, "run", "1")).ExitCode.ShouldBe(0);
        var content = File.ReadAllBytes(changed);
        content[^1] = (byte)'B';
        File.WriteAllBytes(changed, content);

        var verified = await LightlyProgram.RunAsync("verify", _folder["run"], "--workers", "1", "--from-start");

        verified.ExitCode.ShouldBe(1, verified.Errors);
        verified.Output.ShouldContain("used other samples than the run did");
        verified.Output.ShouldContain("changed since the run began: even/image-002.jpg");
    }

    [Fact]
    public async Task A_folder_without_a_run_cannot_be_resumed()
    {
        Directory.CreateDirectory(_folder["none"]);
        var run = await LightlyProgram.RunAsync("train", "--resume", "--out", _folder["none"]);

        run.ExitCode.ShouldBe(2);
        run.Messages.ShouldHaveSingleItem().ShouldContain("job.yaml");
    }

    public void Dispose() => _folder.Dispose();

    private Task<LightlyProgram> ResumeAsync(string workers) =>
        LightlyProgram.RunAsync("train", "--resume", "--out", _folder["part"], "--workers", workers, "-o", "json");

    private Task<LightlyProgram> TrainAsync(string images, string name, string workers, params string[] more) => LightlyProgram.RunAsync(
        ["train", "--data", images, "--out", _folder[name], "--workers", workers, "--method", "moco", "--backbone", "resnet-9", "--image-size", "32",
         "--batch-size", "16", "--shards", "2", "--memory-bank-size", "64", "--steps", "4", "--set", "evaluate.knn=false", "-o", "json",
         .. more.Contains("--width") ? more : ["--width", "0.125", .. more]]);
}
